/* SPDX-License-Identifier: Apache-2.0 */
/* Output formats of `status`. */
#ifndef FRONT_STATUS_H
#define FRONT_STATUS_H

#include "acr/broker.h"

/* A line in bold, if stdout is a terminal that supports it and NO_COLOR is not set. */
void acr_status_heading(const struct acr_app *app, struct acr_secret *out, const char *text);

/* The documented JSON form (docker-credential-acr(1), status). `registry` NULL: all. */
void acr_status_json(struct acr_app *app, const struct acr_registry *registry,
		     const struct acr_status *status, struct acr_secret *out);

/* Represents any registry of the public cloud. */
struct acr_registry acr_status_any(void);

#endif
