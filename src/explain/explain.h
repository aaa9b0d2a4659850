/* SPDX-License-Identifier: Apache-2.0 */
/* Telling a person what happened, why, what to do and where to read more. */
#ifndef EXPLAIN_EXPLAIN_H
#define EXPLAIN_EXPLAIN_H

#include "acr/app.h"
#include "acr/broker.h"
#include "acr/error.h"

/* Explain a failure on stderr: for one of our registries within 24 lines of 80 columns, for other
 * servers only what is
 * wrong with this program or machine. "Not found" is one line for ours and none for others. */
void acr_explain(const struct acr_app *app, const struct acr_report *report,
		 const struct acr_error *error);

#endif
