/* SPDX-License-Identifier: Apache-2.0 */
/* Lists the items of the Secret Service with GIO: see secret_items.h. */
#include "store/secret_items.h"

#include <string.h>

#include "store/session_bus.h"

#define SYMBOLS(X)                                                                                 \
	X(g_variant_new)                                                                           \
	X(g_variant_new_parsed)                                                                    \
	X(g_variant_get)                                                                           \
	X(g_variant_get_type_string)                                                               \
	X(g_variant_lookup)                                                                        \
	X(g_io_error_quark)                                                                        \
	X(g_dbus_error_quark)
ACR_LIBRARY_DECLARE(SYMBOLS)

int acr_secret_items_load(struct acr_error *error)
{
	return acr_session_bus_library("libgio-2.0.so.0", "speaking to the Secret Service",
				       library_symbols, error);
}

int acr_secret_items_fail(struct acr_error *error, const GError *gerror, enum acr_message_id what)
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
	bool is_absent = false;

	for (size_t i = 0; gerror && i < sizeof(absent) / sizeof(absent[0]); i++)
		if (gerror->domain == absent[i].domain && gerror->code == absent[i].code)
			is_absent = true;
	acr_error_set(error, what, NULL, NULL, 0);
	if (error && is_absent)
		error->kind = ACR_UNAVAILABLE;
	if (gerror && gerror->message)
		acr_error_quote(error, gerror->message, strlen(gerror->message));
	return -1;
}

static GVariant *call(const char *path, const char *interface, const char *method,
		      GVariant *parameters, const char *returns, GError **gerror)
{
	return acr_session_bus_call("org.freedesktop.secrets", path, interface, method, parameters,
				    returns, gerror);
}

#define SERVICE "/org/freedesktop/secrets", "org.freedesktop.Secret.Service"
#define ITEM	"org.freedesktop.Secret.Item"

/* Get one property: GetAll of gnome-keyring is slow if it has many items. */
static GVariant *property(const char *path, const char *interface, const char *name,
			  GError **gerror)
{
	GVariant *answer = call(path, "org.freedesktop.DBus.Properties", "Get",
				sym_g_variant_new("(ss)", interface, name), "(v)", gerror);
	GVariant *value = NULL;

	if (answer)
		sym_g_variant_get(answer, "(v)", &value);
	return value;
}

static bool is_a(GVariant *value, const char *type)
{
	return value && strcmp(sym_g_variant_get_type_string(value), type) == 0;
}

int acr_secret_items_default(const char **ret, struct acr_error *error)
{
	GError *gerror = NULL;
	GVariant *answer =
		call(SERVICE, "ReadAlias", sym_g_variant_new("(s)", "default"), "(o)", &gerror);

	if (!answer)
		return acr_secret_items_fail(error, gerror, ACR_MESSAGE_SECRET_SERVICE_UNREADABLE);
	sym_g_variant_get(answer, "(&o)", ret);
	return 0;
}

int acr_secret_items_locked(bool *ret, struct acr_error *error)
{
	GError *gerror = NULL;
	gboolean locked = TRUE;
	GVariant *value;
	const char *path = "/";

	if (acr_secret_items_default(&path, error))
		return -1;
	/* There is no collection yet: storing a login creates one. */
	*ret = false;
	if (strcmp(path, "/") == 0)
		return 0;
	value = property(path, "org.freedesktop.Secret.Collection", "Locked", &gerror);
	if (!value)
		return acr_secret_items_fail(error, gerror, ACR_MESSAGE_SECRET_SERVICE_UNREADABLE);
	if (is_a(value, "b"))
		sym_g_variant_get(value, "b", &locked);
	*ret = locked;
	return 0;
}

int acr_secret_items_search(const char *server, const char *const **ret,
			    const char *const **ret_locked, struct acr_error *error)
{
	GError *gerror = NULL;
	GVariant *wanted =
		server ? sym_g_variant_new_parsed(
				 "({'xdg:schema': %s, 'docker_cli': '1', 'server': %s},)",
				 ACR_SECRET_SCHEMA, server)
		       : sym_g_variant_new_parsed("({'xdg:schema': %s, 'docker_cli': '1'},)",
						  ACR_SECRET_SCHEMA);
	GVariant *answer = call(SERVICE, "SearchItems", wanted, "(aoao)", &gerror);

	if (!answer)
		return acr_secret_items_fail(error, gerror, ACR_MESSAGE_SECRET_SERVICE_UNREADABLE);
	sym_g_variant_get(answer, "(^a&o^a&o)", ret, ret_locked);
	return 0;
}

int acr_secret_item_look(const char *path, bool locked, struct acr_secret_item *ret,
			 struct acr_error *error)
{
	GError *gerror = NULL;
	GVariant *attributes = property(path, ITEM, "Attributes", &gerror);

	*ret = (struct acr_secret_item){
		.path = path, .server = "", .username = "", .locked = locked
	};
	if (!attributes)
		return acr_secret_items_fail(error, gerror, ACR_MESSAGE_SECRET_SERVICE_UNREADABLE);
	if (!is_a(attributes, "a{ss}"))
		return 0;
	sym_g_variant_lookup(attributes, "server", "&s", &ret->server);
	sym_g_variant_lookup(attributes, "username", "&s", &ret->username);
	return 0;
}

guint64 acr_secret_item_modified(const struct acr_secret_item *item)
{
	GError *ignored = NULL;
	GVariant *value = property(item->path, ITEM, "Modified", &ignored);
	guint64 modified = 0;

	if (is_a(value, "t"))
		sym_g_variant_get(value, "t", &modified);
	return modified;
}

bool acr_secret_item_is_newer(const struct acr_secret_item *item,
			      const struct acr_secret_item *other)
{
	return acr_secret_item_modified(item) > acr_secret_item_modified(other);
}

int acr_secret_item_drop(const char *path, struct acr_error *error)
{
	GError *gerror = NULL;
	GVariant *answer = call(path, ITEM, "Delete", NULL, "(o)", &gerror);
	const char *prompt;

	if (!answer)
		return acr_secret_items_fail(error, gerror, ACR_MESSAGE_SECRET_SERVICE_NOT_REMOVED);
	sym_g_variant_get(answer, "(&o)", &prompt);
	return strcmp(prompt, "/") == 0 ? 0 : acr_raise(error, KEYCHAIN_LOCKED);
}
