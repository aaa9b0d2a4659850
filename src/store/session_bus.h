/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A connection to the session bus, for a child that speaks to one service and ends: it may block
 * for ever, and nothing is released. Who listens must run as our user. That is asked of the very
 * descriptor that GDBus is then given, so nobody can come between the look and the use, and GLib
 * itself never learns where a bus is.
 */
#ifndef STORE_SESSION_BUS_H
#define STORE_SESSION_BUS_H

#include <gio/gio.h>

#include "acr/error.h"
#include "base/library.h"

/* acr_library_load for what such a child needs. A machine without the library has no such service
 * (ACR_UNAVAILABLE); one that cannot load it may have one (ACR_SYSTEM). */
_checked_ int acr_session_bus_library(const char *soname, const char *purpose,
				      const struct acr_library_symbol *symbols,
				      struct acr_error *error);

/* Load GIO and connect to the first address of the list whose peer runs as our user (bus.h).
 * ACR_UNAVAILABLE where there is none, ACR_SYSTEM where this machine cannot tell. Once in a
 * process, before everything else. */
_checked_ int acr_session_bus_open(const char *addresses, struct acr_error *error);

/* The connection. NULL before acr_session_bus_open. */
GDBusConnection *acr_session_bus(void);

/* Call a method of a service and wait for its answer; NULL with `gerror` set when it fails.
 * `parameters` may be floating. */
GVariant *acr_session_bus_call(const char *service, const char *path, const char *interface,
			       const char *method, GVariant *parameters, const char *returns,
			       GError **gerror);

#endif
