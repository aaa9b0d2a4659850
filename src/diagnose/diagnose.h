/* SPDX-License-Identifier: Apache-2.0 */
/* The result of `diagnose`, and the formats in which it is printed. */
#ifndef DIAGNOSE_DIAGNOSE_H
#define DIAGNOSE_DIAGNOSE_H

#include "acr/check.h"

#define ACR_CASES_MOST 8 /* the machine and up to 7 registries */

struct acr_diagnosis {
	struct acr_case cases[ACR_CASES_MOST]; /* [0] is the machine */
	size_t count;
	struct acr_check_result *results[ACR_CASES_MOST]; /* owned; acr_check_count() each */
	struct acr_causes causes;
	int64_t took; /* milliseconds */
};

/* Returns the number of checks with this verdict. */
size_t acr_diagnosis_count(const struct acr_diagnosis *diagnosis, enum acr_verdict verdict);

/* The page for people: the verdict, what is wrong and how to fix it, then the areas or all
 * checks. */
enum acr_page_extent {
	ACR_PAGE_QUIET,	  /* the verdict, and one line for each cause */
	ACR_PAGE_SHORT,	  /* the most likely cause explained, and one line for each area */
	ACR_PAGE_VERBOSE, /* all causes, all checks, the log query for the registry's owner */
	ACR_PAGE_REPORT	  /* the same, with the details of each check */
};
void acr_diagnosis_page(const struct acr_app *app, const struct acr_diagnosis *diagnosis,
			bool colour, enum acr_page_extent extent, struct acr_secret *out);

/* Writes the JSON output that packaging/diagnose.schema.json documents. */
void acr_diagnosis_json(const struct acr_app *app, const struct acr_diagnosis *diagnosis,
			struct acr_secret *out);

/* The report file that users attach to a support ticket. */
struct acr_diagnosis_report {
	const char *path;
	bool home, addresses; /* do not redact these */
};
_checked_ int acr_diagnosis_report(const struct acr_app *app, const struct acr_diagnosis *diagnosis,
				   const struct acr_diagnosis_report *report,
				   struct acr_error *error);

#endif
