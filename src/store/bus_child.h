/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_BUS_CHILD_H
#define STORE_BUS_CHILD_H

#include "acr/app.h"

/* Call this in a new child that will load GLib and use a service on the session bus: removes
 * everything from the environment that GLib would act on, and limits the memory that a service can
 * make the child use. */
void acr_bus_child_begin(const struct acr_app *app);

#endif
