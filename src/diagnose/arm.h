/* SPDX-License-Identifier: Apache-2.0 */
/* Asking Azure Resource Manager as the identity that was found: its own endpoint of the
 * registry's cloud, nowhere else. */
#ifndef DIAGNOSE_ARM_H
#define DIAGNOSE_ARM_H

#include "acr/check.h"
#include "base/json.h"

struct acr_arm {
	struct acr_app *app;
	const struct acr_case *subject;
	struct acr_token token;
};
void acr_arm_end(struct acr_arm *arm);
#define auto_arm __attribute__((cleanup(acr_arm_end))) struct acr_arm

/* A token of the identity `source`, for `audience`, at `tenant` (NULL: its own). ACR_NOT_SET_UP
 * without such an identity. */
_checked_ int acr_arm_token(struct acr_app *app, const struct acr_case *subject, const char *source,
			    const char *audience, const char *tenant, struct acr_token *ret,
			    struct acr_error *error);

/* Sign in as `source`. ACR_NOT_SET_UP for a registry under a name of somebody's own: no such
 * token for it. */
_checked_ int acr_arm_begin(struct acr_app *app, const struct acr_case *subject, const char *source,
			    struct acr_arm *ret, struct acr_error *error);

/* GET a path of ours; what a service named is never asked. */
_checked_ int acr_arm_get(const struct acr_arm *arm, const char *path, struct json_object **ret,
			  struct acr_error *error);

/* Another tenant of this user in whose name the registry takes it; false when there is none. */
bool acr_arm_other_tenant(struct acr_app *app, const struct acr_case *subject, const char *source,
			  const char *tenant, char *ret, size_t size);

#endif
