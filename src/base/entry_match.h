/* SPDX-License-Identifier: Apache-2.0 */
/* Which entries of "registries" in a configuration file are for a host, and which of them is the
 * closest. */
#ifndef BASE_ENTRY_MATCH_H
#define BASE_ENTRY_MATCH_H

#include <stdbool.h>

/* A host name with one '*', which stands for any characters but a dot. */
bool acr_entry_is_pattern(const char *entry);

/* How closely an entry matches a host, 0 for not at all: its exact name, then the name of the
 * registry that a regional endpoint (contoso.eastus.geo.azurecr.io) belongs to, then the pattern
 * with the longest beginning. A pattern covers the regional endpoints of what it matches. */
unsigned acr_entry_match(const char *entry, const char *host);

/* Is there a host that both match equally closely? */
bool acr_entry_collides(const char *left, const char *right);

#endif
