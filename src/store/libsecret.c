/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stores logins in the Secret Service (specifications.freedesktop.org/secret-service) with the
 * schema of docker-credential-secretservice (docker-credential-helpers,
 * secretservice/secretservice.c), so that each finds logins of the other. No other file uses
 * libsecret. It runs in a child that exits after its answer (secret_service.c), so objects of GLib
 * are not released.
 */
#include "store/libsecret.h"

#include <stdlib.h>
#include <string.h>

/* Items can be identified only by their path. */
#define SECRET_API_SUBJECT_TO_CHANGE
#include <libsecret/secret.h>

#include "store/secret_items.h"
#include "store/serialize.h"
#include "store/session_bus.h"

/* NOLINTBEGIN(clang-analyzer-*): the analyzer does not know what g_variant_get writes, and all
 * memory is released when the child exits. The same for gcc's analyzer. */
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wanalyzer-malloc-leak"
#define SYMBOLS(X)                                                                                 \
	X(g_dbus_proxy_get_type)                                                                   \
	X(g_initable_new)                                                                          \
	X(g_type_class_peek)                                                                       \
	X(g_type_query)                                                                            \
	X(g_type_register_static_simple)                                                           \
	X(secret_attributes_build)                                                                 \
	X(secret_service_get_type)                                                                 \
	X(secret_service_get_secret_for_dbus_path_sync)                                            \
	X(secret_service_store_sync)                                                               \
	X(secret_value_new)                                                                        \
	X(secret_value_get)
ACR_LIBRARY_DECLARE(SYMBOLS)
ACR_LIBRARY_NOTE(libsecret_note,
		 "[{\"soname\":[\"libsecret-1.so.0\"],\"feature\":\"secret-service\","
		 "\"description\":\"Keep logins in the Secret Service\","
		 "\"priority\":\"recommended\"}]");

static const SecretSchema schema = {
	.name = ACR_SECRET_SCHEMA,
	.flags = SECRET_SCHEMA_NONE,
	.attributes = { { "label", SECRET_SCHEMA_ATTRIBUTE_STRING },
			{ "server", SECRET_SCHEMA_ATTRIBUTE_STRING },
			{ "username", SECRET_SCHEMA_ATTRIBUTE_STRING },
			{ "docker_cli", SECRET_SCHEMA_ATTRIBUTE_STRING } },
};
#define LABEL "Docker Credentials"

/* Only needed to read or write a secret. */
static int load(struct acr_error *error)
{
	return acr_session_bus_library("libsecret-1.so.0", "keeping logins in the Secret Service",
				       library_symbols, error);
}

/* libsecret's constructor would connect to the bus itself, without a check of the peer: this class
 * leaves that to GDBusProxy, which accepts an existing connection. */
static void begin_class(gpointer class, gpointer data)
{
	const GObjectClass *proxy = sym_g_type_class_peek(sym_g_dbus_proxy_get_type());

	(void)data;
	((GObjectClass *)class)->constructor = proxy->constructor;
}

/* The Secret Service on our own connection. NULL with `gerror` set. */
static SecretService *service(GError **gerror)
{
	GTypeQuery parent;

	sym_g_type_query(sym_secret_service_get_type(), &parent);
	return sym_g_initable_new(sym_g_type_register_static_simple(parent.type, "AcrSecretService",
								    parent.class_size, begin_class,
								    parent.instance_size, NULL, 0),
				  NULL, gerror, "g-connection", acr_session_bus(), "g-flags",
				  G_DBUS_PROXY_FLAGS_NONE, "g-name", "org.freedesktop.secrets",
				  "g-object-path", "/org/freedesktop/secrets", "g-interface-name",
				  "org.freedesktop.Secret.Service", NULL);
}

/* Nothing was found: is there no login, or is the collection locked? */
static int nothing_found(const char *server, struct acr_error *error)
{
	bool locked;

	if (acr_secret_items_locked(&locked, error))
		return -1;
	if (locked)
		return acr_raise(error, KEYCHAIN_LOCKED);
	return acr_raise(error, LOGIN_MISSING, server);
}

/* The newest item for this server; its `server` is "" if there is none. A service may return
 * anything, so the attribute is checked again. */
static int find_newest(const char *server, struct acr_secret_item *ret, struct acr_error *error)
{
	const char *const *lists[2];

	*ret = (struct acr_secret_item){ .server = "" };
	if (acr_secret_items_search(server, &lists[0], &lists[1], error))
		return -1;
	for (size_t i = 0; i < 2; i++) {
		for (const char *const *path = lists[i]; *path; path++) {
			struct acr_secret_item item;

			if (acr_secret_item_look(*path, i == 1, &item, error))
				return -1;
			if (strcmp(item.server, server) == 0 &&
			    (!*ret->server || acr_secret_item_is_newer(&item, ret)))
				*ret = item;
		}
	}
	return 0;
}

static int find_login(const struct acr_libsecret_question *question, struct acr_secret *ret,
		      struct acr_error *error)
{
	GError *gerror = NULL;
	SecretService *secrets;
	SecretValue *value;
	struct acr_secret_item newest;
	const char *bytes;
	gsize length = 0;

	if (find_newest(question->server, &newest, error))
		return -1;
	if (!*newest.server)
		return nothing_found(question->server, error);
	if (newest.locked)
		return acr_raise(error, KEYCHAIN_LOCKED);
	if (load(error))
		return -1;
	secrets = service(&gerror);
	/* Exactly this item: another collection may have one with the same attributes. */
	value = secrets ? sym_secret_service_get_secret_for_dbus_path_sync(secrets, newest.path,
									   NULL, &gerror)
			: NULL;
	if (!value)
		return acr_secret_items_fail(error, gerror, ACR_MESSAGE_SECRET_SERVICE_UNREADABLE);
	bytes = sym_secret_value_get(value, &length);
	/* As in docker-credential-secretservice, an empty secret means that there is no login. */
	if (length == 0)
		return acr_raise(error, LOGIN_MISSING, question->server);
	acr_record_add(ret, "username", newest.username, strlen(newest.username));
	acr_record_add_number(ret, "modified", (int64_t)acr_secret_item_modified(&newest));
	acr_record_add(ret, "secret", bytes, length);
	return 0;
}

