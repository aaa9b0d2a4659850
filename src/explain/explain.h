/* SPDX-License-Identifier: Apache-2.0 */
/* Explains failures to the user: what happened, why, what to do and where to read more. */
#ifndef EXPLAIN_EXPLAIN_H
#define EXPLAIN_EXPLAIN_H

#include "acr/app.h"
#include "acr/broker.h"
#include "acr/error.h"
#include "explain/classify.h"

/* Explain a failure on stderr: for an Azure registry in at most ACR_LINES_BRIEF lines of 80
 * columns, for other servers only faults of this program or machine. "Not found" is one line for an
 * Azure registry and nothing for others. A repetition within five seconds is one line. */
void acr_explain(const struct acr_app *app, const struct acr_report *report,
		 const struct acr_error *error);

/* The same for a failure that has been classified already. */
void acr_explain_known(const struct acr_app *app, const struct acr_report *report,
		       const struct acr_error *error, const struct acr_known *known);

/* One line on stderr: the error in the user's language. */
void acr_say_error(const struct acr_app *app, const struct acr_error *error);

/* Print notices besides an answer, in the user's language: each cause at most once per hour and
 * host. */
void acr_explain_notices(const struct acr_app *app, const struct acr_report *report);

#endif
