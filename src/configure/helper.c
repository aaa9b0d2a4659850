/* SPDX-License-Identifier: Apache-2.0 */
/* Runs another credential helper in the way Docker does: whether Docker uses it, which logins it
 * has, and one of them. It is not our program: it may be missing, hang, fail or print anything. */
#include <string.h>
#include <sys/wait.h>

#include "base/budget.h"
#include "base/process.h"
#include "configure/logins.h"

#define ANSWER_MAX (1024 * 1024)

static char *name_of(const char *helper)
{
	return acr_format("docker-credential-%s", helper);
}

/* The output of a helper that failed, as one line. */
static int tell_failure(const char *name, const char *verb, const struct acr_secret *out,
			const struct acr_secret *err, struct acr_error *error)
{
	const char *said = acr_secret_text(out->length ? out : err);
	auto_string line = acr_format("%.*s", (int)strcspn(said, "\r\n"), said);

	if (strcmp(line, ACR_NO_CREDENTIALS) == 0)
		return acr_raise(error, HELPER_KEEPS_NONE, name);
	return acr_raise(error, HELPER_FAILED, name, verb, line);
}

static int ask(const struct acr_app *app, const char *helper, const char *verb, const char *input,
	       struct json_object **ret, struct acr_error *error)
{
	auto_string name = name_of(helper);
	auto_string path = strchr(helper, '/') ? NULL : acr_program_first(app, name);
	const char *const arguments[] = { path, verb, NULL };
	const struct acr_run run = {
		.argv = arguments,
		.environment = app->environment,
		.budget = ACR_BUDGET_PROMPT,
		.limit = ANSWER_MAX,
		.input = input,
	};
	auto_secret out = { 0 }, err = { 0 };
	int status = -1;

	if (!path)
		return acr_raise(error, HELPER_NOT_INSTALLED, name);
	if (app->run(app, &run, &status, &out, &err, error))
		return -1;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return tell_failure(name, verb, &out, &err, error);
	if (acr_json_parse(acr_secret_text(&out), out.length, ret, NULL) == 0 &&
	    json_object_is_type(*ret, json_type_object))
		return 0;
	acr_json_free(ret);
	return acr_raise(error, HELPER_GARBAGE, name, verb);
}

int acr_helper_list(const struct acr_app *app, const char *helper,
		    void (*visit)(void *data, const char *server), void *data,
		    struct acr_error *error)
{
	auto_string name = name_of(helper);
	auto_json json = NULL;

	/* Docker's helpers read stdin for every verb. */
	if (ask(app, helper, "list", "unused", &json, error))
		return -1;
	json_object_object_foreach(json, first, user)
	{
		(void)first;
		if (!json_object_is_type(user, json_type_string))
			return acr_raise(error, HELPER_GARBAGE, name, "list");
	}
	json_object_object_foreach(json, server, username)
	{
		(void)username;
		visit(data, server);
	}
	return 0;
}

int acr_helper_get(const struct acr_app *app, const char *helper, const char *server,
		   struct acr_login *ret, struct acr_error *error)
{
	auto_string name = name_of(helper);
	const char *username;
	struct json_object *secret;
	auto_json json = NULL;

	if (ask(app, helper, "get", server, &json, error))
		return -1;
	username = acr_json_string(json, "Username");
	secret = acr_json_member(json, "Secret");
	if (!username || !json_object_is_type(secret, json_type_string) ||
	    json_object_get_string_len(secret) == 0)
		return acr_raise(error, HELPER_GARBAGE, name, "get");
	acr_login_wipe(ret);
	ret->username = acr_copy(username);
	acr_secret_add_bytes(&ret->secret, json_object_get_string(secret),
			     (size_t)json_object_get_string_len(secret));
	return 0;
}

char *acr_helper_for(const struct acr_secret *text, const char *key)
{
	size_t length;
	const char *bytes = acr_docker_auths_host(key, &length);
	auto_string host = acr_copy_bytes(bytes, length);
	char *helper = acr_member_string(text, "credHelpers", key);

	if (!helper)
		helper = acr_member_string(text, "credHelpers", host);
	if (!helper)
		helper = acr_member_string(text, NULL, "credsStore");
	if (helper && !*helper)
		acr_string_free(&helper);
	return helper;
}
