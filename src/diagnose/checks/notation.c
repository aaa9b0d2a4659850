/* SPDX-License-Identifier: Apache-2.0 */
/* Check: notation, which signs images, if it is installed. It reads the helpers from docker's
 * configuration, as docker does. az acr check-health looks for its predecessor, notary. */
#include <string.h>

#include "diagnose/docker.h"
#include "explain/language.h"

#define OLDEST 1000

/* Finds "Version:     1.1.0" in the output. */
static void tell(const char *says, struct acr_check_result *ret)
{
	const char *line = strstr(says, "Version:");
	auto_string version = NULL;

	line = line ? line + strlen("Version:") : says;
	line += strspn(line, " \t");
	version = acr_format("%.*s", (int)strcspn(line, "\n"), line);
	if (acr_look_version(version) < OLDEST)
		acr_check_say(ret, ACR_VERDICT_WARNING,
			      _("%s: version 1.0 or later is required for current registries"),
			      version);
	else
		acr_check_say(ret, ACR_VERDICT_OK, "%s", version);
}

static void run(struct acr_app *app, const struct acr_case *subject, struct acr_check_result *ret)
{
	auto_string path = acr_program_first(app, "notation");
	const char *const arguments[] = { path, "version", NULL };
	struct acr_error error = { 0 };
	auto_secret says = { 0 };

	(void)subject;
	if (!path)
		acr_check_say(ret, ACR_VERDICT_SKIPPED, "%s", _("not installed"));
	else if (acr_look_ask(app, arguments, true, &says, &error))
		acr_check_say_error(ret, ACR_VERDICT_WARNING, &error);
	else
		tell(acr_secret_text(&says), ret);
}

const struct acr_check_row acr_check_notation = {
	.id = "notation",
	.title = "notation",
	.alias = "NOTARY_COMMAND_ERROR NOTARY_VERSION_ERROR",
	.about = ACR_ABOUT_MACHINE,
	.run = run,
};
