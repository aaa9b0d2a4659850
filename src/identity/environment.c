/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A service principal with a client secret, configured by the environment variables that every
 * Azure SDK reads (azure-sdk-for-go, sdk/azidentity/environment_credential.go).
 *
 * AZURE_CLIENT_ID and AZURE_TENANT_ID alone are not a credential: the webhook of AKS workload
 * identity sets them, and AZURE_CLIENT_ID selects a managed identity.
 */
#include "identity/internal.h"

static int acquire(const struct acr_app *app, const struct acr_ask *ask, struct acr_token *ret,
		   struct acr_error *error)
{
	const char *secret = acr_env(app, "AZURE_CLIENT_SECRET");
	const char *client = ask->client_id ? ask->client_id : acr_env(app, "AZURE_CLIENT_ID");
	const char *tenant = ask->tenant ? ask->tenant : acr_env(app, "AZURE_TENANT_ID");
	const char *authority;

	if (!secret)
		return acr_raise(error, VARIABLE_UNSET, "AZURE_CLIENT_SECRET");
	if (!client || !tenant)
		return acr_raise(error, CREDENTIAL_INCOMPLETE, "AZURE_CLIENT_SECRET",
				 client ? "AZURE_TENANT_ID" : "AZURE_CLIENT_ID");
	if (acr_check_application(app, ask, "AZURE_CLIENT_SECRET", error))
		return -1;
	if (acr_entra_authority(app, ask->registry, &authority, error))
		return -1;
	return acr_entra_secret(app, ask, authority, tenant, client, secret, ret, error);
}

static const char *const variables[] = { "AZURE_CLIENT_ID", "AZURE_TENANT_ID",
					 "#AZURE_CLIENT_SECRET", NULL };

const struct acr_identity acr_identity_environment = {
	.name = "environment",
	.sdk = "EnvironmentCredential",
	.named = true,
	.summary = N_("a service principal and its secret in AZURE_CLIENT_ID, AZURE_TENANT_ID and "
		      "AZURE_CLIENT_SECRET"),
	.variables = variables,
	.application = acr_application_wanted,
	.acquire = acquire,
};