/* Will storing this login replace the item? Not if it has another user name or is in another
 * collection. */
static bool is_replaced(const struct acr_secret_item *item, const char *username,
			const char *collection)
{
	size_t length = strlen(collection);

	return strcmp(item->username, username) == 0 &&
	       strncmp(item->path, collection, length) == 0 && item->path[length] == '/';
}

/* The paths of other logins for this server that can be removed, ended by NULL (only the newest
 * login is kept); empty if they cannot be read. */
static const char **find_others(const char *server, const char *username)
{
	const char *const *lists[2];
	const char **others;
	size_t most = 0, count = 0;
	const char *collection;

	if (acr_secret_items_default(&collection, NULL) ||
	    acr_secret_items_search(server, &lists[0], &lists[1], NULL))
		return NULL;
	while (lists[0][most])
		most++;
	others = calloc(most + 1, sizeof(*others));
	if (!others)
		acr_out_of_memory();
	for (size_t i = 0; i < most; i++) {
		struct acr_secret_item item;

		if (acr_secret_item_look(lists[0][i], false, &item, NULL) == 0 &&
		    strcmp(item.server, server) == 0 && !is_replaced(&item, username, collection))
			others[count++] = lists[0][i];
	}
	return others;
}

static int keep_login(const struct acr_libsecret_question *question, struct acr_secret *ret,
		      struct acr_error *error)
{
	const struct acr_login *login = question->login;
	bool locked;
	GError *gerror = NULL;
	const char **others;
	SecretService *secrets;
	SecretValue *value;

	(void)ret;
	if (!question->prompt) {
		if (acr_secret_items_locked(&locked, error))
			return -1;
		if (locked)
			return acr_raise(error, KEYCHAIN_LOCKED);
	}
	/* Read before the store, because gnome-keyring does not answer while it writes the new
	 * item. */
	others = find_others(question->server, login->username);
	if (load(error))
		return -1;
	value = sym_secret_value_new(acr_secret_text(&login->secret), (gssize)login->secret.length,
				     "text/plain");
	secrets = service(&gerror);
	if (!secrets || !sym_secret_service_store_sync(
				secrets, &schema,
				sym_secret_attributes_build(
					&schema, "label", LABEL, "server", question->server,
					"username", login->username, "docker_cli", "1", NULL),
				SECRET_COLLECTION_DEFAULT, question->server, value, NULL, &gerror))
		return acr_secret_items_fail(error, gerror, ACR_MESSAGE_SECRET_SERVICE_NOT_STORED);
	/* The new login is stored. Other logins for this server are removed only now, and a failure
	 * is harmless, since the newest one is found. */
	for (const char *const *path = others; path && *path; path++)
		(void)!acr_secret_item_drop(*path, NULL);
	return 0;
}

static int drop_login(const struct acr_libsecret_question *question, struct acr_secret *ret,
		      struct acr_error *error)
{
	const char *const *lists[2];

	(void)ret;
	if (acr_secret_items_search(question->server, &lists[0], &lists[1], error))
		return -1;
	if (!*lists[0] && !*lists[1])
		return nothing_found(question->server, error);
	for (const char *const *path = lists[0]; *path; path++)
		if (acr_secret_item_drop(*path, error))
			return -1;
	return *lists[1] ? acr_raise(error, KEYCHAIN_LOCKED) : 0;
}

static int by_server(const void *left, const void *right)
{
	return strcmp(((const struct acr_secret_item *)left)->server,
		      ((const struct acr_secret_item *)right)->server);
}

static int each_login(const struct acr_libsecret_question *question, struct acr_secret *ret,
		      struct acr_error *error)
{
	const char *const *lists[2];
	bool locked;
	struct acr_secret_item *items;
	size_t count = 0, most = 0;

	(void)question;
	if (acr_secret_items_search(NULL, &lists[0], &lists[1], error) ||
	    acr_secret_items_locked(&locked, error))
		return -1;
	if (locked)
		return acr_raise(error, KEYCHAIN_LOCKED);
	for (size_t i = 0; i < 2; i++)
		for (const char *const *path = lists[i]; *path; path++)
			most++;
	items = calloc(most + 1, sizeof(*items));
	if (!items)
		acr_out_of_memory();
	for (size_t i = 0; i < 2; i++)
		for (const char *const *path = lists[i]; *path; path++)
			if (acr_secret_item_look(*path, i == 1, &items[count++], error))
				return -1;
	qsort(items, count, sizeof(*items), by_server);
	for (size_t i = 0; i < count; i++) {
		const struct acr_secret_item *newest = &items[i];

		for (; i + 1 < count && strcmp(items[i + 1].server, newest->server) == 0; i++)
			if (acr_secret_item_is_newer(&items[i + 1], newest))
				newest = &items[i + 1];
		if (!*newest->server)
			continue;
		acr_record_add(ret, "server", newest->server, strlen(newest->server));
		acr_record_add(ret, "username", newest->username, strlen(newest->username));
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

	if (acr_secret_items_load(error) || acr_session_bus_open(question->bus, error))
		return -1;
	return verbs[question->verb](question, ret, error);
}
/* NOLINTEND(clang-analyzer-*) */
