/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Logins in the Secret Service (specifications.freedesktop.org/secret-service), in the very schema
 * of docker-credential-secretservice (docker-credential-helpers, secretservice/secretservice.c), so
 * that each finds what the other stored. The only file that knows libsecret. It runs in a child
 * that ends with its answer (secret_service.c), so what GLib gave is not given back.
 */
#include "store/libsecret.h"

#include <stdlib.h>
#include <string.h>

#include <libsecret/secret.h>

#include "base/library.h"
#include "store/record.h"

#define SYMBOLS(X)                                                                                 \
	X(secret_password_lookup_binary_sync)                                                      \
	X(secret_password_store_binary_sync)                                                       \
	X(secret_value_new)                                                                        \
	X(secret_value_get)                                                                        \
	X(g_bus_get_sync)                                                                          \
	X(g_dbus_connection_call_sync)                                                             \
	X(g_variant_new)                                                                           \
	X(g_variant_new_parsed)                                                                    \
	X(g_variant_get)                                                                           \
	X(g_variant_lookup)                                                                        \
	X(g_variant_lookup_value)                                                                  \
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

/*
 * What libsecret would ask through proxies, at seven calls for the service and five for each item,
 * is asked directly, on the connection that it uses too. Never about sessions: gnome-keyring ends,
 * and locks everything, when a client begins with OpenSession.
 */
static GVariant *call(const char *path, const char *interface, const char *method,
		      GVariant *parameters, const char *returns, GError **gerror)
{
	GDBusConnection *bus = sym_g_bus_get_sync(G_BUS_TYPE_SESSION, NULL, gerror);

	return bus ? sym_g_dbus_connection_call_sync(bus, "org.freedesktop.secrets", path,
						     interface, method, parameters,
						     (const GVariantType *)returns,
						     G_DBUS_CALL_FLAGS_NONE, -1, NULL, gerror)
		   : NULL;
}

#define SERVICE	   "/org/freedesktop/secrets", "org.freedesktop.Secret.Service"
#define ITEM	   "org.freedesktop.Secret.Item"
#define PROPERTIES "org.freedesktop.DBus.Properties", "GetAll"

enum collection { ABSENT, OPEN, LOCKED };

