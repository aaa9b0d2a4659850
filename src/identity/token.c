/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the claims of an access token: owner, tenant and lifetime (learn.microsoft.com,
 * access-token-claims-reference). They are not verified, since the token is meant for the
 * registry. */
#include <stdio.h>
#include <string.h>

#include "base/budget.h"
#include "base/jwt.h"
#include "identity/internal.h"

void acr_token_wipe(struct acr_token *token)
{
	acr_secret_wipe(&token->access);
	*token = (struct acr_token){ 0 };
}

bool acr_token_fits(const char *text)
{
	size_t length = strlen(text);

	for (size_t i = 0; i < length; i++)
		if (text[i] <= ' ' || text[i] > '~')
			return false;
	return length > 0 && length <= ACR_TOKEN_MAX;
}

static const char *first_claim(struct json_object *claims, const char *const *names)
{
	for (; *names; names++) {
		const char *value = acr_json_string(claims, *names);
		if (value && *value)
			return value;
	}
	return NULL;
}

/* The name of a managed identity is the last part of its resource ID. */
static const char *resource_name(struct json_object *claims)
{
	const char *id = acr_json_string(claims, "xms_mirid");
	const char *slash = id ? strrchr(id, '/') : NULL;

	return slash && slash[1] ? slash + 1 : NULL;
}

/* Only a GUID is used, since it becomes part of commands that users paste. */
static void tell_object(struct acr_token *token, struct json_object *claims)
{
	const char *object = acr_json_string(claims, "oid");
	const size_t guid = 36;

	if (object && strlen(object) == guid && strspn(object, "0123456789abcdefABCDEF-") == guid)
		snprintf(token->who.object, sizeof(token->who.object), "%s", object);
}

static void tell_who(struct acr_token *token, struct json_object *claims, enum acr_who_type kind)
{
	static const char *const users[] = { "upn", "unique_name", "preferred_username", "email",
					     NULL };
	static const char *const applications[] = { "appid", "azp", "oid", NULL };
	const char *type = acr_json_string(claims, "idtyp");
	const char *user = type && strcmp(type, "app") == 0 ? NULL : first_claim(claims, users);
	const char *application = first_claim(claims, applications);
	const char *name = resource_name(claims);

	if (user)
		token->who = acr_who(ACR_WHO_USER, NULL, user, token->tenant);
	else if (name && application)
		token->who = acr_who(ACR_WHO_MANAGED_IDENTITY, application, name, token->tenant);
	else if (application)
		token->who = acr_who(kind ? kind : ACR_WHO_SERVICE_PRINCIPAL, application, NULL,
				     token->tenant);
	else if (!acr_who_is_known(&token->who))
		token->who = acr_who(kind, NULL, NULL, token->tenant);
	tell_object(token, claims);
}

void acr_token_describe(const struct acr_app *app, struct acr_token *token, enum acr_who_type kind)
{
	auto_json claims = NULL;
	const char *tenant;
	int64_t end;

	/* A token may be opaque or encrypted; then there are no claims. */
	if (acr_jwt_claims(acr_secret_text(&token->access), token->access.length, &claims, NULL))
		claims = NULL;
	tenant = acr_json_string(claims, "tid");
	if (tenant && acr_tenant_fits(tenant))
		snprintf(token->tenant, sizeof(token->tenant), "%s", tenant);
	end = acr_json_int(claims, "exp", 0) - app->clock.wall(app);
	if (token->life <= 0)
		token->life = end > 0 ? end : 0;
	tell_who(token, claims, kind);
}
