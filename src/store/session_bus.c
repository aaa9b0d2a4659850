/* SPDX-License-Identifier: Apache-2.0 */
/* Connects GDBus to the session bus, over a descriptor whose peer has been checked: see
 * session_bus.h. */
#include "store/session_bus.h"

#include <string.h>

#include "store/bus.h"

#define SYMBOLS(X)                                                                                 \
	X(g_socket_new_from_fd)                                                                    \
	X(g_socket_connection_factory_create_connection)                                           \
	X(g_dbus_connection_new_sync)                                                              \
	X(g_dbus_connection_call_sync)
ACR_LIBRARY_DECLARE(SYMBOLS)

/* One per process, like GLib's own. */
static GDBusConnection *bus;

int acr_session_bus_library(const char *soname, const char *purpose,
			    const struct acr_library_symbol *symbols, struct acr_error *error)
{
	struct acr_error failure = { 0 };

	if (acr_library_load(soname, purpose, symbols, &failure) == 0)
		return 0;
	if (acr_library_is_absent(&failure))
		failure.kind = ACR_UNAVAILABLE;
	if (error)
		*error = failure;
	return -1;
}

int acr_session_bus_open(const char *addresses, struct acr_error *error)
{
	GSocketConnection *stream;
	GError *gerror = NULL;
	GSocket *socket;
	int fd;

	if (acr_session_bus_library("libgio-2.0.so.0", "speaking to the session bus",
				    library_symbols, error))
		return -1;
	fd = acr_bus_connect(addresses, error);
	if (fd < 0)
		return -1;
	socket = sym_g_socket_new_from_fd(fd, &gerror);
	stream = socket ? sym_g_socket_connection_factory_create_connection(socket) : NULL;
	bus = stream ? sym_g_dbus_connection_new_sync(
			       (GIOStream *)stream, NULL,
			       G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
				       G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
			       NULL, NULL, &gerror)
		     : NULL;
	if (bus)
		return 0;
	acr_raise(error, BUS_DENIED);
	if (gerror && gerror->message)
		acr_error_quote(error, gerror->message, strlen(gerror->message));
	return -1;
}

GDBusConnection *acr_session_bus(void)
{
	return bus;
}

GVariant *acr_session_bus_call(const char *service, const char *path, const char *interface,
			       const char *method, GVariant *parameters, const char *returns,
			       GError **gerror)
{
	return sym_g_dbus_connection_call_sync(bus, service, path, interface, method, parameters,
					       (const GVariantType *)returns,
					       G_DBUS_CALL_FLAGS_NONE, -1, NULL, gerror);
}
