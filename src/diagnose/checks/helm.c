/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Check: helm, if it is installed. Charts in a registry require helm 3.8 or later (helm.sh,
 * docs/topics/registries). If its own configuration has no login, helm uses the native store that
 * it finds on PATH, and if that store fails, helm does not read docker's configuration
 * (oras.land/oras-go/v2, registry/remote/credentials: NewStore, DetectDefaultNativeStore).
 */
#include <unistd.h>

#include "diagnose/docker.h"
#include "explain/language.h"

#define OLDEST 3008

/* Returns the store that helm chooses by default, NULL if there is none. */
static const char *own_store(const struct acr_app *app)
{
	auto_string pass = acr_program_first(app, "pass");
	const char *store = pass ? "docker-credential-pass" : "docker-credential-secretservice";
	auto_string helper = acr_program_first(app, store);

	return helper ? store : NULL;
}

static bool has_config(const struct acr_app *app)
{
	const char *folder = acr_env(app, "HELM_CONFIG_HOME"),
		   *above = acr_env(app, "XDG_CONFIG_HOME"), *home = acr_env(app, "HOME");
	auto_string path =
		folder	? acr_format("%s/registry/config.json", folder)
		: above ? acr_format("%s/helm/registry/config.json", above)
			: acr_format("%s/.config/helm/registry/config.json", home ? home : "");

	return acr_env(app, "HELM_REGISTRY_CONFIG") || access(path, F_OK) == 0;
}

static void run(struct acr_app *app, const struct acr_case *subject, struct acr_check_result *ret)
{
	auto_string path = acr_program_first(app, "helm");
	const char *const arguments[] = { path, "version", "--short", NULL };
	struct acr_error error = { 0 };
	auto_secret says = { 0 };

	(void)subject;
	if (!path)
		acr_check_say(ret, ACR_VERDICT_SKIPPED, "%s", _("not installed"));
	else if (acr_look_ask(app, arguments, false, &says, &error))
		acr_check_say_error(ret, ACR_VERDICT_WARNING, &error);
	else if (acr_look_version(acr_secret_text(&says)) < OLDEST)
		acr_check_say(ret, ACR_VERDICT_WARNING,
			      _("%s: charts in a registry require version 3.8 or later"),
			      acr_secret_text(&says));
	else if (own_store(app) && !has_config(app))
		acr_check_say(ret, ACR_VERDICT_WARNING,
			      _("%s: helm uses %s before docker's configuration; to change that, "
				"set HELM_REGISTRY_CONFIG=$HOME/.docker/config.json"),
			      acr_secret_text(&says), own_store(app));
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
