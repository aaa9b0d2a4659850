/* SPDX-License-Identifier: Apache-2.0 */
/* Finds variables of this process whose values cannot be intended: leftovers of CI systems and
 * shells. */
#ifndef EXPLAIN_VARIABLES_H
#define EXPLAIN_VARIABLES_H

#include "acr/app.h"
#include "acr/identity.h"

struct acr_flawed_variable {
	const char *name, *flaw; /* an English sentence that has a translation; borrowed */
};

/* The first variable of `identity` (NULL: of any) with a flaw; its name is NULL if there is none.
 * Its value is never returned. */
struct acr_flawed_variable acr_variable_flawed(const struct acr_app *app,
					       const struct acr_identity *identity);

#endif
