/* SPDX-License-Identifier: Apache-2.0 */
/* `get`: reads a server from stdin and writes its login to stdout. */
#include <string.h>

#include "acr/config.h"
#include "base/budget.h"
#include "base/json.h"
#include "explain/explain.h"
#include "explain/language.h"
#include "front/front.h"

static int answer(const struct acr_app *app, const struct acr_secret *server,
		  const struct acr_login *login)
{
	auto_secret json = { 0 };

	acr_secret_reserve(&json, server->length + login->secret.length + 256);
	acr_secret_add(&json, "{\"ServerURL\":");
	acr_json_quote(&json, server->bytes, server->length);
	acr_secret_add(&json, ",\"Username\":");
	acr_json_quote(&json, login->username, strlen(login->username));
	acr_secret_add(&json, ",\"Secret\":");
	acr_json_quote(&json, acr_secret_text(&login->secret), login->secret.length);
	acr_secret_add(&json, "}\n");
	return acr_docker_json(app, &json);
}

static int get(struct acr_app *app, char *const *arguments, const char *const *values)
{
	/* Static because it is large, and a cached answer does not use most of it. */
	static struct acr_report report;
	struct acr_registry registry;
	struct acr_error error = { 0 };
	auto_secret server = { 0 };
	auto_login login = { 0 };
	int status;

	(void)arguments;
	(void)values;
	app->deadline = app->clock.boot(app) + ACR_BUDGET_GET;
	if (acr_docker_server(app, &server, &error))
		return acr_docker_refuse(app, &report, &error);
	/* A cached answer needs no configuration: the state of its files is part of the cache
	 * key. */
	if (!acr_get_cached(app, &server, &login, &report)) {
		if (acr_front_begin(app, &error))
			return acr_docker_refuse(app, &report, &error);
		if (acr_registry_parse(app->config, acr_secret_text(&server), server.length,
				       &registry))
			acr_front_limit(app, registry.host);
		if (acr_get(app, &server, &login, &report, &error))
			return acr_docker_refuse(app, &report, &error);
	}
	status = answer(app, &server, &login);
	if (status == 0)
		acr_answer_is_out();
	acr_explain_notices(app, &report);
	if (report.renew_behind)
		acr_renew_behind(app, &report.registry);
	return status;
}

const struct acr_command acr_command_get = {
	.name = "get",
	.arguments = "",
	.summary = N_("print the login for the server specified on stdin"),
	.about = N_("Reads a server such as contoso.azurecr.io from stdin and prints "
		    "{\"ServerURL\":\"...\",\"Username\":\"...\",\"Secret\":\"...\"}. Exit status "
		    "1 and the line \"credentials not found in native keychain\" mean that no "
		    "login is available."),
	.protocol = true,
	.reads = N_("a server such as contoso.azurecr.io"),
	.run = get,
};
