/* SPDX-License-Identifier: Apache-2.0 */
/* Finding in a text what its error messages name: registries, images, codes, addresses, ids. */
#ifndef EXPLAIN_EXTRACT_H
#define EXPLAIN_EXTRACT_H

#include <stddef.h>

#include "acr/rule.h"

/* A clean text (acr_words_clean) and the place in it that matters: what stands nearest to it
 * counts. */
struct acr_place {
	const char *text;
	size_t length, at;
};

/* Every fact that the text names, TEXT included. What is set already stays. */
void acr_place_facts(const struct acr_app *app, const struct acr_place *place,
		     struct acr_facts *facts);

/* hosts.c: registry, image and action; the name that was looked up; a name that nearly is one. */
void acr_place_hosts(const struct acr_app *app, const struct acr_place *place,
		     struct acr_facts *facts);

/* near.c: "acme.azurecr.io" for "acme.azurercr.io" and "acme.azure.io"; owned, NULL when `host` is
 * near to nothing of ours. */
char *acr_near_miss(const char *host);

#endif
