/* SPDX-License-Identifier: Apache-2.0 */
/* The host of a URL that somebody else wrote, read in the one way that no other reader can see
 * differently. */
#ifndef BASE_URL_H
#define BASE_URL_H

#include <stdbool.h>
#include <stddef.h>

/* "https://HOST" or "https://HOST/...": HOST of letters, digits, hyphens and dots, as it is written.
 * False, and "", for a user, a port, an escape, a query without a path, another scheme or NULL. */
bool acr_url_host(const char *url, char *ret, size_t size);

/* Is that its host, whatever the case? */
bool acr_url_is_at(const char *url, const char *host);

#endif
