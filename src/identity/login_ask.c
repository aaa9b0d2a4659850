/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Common code of both sign-in flows: the authority and the application to use, the request, and
 * reading the refresh token and the user name from the response.
 */
#include <stdio.h>
#include <string.h>

#include "acr/config.h"
#include "base/jwt.h"
#include "identity/login.h"

/* The application of the Azure CLI (azure-cli-core, identity.py): a public client that exists in
 * every tenant and that Microsoft has preauthorized for the registry's audience. If a tenant
 * forbids it, "client_id" in the configuration names the user's own application. */
#define PUBLIC_CLIENT "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
#define ANY_TENANT    "organizations"

void acr_sign_in_ask_wipe(struct acr_sign_in_ask *ask)
{
	acr_string_free(&ask->authority);
	acr_string_free(&ask->tenant);
	acr_string_free(&ask->client_id);
	acr_string_free(&ask->scope);
}

/* "client_id" may also be the object or resource ID of a managed identity, which is not an
 * application. */
static bool is_guid(const char *text)
{
	return text && strlen(text) == 36 &&
	       strspn(text, "0123456789abcdefABCDEF-") == strlen(text);
}

/* A registry that represents all registries: of the cloud that AZURE_AUTHORITY_HOST names, or of
 * the public one. */
static int any_registry(const struct acr_app *app, struct acr_registry *ret,
			struct acr_error *error)
{
	const struct acr_cloud *cloud = acr_clouds;
	const char *authority;

	for (; cloud->name; cloud++) {
		*ret = (struct acr_registry){ .cloud = cloud,
					      .authority = cloud->authority,
					      .genuine = true };
		if (acr_entra_authority(app, ret, &authority, error) == 0) {
			ret->authority = authority;
			return 0;
		}
	}
	return -1;
}

int acr_sign_in_prepare(const struct acr_app *app, const struct acr_registry *registry,
			const char *tenant, struct acr_sign_in_ask *ret, struct acr_error *error)
{
	const char *host = registry ? registry->host : NULL;
	const char *client = acr_config_get(app->config, host, "client_id");
	const char *authority;

	if (registry)
		ret->registry = *registry;
	else if (any_registry(app, &ret->registry, error))
		return -1;
	if (acr_entra_authority(app, &ret->registry, &authority, error))
		return -1;
	if (!tenant)
		tenant = acr_config_get(app->config, host, "tenant");
	if (tenant && !acr_tenant_fits(tenant))
		return acr_raise(error, TENANT_INVALID, tenant);
	ret->authority = acr_copy(authority);
	ret->tenant = acr_copy(tenant ? tenant : ANY_TENANT);
	ret->client_id = acr_copy(is_guid(client) ? client : PUBLIC_CLIENT);
	return 0;
}

/* One sign-in flow, which is run for each audience that is tried. */
struct attempt {
	struct acr_sign_in_ask *ask;
	acr_sign_in_flow *flow;
	void *data;
};

static int sign_in_for(void *data, const char *audience, struct acr_error *error)
{
	struct attempt *attempt = data;

	acr_string_free(&attempt->ask->scope);
	attempt->ask->scope = acr_audience_scope(audience, ACR_SIGN_IN_SCOPES);
	return attempt->flow(attempt->data, attempt->ask, error);
}

int acr_sign_in_by(const struct acr_app *app, struct acr_sign_in_ask *ask, acr_sign_in_flow *flow,
		   void *data, struct acr_error *error)
{
	struct attempt attempt = { ask, flow, data };
	bool noted;

	return acr_audience_each(app, &ask->registry, NULL, sign_in_for, &attempt, &noted, error);
}

int acr_login_post(const struct acr_app *app, const struct acr_sign_in_ask *ask, const char *what,
		   const struct acr_secret *form, char ret_word[static 40],
		   struct json_object **ret, struct acr_error *error)
{
	const struct acr_speaker entra = { ACR_ENTRA_NAME, ask->authority, ACR_ORIGIN_ENTRA };
	auto_string url =
		acr_format("https://%s/%s/oauth2/v2.0/%s", ask->authority, ask->tenant, what);
	const struct acr_request request = {
		.method = "POST", .url = url, .body = form, .service = &acr_service_entra
	};
	auto_response answer = { 0 };
	auto_json json = NULL;
	const char *word;

	ret_word[0] = '\0';
	if (acr_http_send(app, &request, &answer, error))
		return -1;
	if (acr_oauth_read(&entra, &answer, ret, error) == 0)
		return 0;
	if (acr_json_parse(acr_secret_text(&answer.body), answer.body.length, &json, NULL) == 0 &&
	    (word = acr_json_string(json, "error")))
		snprintf(ret_word, 40, "%s", word);
	return -1;
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

/* The user: from the ID token, otherwise from the access token. The claims are not verified, since
 * they are only displayed. */
static void tell_who(struct json_object *json, const struct acr_sign_in_ask *ask,
		     struct acr_sign_in *ret)
{
	static const char *const names[] = {
		"preferred_username", "upn", "unique_name", "email", "name", "oid", NULL
	};
	static const char *const tokens[] = { "id_token", "access_token" };
	const char *who = NULL, *tenant = NULL;
	struct acr_error clean = { 0 };

	for (size_t i = 0; i < 2 && !who; i++) {
		const char *token = acr_json_string(json, tokens[i]);
		auto_json claims = NULL;

		if (!token || acr_jwt_claims(token, strlen(token), &claims, NULL))
			continue;
		who = first_claim(claims, names);
		if (who)
			acr_error_quote(&clean, who, strlen(who));
		tenant = acr_json_string(claims, "tid");
		if (tenant && acr_tenant_fits(tenant) && !ret->tenant)
			ret->tenant = acr_copy(tenant);
	}
	ret->who = acr_format("%.120s", clean.sentence[0] ? clean.sentence : "a person");
	if (!ret->tenant)
		ret->tenant = acr_copy(ask->tenant);
}

int acr_login_take(struct json_object *json, const struct acr_sign_in_ask *ask,
		   struct acr_sign_in *ret, struct acr_secret *ret_token, struct acr_error *error)
{
	const char *token = acr_json_string(json, "refresh_token");
	char id[37];

	if (!token || !acr_token_fits(token))
		return acr_raise(error, SIGN_IN_NOT_KEPT);
	acr_sign_in_wipe(ret);
	tell_who(json, ask, ret);
	acr_uuid_make(id);
	ret->id = acr_copy(id);
	ret->client_id = acr_copy(ask->client_id);
	ret->authority = acr_copy(ask->authority);
	acr_secret_wipe(ret_token);
	acr_secret_add(ret_token, token);
	return 0;
}
