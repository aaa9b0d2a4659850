/* SPDX-License-Identifier: Apache-2.0 */
/* `list`: every server that `get` will answer for, with its user name. Never reads stdin, never
 * uses the network. */
#include <string.h>

#include "base/json.h"
#include "explain/explain.h"
#include "explain/language.h"
#include "front/front.h"

/* A name that `get` would read as another one, or reject, is not listed. */
static bool is_asked_for_so(const char *server)
{
	struct acr_error error = { 0 };
	auto_secret read = { 0 };

	acr_secret_add(&read, server);
	return acr_docker_check_server(&read, &error) == 0 &&
	       strcmp(acr_secret_text(&read), server) == 0;
}

static void add(void *data, const char *server, const char *username)
{
	struct acr_secret *json = data;

	if (!is_asked_for_so(server))
		return;
	acr_secret_add(json, json->length > 1 ? "," : "");
	acr_json_quote(json, server, strlen(server));
	acr_secret_add(json, ":");
	acr_json_quote(json, username, strlen(username));
}

static int list(struct acr_app *app, char *const *arguments, const char *const *values)
{
	struct acr_report report = { 0 };
	struct acr_error error = { 0 };
	auto_secret json = { 0 };

	(void)arguments;
	(void)values;
	acr_secret_add(&json, "{");
	if (acr_front_begin(app, &error) || acr_list(app, add, &json, &report, &error))
		return acr_docker_refuse(app, &report, &error);
	acr_secret_add(&json, "}\n");
	acr_explain_notices(app, &report);
	return acr_docker_json(app, &json);
}

const struct acr_command acr_command_list = {
	.name = "list",
	.arguments = "",
	.summary = N_("list the servers for which a login is available"),
	.about = N_("Prints {\"SERVER\":\"USERNAME\",...}: stored logins, registries that are "
		    "named in the configuration or for which the last request obtained a token "
		    "with an Azure identity, and logins in Docker's own config.json."),
	.protocol = true,
	.run = list,
};
