/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_BUS_CHILD_H
#define STORE_BUS_CHILD_H

#include "acr/app.h"

/* In a fresh child that will load GLib and speak to a service on the session bus: nothing of our
 * environment is left that GLib would act on, and no service can make it eat the machine. */
void acr_bus_child_begin(const struct acr_app *app);

#endif
