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

/* The same without hosts, images and TEXT. */
void acr_place_said(const struct acr_place *place, struct acr_facts *facts);

/* The nearest registry and its image. */
void acr_place_hosts(const struct acr_app *app, const struct acr_place *place,
		     struct acr_facts *facts);

/* The image whose registry's name ends at the place. */
void acr_place_image(const struct acr_place *place, struct acr_facts *facts);

/* What is known of names where it is known whose the text is: the image of the registry that is set
 * already and what was asked for, the name that was looked up, the data endpoint, and where there
 * is no registry, a name that nearly is one. */
void acr_place_names(const struct acr_place *place, struct acr_facts *facts);

#endif
