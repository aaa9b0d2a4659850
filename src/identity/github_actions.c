/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GitHub Actions: the job's OpenID Connect token is an assertion for Entra ID. It is requested anew
 * each time, since it is valid only for minutes (docs.github.com, "OpenID Connect", "Using the OIDC
 * token with custom actions").
 */
#include <string.h>

#include "identity/internal.h"

static const char *const hosts[] = { "**.actions.githubusercontent.com", NULL };
static const struct acr_ci github_actions = {
	.name = "GitHub",
	.variable = "ACTIONS_ID_TOKEN_REQUEST_URL",
	.hosts = hosts,
	.tenants = "*.ghe.com",
	.tenant_variable = "GITHUB_SERVER_URL",
};

/* In sovereign clouds, Kubernetes and the documentation of GitHub use another audience per cloud;
 * it must match the federated credential. */
static const char *audience_of(const struct acr_cloud *cloud)
{
	static const struct {
		const char *cloud, *audience;
	} rows[] = {
		{ "AzureUSGovernment", "api://AzureADTokenExchangeUSGov" },
		{ "AzureChinaCloud", "api://AzureADTokenExchangeChina" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcmp(rows[i].cloud, cloud->name) == 0)
			return rows[i].audience;
	return "api://AzureADTokenExchange";
}

static int ask_github(const struct acr_app *app, const struct acr_ask *ask, const char *url,
		      const char *token, struct json_object **ret, struct acr_error *error)
{
	const struct acr_speaker github = { "GitHub Actions", "", ACR_ORIGIN_ENDPOINT };
	auto_secret bearer = { 0 }, query = { 0 };
	auto_response answer = { 0 };

	acr_secret_add(&bearer, token);
	acr_form_add(&query, "audience", audience_of(ask->registry->cloud));
	auto_string whole =
		acr_format("%s%c%s", url, strchr(url, '?') ? '&' : '?', acr_secret_text(&query));
	const struct acr_request request = {
		.method = "GET",
		.url = whole,
		.bearer = &bearer,
		.service = &acr_service_endpoint,
	};

	if (acr_http_send(app, &request, &answer, error))
		return -1;
	return acr_oauth_read(&github, &answer, ret, error);
}

static int acquire(const struct acr_app *app, const struct acr_ask *ask, struct acr_token *ret,
		   struct acr_error *error)
{
	const char *url = acr_env(app, "ACTIONS_ID_TOKEN_REQUEST_URL");
	const char *token = acr_env(app, "ACTIONS_ID_TOKEN_REQUEST_TOKEN");
	const char *client = ask->client_id ? ask->client_id : acr_env(app, "AZURE_CLIENT_ID");
	const char *tenant = ask->tenant ? ask->tenant : acr_env(app, "AZURE_TENANT_ID");
	const char *authority, *assertion;
	auto_json json = NULL;

	/* A job that may request a token may use it for services other than Azure. */
	if (!client && !tenant)
		return acr_raise(error, VARIABLE_UNSET, "AZURE_CLIENT_ID");
	if (!url && !token && !(acr_env(app, "GITHUB_ACTIONS") && client && tenant))
		return acr_raise(error, VARIABLE_UNSET, "ACTIONS_ID_TOKEN_REQUEST_URL");
	if (!client || !tenant)
		return acr_raise(error, CREDENTIAL_INCOMPLETE,
				 client ? "AZURE_CLIENT_ID" : "AZURE_TENANT_ID",
				 client ? "AZURE_TENANT_ID" : "AZURE_CLIENT_ID");
	if (!url || !token)
		return acr_raise(error, GITHUB_NO_ID_TOKEN);
	if (acr_ci_check(app, &github_actions, url, error) ||
	    acr_entra_authority(app, ask->registry, &authority, error) ||
	    ask_github(app, ask, url, token, &json, error))
		return -1;
	assertion = acr_json_string(json, "value");
	if (!assertion || !acr_token_fits(assertion))
		return acr_raise(error, SERVICE_NO_TOKEN, github_actions.name);
	return acr_entra_assert(app, ask, authority, tenant, client, assertion, ret, error);
}

/* The URL identifies the job: another job on the same runner may have another identity. */
static const char *const variables[] = { "AZURE_CLIENT_ID",
					 "AZURE_TENANT_ID",
					 "ACTIONS_ID_TOKEN_REQUEST_URL",
					 "?ACTIONS_ID_TOKEN_REQUEST_TOKEN",
					 "?GITHUB_ACTIONS",
					 NULL };

const struct acr_identity acr_identity_github_actions = {
	.name = "github-actions",
	.named = true,
	.summary = N_("the OpenID Connect token of a GitHub Actions job, with AZURE_CLIENT_ID and "
		      "AZURE_TENANT_ID"),
	.variables = variables,
	.application = acr_application_wanted,
	.acquire = acquire,
};
