/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of the page for people. */
#ifndef DIAGNOSE_PAGE_H
#define DIAGNOSE_PAGE_H

#include "diagnose/diagnose.h"

struct acr_page {
	const struct acr_app *app;
	const struct acr_diagnosis *diagnosis;
	bool colour;
};

/* Cases that are shown together: the machine with the registry if there is only one, otherwise each
 * case alone. */
struct acr_block {
	size_t first, count;
};

/* Returns the escape sequence that starts a color; "" if the page has no colors. End the colored
 * text with ACR_PLAIN. */
const char *acr_page_colour(const struct acr_page *page, enum acr_verdict verdict);
#define ACR_BOLD  "\033[1m"
#define ACR_PLAIN "\033[0m"

/* Returns the number of checks of a block with this verdict. */
size_t acr_page_count(const struct acr_page *page, const struct acr_block *block,
		      enum acr_verdict verdict);
/* For example "2 warnings"; owned by the caller. */
char *acr_page_counted(enum acr_verdict verdict, size_t count);

/* Writes one line for each area, and one for each failed check that caused others to be skipped. */
void acr_page_areas(const struct acr_page *page, const struct acr_block *block,
		    struct acr_secret *out);

/* Writes the warnings of a block: complete if they fit into `room` lines, otherwise each cut to one
 * line. */
void acr_page_warnings(const struct acr_page *page, const struct acr_block *block, size_t room,
		       struct acr_secret *out);

/* Writes every check of a case; with `details`, the details below each check. */
void acr_page_checks(const struct acr_page *page, size_t index, bool details,
		     struct acr_secret *out);

/* Returns the number of lines of a text. */
size_t acr_page_lines(const struct acr_secret *text);

#endif
