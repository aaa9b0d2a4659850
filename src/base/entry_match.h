/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which entries of "registries" in a configuration file match a host, and which of them
 * matches most closely. */
#ifndef BASE_ENTRY_MATCH_H
#define BASE_ENTRY_MATCH_H

#include <stdbool.h>

/* A host name with one '*', which stands for any characters but a dot. */
bool acr_entry_is_pattern(const char *entry);

/* How closely an entry matches a host, 0 if it does not. From closest to least close: the exact
 * name, the name of the registry that a regional endpoint (contoso.eastus.geo.azurecr.io) belongs
 * to, the pattern with the longest part before its star. A pattern also matches the regional
 * endpoints of the registries that it matches. */
unsigned acr_entry_match(const char *entry, const char *host);

/* Is there a host that both match equally closely? */
bool acr_entry_collides(const char *left, const char *right);

#endif