/* A locked collection finds nothing, just like an empty one: ask it. No prompt comes of that. */
static int look_at_default(enum collection *ret, struct acr_error *error)
{
	GError *gerror = NULL;
	GVariant *answer, *properties;
	gboolean locked = TRUE;
	const char *path;

	answer = call(SERVICE, "ReadAlias", sym_g_variant_new("(s)", SECRET_COLLECTION_DEFAULT),
		      "(o)", &gerror);
	if (!answer)
		return failed(error, gerror, "the default keyring cannot be looked at");
	sym_g_variant_get(answer, "(&o)", &path);
	if (strcmp(path, "/") == 0) {
		*ret = ABSENT;
		return 0;
	}
	answer = call(path, PROPERTIES,
		      sym_g_variant_new("(s)", "org.freedesktop.Secret.Collection"), "(a{sv})",
		      &gerror);
	if (!answer)
		return failed(error, gerror, "the default keyring cannot be looked at");
	sym_g_variant_get(answer, "(@a{sv})", &properties);
	sym_g_variant_lookup(properties, "Locked", "b", &locked);
	*ret = locked ? LOCKED : OPEN;
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

/* The paths of what is found, those in locked collections in `ret_locked`; both end with NULL. */
static int search(const char *server, const char *const **ret, const char *const **ret_locked,
		  struct acr_error *error)
{
	GError *gerror = NULL;
	GVariant *wanted =
		server ? sym_g_variant_new_parsed(
				 "({'xdg:schema': %s, 'docker_cli': '1', 'server': %s},)",
				 schema.name, server)
		       : sym_g_variant_new_parsed("({'xdg:schema': %s, 'docker_cli': '1'},)",
						  schema.name);
	GVariant *answer = call(SERVICE, "SearchItems", wanted, "(aoao)", &gerror);

	if (!answer)
		return failed(error, gerror, "the Secret Service cannot be searched");
	sym_g_variant_get(answer, "(^a&o^a&o)", ret, ret_locked);
	return 0;
}

struct item {
	const char *server, *username; /* "" where it has none */
	guint64 modified;
	bool locked;
};

static int look_at_item(const char *path, bool locked, struct item *ret, struct acr_error *error)
{
	GVariant *answer, *properties, *attributes;
	GError *gerror = NULL;

	*ret = (struct item){ .server = "", .username = "", .locked = locked };
	answer = call(path, PROPERTIES, sym_g_variant_new("(s)", ITEM), "(a{sv})", &gerror);
	if (!answer)
		return failed(error, gerror, "a login in the keyring cannot be looked at");
	sym_g_variant_get(answer, "(@a{sv})", &properties);
	sym_g_variant_lookup(properties, "Modified", "t", &ret->modified);
	attributes =
		sym_g_variant_lookup_value(properties, "Attributes", (const GVariantType *)"a{ss}");
	if (!attributes)
		return 0;
	sym_g_variant_lookup(attributes, "server", "&s", &ret->server);
	sym_g_variant_lookup(attributes, "username", "&s", &ret->username);
	return 0;
}

/* The newest of the items for this server; its `server` is "" when there is none.
 * docker-credential-secretservice takes the last of the list, which may be the oldest. A service
 * may answer anything: the attribute is looked at again. */
static int find_newest(const char *server, struct item *ret, struct acr_error *error)
{
	const char *const *lists[2];

	*ret = (struct item){ .server = "" };
	if (search(server, &lists[0], &lists[1], error))
		return -1;
	for (size_t i = 0; i < 2; i++) {
		for (const char *const *path = lists[i]; *path; path++) {
			struct item item;

			if (look_at_item(*path, i == 1, &item, error))
				return -1;
			if (strcmp(item.server, server) == 0 &&
			    (!*ret->server || item.modified > ret->modified))
				*ret = item;
		}
	}
	return 0;
}

static int find_login(const struct acr_libsecret_question *question, struct acr_secret *ret,
		      struct acr_error *error)
{
	GError *gerror = NULL;
	SecretValue *value;
	struct item newest;
	const char *bytes;
	gsize length = 0;

	if (find_newest(question->server, &newest, error))
		return -1;
	if (!*newest.server)
		return nothing_found(question->server, error);
	if (newest.locked)
		return say_locked(error);
	value = sym_secret_password_lookup_binary_sync(&schema, NULL, &gerror, "server",
						       question->server, "username",
						       newest.username, "docker_cli", "1", NULL);
	if (!value)
		return failed(error, gerror, "the keyring does not give the login out");
	bytes = sym_secret_value_get(value, &length);
	/* As docker-credential-secretservice has it: an empty secret is none. */
	if (length == 0)
		return acr_fail(error, ACR_NOT_FOUND, "an empty login for %s", question->server);
	acr_record_add(ret, "username", newest.username, strlen(newest.username));
	acr_record_add(ret, "secret", bytes, length);
	return 0;
}

/* No prompt: what would need one stays. */
static int drop_item(const char *path, struct acr_error *error)
{
	GError *gerror = NULL;
	GVariant *answer = call(path, ITEM, "Delete", NULL, "(o)", &gerror);
	const char *prompt;

	if (!answer)
		return failed(error, gerror, "the keyring did not remove the login");
	sym_g_variant_get(answer, "(&o)", &prompt);
	return strcmp(prompt, "/") == 0 ? 0 : say_locked(error);
}

/* Logins of other users for this server, of which one is wanted, the newest. The paths of those
 * that can be removed, ended by NULL; nothing when they cannot be looked at. */
static const char **find_others(const char *server, const char *username)
{
	const char *const *lists[2];
	const char **others;
	size_t most = 0, count = 0;

	if (search(server, &lists[0], &lists[1], NULL))
		return NULL;
	while (lists[0][most])
		most++;
	others = calloc(most + 1, sizeof(*others));
	if (!others)
		acr_out_of_memory();
	for (size_t i = 0; i < most; i++) {
		struct item item;

		if (look_at_item(lists[0][i], false, &item, NULL) == 0 &&
		    strcmp(item.server, server) == 0 && strcmp(item.username, username) != 0)
			others[count++] = lists[0][i];
	}
	return others;
}

static int keep_login(const struct acr_libsecret_question *question, struct acr_secret *ret,
		      struct acr_error *error)
{
	const struct acr_login *login = question->login;
	enum collection collection;
	GError *gerror = NULL;
	const char **others;
	SecretValue *value;

	(void)ret;
	if (!question->prompt) {
		if (look_at_default(&collection, error))
			return -1;
		if (collection == LOCKED)
			return say_locked(error);
	}
	/* Asked now, because gnome-keyring answers nothing while it writes the new one down. */
	others = find_others(question->server, login->username);
	value = sym_secret_value_new(acr_secret_text(&login->secret), (gssize)login->secret.length,
				     "text/plain");
	if (!sym_secret_password_store_binary_sync(&schema, SECRET_COLLECTION_DEFAULT,
						   question->server, value, NULL, &gerror, "label",
						   LABEL, "server", question->server, "username",
						   login->username, "docker_cli", "1", NULL))
		return failed(error, gerror, "the keyring did not take the login");
	/* The new one is safe. Others of this server only now, and a failure there costs nothing:
	 * the newest is what is found. */
	for (const char *const *path = others; path && *path; path++)
		(void)!drop_item(*path, NULL);
	return 0;
}

static int drop_login(const struct acr_libsecret_question *question, struct acr_secret *ret,
		      struct acr_error *error)
{
	const char *const *lists[2];

	(void)ret;
	if (search(question->server, &lists[0], &lists[1], error))
		return -1;
	if (!*lists[0] && !*lists[1])
		return nothing_found(question->server, error);
	for (const char *const *path = lists[0]; *path; path++)
		if (drop_item(*path, error))
			return -1;
	return *lists[1] ? say_locked(error) : 0;
}

/* By server, the newest first. */
static int by_server(const void *left, const void *right)
{
	const struct item *a = left, *b = right;
	int servers = strcmp(a->server, b->server);

	return servers ? servers : (a->modified < b->modified) - (a->modified > b->modified);
}

static int each_login(const struct acr_libsecret_question *question, struct acr_secret *ret,
		      struct acr_error *error)
{
	const char *const *lists[2];
	enum collection collection;
	struct item *items;
	size_t count = 0, most = 0;

	(void)question;
	if (search(NULL, &lists[0], &lists[1], error) || look_at_default(&collection, error))
		return -1;
	if (collection == LOCKED)
		return say_locked(error);
	for (size_t i = 0; i < 2; i++)
		for (const char *const *path = lists[i]; *path; path++)
			most++;
	items = calloc(most + 1, sizeof(*items));
	if (!items)
		acr_out_of_memory();
	for (size_t i = 0; i < 2; i++)
		for (const char *const *path = lists[i]; *path; path++)
			if (look_at_item(*path, i == 1, &items[count++], error))
				return -1;
	qsort(items, count, sizeof(*items), by_server);
	for (size_t i = 0; i < count; i++) {
		const char *server = items[i].server;

		if (!*server || (i > 0 && strcmp(server, items[i - 1].server) == 0))
			continue;
		acr_record_add(ret, "server", server, strlen(server));
		acr_record_add(ret, "username", items[i].username, strlen(items[i].username));
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
