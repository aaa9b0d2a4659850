/* SPDX-License-Identifier: Apache-2.0 */
/* What is taken from a registry's 200. */
#ifndef REGISTRY_REFRESH_TOKEN_H
#define REGISTRY_REFRESH_TOKEN_H

#include "acr/http.h"
#include "acr/registry.h"

/* The member `name` of the JSON, if it is a token of a sane size and alphabet. */
_checked_ int acr_grant_token(const struct acr_registry *registry,
			      const struct acr_response *answer, const char *name,
			      struct acr_secret *ret, struct acr_error *error);

/* The refresh token that /oauth2/exchange gives; `wall` is this machine's time, for a server that
 * did not tell its own. Leaves `obtained` to the caller. */
_checked_ int acr_grant_read(const struct acr_registry *registry, const struct acr_response *answer,
			     int64_t wall, struct acr_grant *ret, struct acr_error *error);

#endif
