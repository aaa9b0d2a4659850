/* SPDX-License-Identifier: Apache-2.0 */
/* What `diagnose` found, and the ways in which it is told. */
#ifndef DIAGNOSE_DIAGNOSE_H
#define DIAGNOSE_DIAGNOSE_H

#include "acr/check.h"

#define ACR_CASES_MOST 8 /* the machine, and so many registries less one */

struct acr_diagnosis {
	struct acr_case cases[ACR_CASES_MOST]; /* [0] is the machine */
	size_t count;
	struct acr_check_result *results[ACR_CASES_MOST]; /* owned; acr_check_count() each */
	struct acr_causes causes;
	int64_t took; /* milliseconds */
};

/* How many checks came to this verdict. */
size_t acr_diagnosis_count(const struct acr_diagnosis *diagnosis, enum acr_verdict verdict);

/* For people: the verdict; what is wrong and what to do; the areas, or every check. */
enum acr_page_extent {
	ACR_PAGE_QUIET,	  /* the verdict and the causes, a line each */
	ACR_PAGE_SHORT,	  /* the most likely cause explained, a line for each area */
	ACR_PAGE_VERBOSE, /* all causes, all checks, the query for the registry's owner */
	ACR_PAGE_REPORT	  /* and the details of each check */
};
void acr_diagnosis_page(const struct acr_app *app, const struct acr_diagnosis *diagnosis,
			bool colour, enum acr_page_extent extent, struct acr_secret *out);

/* The documented form (packaging/diagnose.schema.json). */
void acr_diagnosis_json(const struct acr_app *app, const struct acr_diagnosis *diagnosis,
			struct acr_secret *out);

/* What may be attached to a ticket. */
struct acr_diagnosis_report {
	const char *path;
	bool home, addresses; /* leave them as they are */
};
_checked_ int acr_diagnosis_report(const struct acr_app *app, const struct acr_diagnosis *diagnosis,
				   const struct acr_diagnosis_report *report,
				   struct acr_error *error);

#endif
