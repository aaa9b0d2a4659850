/* SPDX-License-Identifier: Apache-2.0 */
/* Check: files $DOCKER_CONFIG/buildx/config/HOST[/REPOSITORY][@SCOPE]/config.json, which buildx
 * 0.31 and later read. They take precedence over all helpers for that registry or repository (the
 * "scope" input of docker/login-action writes them). */
#include <dirent.h>
#include <string.h>
#include <unistd.h>

#include "diagnose/docker.h"
#include "explain/language.h"

#define DEEPEST 6

/* Lists the directories that contain a config.json, one on each line. */
static void walk(const char *folder, int depth, struct acr_check_result *ret, size_t *count)
{
	auto_string file = acr_format("%s/config.json", folder);
	DIR *entries;
	struct dirent *entry;

	if (access(file, F_OK) == 0) {
		acr_check_detail(ret, "%s", file);
		*count += 1;
	}
	entries = depth < DEEPEST ? opendir(folder) : NULL;
	while (entries && (entry = readdir(entries)))
		if (entry->d_name[0] != '.' &&
		    (entry->d_type == DT_DIR || entry->d_type == DT_UNKNOWN)) {
			auto_string below = acr_format("%s/%s", folder, entry->d_name);

			walk(below, depth + 1, ret, count);
		}
	if (entries)
		closedir(entries);
}

static void run(struct acr_app *app, const struct acr_case *subject, struct acr_check_result *ret)
{
	auto_string docker = acr_docker_folder(app);
	auto_string top = acr_format("%s/buildx/config", docker ? docker : "");
	const char *host = subject->registry.host;
	DIR *entries = opendir(top);
	struct dirent *entry;
	size_t count = 0;

	while (entries && (entry = readdir(entries))) {
		size_t length = strlen(host);

		if (strncmp(entry->d_name, host, length) == 0 &&
		    (entry->d_name[length] == '\0' || entry->d_name[length] == '@')) {
			auto_string folder = acr_format("%s/%s", top, entry->d_name);

			walk(folder, 0, ret, &count);
		}
	}
	if (entries)
		closedir(entries);
	if (count == 0)
		acr_check_say(ret, ACR_VERDICT_OK, "%s",
			      _("buildx has no configuration file for this registry"));
	else
		acr_check_say(ret, ACR_VERDICT_WARNING,
			      _("buildx uses its own files instead of this helper: %zu in %s"),
			      count, top);
}

const struct acr_check_row acr_check_buildx_config = {
	.id = "buildx-config",
	.title = N_("buildx config"),
	.about = ACR_ABOUT_REGISTRY,
	.needs = "name",
	.run = run,
};
