/* SPDX-License-Identifier: Apache-2.0 */
/* Reads docker's configuration and runs programs from PATH in the same way as docker does. */
#include "diagnose/docker.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/process.h"

#define ASKING 4000	   /* milliseconds */
#define SAYING (64 * 1024) /* bytes */

struct json_object *acr_docker_member(struct json_object *config, const char *key)
{
	struct json_object *last = NULL;

	if (!json_object_is_type(config, json_type_object))
		return NULL;
	json_object_object_foreach(config, name, value)
	{
		if (strcasecmp(name, key) == 0)
			last = value;
	}
	return last;
}

const char *acr_docker_string(struct json_object *config, const char *key)
{
	struct json_object *member = acr_docker_member(config, key);

	return json_object_is_type(member, json_type_string) ? json_object_get_string(member)
							     : NULL;
}

bool acr_docker_names(struct json_object *config, const char *suffix)
{
	const char *store = acr_docker_string(config, "credsStore");
	struct json_object *helpers = acr_docker_member(config, "credHelpers");

	if (store && strcmp(store, suffix) == 0)
		return true;
	if (!json_object_is_type(helpers, json_type_object))
		return false;
	json_object_object_foreach(helpers, key, value)
	{
		(void)key;
		if (json_object_is_type(value, json_type_string) &&
		    strcmp(json_object_get_string(value), suffix) == 0)
			return true;
	}
	return false;
}

int acr_look_ask(const struct acr_app *app, const char *const *arguments, bool whole,
		 struct acr_secret *ret, struct acr_error *error)
{
	/* Variables that locate the engine and the configuration. None of them holds a secret. */
	static const char *const names[] = { "PATH",
					     "HOME",
					     "LANG",
					     "LC_ALL",
					     "DOCKER_HOST",
					     "DOCKER_CONTEXT",
					     "DOCKER_CONFIG",
					     "DOCKER_CERT_PATH",
					     "DOCKER_TLS_VERIFY",
					     "XDG_RUNTIME_DIR",
					     "SSH_AUTH_SOCK",
					     NULL };
	auto_environment environment = acr_environment_pick(app, names);
	const struct acr_run run = { .argv = arguments,
				     .environment = (const char *const *)environment,
				     .budget = ASKING,
				     .limit = SAYING };
	auto_secret out = { 0 }, err = { 0 };
	const struct acr_secret *said;
	int status = -1;

	if (app->run(app, &run, &status, &out, &err, error))
		return -1;
	said = out.length ? &out : &err;
	acr_secret_wipe(ret);
	acr_secret_add_bytes(ret, acr_secret_text(said),
			     whole ? said->length : strcspn(acr_secret_text(said), "\n"));
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	said = err.length ? &err : &out;
	if (!said->length)
		return acr_raise(error, PROGRAM_SILENT, arguments[0]);
	return acr_raise(error, PROGRAM_FAILED, arguments[0], acr_secret_text(said));
}

long acr_look_version(const char *text)
{
	for (; *text; text++) {
		char *end;
		long major;

		if (!isdigit((unsigned char)*text))
			continue;
		major = strtol(text, &end, 10);
		/* Other numbers with a dot are not versions; their value does not matter. */
		if (*end == '.' && isdigit((unsigned char)end[1]))
			return (major < 1000 ? major : 999) * 1000 +
			       strtol(end + 1, NULL, 10) % 1000;
		text = end - 1;
	}
	return 0;
}
