/* SPDX-License-Identifier: Apache-2.0 */
/* Variables of the process whose value cannot be meant: what CI systems and shells leave behind. */
#ifndef EXPLAIN_VARIABLES_H
#define EXPLAIN_VARIABLES_H

#include "acr/app.h"
#include "acr/identity.h"

struct acr_flawed_variable {
	const char *name, *flaw; /* an English sentence that has a translation; borrowed */
};

/* The first variable of `identity` (NULL: of any) that is flawed; NULL as its name for none. Its
 * value is in no answer. */
struct acr_flawed_variable acr_variable_flawed(const struct acr_app *app,
					       const struct acr_identity *identity);

#endif
