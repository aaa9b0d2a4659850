/* SPDX-License-Identifier: Apache-2.0 */
/* Reads tokens from a registry's 200 response. */
#ifndef REGISTRY_REFRESH_TOKEN_H
#define REGISTRY_REFRESH_TOKEN_H

#include "acr/http.h"
#include "acr/registry.h"

/* The member `name` of the JSON, if it is a token with a valid size and alphabet. */
_checked_ int acr_grant_token(const struct acr_registry *registry,
			      const struct acr_response *answer, const char *name,
			      struct acr_secret *ret, struct acr_error *error);

/* The refresh token in a response of /oauth2/exchange; `wall` is this machine's time, used if the
 * server did not send its own. Does not set `obtained`. */
_checked_ int acr_grant_read(const struct acr_registry *registry, const struct acr_response *answer,
			     int64_t wall, struct acr_grant *ret, struct acr_error *error);

#endif
