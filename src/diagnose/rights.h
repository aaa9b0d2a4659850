/* SPDX-License-Identifier: Apache-2.0 */
/* Rights on a repository: what a token allows, and which role would. */
#ifndef DIAGNOSE_RIGHTS_H
#define DIAGNOSE_RIGHTS_H

#include "acr/check.h"

/* The scope to ask for: all that may be done with the repository; owned, NULL where none is
 * named. */
char *acr_rights_scope(const struct acr_case *subject);

/* The actions that the `access` claim of a token allows on the case's repository, "pull,push";
 * false when it cannot be read. */
bool acr_rights_read(const struct acr_case *subject, const struct acr_secret *token,
		     struct acr_secret *ret);

/* Is `action` one of "pull,push"? */
bool acr_rights_hold(const char *actions, const char *action);

/* Try a user name and a password at the registry, as docker does: 0 and what they allow on the
 * case's repository. */
_checked_ int acr_rights_try(const struct acr_app *app, const struct acr_case *subject,
			     const char *user, const struct acr_secret *password,
			     struct acr_secret *ret_actions, struct acr_error *error);

/* The registry's role mode, by Azure Resource Manager: "abac", "rbac", or "" where it is not
 * known. */
const char *acr_rights_mode(const struct acr_case *subject);

/* The facts of a right that lacks: role, and which rule is meant. */
void acr_rights_facts(const struct acr_case *subject, const char *action,
		      struct acr_check_result *ret);

#endif
