/* SPDX-License-Identifier: Apache-2.0 */
/* `store`: reads a login from stdin and stores it. */
#include <ctype.h>
#include <string.h>

#include "base/budget.h"
#include "base/file.h"
#include "base/json.h"
#include "explain/explain.h"
#include "explain/language.h"
#include "front/front.h"

#define READS N_("a JSON object with ServerURL, Username and Secret")

/* The members of a request, in the order of the table below. */
enum { SERVER, USERNAME, SECRET, MEMBERS };
static const char *const names[MEMBERS] = { "ServerURL", "Username", "Secret" };

/* Would the clients, which are written in Go, read this member as `name`? Go ignores the case of
 * ASCII letters, and treats two Unicode characters like ASCII letters: the long s and the Kelvin
 * sign. */
static bool is_named(const char *member, const char *name)
{
	for (; *name; name++) {
		char c = *member++;

		if (c == '\xc5' && *member == '\xbf') {
			c = 's';
			member++;
		} else if (c == '\xe2' && member[0] == '\x84' && member[1] == '\xaa') {
			c = 'k';
			member += 2;
		}
		if (tolower((unsigned char)c) != tolower((unsigned char)*name))
			return false;
	}
	return !*member;
}

/* Each member may occur at most once, and must be a string; NULL if it is missing or null. */
static int find_members(struct json_object *request, struct json_object *ret[static MEMBERS],
			struct acr_error *error)
{
	bool seen[MEMBERS] = { false };

	json_object_object_foreach(request, key, value)
	{
		for (int i = 0; i < MEMBERS; i++) {
			if (!is_named(key, names[i]))
				continue;
			if (seen[i])
				return acr_raise(error, REQUEST_TWICE, names[i]);
			if (value && !json_object_is_type(value, json_type_string))
				return acr_raise(error, REQUEST_NOT_A_STRING, names[i]);
			ret[i] = value;
			seen[i] = true;
		}
	}
	return 0;
}

static void take(struct json_object *member, struct acr_secret *ret)
{
	if (member)
		acr_secret_add_bytes(ret, json_object_get_string(member),
				     (size_t)json_object_get_string_len(member));
}

static int read_request(const struct acr_app *app, struct acr_secret *server,
			struct acr_login *login, struct acr_error *error)
{
	struct json_object *members[MEMBERS] = { NULL };
	auto_secret bytes = { 0 }, username = { 0 };
	auto_json request = NULL;

	if (acr_docker_read(app, READS, ACR_STORE_MAX, &bytes, error))
		return -1;
	if (acr_json_parse(acr_secret_text(&bytes), bytes.length, &request, error))
		return error->kind == ACR_SYSTEM ? -1 : acr_context(error, REQUEST_NOT_JSON);
	if (!json_object_is_type(request, json_type_object))
		return acr_raise(error, REQUEST_NOT_AN_OBJECT);
	/* json-c keeps only the last of several members with the same name. */
	if (acr_json_count(acr_secret_text(&bytes), bytes.length) !=
	    (size_t)json_object_object_length(request))
		return acr_raise(error, REQUEST_DUPLICATE);
	if (find_members(request, members, error))
		return -1;
	take(members[SERVER], server);
	take(members[USERNAME], &username);
	if (acr_docker_check_server(server, error))
		return -1;
	if (username.length == 0)
		return acr_raise(error, USER_NAME_MISSING);
	if (!members[SECRET])
		return acr_raise(error, REQUEST_INCOMPLETE, names[SECRET]);
	take(members[SECRET], &login->secret);
	login->username = acr_copy(acr_secret_text(&username));
	return 0;
}

static int store(struct acr_app *app, char *const *arguments, const char *const *values)
{
	struct acr_report report = { 0 };
	struct acr_error error = { 0 };
	auto_secret server = { 0 };
	auto_login login = { 0 };
	struct acr_registry registry;

	(void)arguments;
	(void)values;
	app->deadline = app->clock.boot(app) + ACR_BUDGET_GET;
	if (read_request(app, &server, &login, &error) || acr_front_begin(app, &error))
		return acr_docker_refuse(app, &report, &error);
	if (acr_registry_parse(app->config, acr_secret_text(&server), server.length, &registry))
		acr_front_limit(app, registry.host);
	if (acr_store(app, &server, &login, &report, &error))
		return acr_docker_refuse(app, &report, &error);
	acr_explain_notices(app, &report);
	return 0;
}

const struct acr_command acr_command_store = {
	.name = "store",
	.arguments = "",
	.summary = N_("store the login specified as JSON on stdin"),
	.about =
		N_("Reads {\"ServerURL\":\"...\",\"Username\":\"...\",\"Secret\":\"...\"} from "
		   "stdin. A login for an Azure container registry is first verified with the "
		   "registry. A token of an Azure identity is cached and never stored as a login."),
	.protocol = true,
	.reads = READS,
	.run = store,
};
