/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_BUS_H
#define STORE_BUS_H

#include "acr/app.h"

/*
 * The D-Bus address of the session bus to use, owned by the caller. NULL with ACR_UNAVAILABLE if
 * there is none, or with ACR_SYSTEM if that cannot be determined (which never counts as "none").
 * $DBUS_SESSION_BUS_ADDRESS if every address in it is a unix: address, otherwise
 * $XDG_RUNTIME_DIR/bus (D-Bus specification, "Server Addresses"). Other transports are not used:
 * tcp: does not pass credentials; unixexec: and autolaunch: would start a program.
 */
char *acr_bus_address(const struct acr_app *app, struct acr_error *error);

/*
 * Connect to the first unix: address of the list that accepts the connection and whose peer runs as
 * the same user (SO_PEERCRED of the connection itself): any user can take an abstract name after
 * its session has ended, and a path may have been replaced since it was checked. Returns the
 * descriptor, to be closed by the caller; -1 with ACR_UNAVAILABLE if no process of the same user
 * listens, with ACR_SYSTEM if one may listen but cannot be connected to. May block while the peer
 * does not accept connections.
 */
_checked_ int acr_bus_connect(const char *addresses, struct acr_error *error);

#endif
