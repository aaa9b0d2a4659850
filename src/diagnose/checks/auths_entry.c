/* SPDX-License-Identifier: Apache-2.0 */
/* Check: a login that is stored unencrypted in docker's configuration although a helper is
 * configured. docker ignores it, but docker-py, docker-compose 1 and other clients use it, even if
 * it has expired. */

#include "diagnose/docker.h"
#include "explain/language.h"

static void run(struct acr_app *app, const struct acr_case *subject, struct acr_check_result *ret)
{
	auto_json config = acr_case_json(subject, ACR_FOUND_CONFIG);
	struct json_object *entry =
		acr_docker_entry(acr_json_member(config, "auths"), subject->registry.host);
	const char *auth = acr_json_string(entry, "auth"),
		   *token = acr_json_string(entry, "identitytoken");
	const char *path = acr_case_found(subject, ACR_FOUND_CONFIG_PATH);

	(void)app;
	if (!(auth && *auth) && !(token && *token))
		acr_check_say(ret, ACR_VERDICT_OK, "%s",
			      _("no login for this registry in docker's configuration file"));
	else if (!*acr_case_found(subject, ACR_FOUND_WIRED))
		acr_check_say(ret, ACR_VERDICT_WARNING, _("a login is stored unencrypted in %s"),
			      path);
	else
		acr_check_say(ret, ACR_VERDICT_WARNING,
			      _("an old login is stored unencrypted in %s: docker ignores it, "
				"other programs use it"),
			      path);
}

const struct acr_check_row acr_check_auths_entry = {
	.id = "auths-entry",
	.title = N_("login in config"),
	.about = ACR_ABOUT_REGISTRY,
	.needs = "name docker-config",
	.after = "wiring",
	.run = run,
};
