/* SPDX-License-Identifier: Apache-2.0 */
/* helm, where it is installed: charts in a registry take 3.8 or later (helm.sh,
 * docs/topics/registries). */
#include "explain/check_docker.h"
#include "explain/language.h"

#define OLDEST 3008

static void run(struct acr_app *app, const struct acr_case *subject, struct acr_check_result *ret)
{
	auto_string path = acr_look(app, "helm");
	const char *const arguments[] = { path, "version", "--short", NULL };
	struct acr_error error = { 0 };
	auto_secret says = { 0 };

	(void)subject;
	if (!path)
		acr_check_say(ret, ACR_VERDICT_SKIPPED, "%s", _("it is not installed"));
	else if (acr_look_ask(app, arguments, false, &says, &error))
		acr_check_say(ret, ACR_VERDICT_WARNING, "%s", error.text);
	else if (acr_look_version(acr_secret_text(&says)) < OLDEST)
		acr_check_say(ret, ACR_VERDICT_WARNING,
			      _("%s: charts in a registry take 3.8 or later"),
			      acr_secret_text(&says));
	else
		acr_check_say(ret, ACR_VERDICT_OK, "%s", acr_secret_text(&says));
}

const struct acr_check_row acr_check_helm = {
	.id = "helm",
	.title = "helm",
	.alias = "HELM_COMMAND_ERROR HELM_VERSION_ERROR",
	.about = ACR_ABOUT_MACHINE,
	.run = run,
};
