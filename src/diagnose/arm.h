/* SPDX-License-Identifier: Apache-2.0 */
/* Queries Azure Resource Manager as an identity that a check found. The token is sent to the
 * endpoint of the registry's cloud and to no other host. */
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

/* Gets a token of the identity `source` for `audience` from `tenant` (NULL: the identity's own
 * tenant). Fails with ACR_NOT_SET_UP if there is no such identity. */
_checked_ int acr_arm_token(struct acr_app *app, const struct acr_case *subject, const char *source,
			    const char *audience, const char *tenant, struct acr_token *ret,
			    struct acr_error *error);

/* Gets a token for Azure Resource Manager as `source`. Fails with ACR_NOT_SET_UP if the registry
 * has a custom domain, because the token must not be used for such a host. */
_checked_ int acr_arm_begin(struct acr_app *app, const struct acr_case *subject, const char *source,
			    struct acr_arm *ret, struct acr_error *error);

/* Sends a GET request for `path`, which the caller composes. Never pass a URL that came from a
 * service. */
_checked_ int acr_arm_get(const struct acr_arm *arm, const char *path, struct json_object **ret,
			  struct acr_error *error);

/* Looks for another tenant of this user whose token the registry accepts; false if there is
 * none. */
bool acr_arm_other_tenant(struct acr_app *app, const struct acr_case *subject, const char *source,
			  const char *tenant, char *ret, size_t size);

#endif
