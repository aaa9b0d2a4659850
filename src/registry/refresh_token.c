/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Validates the token that a registry returned, and determines its lifetime.
 *
 * ACR's refresh token is a JWT. No key is published for its signature, which need not be verified,
 * since the token is only passed on. Its claims (github.com/Azure/acr, docs/AAD-OAuth.md) are read
 * leniently, since they have changed before: `exp`, relative to the server's own Date, and `aud`.
 */
#include <stdio.h>
#include <string.h>

#include "base/budget.h"
#include "base/json.h"
#include "base/jwt.h"
#include "registry/error_body.h"
#include "registry/refresh_token.h"

#define UNKNOWN_LIFE 300 /* lifetime in seconds of a token that does not state one */
#define LONGEST_LIFE                                                                               \
	(3 * 3600) /* seconds: learn.microsoft.com, container-registry-authentication */

void acr_grant_wipe(struct acr_grant *grant)
{
	acr_secret_wipe(&grant->token);
	*grant = (struct acr_grant){ 0 };
}

int acr_grant_token(const struct acr_registry *registry, const struct acr_response *answer,
		    const char *name, struct acr_secret *ret, struct acr_error *error)
{
	static const char alphabet[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._~+/=-";
	struct acr_error unreadable;
	auto_json json = NULL;
	const char *token;

	if (strcmp(answer->type, "text/html") == 0)
		return acr_refusal_of_content(registry, answer, ACR_MESSAGE_WEB_PAGE, error);
	if (acr_json_parse(acr_secret_text(&answer->body), answer->body.length, &json,
			   &unreadable)) {
		if (unreadable.kind == ACR_SYSTEM && error)
			*error = unreadable;
		if (unreadable.kind == ACR_SYSTEM)
			return -1;
		return acr_refusal_of_content(registry, answer, ACR_MESSAGE_RESPONSE_NOT_JSON,
					      error);
	}
	token = acr_json_string(json, name);
	if (!token || !*token)
		return acr_refusal_of_content(registry, answer, ACR_MESSAGE_TOKEN_MISSING, error);
	if (strlen(token) > ACR_TOKEN_MAX)
		return acr_refusal_of_content(registry, answer, ACR_MESSAGE_TOKEN_TOO_LARGE, error);
	if (token[strspn(token, alphabet)])
		return acr_refusal_of_content(registry, answer, ACR_MESSAGE_TOKEN_INVALID, error);
	acr_secret_wipe(ret);
	acr_secret_add(ret, token);
	return 0;
}

/* RFC 7519 section 4.1.3: a string, or an array of strings. */
static bool check_audience(const struct acr_registry *registry, struct json_object *claims,
			   char ret[static ACR_HOST_MAX])
{
	struct json_object *given = acr_json_member(claims, "aud");
	bool many = json_object_is_type(given, json_type_array);
	size_t count = many ? json_object_array_length(given) : 1;

	if (!given)
		return true;
	for (size_t i = 0; i < count; i++) {
		struct json_object *one = many ? json_object_array_get_idx(given, i) : given;
		const char *name = json_object_is_type(one, json_type_string)
					   ? json_object_get_string(one)
					   : "";

		if (!acr_registry_is_audience(registry, name))
			continue;
		snprintf(ret, ACR_HOST_MAX, "%s", name);
		return true;
	}
	return false;
}

enum acr_issued acr_registry_issued(const struct acr_registry *registry,
				    const struct acr_secret *token, int64_t *ret_ends,
				    struct acr_who *ret_who)
{
	char audience[ACR_HOST_MAX] = "";
	auto_json claims = NULL;
	const char *issuer, *name;

	*ret_ends = 0;
	*ret_who = (struct acr_who){ 0 };
	if (acr_jwt_claims(acr_secret_text(token), token->length, &claims, NULL))
		return ACR_ISSUED_NOT;
	*ret_ends = acr_json_int(claims, "exp", 0);
	name = acr_json_string(claims, "appid");
	*ret_who = acr_who(ACR_WHO_OTHER, NULL, name ? name : acr_json_string(claims, "sub"), NULL);
	if (check_audience(registry, claims, audience) && audience[0])
		return ACR_ISSUED_HERE;
	issuer = acr_json_string(claims, "iss");
	return issuer && strcmp(issuer, "Azure Container Registry") == 0 ? ACR_ISSUED_ELSEWHERE
									 : ACR_ISSUED_NOT;
}

/* The remaining lifetime in seconds by the server's clock, by ours if it sent no time. 0:
 * expired. */
static int64_t life_of(struct json_object *claims, int64_t date, int64_t wall)
{
	int64_t ends = acr_json_int(claims, "exp", 0), begun = acr_json_int(claims, "iat", 0);
	int64_t left;

	if (ends <= 0)
		return UNKNOWN_LIFE;
	left = ends - (date > 0 ? date : wall);
	/* The token was just issued: if only our clock says that it has expired, our clock is
	 * wrong. */
	if (date <= 0 && left <= 0)
		left = begun > 0 && ends > begun ? ends - begun : UNKNOWN_LIFE;
	return left < 0 ? 0 : left < LONGEST_LIFE ? left : LONGEST_LIFE;
}

int acr_grant_read(const struct acr_registry *registry, const struct acr_response *answer,
		   int64_t wall, struct acr_grant *ret, struct acr_error *error)
{
	struct acr_grant grant = { .life = UNKNOWN_LIFE };
	struct acr_error unreadable;
	auto_json claims = NULL;

	if (acr_grant_token(registry, answer, "refresh_token", &grant.token, error))
		return -1;
	/* Not a JWT: it may still be valid. */
	if (acr_jwt_claims(acr_secret_text(&grant.token), grant.token.length, &claims,
			   &unreadable) == 0) {
		if (!check_audience(registry, claims, grant.audience)) {
			acr_grant_wipe(&grant);
			return acr_refusal_of_content(registry, answer, ACR_MESSAGE_TOKEN_FOREIGN,
						      error);
		}
		grant.life = life_of(claims, answer->date, wall);
	}
	if (grant.life == 0) {
		acr_grant_wipe(&grant);
		return acr_refusal_of_content(registry, answer, ACR_MESSAGE_TOKEN_EXPIRED, error);
	}
	*ret = grant;
	return 0;
}
