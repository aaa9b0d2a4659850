/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads Docker's plaintext logins: "auths" in $DOCKER_CONFIG/config.json or ~/.docker/config.json
 * (docker/cli, cli/config/configfile/file.go and credentials/file_store.go).
 */
#include <string.h>

#include "acr/store.h"
#include "base/budget.h"
#include "base/file.h"
#include "base/json.h"
#include "base/jwt.h"

char *acr_docker_folder(const struct acr_app *app)
{
	const char *folder = acr_env(app, "DOCKER_CONFIG"), *home = acr_env(app, "HOME");

	if (folder)
		return acr_copy(folder);
	return home ? acr_format("%s/.docker", home) : NULL;
}

char *acr_docker_config_path(const struct acr_app *app)
{
	auto_string folder = acr_docker_folder(app);

	return folder ? acr_format("%s/config.json", folder) : NULL;
}

const char *acr_docker_auths_host(const char *key, size_t *ret_length)
{
	const char *scheme = strstr(key, "://");
	const char *host = scheme ? scheme + 3 : key;

	*ret_length = strcspn(host, scheme ? "/?#" : "/");
	return host;
}

static bool names_host(const char *key, const char *server)
{
	size_t length;
	const char *host = acr_docker_auths_host(key, &length);

	return strlen(server) == length && strncmp(host, server, length) == 0;
}

struct json_object *acr_docker_entry(struct json_object *object, const char *server)
{
	struct json_object *exact = acr_json_member(object, server);

	if (exact || !json_object_is_type(object, json_type_object))
		return exact;
	json_object_object_foreach(object, key, entry)
	{
		if (names_host(key, server))
			return entry;
	}
	return NULL;
}

static void take(struct acr_login *login, const char *username, size_t username_length,
		 const char *secret, size_t length)
{
	login->username = acr_format("%.*s", (int)username_length, username);
	acr_secret_add_bytes(&login->secret, secret, length);
}

/* "auth": base64 of user:password. Docker removes NUL bytes after the password. */
static int take_auth(const char *auth, struct acr_login *login, struct acr_error *error)
{
	auto_secret plain = { 0 };
	const char *text, *colon;
	size_t length;

	if (!acr_base64_decode(auth, strlen(auth), &plain))
		return acr_raise(error, AUTHS_NOT_BASE64);
	text = acr_secret_text(&plain);
	length = plain.length;
	colon = memchr(text, ':', length);
	if (!colon || memchr(text, '\0', (size_t)(colon - text)))
		return acr_raise(error, AUTHS_NO_PASSWORD);
	while (length > (size_t)(colon + 1 - text) && text[length - 1] == '\0')
		length--;
	take(login, text, (size_t)(colon - text), colon + 1, length - (size_t)(colon + 1 - text));
	return 0;
}

static int take_entry(struct json_object *entry, struct acr_login *login, struct acr_error *error)
{
	const char *identity = acr_json_string(entry, "identitytoken");
	const char *auth = acr_json_string(entry, "auth");
	const char *username = acr_json_string(entry, "username");
	const char *password = acr_json_string(entry, "password");

	if (identity && *identity)
		take(login, "<token>", strlen("<token>"), identity, strlen(identity));
	else if (auth && *auth)
		return take_auth(auth, login, error);
	else if (username && *username && password)
		take(login, username, strlen(username), password, strlen(password));
	else /* Docker writes {} for logins that it keeps in a credential store */
		return acr_raise(error, AUTHS_EMPTY);
	return 0;
}

/* Read the whole file and determine its path. */
static int read_config(const struct acr_app *app, char **ret_path, struct json_object **ret,
		       struct acr_error *error)
{
	auto_secret text = { 0 };

	if (!acr_may_use(app, ACR_KEPT_BY_DOCKER))
		return acr_raise(error, AUTHS_NOT_FOR_PODS);
	*ret_path = acr_docker_config_path(app);
	if (!*ret_path)
		return acr_raise(error, AUTHS_NO_HOME);
	if (acr_file_read(*ret_path, ACR_CONFIG_MAX, &text, error))
		return -1;
	if (acr_json_parse(acr_secret_text(&text), text.length, ret, error))
		return acr_context(error, AT, *ret_path);
	return 0;
}

int acr_docker_auths_find(const struct acr_app *app, const char *server, struct acr_login *ret,
			  struct acr_error *error)
{
	struct json_object *entry;
	auto_login login = { 0 };
	auto_string path = NULL;
	auto_json json = NULL;

	if (read_config(app, &path, &json, error))
		return -1;
	entry = acr_docker_entry(acr_json_member(json, "auths"), server);
	if (!entry)
		return acr_raise(error, AUTHS_MISSING, path, server);
	if (take_entry(entry, &login, error))
		return acr_context(error, AUTHS_INVALID, path, server);
	if (login.secret.length == 0)
		return acr_raise(error, AUTHS_MISSING, path, server);
	acr_login_wipe(ret);
	*ret = login;
	login = (struct acr_login){ 0 };
	return 0;
}

int acr_docker_auths_each(const struct acr_app *app, acr_docker_auths_visit *visit, void *data,
			  struct acr_error *error)
{
	struct json_object *auths;
	auto_string path = NULL;
	auto_json json = NULL;

	if (read_config(app, &path, &json, error))
		return -1;
	auths = acr_json_member(json, "auths");
	if (!json_object_is_type(auths, json_type_object))
		return 0;
	json_object_object_foreach(auths, key, entry)
	{
		auto_login login = { 0 };

		if (take_entry(entry, &login, NULL) == 0 && login.secret.length > 0)
			visit(data, key, &login);
	}
	return 0;
}
