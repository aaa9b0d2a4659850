/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A connection to the session bus, for a child that uses one service and then exits: it may block
 * forever, and nothing is released. The listener must run as the same user. This is checked for the
 * descriptor that GDBus is then given, so that nothing can change between check and use, and GLib
 * does not look for a bus itself.
 */
#ifndef STORE_SESSION_BUS_H
#define STORE_SESSION_BUS_H

#include <gio/gio.h>

#include "acr/error.h"
#include "base/library.h"

/* Like acr_library_load, for a library that such a child needs: ACR_UNAVAILABLE if it is not
 * installed, since there is then no such service; ACR_SYSTEM if it cannot be loaded, since there
 * may be one. */
_checked_ int acr_session_bus_library(const char *soname, const char *purpose,
				      const struct acr_library_symbol *symbols,
				      struct acr_error *error);

/* Load GIO and connect to the first address of the list whose peer runs as the same user (bus.h).
 * ACR_UNAVAILABLE if there is none, ACR_SYSTEM if that cannot be determined. Call it once in a
 * process, before everything else. */
_checked_ int acr_session_bus_open(const char *addresses, struct acr_error *error);

/* The connection. NULL before acr_session_bus_open. */
GDBusConnection *acr_session_bus(void);

/* Call a method of a service and wait for its answer; NULL with `gerror` set if it fails.
 * `parameters` may be floating. */
GVariant *acr_session_bus_call(const char *service, const char *path, const char *interface,
			       const char *method, GVariant *parameters, const char *returns,
			       GError **gerror);

#endif
