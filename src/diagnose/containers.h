/* SPDX-License-Identifier: Apache-2.0 */
/* registries.conf of podman and its kin (containers-registries.conf(5)). */
#ifndef DIAGNOSE_CONTAINERS_H
#define DIAGNOSE_CONTAINERS_H

#include "acr/check.h"

/* Every file that is read, in the order in which they are: the last that says something counts. */
void acr_containers_each(const struct acr_app *app,
			 void (*visit)(void *data, const char *path, const char *text), void *data);

/* The file by which "credential-helpers" has this one; owned, NULL for none. */
char *acr_containers_helper(const struct acr_app *app, const char *helper);

#endif
