/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the host of an untrusted URL, strictly, so that every other parser finds the same host. */
#ifndef BASE_URL_H
#define BASE_URL_H

#include <stdbool.h>
#include <stddef.h>

/* "https://HOST" or "https://HOST/...": HOST of letters, digits, hyphens and dots, as spelled.
 * False, and "", for a user, a port, an escape, a query without a path, another scheme or NULL. */
bool acr_url_host(const char *url, char *ret, size_t size);

/* Is this the host of the URL, ignoring case? */
bool acr_url_is_at(const char *url, const char *host);

#endif
