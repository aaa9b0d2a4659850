/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Logins in the Secret Service (specifications.freedesktop.org/secret-service), in the very schema
 * of docker-credential-secretservice (docker-credential-helpers, secretservice/secretservice.c), so
 * that each finds what the other stored. The only file that knows libsecret. It runs in a child
 * that ends with its answer (secret_service.c), so what GLib gave is not given back.
 */
#include "store/libsecret.h"

#include <string.h>

#include <libsecret/secret.h>

#include "base/library.h"
#include "store/record.h"

#define SYMBOLS(X)                                                                                 \
	X(secret_password_search_sync)                                                             \
	X(secret_password_store_binary_sync)                                                       \
	X(secret_password_clear_sync)                                                              \
	X(secret_retrievable_get_attributes)                                                       \
	X(secret_retrievable_get_modified)                                                         \
	X(secret_retrievable_retrieve_secret_sync)                                                 \
	X(secret_value_new)                                                                        \
	X(secret_value_get)                                                                        \
	X(secret_service_get_sync)                                                                 \
	X(secret_collection_for_alias_sync)                                                        \
	X(secret_collection_get_locked)                                                            \
	X(g_hash_table_lookup)                                                                     \
	X(g_io_error_quark)                                                                        \
	X(g_dbus_error_quark)
ACR_LIBRARY_DECLARE(SYMBOLS)
ACR_LIBRARY_NOTE(libsecret_note,
		 "[{\"soname\":[\"libsecret-1.so.0\"],\"feature\":\"secret-service\","
		 "\"description\":\"Keep logins in the Secret Service\","
		 "\"priority\":\"recommended\"}]");

static const SecretSchema schema = {
	.name = "io.docker.Credentials",
	.flags = SECRET_SCHEMA_NONE,
	.attributes = { { "label", SECRET_SCHEMA_ATTRIBUTE_STRING },
			{ "server", SECRET_SCHEMA_ATTRIBUTE_STRING },
			{ "username", SECRET_SCHEMA_ATTRIBUTE_STRING },
			{ "docker_cli", SECRET_SCHEMA_ATTRIBUTE_STRING } },
};
#define LABEL "Docker Credentials"

/* Errors that mean "no such service here"; all others mean that there is one, and no answer. */
static int failed(struct acr_error *error, const GError *gerror, const char *what)
{
	const struct {
		GQuark domain;
		int code;
	} absent[] = {
		{ sym_g_dbus_error_quark(), G_DBUS_ERROR_SERVICE_UNKNOWN },
		{ sym_g_dbus_error_quark(), G_DBUS_ERROR_NAME_HAS_NO_OWNER },
		{ sym_g_dbus_error_quark(), G_DBUS_ERROR_SPAWN_SERVICE_NOT_FOUND },
		{ sym_g_dbus_error_quark(), G_DBUS_ERROR_NO_SERVER },
		{ sym_g_io_error_quark(), G_IO_ERROR_NOT_FOUND },
		{ sym_g_io_error_quark(), G_IO_ERROR_CONNECTION_REFUSED },
	};
	enum acr_kind kind = ACR_LOCKED;

	for (size_t i = 0; gerror && i < sizeof(absent) / sizeof(absent[0]); i++)
		if (gerror->domain == absent[i].domain && gerror->code == absent[i].code)
			kind = ACR_UNAVAILABLE;
	acr_fail(error, kind, "%s", what);
	if (gerror && gerror->message)
		acr_error_quote(error, gerror->message, strlen(gerror->message));
	return -1;
}

enum collection { ABSENT, OPEN, LOCKED };

/* A locked collection finds nothing, just like an empty one: ask it. No prompt comes of that. */
static int look_at_default(enum collection *ret, struct acr_error *error)
{
	GError *gerror = NULL;
	SecretService *service = sym_secret_service_get_sync(SECRET_SERVICE_NONE, NULL, &gerror);
	SecretCollection *collection;

	if (!service)
		return failed(error, gerror, "the Secret Service cannot be reached");
	collection = sym_secret_collection_for_alias_sync(service, SECRET_COLLECTION_DEFAULT,
							  SECRET_COLLECTION_NONE, NULL, &gerror);
	if (gerror)
		return failed(error, gerror, "the default keyring cannot be looked at");
	*ret = !collection ? ABSENT : sym_secret_collection_get_locked(collection) ? LOCKED : OPEN;
	return 0;
}

static int say_locked(struct acr_error *error)
{
	return acr_fail(error, ACR_LOCKED, "the keyring is locked");
}

/* Nothing was found: because there is nothing, or because nothing can be seen? */
static int nothing_found(const char *server, struct acr_error *error)
{
	enum collection collection;

	if (look_at_default(&collection, error))
		return -1;
	if (collection == LOCKED)
		return say_locked(error);
	return acr_fail(error, ACR_NOT_FOUND, "no login for %s in the Secret Service", server);
}

static const char *attribute(const GList *item, const char *name)
{
	GHashTable *attributes = sym_secret_retrievable_get_attributes(item->data);
	const char *value = attributes ? sym_g_hash_table_lookup(attributes, name) : NULL;

	return value ? value : "";
}

/* The newest of the items for this server. docker-credential-secretservice takes the last of the
 * list, which may be the oldest. A service may answer anything: the attribute is looked at again.
 */
