/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the host or image that a text refers to. */
#ifndef EXPLAIN_NAMES_H
#define EXPLAIN_NAMES_H

#include "explain/attribute.h"

struct acr_name {
	enum acr_subject subject;
	size_t begin, end; /* offsets in the text */
	bool image;	   /* where the name of an image or a registry is expected */
};

/* The name in the span that the position `at` refers to: the nearest one before it, otherwise the
 * first after it; addresses are used only if there are no names. NONE if there is none. */
struct acr_name acr_name_for(const struct acr_app *app, const char *text,
			     const struct acr_span *span, size_t at);

bool acr_name_is_same(const char *text, const struct acr_name *one, const struct acr_name *other);

/* Is it an IPv4 address? */
bool acr_name_is_address(const char *text, const struct acr_name *name);

#endif
