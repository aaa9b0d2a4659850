/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the claims of a token without verifying its signature (RFC 7519, RFC 7515 section 3.1). */
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
		return acr_raise(error, JWT_TOO_LARGE, acr_number((long long)length).text);
	first = memchr(token, '.', length);
	second = first ? memchr(first + 1, '.', length - (size_t)(first + 1 - token)) : NULL;
	if (!second || memchr(second + 1, '.', length - (size_t)(second + 1 - token)))
		return acr_raise(error, JWT_INVALID);
	if (!acr_base64url_decode(first + 1, (size_t)(second - first - 1), &claims))
		return acr_raise(error, JWT_INVALID);
	if (acr_json_parse(acr_secret_text(&claims), claims.length, &json, error))
		return acr_context(error, JWT_CLAIMS_INVALID);
	if (!json_object_is_type(json, json_type_object))
		return acr_raise(error, JWT_INVALID);
	*ret = json;
	json = NULL;
	return 0;
}

/* The length of the string that begins at `at`, with both quotes; 0 if it has no end. */
static size_t string_length(const char *at)
{
	size_t length = 1;

	while (at[length] && at[length] != '"')
		length += at[length] == '\\' && at[length + 1] ? 2 : 1;
	return at[length] == '"' ? length + 1 : 0;
}

/* Append "NAME VALUE" for a member of the object itself whose value is a string. */
static void add_member(const char *json, const char *quoted, struct acr_secret *ret)
{
	int depth = 0;
	size_t length;

	for (const char *at = json; *at; at += length) {
		length = 1;
		depth += (*at == '{' || *at == '[') - (*at == '}' || *at == ']');
		if (*at != '"')
			continue;
		length = string_length(at);
		if (length == 0)
			return;
		if (depth == 1 && length == strlen(quoted) && memcmp(at, quoted, length) == 0) {
			const char *value = at + length;

			value += strspn(value, " \t\r\n");
			if (*value != ':')
				continue;
			value += 1 + strspn(value + 1, " \t\r\n");
			if (*value != '"')
				return;
			acr_secret_add(ret, quoted);
			acr_secret_add_bytes(ret, value, string_length(value));
			acr_secret_add(ret, "\n");
			return;
		}
	}
}

void acr_jwt_subject(const char *token, size_t length, struct acr_secret *ret)
{
	const char *first = memchr(token, '.', length);
	const char *second =
		first ? memchr(first + 1, '.', length - (size_t)(first + 1 - token)) : NULL;
	auto_secret claims = { 0 };

	if (!second || length > ACR_TOKEN_MAX ||
	    !acr_base64url_decode(first + 1, (size_t)(second - first - 1), &claims))
		return;
	add_member(acr_secret_text(&claims), "\"iss\"", ret);
	add_member(acr_secret_text(&claims), "\"sub\"", ret);
}
