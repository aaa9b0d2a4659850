/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Items of the Secret Service, without their secrets, and whether they are locked
 * (specifications.freedesktop.org/secret-service). libsecret would use proxies for this, with seven
 * calls for the service and five for each item; here the calls are made directly, on the same
 * connection. Never opens a session: gnome-keyring exits, and locks everything, after a client has
 * called OpenSession.
 *
 * Only for the child of secret_service.c: it may block forever, and nothing is released.
 */
#ifndef STORE_SECRET_ITEMS_H
#define STORE_SECRET_ITEMS_H

#include <stdbool.h>

#include <gio/gio.h>

#include "acr/error.h"

/* Of docker-credential-secretservice (docker-credential-helpers, secretservice/secretservice.c). */
#define ACR_SECRET_SCHEMA "io.docker.Credentials"

/* Must be called first. */
_checked_ int acr_secret_items_load(struct acr_error *error);

/* ACR_UNAVAILABLE for errors that mean that there is no Secret Service, ACR_LOCKED for all others,
 * which mean that it exists but did not answer. `gerror` may be NULL. Always returns -1. */
int acr_secret_items_fail(struct acr_error *error, const GError *gerror, enum acr_message_id what);

/* The path of the collection that logins are stored in; "/" where there is none yet. */
_checked_ int acr_secret_items_default(const char **ret, struct acr_error *error);

/* Is the default collection locked? A search in a locked collection finds nothing, as in an empty
 * one. Never shows a prompt. */
_checked_ int acr_secret_items_locked(bool *ret, struct acr_error *error);

/* The paths of the items for `server` (NULL: all), those in locked collections in `ret_locked`;
 * both lists end with NULL. */
_checked_ int acr_secret_items_search(const char *server, const char *const **ret,
				      const char *const **ret_locked, struct acr_error *error);

struct acr_secret_item {
	const char *path;
	const char *server, *username; /* "" where it has none */
	bool locked;
};
_checked_ int acr_secret_item_look(const char *path, bool locked, struct acr_secret_item *ret,
				   struct acr_error *error);

/* When it was stored or changed, in seconds since 1970; 0 if the service does not say. */
guint64 acr_secret_item_modified(const struct acr_secret_item *item);

/* Is the first of two logins for one server the newer one? docker-credential-secretservice takes
 * the last of the list, which may be the older. */
bool acr_secret_item_is_newer(const struct acr_secret_item *item,
			      const struct acr_secret_item *other);

/* Never shows a prompt: an item that would require one is kept (ACR_LOCKED). */
_checked_ int acr_secret_item_drop(const char *path, struct acr_error *error);

#endif
