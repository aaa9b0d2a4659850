/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens for unit tests: turns claims into text that looks like a signed JSON Web Token. */
#ifndef TESTS_TOKENS_H
#define TESTS_TOKENS_H

#include <string.h>

#include "acr/secret.h"
#include "base/jwt.h"

/* Appends a token with these claims (JSON). */
static inline void token_add(struct acr_secret *ret, const char *claims)
{
	static const char header[] = "{\"typ\":\"JWT\",\"alg\":\"RS256\",\"kid\":\"unit\"}";

	acr_base64url_encode(header, sizeof(header) - 1, ret);
	acr_secret_add(ret, ".");
	acr_base64url_encode(claims, strlen(claims), ret);
	acr_secret_add(ret, ".c2lnbmF0dXJl");
}

#endif
