/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading a JSON Web Token (RFC 7519) that we cannot verify and need not: it is for somebody else.
 * We look at when it ends and for whom it is.
 */
#ifndef BASE_JWT_H
#define BASE_JWT_H

#include <stdint.h>

#include "acr/error.h"
#include "base/json.h"

/* The claims as a JSON object owned by the caller. ACR_INVALID when it is not three base64url parts
 * with an object in the middle, or longer than ACR_TOKEN_MAX. */
_checked_ int acr_jwt_claims(const char *token, size_t length, struct json_object **ret,
			     struct acr_error *error);

/* The issuer and the subject as they stand in the claims, a line each; nothing where there is none
 * to read. Loads no library: it is asked on every cached answer of who has a federated token. */
void acr_jwt_subject(const char *token, size_t length, struct acr_secret *ret);

/* base64url without padding (RFC 4648 section 5). Decoding accepts padding; false on any other
 * byte. */
bool acr_base64url_decode(const char *text, size_t length, struct acr_secret *ret);
void acr_base64url_encode(const void *bytes, size_t length, struct acr_secret *ret);
/* Plain base64 with padding, for Basic and x5c. */
void acr_base64_encode(const void *bytes, size_t length, struct acr_secret *ret);
bool acr_base64_decode(const char *text, size_t length, struct acr_secret *ret);

#endif
