/* SPDX-License-Identifier: Apache-2.0 */
/* Extracts what error messages in a text name: registries, images, codes, addresses, IDs. */
#ifndef EXPLAIN_EXTRACT_H
#define EXPLAIN_EXTRACT_H

#include <stddef.h>

#include "acr/rule.h"

/* A text from acr_words_clean, and a position in it: values nearest to the position are used. */
struct acr_excerpt {
	const char *text;
	size_t length, at;
};

/* Set every fact that the text names, and TEXT. Facts that are already set are not changed. */
void acr_extract_facts(const struct acr_app *app, const struct acr_excerpt *excerpt,
		       struct acr_facts *facts);

/* The same without hosts, images and TEXT. */
void acr_extract_text(const struct acr_excerpt *excerpt, struct acr_facts *facts);

/* The nearest registry and its image. */
void acr_extract_hosts(const struct acr_app *app, const struct acr_excerpt *excerpt,
		       struct acr_facts *facts);

/* The image whose registry's name ends at the position. */
void acr_extract_image(const struct acr_excerpt *excerpt, struct acr_facts *facts);

/* Set the names that are known once it is known which client wrote the text: the image of the
 * registry that is already set and the requested access, the name that was looked up, the data
 * endpoint, and if there is no registry, a name that is similar to one. */
void acr_extract_names(const struct acr_excerpt *excerpt, struct acr_facts *facts);

#endif
