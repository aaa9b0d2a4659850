/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Places for files of this floor: names for arbitrary text, and folders that are ours or are not
 * used. A `folder` parameter may be NULL (no home, no runtime folder): ACR_UNAVAILABLE then.
 */
#ifndef STORE_PRIVATE_DIR_H
#define STORE_PRIVATE_DIR_H

#include "acr/error.h"
#include "acr/secret.h"

/* A file name for any text: letters, digits, '.', '-' and '_' as they are, the rest as %XX; what
 * gets longer than 200 bytes ends in '+' and a hash instead. Owned by the caller. */
char *acr_place_name(const char *text);
/* The text that gave this name, owned by the caller; NULL when only a hash of it is left. */
char *acr_place_text(const char *name);

/* Make the folder and its parents (0700). ACR_INVALID when what is there already, or what it would
 * be made in, belongs to someone else or is open to everybody: with sudo -E, HOME is not ours. */
_checked_ int acr_place_make(const char *folder, struct acr_error *error);

/* acr_private_read, _write, _drop and _each, for files of at most ACR_ENTRY_MAX bytes. */
_checked_ int acr_place_read(const char *folder, const char *name, struct acr_secret *ret,
			     struct acr_error *error);
_checked_ int acr_place_write(const char *folder, const char *name, const struct acr_secret *bytes,
			      bool durable, struct acr_error *error);
_checked_ int acr_place_drop(const char *folder, const char *name, struct acr_error *error);
_checked_ int acr_place_each(const char *folder, void (*visit)(void *data, const char *name),
			     void *data, struct acr_error *error);

#endif
