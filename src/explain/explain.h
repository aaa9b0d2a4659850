/* SPDX-License-Identifier: Apache-2.0 */
/* Telling a person what happened, why, what to do and where to read more. */
#ifndef EXPLAIN_EXPLAIN_H
#define EXPLAIN_EXPLAIN_H

#include "acr/app.h"
#include "acr/broker.h"
#include "acr/error.h"
#include "explain/classify.h"

/* Explain a failure on stderr: for one of our registries within ACR_LINES_BRIEF of 80 columns, for other
 * servers only what is wrong with this program or machine. "Not found" is one line for ours and none
 * for others. The same within five seconds is
 * told in one line. */
void acr_explain(const struct acr_app *app, const struct acr_report *report,
		 const struct acr_error *error);

/* The same, where it was looked into already. */
void acr_explain_known(const struct acr_app *app, const struct acr_report *report,
		       const struct acr_error *error, const struct acr_known *known);

/* One line on stderr: the error in the person's language. */
void acr_say_error(const struct acr_app *app, const struct acr_error *error);

/* What a person should know beside an answer, in the person's language: each cause at most once an
 * hour and host. */
void acr_explain_notices(const struct acr_app *app, const struct acr_report *report);

#endif
