/* SPDX-License-Identifier: Apache-2.0 */
/* The claims of a token, read and not believed (RFC 7519, RFC 7515 section 3.1). */
#include "base/jwt.h"

#include <string.h>

#include "base/budget.h"

int acr_jwt_claims(const char *token, size_t length, struct json_object **ret,
		   struct acr_error *error)
{
	auto_secret claims = { 0 };
	auto_json json = NULL;
	const char *first, *second;

	if (length > ACR_TOKEN_MAX)
		return acr_fail(error, ACR_INVALID, "a token of %zu bytes is too large", length);
	first = memchr(token, '.', length);
	second = first ? memchr(first + 1, '.', length - (size_t)(first + 1 - token)) : NULL;
	if (!second || memchr(second + 1, '.', length - (size_t)(second + 1 - token)))
		return acr_fail(error, ACR_INVALID,
				"this is not a JSON Web Token: it has no three parts");
	if (!acr_base64url_decode(first + 1, (size_t)(second - first - 1), &claims))
		return acr_fail(error, ACR_INVALID,
				"this is not a JSON Web Token: its claims are not base64url");
	if (acr_json_parse(acr_secret_text(&claims), claims.length, &json, error))
		return acr_wrap(error, "the claims of a JSON Web Token");
	if (!json_object_is_type(json, json_type_object))
		return acr_fail(error, ACR_INVALID,
				"the claims of a JSON Web Token are not an object");
	*ret = json;
	json = NULL;
	return 0;
}
