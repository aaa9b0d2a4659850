/* SPDX-License-Identifier: Apache-2.0 */
/* `store`: a login on stdin, kept. */
#include <string.h>

#include "base/budget.h"
#include "base/file.h"
#include "base/json.h"
#include "front/front.h"

static int text_member(struct json_object *request, const char *key, struct acr_secret *ret,
		       struct acr_error *error)
{
	struct json_object *member = acr_json_member(request, key);

	if (!member || json_object_is_type(member, json_type_null))
		return 0;
	if (!json_object_is_type(member, json_type_string))
		return acr_fail(error, ACR_INVALID, "\"%s\" in the request is not a string", key);
	acr_secret_add_bytes(ret, json_object_get_string(member),
			     (size_t)json_object_get_string_len(member));
	return 0;
}

static int read_request(const struct acr_app *app, struct acr_secret *server,
			struct acr_login *login, struct acr_error *error)
{
	auto_secret bytes = { 0 }, username = { 0 };
	auto_json request = NULL;

	if (app->in >= 0 &&
	    acr_read_all(app, app->in, ACR_STORE_MAX, ACR_BUDGET_STDIN, &bytes, error))
		return -1;
	if (acr_json_parse(acr_secret_text(&bytes), bytes.length, &request, error))
		return acr_wrap(error, "the request on stdin is not valid JSON");
	if (!json_object_is_type(request, json_type_object))
		return acr_fail(error, ACR_INVALID, "the request on stdin is not a JSON object");
	if (text_member(request, "ServerURL", server, error) ||
	    text_member(request, "Username", &username, error) ||
	    text_member(request, "Secret", &login->secret, error))
		return -1;
	if (acr_docker_check_server(server, error))
		return -1;
	if (username.length == 0)
		return acr_fail(error, ACR_INVALID, ACR_NO_USERNAME);
	login->username = acr_copy(acr_secret_text(&username));
	return 0;
}

static int store(struct acr_app *app, char *const *arguments, const char *const *values)
{
	struct acr_report report = { 0 };
	struct acr_error error = { 0 };
	auto_secret server = { 0 };
	auto_login login = { 0 };

	(void)arguments;
	(void)values;
	app->deadline = app->clock.boot(app) + ACR_BUDGET_GET;
	if (read_request(app, &server, &login, &error) || acr_front_begin(app, &error) ||
	    acr_store(app, &server, &login, &report, &error))
		return acr_docker_refuse(app, &report, &error);
	acr_docker_notices(app, &report);
	return 0;
}

const struct acr_command acr_command_store = {
	.name = "store",
	.arguments = "",
	.summary = "keep the login given as JSON on stdin",
	.about = "Reads {\"ServerURL\":\"...\",\"Username\":\"...\",\"Secret\":\"...\"} from "
		 "stdin. A login for a\n"
		 "registry of ours is tried there first; a token that an Azure identity gave is "
		 "cached,\n"
		 "never kept as a login.",
	.protocol = true,
	.run = store,
};
