/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The managed identity of the machine: uses the endpoint of this platform; they are checked in the
 * order of MSAL (microsoft-authentication-library-for-go, apps/managedidentity/managedidentity.go).
 * Endpoints that environment variables name come first.
 */
#include "identity/internal.h"

static bool fabric_is_here(const struct acr_app *app, const struct acr_ask *ask)
{
	(void)ask;
	return acr_env(app, "IDENTITY_ENDPOINT") && acr_env(app, "IDENTITY_HEADER") &&
	       acr_env(app, "IDENTITY_SERVER_THUMBPRINT");
}

static int ask_fabric(const struct acr_app *app, const struct acr_ask *ask, struct acr_token *ret,
		      struct acr_error *error)
{
	(void)app;
	(void)ask;
	(void)ret;
	return acr_raise(error, SERVICE_FABRIC_UNSUPPORTED);
}

/* Only detected, so that its variables are not mistaken for those of App Service. */
static const struct acr_endpoint service_fabric = { "Service Fabric", fabric_is_here, ask_fabric };

static const struct acr_endpoint *const endpoints[] = {
	&service_fabric,   &acr_endpoint_app_service, &acr_endpoint_app_service_2017,
	&acr_endpoint_arc, &acr_endpoint_imds,
};

static int acquire(const struct acr_app *app, const struct acr_ask *ask, struct acr_token *ret,
		   struct acr_error *error)
{
	for (size_t i = 0; i < sizeof(endpoints) / sizeof(endpoints[0]); i++)
		if (endpoints[i]->here(app, ask))
			return endpoints[i]->ask(app, ask, ret, error);
	return acr_raise(error, MACHINE_NOT_AZURE);
}

static const char *const variables[] = { "AZURE_CLIENT_ID",
					 "IDENTITY_ENDPOINT",
					 "?IDENTITY_HEADER",
					 "IDENTITY_SERVER_THUMBPRINT",
					 "IMDS_ENDPOINT",
					 "MSI_ENDPOINT",
					 "?MSI_SECRET",
					 "DEFAULT_IDENTITY_CLIENT_ID",
					 NULL };

const struct acr_identity acr_identity_managed_identity = {
	.name = "managed-identity",
	.sdk = "ManagedIdentityCredential",
	.apart = true, /* its endpoint is local and caches tokens itself */
	.summary = N_(
		"the managed identity of this VM, node, app or Arc server; AZURE_CLIENT_ID selects "
		"one"),
	.variables = variables,
	.application = acr_application_wanted,
	.acquire = acquire,
};
