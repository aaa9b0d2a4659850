/* SPDX-License-Identifier: Apache-2.0 */
/* docker's engine pulls and pushes, by proxies of its own: those of the shell from which docker
 * is called do not count for it (docs.docker.com, engine/daemon/proxy). */
#include <string.h>

#include "diagnose/docker.h"
#include "explain/language.h"

/* Without the password that may stand in it. */
static const char *bare(const char *proxy)
{
	const char *at = strrchr(proxy, '@'), *start = strstr(proxy, "://");

	return at ? at + 1 : start ? start + 3 : proxy;
}

static const char *of_client(const struct acr_app *app)
{
	static const char *const names[] = { "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY",
					     NULL };
	const char *value = NULL;

	for (const char *const *name = names; *name && !value; name++)
		value = acr_env(app, *name);
	return value ? value : "";
}

static void run(struct acr_app *app, const struct acr_case *subject, struct acr_check_result *ret)
{
	const char *info = acr_case_found(subject, ACR_FOUND_ENGINE_INFO), *engine,
		   *client = of_client(app), *past;
	auto_json json = NULL;

	if (!*info || acr_json_parse(info, strlen(info), &json, NULL)) {
		acr_check_say(ret, ACR_VERDICT_SKIPPED, "%s", _("the engine did not tell"));
		return;
	}
	engine = acr_json_string(json, "HttpsProxy");
	if (!engine) /* as the command prints it */
		engine = acr_json_string(json, "HTTPSProxy");
	engine = engine ? engine : "";
	past = acr_json_string(json, "NoProxy");
	if (past && *past)
		acr_check_detail(ret, _("the engine goes past it to: %s"), past);
	if (!*engine && !*client)
		acr_check_say(ret, ACR_VERDICT_OK, "%s",
			      _("none, neither here nor for the engine"));
	else if (!*engine)
		acr_check_say(ret, ACR_VERDICT_WARNING,
			      _("here %s, for the engine none: it pulls and pushes without"),
			      bare(client));
	else if (!*client)
		acr_check_say(ret, ACR_VERDICT_WARNING,
			      _("for the engine %s, here none: this helper goes without"),
			      bare(engine));
	else
		acr_check_say(ret, ACR_VERDICT_OK, _("here %s, for the engine %s"), bare(client),
			      bare(engine));
}

const struct acr_check_row acr_check_docker_proxy = {
	.id = "docker-proxy",
	.title = N_("proxies"),
	.about = ACR_ABOUT_MACHINE,
	.after = "docker-engine",
	.run = run,
};
