/* SPDX-License-Identifier: Apache-2.0 */
/* Whom a text names. */
#ifndef EXPLAIN_NAMES_H
#define EXPLAIN_NAMES_H

#include "explain/attribute.h"

struct acr_name {
	enum acr_subject subject;
	size_t begin, end; /* in the text */
	bool image;	   /* where the name of an image or a registry stands */
};

/* The name in the span that the place `at` is about: the nearest before it, else the first behind;
 * addresses count only where there are no names. NONE where there is none. */
struct acr_name acr_name_for(const struct acr_app *app, const char *text,
			     const struct acr_span *span, size_t at);

bool acr_name_is_same(const char *text, const struct acr_name *one, const struct acr_name *other);

/* An IPv4 address? */
bool acr_name_is_address(const char *text, const struct acr_name *name);

#endif
