/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_BUS_H
#define STORE_BUS_H

#include "acr/app.h"

/*
 * The session bus to speak to, as a D-Bus address owned by the caller; NULL where there is none.
 * $DBUS_SESSION_BUS_ADDRESS where every address in it is a unix: one, else $XDG_RUNTIME_DIR/bus
 * (D-Bus specification, "Server Addresses"). Whoever else gets to see passwords does so over a
 * socket that belongs to us: tcp:, unixexec: and autolaunch:, which would start a program, are no
 * bus.
 */
char *acr_bus_address(const struct acr_app *app);

#endif
