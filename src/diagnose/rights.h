/* SPDX-License-Identifier: Apache-2.0 */
/* Permissions on a repository: what a token allows, and which role grants it. */
#ifndef DIAGNOSE_RIGHTS_H
#define DIAGNOSE_RIGHTS_H

#include "acr/check.h"

/* Returns the scope to request, with all actions on the repository; owned by the caller, NULL if
 * the case has no repository. */
char *acr_rights_scope(const struct acr_case *subject);

/* Reads the actions that the `access` claim of a token allows on the case's repository, for example
 * "pull,push"; false if the token cannot be parsed. */
bool acr_rights_read(const struct acr_case *subject, const struct acr_secret *token,
		     struct acr_secret *ret);

/* Is `action` in the list "pull,push"? */
bool acr_rights_hold(const char *actions, const char *action);

/* Tries a user name and a password at the registry as docker does. Returns 0 and the actions that
 * they allow on the case's repository. */
_checked_ int acr_rights_try(const struct acr_app *app, const struct acr_case *subject,
			     const char *user, const struct acr_secret *password,
			     struct acr_secret *ret_actions, struct acr_error *error);

/* Returns the role assignment mode of the registry from Azure Resource Manager: "abac", "rbac", or
 * "" if it is not known. */
const char *acr_rights_mode(const struct acr_case *subject);

/* Sets the facts about a missing permission: the role that grants it, and which rule applies. */
void acr_rights_facts(const struct acr_case *subject, const char *action,
		      struct acr_check_result *ret);

#endif
