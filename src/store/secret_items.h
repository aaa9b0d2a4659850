/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the Secret Service keeps, and whether it can be seen: everything about logins but the secret
 * itself (specifications.freedesktop.org/secret-service). What libsecret would ask through proxies,
 * at seven calls for the service and five for each item, is asked directly, on the connection that
 * it uses too. Never about sessions: gnome-keyring ends, and locks everything, when a client begins
 * with OpenSession.
 *
 * For the child of secret_service.c: it may block for ever, and nothing is released.
 */
#ifndef STORE_SECRET_ITEMS_H
#define STORE_SECRET_ITEMS_H

#include <stdbool.h>

#include <gio/gio.h>

#include "acr/error.h"

/* Of docker-credential-secretservice (docker-credential-helpers, secretservice/secretservice.c). */
#define ACR_SECRET_SCHEMA "io.docker.Credentials"

/* Before everything else. */
_checked_ int acr_secret_items_load(struct acr_error *error);

/* ACR_UNAVAILABLE for errors that mean "no such service here", ACR_LOCKED for all others, which
 * mean that there is one, and no answer. `gerror` may be NULL. Always returns -1. */
int acr_secret_items_fail(struct acr_error *error, const GError *gerror, enum acr_message_id what);

/* The path of the collection that logins are stored in; "/" where there is none yet. */
_checked_ int acr_secret_items_default(const char **ret, struct acr_error *error);

/* A locked collection finds nothing, just like an empty one: is the default one locked? No prompt
 * comes of that. */
_checked_ int acr_secret_items_locked(bool *ret, struct acr_error *error);

/* The paths of what is kept for `server` (NULL: for all), those in locked collections in
 * `ret_locked`; both end with NULL. */
_checked_ int acr_secret_items_search(const char *server, const char *const **ret,
				      const char *const **ret_locked, struct acr_error *error);

struct acr_secret_item {
	const char *path;
	const char *server, *username; /* "" where it has none */
	bool locked;
};
_checked_ int acr_secret_item_look(const char *path, bool locked, struct acr_secret_item *ret,
				   struct acr_error *error);

/* When it was stored or changed, in seconds since 1970; 0 where the service does not say. */
guint64 acr_secret_item_modified(const struct acr_secret_item *item);

/* Is the first of two logins for one server the newer one? docker-credential-secretservice takes
 * the last of the list, which may be the older. */
bool acr_secret_item_is_newer(const struct acr_secret_item *item,
			      const struct acr_secret_item *other);

/* Without a prompt: what would need one stays (ACR_LOCKED). */
_checked_ int acr_secret_item_drop(const char *path, struct acr_error *error);

#endif
