/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of a diagnosis for people. */
#ifndef DIAGNOSE_PAGE_H
#define DIAGNOSE_PAGE_H

#include "diagnose/diagnose.h"

struct acr_page {
	const struct acr_app *app;
	const struct acr_diagnosis *diagnosis;
	bool colour;
};

/* Cases that are told of together: one registry and the machine, otherwise each alone. */
struct acr_block {
	size_t first, count;
};

/* "" where the page has no colours; what begins with one ends with ACR_PLAIN. */
const char *acr_page_colour(const struct acr_page *page, enum acr_verdict verdict);
#define ACR_BOLD  "\033[1m"
#define ACR_PLAIN "\033[0m"

/* How many checks of a block came to this verdict. */
size_t acr_page_count(const struct acr_page *page, const struct acr_block *block,
		      enum acr_verdict verdict);
/* "2 warnings"; owned. */
char *acr_page_counted(enum acr_verdict verdict, size_t count);

/* A line for each area, and one for each check that kept others from running. */
void acr_page_areas(const struct acr_page *page, const struct acr_block *block,
		    struct acr_secret *out);

/* The warnings of a block, whole where they fit into `room` lines, otherwise cut to one each. */
void acr_page_warnings(const struct acr_page *page, const struct acr_block *block, size_t room,
		       struct acr_secret *out);

/* Every check of a case, with `details` below it. */
void acr_page_checks(const struct acr_page *page, size_t index, bool details,
		     struct acr_secret *out);

/* The lines of a text. */
size_t acr_page_lines(const struct acr_secret *text);

#endif
