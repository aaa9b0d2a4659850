/* SPDX-License-Identifier: Apache-2.0 */
/* Check: the directory that stores the decisions for each registry must be writable, owned by the
 * user, and not accessible to others. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "acr/check.h"
#include "base/file.h"
#include "explain/language.h"

/* Returns the closest parent directory that exists; owned by the caller. */
static char *nearest(const char *path)
{
	char *parent = acr_copy(path), *slash;

	while (access(parent, F_OK) && (slash = strrchr(parent, '/')) && slash != parent)
		*slash = '\0';
	return parent;
}

static void run(struct acr_app *app, const struct acr_case *subject, struct acr_check_result *ret)
{
	auto_string path = acr_home_path(app, "XDG_DATA_HOME", ".local/share", "");
	struct acr_error error = { 0 };
	auto_string there = NULL;
	auto_fd folder = -1;

	if (!path) {
		acr_check_say(ret, ACR_VERDICT_WARNING, "%s",
			      _("HOME is not set: logins and settings cannot be stored"));
		return;
	}
	folder = acr_folder_open(path, false, &error);
	if (folder < 0 && error.kind != ACR_NOT_FOUND) {
		acr_check_fail(app, subject, ACR_VERDICT_PROBLEM, &error, ret);
		return;
	}
	there = nearest(path);
	if (access(there, W_OK | X_OK)) {
		(void)acr_raise_errno(&error, errno, DATA_FOLDER_UNWRITABLE, there);
		acr_check_fail(app, subject, ACR_VERDICT_PROBLEM, &error, ret);
		return;
	}
	if (folder < 0)
		acr_check_say(ret, ACR_VERDICT_SKIPPED, _("%s does not exist"), path);
	else
		acr_check_say(ret, ACR_VERDICT_OK, "%s", path);
}

const struct acr_check_row acr_check_folders = {
	.id = "folders",
	.title = N_("data folder"),
	.about = ACR_ABOUT_MACHINE,
	.likely = 54,
	.run = run,
};
