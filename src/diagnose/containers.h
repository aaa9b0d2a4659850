/* SPDX-License-Identifier: Apache-2.0 */
/* Reads registries.conf of podman, skopeo and buildah (containers-registries.conf(5)). */
#ifndef DIAGNOSE_CONTAINERS_H
#define DIAGNOSE_CONTAINERS_H

#include "acr/check.h"

/* Calls back for every file that is read, in the order in which podman reads them. If several files
 * set a value, the last one counts. */
void acr_containers_each(const struct acr_app *app,
			 void (*visit)(void *data, const char *path, const char *text), void *data);

/* Returns the path of the file whose "credential-helpers" lists this helper; owned by the caller,
 * NULL if there is none. */
char *acr_containers_helper(const struct acr_app *app, const char *helper);

#endif
