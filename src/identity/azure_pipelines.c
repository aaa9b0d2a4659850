/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Azure Pipelines: a service connection with workload identity federation provides the job with an
 * assertion, requested anew each time (azure-sdk-for-go,
 * sdk/azidentity/azure_pipelines_credential.go).
 */
#include <ctype.h>
#include <string.h>

#include "identity/internal.h"

/* The hosts of an organization, in the new form and the old one; "vsrm" is for releases. */
static const char *const hosts[] = { "dev.azure.com", "**.dev.azure.com", "*.visualstudio.com",
				     "*.vsrm.visualstudio.com", NULL };
static const struct acr_ci azure_pipelines = {
	.name = "Azure DevOps",
	.variable = "SYSTEM_OIDCREQUESTURI",
	.hosts = hosts,
};

static bool is_id(const char *text)
{
	for (const char *c = text; *c; c++)
		if (!isalnum((unsigned char)*c) && *c != '-')
			return false;
	return *text;
}

static int ask_pipelines(const struct acr_app *app, const char *uri, const char *connection,
			 const char *token, struct json_object **ret, struct acr_error *error)
{
	const struct acr_speaker pipelines = { "Azure Pipelines", "", ACR_ORIGIN_ENDPOINT };
	/* Without the last header, an invalid token leads to a redirect to a sign-in page. */
	static const char *const headers[] = { "Content-Type: application/json",
					       "X-TFS-FedAuthRedirect: Suppress", NULL };
	auto_string url = acr_format("%s%capi-version=7.1&serviceConnectionId=%s", uri,
				     strchr(uri, '?') ? '&' : '?', connection);
	auto_secret bearer = { 0 }, body = { 0 };
	auto_response answer = { 0 };
	const struct acr_request request = {
		.method = "POST",
		.url = url,
		.headers = headers,
		.bearer = &bearer,
		.body = &body,
		.service = &acr_service_endpoint,
	};

	acr_secret_add(&bearer, token);
	if (acr_http_send(app, &request, &answer, error))
		return -1;
	return acr_oauth_read(&pipelines, &answer, ret, error);
}

/* The tasks AzureCLI@2 and AzurePowerShell@5 set AZURESUBSCRIPTION_*. */
static const char *one_of(const struct acr_app *app, const char *first, const char *second)
{
	const char *value = acr_env(app, first);

	return value ? value : acr_env(app, second);
}

static const char *client_of(const struct acr_app *app, const struct acr_ask *ask)
{
	return ask->client_id ? ask->client_id
			      : one_of(app, "AZURESUBSCRIPTION_CLIENT_ID", "AZURE_CLIENT_ID");
}

static char *application(const struct acr_app *app, const struct acr_ask *ask)
{
	const char *client = client_of(app, ask);

	return client ? acr_copy(client) : NULL;
}

static int acquire(const struct acr_app *app, const struct acr_ask *ask, struct acr_token *ret,
		   struct acr_error *error)
{
	const char *uri = acr_env(app, "SYSTEM_OIDCREQUESTURI");
	const char *token = acr_env(app, "SYSTEM_ACCESSTOKEN");
	const char *connection = acr_env(app, "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID");
	const char *client = client_of(app, ask);
	const char *tenant =
		ask->tenant ? ask->tenant
			    : one_of(app, "AZURESUBSCRIPTION_TENANT_ID", "AZURE_TENANT_ID");
	const char *authority, *assertion;
	auto_json json = NULL;

	/* Every job of Azure Pipelines has the URI; only tasks such as AzureCLI@2 name the
	 * connection. */
	if (!connection && !acr_env(app, "AZURESUBSCRIPTION_CLIENT_ID") &&
	    !acr_env(app, "AZURESUBSCRIPTION_TENANT_ID"))
		return acr_raise(error, VARIABLE_UNSET, "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID");
	if (!uri || !connection)
		return acr_raise(error, CREDENTIAL_INCOMPLETE, "AZURESUBSCRIPTION_...",
				 connection ? "SYSTEM_OIDCREQUESTURI"
					    : "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID");
	if (!token)
		return acr_raise(error, PIPELINES_NO_TOKEN);
	if (!client || !tenant)
		return acr_raise(
			error, CREDENTIAL_INCOMPLETE, "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID",
			client ? "AZURESUBSCRIPTION_TENANT_ID" : "AZURESUBSCRIPTION_CLIENT_ID");
	if (!is_id(connection))
		return acr_raise(error, PIPELINES_CONNECTION_INVALID);
	if (acr_ci_check(app, &azure_pipelines, uri, error) ||
	    acr_entra_authority(app, ask->registry, &authority, error) ||
	    ask_pipelines(app, uri, connection, token, &json, error))
		return -1;
	assertion = acr_json_string(json, "oidcToken");
	if (!assertion || !acr_token_fits(assertion))
		return acr_raise(error, SERVICE_NO_TOKEN, azure_pipelines.name);
	return acr_entra_assert(app, ask, authority, tenant, client, assertion, ret, error);
}

static const char *const variables[] = { "AZURESUBSCRIPTION_CLIENT_ID",
					 "AZURESUBSCRIPTION_TENANT_ID",
					 "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID",
					 "AZURE_CLIENT_ID",
					 "AZURE_TENANT_ID",
					 "SYSTEM_OIDCREQUESTURI",
					 "?SYSTEM_ACCESSTOKEN",
					 NULL };

const struct acr_identity acr_identity_azure_pipelines = {
	.name = "azure-pipelines",
	.sdk = NULL,
	.named = true,
	.summary = N_("an Azure Pipelines service connection with workload identity federation"),
	.variables = variables,
	.application = application,
	.acquire = acquire,
};
