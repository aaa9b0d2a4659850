/* SPDX-License-Identifier: Apache-2.0 */
/* What is known about a failure: its facts, and the rule that explains it. */
#ifndef EXPLAIN_CLASSIFY_H
#define EXPLAIN_CLASSIFY_H

#include "acr/app.h"
#include "acr/broker.h"
#include "acr/error.h"
#include "acr/rule.h"

struct acr_known {
	struct acr_facts facts;
	const struct acr_rule *rule; /* borrowed; NULL: there is no explanation besides the error */
};
#define auto_known __attribute__((cleanup(acr_known_wipe))) struct acr_known
void acr_known_wipe(struct acr_known *known);

/* "Not found" is an answer and has no rule. The caller initializes `ret` to { 0 }. */
void acr_known_of(const struct acr_app *app, const struct acr_report *report,
		  const struct acr_error *error, struct acr_known *ret);

/* One line for clients that show nothing else: the headline of the rule if the error is terse,
 * otherwise the error's own text, in the language of acr_language_begin. Owned. */
char *acr_known_line(const struct acr_known *known, const struct acr_error *error);

#endif
