/* SPDX-License-Identifier: Apache-2.0 */
/* docker's engine pulls and pushes, by proxies of its own: those of the shell from which docker
 * is called do not count for it (docs.docker.com, engine/daemon/proxy). */
#include <stdio.h>
#include <string.h>

#include "acr/http.h"
#include "diagnose/docker.h"
#include "explain/language.h"

/* Without the password that may stand in it: by what names it, where it does not parse. */
static void show(const char *proxy, const char *name, char *ret, size_t size)
{
	if (*proxy && !acr_proxy_address(proxy, ret, size))
		snprintf(ret, size, "%s", name);
}

static void run(struct acr_app *app, const struct acr_case *subject, struct acr_check_result *ret)
{
	const char *info = acr_case_found(subject, ACR_FOUND_ENGINE_INFO), *engine, *past;
	char here[256] = "", there[256] = "";
	auto_json json = NULL;

	if (!*info || acr_json_parse(info, strlen(info), &json, NULL)) {
		acr_check_say(ret, ACR_VERDICT_SKIPPED, "%s", _("the engine did not tell"));
		return;
	}
	engine = acr_json_string(json, "HttpsProxy");
	if (!engine) /* as the command prints it */
		engine = acr_json_string(json, "HTTPSProxy");
	engine = engine ? engine : "";
	acr_proxy_name(app, here, sizeof(here));
	show(engine, "HttpsProxy", there, sizeof(there));
	past = acr_json_string(json, "NoProxy");
	if (past && *past)
		acr_check_detail(ret, _("the engine goes past it to: %s"), past);
	if (!*engine && !*here)
		acr_check_say(ret, ACR_VERDICT_OK, "%s",
			      _("none, neither here nor for the engine"));
	else if (!*engine)
		acr_check_say(ret, ACR_VERDICT_WARNING,
			      _("here %s, for the engine none: it pulls and pushes without"), here);
	else if (!*here)
		acr_check_say(ret, ACR_VERDICT_WARNING,
			      _("for the engine %s, here none: this helper goes without"), there);
	else
		acr_check_say(ret, ACR_VERDICT_OK, _("here %s, for the engine %s"), here, there);
}

const struct acr_check_row acr_check_docker_proxy = {
	.id = "docker-proxy",
	.title = N_("proxies"),
	.about = ACR_ABOUT_MACHINE,
	.after = "docker-engine",
	.run = run,
};
