/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_BUS_H
#define STORE_BUS_H

#include "acr/app.h"

/*
 * The session bus to speak to, as a D-Bus address owned by the caller; NULL where there is none
 * (ACR_UNAVAILABLE), or where this machine cannot tell (ACR_SYSTEM: never taken for none).
 * $DBUS_SESSION_BUS_ADDRESS where every address in it is a unix: one, else $XDG_RUNTIME_DIR/bus
 * (D-Bus specification, "Server Addresses"). tcp: has no credentials, unixexec: and autolaunch:
 * would start a program: they are no bus.
 */
char *acr_bus_address(const struct acr_app *app, struct acr_error *error);

/*
 * Connect to the first unix: address of the list that lets us in and behind which somebody runs as
 * our user (SO_PEERCRED of the connection itself): an abstract name is free for anybody once its
 * session has ended, and a path may have been replaced since it was looked at. The descriptor, to
 * be closed by the caller; -1 with ACR_UNAVAILABLE where nobody of ours listens, with ACR_SYSTEM
 * where one of them may but cannot be reached. May block while the peer takes nobody in.
 */
_checked_ int acr_bus_connect(const char *addresses, struct acr_error *error);

#endif