static const GList *newest_of(const GList *items, const char *server)
{
	const GList *newest = NULL;

	for (const GList *item = items; item; item = item->next)
		if (strcmp(attribute(item, "server"), server) == 0 &&
		    (!newest || sym_secret_retrievable_get_modified(item->data) >
					sym_secret_retrievable_get_modified(newest->data)))
			newest = item;
	return newest;
}

static int search(const char *server, GList **ret, struct acr_error *error)
{
	GError *gerror = NULL;

	*ret = server ? sym_secret_password_search_sync(&schema, SECRET_SEARCH_ALL, NULL, &gerror,
							"server", server, "docker_cli", "1", NULL)
		      : sym_secret_password_search_sync(&schema, SECRET_SEARCH_ALL, NULL, &gerror,
							"docker_cli", "1", NULL);
	return gerror ? failed(error, gerror, "the Secret Service cannot be searched") : 0;
}

static int find_login(const struct acr_libsecret_question *question, struct acr_secret *ret,
		      struct acr_error *error)
{
	enum collection collection;
	const GList *newest;
	GError *gerror = NULL;
	SecretValue *value;
	const char *username, *bytes;
	gsize length = 0;
	GList *items;

	if (search(question->server, &items, error))
		return -1;
	newest = newest_of(items, question->server);
	if (!newest)
		return nothing_found(question->server, error);
	value = sym_secret_retrievable_retrieve_secret_sync(newest->data, NULL, &gerror);
	if (!value && look_at_default(&collection, NULL) == 0 && collection == LOCKED)
		return say_locked(error);
	if (!value)
		return failed(error, gerror, "the keyring does not give the login out");
	bytes = sym_secret_value_get(value, &length);
	/* As docker-credential-secretservice has it: an empty secret is none. */
	if (length == 0)
		return acr_fail(error, ACR_NOT_FOUND, "an empty login for %s", question->server);
	username = attribute(newest, "username");
	acr_record_add(ret, "username", username, strlen(username));
	acr_record_add(ret, "secret", bytes, length);
	return 0;
}

static int keep_login(const struct acr_libsecret_question *question, struct acr_secret *ret,
		      struct acr_error *error)
{
	const struct acr_login *login = question->login;
	GError *gerror = NULL, *ignored = NULL;
	enum collection collection;
	SecretValue *value;
	GList *items;

	(void)ret;
	if (!question->prompt) {
		if (look_at_default(&collection, error))
			return -1;
		if (collection == LOCKED)
			return say_locked(error);
	}
	value = sym_secret_value_new(acr_secret_text(&login->secret), (gssize)login->secret.length,
				     "text/plain");
	if (!sym_secret_password_store_binary_sync(&schema, SECRET_COLLECTION_DEFAULT,
						   question->server, value, NULL, &gerror, "label",
						   LABEL, "server", question->server, "username",
						   login->username, "docker_cli", "1", NULL))
		return failed(error, gerror, "the keyring did not take the login");
	/* The new one is safe. Others of this server only now, and a failure there costs nothing:
	 * the newest is what is found. */
	if (search(question->server, &items, NULL))
		return 0;
	for (const GList *item = items; item; item = item->next)
		if (strcmp(attribute(item, "username"), login->username) != 0)
			sym_secret_password_clear_sync(
				&schema, NULL, &ignored, "server", question->server, "username",
				attribute(item, "username"), "docker_cli", "1", NULL);
	return 0;
}

static int drop_login(const struct acr_libsecret_question *question, struct acr_secret *ret,
		      struct acr_error *error)
{
	GError *gerror = NULL;
	GList *items;

	(void)ret;
	if (search(question->server, &items, error))
		return -1;
	if (!items)
		return nothing_found(question->server, error);
	sym_secret_password_clear_sync(&schema, NULL, &gerror, "server", question->server,
				       "docker_cli", "1", NULL);
	if (gerror)
		return failed(error, gerror, "the keyring did not remove the login");
	if (search(question->server, &items, error))
		return -1;
	return items ? say_locked(error) : 0;
}

static int each_login(const struct acr_libsecret_question *question, struct acr_secret *ret,
		      struct acr_error *error)
{
	enum collection collection;
	GList *items;

	(void)question;
	if (search(NULL, &items, error) || look_at_default(&collection, error))
		return -1;
	if (collection == LOCKED)
		return say_locked(error);
	for (const GList *item = items; item; item = item->next) {
		const char *server = attribute(item, "server");
		const char *username = attribute(item, "username");

		if (!*server || newest_of(items, server) != item)
			continue;
		acr_record_add(ret, "server", server, strlen(server));
		acr_record_add(ret, "username", username, strlen(username));
	}
	return 0;
}

int acr_libsecret_answer(const struct acr_libsecret_question *question, struct acr_secret *ret,
			 struct acr_error *error)
{
	static int (*const verbs[])(const struct acr_libsecret_question *question,
				    struct acr_secret *ret, struct acr_error *error) = {
		[ACR_LIBSECRET_FIND] = find_login,
		[ACR_LIBSECRET_KEEP] = keep_login,
		[ACR_LIBSECRET_DROP] = drop_login,
		[ACR_LIBSECRET_EACH] = each_login,
	};

	if (acr_library_load("libsecret-1.so.0", "keeping logins in the Secret Service",
			     library_symbols, error)) {
		error->kind = ACR_UNAVAILABLE;
		return -1;
	}
	return verbs[question->verb](question, ret, error);
}
