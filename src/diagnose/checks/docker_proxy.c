/* SPDX-License-Identifier: Apache-2.0 */
/* Check: the proxies of docker's engine. The engine pulls and pushes through its own proxies, not
 * through those of the shell that runs docker (docs.docker.com, engine/daemon/proxy). */
#include <stdio.h>

#include "acr/http.h"
#include "diagnose/docker.h"
#include "explain/language.h"

/* Writes a proxy without its password. If it cannot be parsed, writes the name of the setting
 * instead. */
static void show(const char *proxy, const char *name, char *ret, size_t size)
{
	if (*proxy && !acr_proxy_address(proxy, ret, size))
		snprintf(ret, size, "%s", name);
}

static void run(struct acr_app *app, const struct acr_case *subject, struct acr_check_result *ret)
{
	const char *engine, *past;
	char here[256] = "", there[256] = "";
	auto_json json = acr_case_json(subject, ACR_FOUND_ENGINE_INFO);

	if (!json) {
		acr_check_say(ret, ACR_VERDICT_SKIPPED, "%s",
			      _("the engine did not report its settings"));
		return;
	}
	engine = acr_json_string(json, "HttpsProxy");
	if (!engine) /* the spelling in the output of the docker command */
		engine = acr_json_string(json, "HTTPSProxy");
	engine = engine ? engine : "";
	acr_proxy_name(app, here, sizeof(here));
	show(engine, "HttpsProxy", there, sizeof(there));
	past = acr_json_string(json, "NoProxy");
	if (past && *past)
		acr_check_detail(ret, _("the engine uses no proxy for: %s"), past);
	if (!*engine && !*here)
		acr_check_say(ret, ACR_VERDICT_OK, "%s",
			      _("none, for this helper or for the engine"));
	else if (!*engine)
		acr_check_say(ret, ACR_VERDICT_WARNING,
			      _("this helper uses %s, the engine uses none: docker pulls and "
				"pushes without a proxy"),
			      here);
	else if (!*here)
		acr_check_say(
			ret, ACR_VERDICT_WARNING,
			_("the engine uses %s, this helper uses none: it connects without a proxy"),
			there);
	else
		acr_check_say(ret, ACR_VERDICT_OK, _("this helper uses %s, the engine uses %s"),
			      here, there);
}

const struct acr_check_row acr_check_docker_proxy = {
	.id = "docker-proxy",
	.title = N_("docker proxy"),
	.about = ACR_ABOUT_MACHINE,
	.after = "docker-engine",
	.run = run,
};
