/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads a JSON Web Token (RFC 7519). Its signature cannot be verified here and need not be, since
 * the token is meant for another service. We read its expiry and whom it belongs to.
 */
#ifndef BASE_JWT_H
#define BASE_JWT_H

#include <stdint.h>

#include "acr/error.h"
#include "base/json.h"

/* The claims as a JSON object owned by the caller. ACR_INVALID if it is not three base64url parts
 * with an object in the middle one, or longer than ACR_TOKEN_MAX. */
_checked_ int acr_jwt_claims(const char *token, size_t length, struct json_object **ret,
			     struct acr_error *error);

/* The issuer and the subject exactly as in the claims, one line each; nothing if there are none.
 * Loads no library, since every cached answer for a federated token calls it. */
void acr_jwt_subject(const char *token, size_t length, struct acr_secret *ret);

/* base64url without padding (RFC 4648 section 5). Decoding accepts padding; false on any other
 * byte. */
bool acr_base64url_decode(const char *text, size_t length, struct acr_secret *ret);
void acr_base64url_encode(const void *bytes, size_t length, struct acr_secret *ret);
/* Plain base64 with padding, for Basic and x5c. */
void acr_base64_encode(const void *bytes, size_t length, struct acr_secret *ret);
bool acr_base64_decode(const char *text, size_t length, struct acr_secret *ret);

#endif
