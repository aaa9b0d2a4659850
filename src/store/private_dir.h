/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Private directories for the files of this layer, which are used only if they belong to the user,
 * and file names for arbitrary text. A `folder` parameter may be NULL (no home directory, no
 * runtime directory); the functions then fail with ACR_UNAVAILABLE.
 */
#ifndef STORE_PRIVATE_DIR_H
#define STORE_PRIVATE_DIR_H

#include "acr/error.h"
#include "acr/secret.h"

/* A file name for any text: letters, digits, '.', '-' and '_' are kept, other bytes become %XX. A
 * name of more than 200 bytes is cut and ends in '+' and a hash. Owned by the caller. */
char *acr_private_dir_name(const char *text);
/* The text of such a name, owned by the caller; NULL if the name contains only a hash of it. */
char *acr_private_dir_text(const char *name);

/* Create the directory and its parents (0700). ACR_INVALID if it exists and belongs to another user
 * or is accessible to others, or if it would be created in a directory that belongs to another user
 * or is writable by others: with sudo -E, HOME is not the directory of this user. */
_checked_ int acr_private_dir_make(const char *folder, struct acr_error *error);

/* Like acr_private_read, _write, _drop and _each, for files of at most ACR_ENTRY_MAX bytes. */
_checked_ int acr_private_dir_read(const char *folder, const char *name, struct acr_secret *ret,
				   struct acr_error *error);
_checked_ int acr_private_dir_write(const char *folder, const char *name,
				    const struct acr_secret *bytes, bool durable,
				    struct acr_error *error);
_checked_ int acr_private_dir_drop(const char *folder, const char *name, struct acr_error *error);
_checked_ int acr_private_dir_each(const char *folder, void (*visit)(void *data, const char *name),
				   void *data, struct acr_error *error);

#endif
