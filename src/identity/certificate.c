/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A service principal with a certificate, configured by the environment variables that every Azure
 * SDK reads (azure-sdk-for-go, sdk/azidentity/environment_credential.go). A secret takes precedence
 * over a certificate.
 */
#include <string.h>
#include <strings.h>

#include "identity/internal.h"

static bool is_true(const char *value)
{
	return value && (strcmp(value, "1") == 0 || strcasecmp(value, "true") == 0);
}

static int acquire(const struct acr_app *app, const struct acr_ask *ask, struct acr_token *ret,
		   struct acr_error *error)
{
	struct acr_assertion what = {
		.path = acr_env(app, "AZURE_CLIENT_CERTIFICATE_PATH"),
		.password = acr_env(app, "AZURE_CLIENT_CERTIFICATE_PASSWORD"),
		.chain = is_true(acr_env(app, "AZURE_CLIENT_SEND_CERTIFICATE_CHAIN")),
		.client_id = ask->client_id ? ask->client_id : acr_env(app, "AZURE_CLIENT_ID"),
		.tenant = ask->tenant ? ask->tenant : acr_env(app, "AZURE_TENANT_ID"),
	};
	auto_secret assertion = { 0 };

	if (!what.path)
		return acr_raise(error, VARIABLE_UNSET, "AZURE_CLIENT_CERTIFICATE_PATH");
	if (!what.client_id || !what.tenant)
		return acr_raise(error, CREDENTIAL_INCOMPLETE, "AZURE_CLIENT_CERTIFICATE_PATH",
				 what.client_id ? "AZURE_TENANT_ID" : "AZURE_CLIENT_ID");
	if (!acr_tenant_fits(what.tenant))
		return acr_raise(error, TENANT_INVALID, what.tenant);
	if (acr_check_application(app, ask, "AZURE_CLIENT_CERTIFICATE_PATH", error))
		return -1;
	if (acr_entra_authority(app, ask->registry, &what.authority, error))
		return -1;
	if (acr_assertion_sign(app, &what, &assertion, error)) {
		/* A missing file is an error, since the certificate was configured. */
		if (error && error->kind == ACR_NOT_FOUND)
			error->kind = ACR_INVALID;
		return -1;
	}
	return acr_entra_assert(app, ask, what.authority, what.tenant, what.client_id,
				acr_secret_text(&assertion), ret, error);
}

/* The state of the file is part of the fingerprint, so that a renewed certificate is used at
 * once. */
static char *file(const struct acr_app *app)
{
	const char *path = acr_env(app, "AZURE_CLIENT_CERTIFICATE_PATH");

	return path ? acr_copy(path) : NULL;
}

static const char *const variables[] = { "AZURE_CLIENT_ID",
					 "AZURE_TENANT_ID",
					 "AZURE_CLIENT_CERTIFICATE_PATH",
					 "?AZURE_CLIENT_CERTIFICATE_PASSWORD",
					 "AZURE_CLIENT_SEND_CERTIFICATE_CHAIN",
					 NULL };

const struct acr_identity acr_identity_certificate = {
	.name = "certificate",
	.sdk = "EnvironmentCredential",
	.named = true,
	.summary = N_("a service principal and its certificate in AZURE_CLIENT_CERTIFICATE_PATH"),
	.variables = variables,
	.file = file,
	.application = acr_application_wanted,
	.acquire = acquire,
};
