/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Workload identity federation: a token of another issuer, which Entra ID accepts as an assertion
 * (azure-sdk-for-go, sdk/azidentity/workload_identity.go;
 * github.com/Azure/azure-workload-identity).
 *
 * In a pod it is the service account's token, in a file that is read anew each time: kubelet
 * rotates it after 80 % of its lifetime. kubelet provides it through links, so links are followed.
 * In a CI job it is the value of a variable. The file takes precedence, since it is renewed and a
 * variable is not.
 */
#include <string.h>

#include "acr/config.h"
#include "base/file.h"
#include "base/jwt.h"
#include "identity/internal.h"

#define FILE_MAX (64 * 1024)

/* Variables that contain the token itself: that of docker-credential-acr-env, and that of the Azure
 * Developer CLI in GitLab. Variables of other CI systems are named in the configuration. */
static const char *const holders[] = { "AZURE_FEDERATED_TOKEN", "AZD_GITLAB_FEDERATED_TOKEN" };

/* The variable that contains the token, NULL if there is none. A variable that the configuration
 * names is used even if it is not set. */
static const char *variable_of(const struct acr_app *app)
{
	const char *named = acr_config_get(app->config, NULL, "federated_token_variable");

	if (named && *named)
		return named;
	for (size_t i = 0; i < sizeof(holders) / sizeof(holders[0]); i++)
		if (acr_env(app, holders[i]))
			return holders[i];
	return NULL;
}

bool acr_federated_token_is_set(const struct acr_app *app)
{
	const char *variable = variable_of(app);

	return acr_env(app, "AZURE_FEDERATED_TOKEN_FILE") || (variable && acr_env(app, variable));
}

/* The content of the file, or of the variable if there is no file, without surrounding white
 * space. */
static int read_token(const struct acr_app *app, const char *path, const char *variable,
		      struct acr_secret *ret, struct acr_error *error)
{
	auto_secret text = { 0 };
	const char *start;
	size_t length;

	if (path) {
		if (acr_file_read(path, FILE_MAX, &text, error))
			return -1;
	} else {
		acr_secret_add(&text, acr_env(app, variable));
	}
	start = acr_secret_text(&text);
	start += strspn(start, " \t\r\n");
	length = strlen(start);
	while (length > 0 && strchr(" \t\r\n", start[length - 1]))
		length--;
	acr_secret_add_bytes(ret, start, length);
	return 0;
}

/* A variable may contain anything, even a password: only a value with an issuer and a subject is
 * sent. */
static bool is_oidc_token(const struct acr_secret *token)
{
	auto_secret subject = { 0 };

	acr_jwt_subject(acr_secret_text(token), token->length, &subject);
	return subject.length > 0;
}

static int acquire(const struct acr_app *app, const struct acr_ask *ask, struct acr_token *ret,
		   struct acr_error *error)
{
	const char *path = acr_env(app, "AZURE_FEDERATED_TOKEN_FILE");
	const char *variable = path ? NULL : variable_of(app);
	const char *client = ask->client_id ? ask->client_id : acr_env(app, "AZURE_CLIENT_ID");
	const char *tenant = ask->tenant ? ask->tenant : acr_env(app, "AZURE_TENANT_ID");
	auto_secret assertion = { 0 };
	const char *authority;

	if (!path && !variable && !acr_env(app, "AZURE_KUBERNETES_TOKEN_PROXY"))
		return acr_raise(error, VARIABLE_UNSET, "AZURE_FEDERATED_TOKEN_FILE");
	if (acr_env(app, "AZURE_KUBERNETES_TOKEN_PROXY"))
		return acr_raise(error, WORKLOAD_BINDING);
	if (variable && !acr_env(app, variable))
		return acr_raise(error, FEDERATED_VARIABLE_UNSET, variable);
	if (variable && (!client || !tenant))
		return acr_raise(error, CREDENTIAL_INCOMPLETE, variable,
				 client ? "AZURE_TENANT_ID" : "AZURE_CLIENT_ID");
	if (!client || !tenant)
		return acr_raise(error, WORKLOAD_INCOMPLETE, "AZURE_FEDERATED_TOKEN_FILE",
				 client ? "AZURE_TENANT_ID" : "AZURE_CLIENT_ID",
				 client ? "azure.workload.identity/tenant-id"
					: "azure.workload.identity/client-id");
	if (acr_entra_authority(app, ask->registry, &authority, error))
		return -1;
	if (read_token(app, path, variable, &assertion, error)) {
		if (error) {
			error->kind = ACR_INVALID;
			error->origin = ACR_ORIGIN_HERE;
		}
		return acr_context(error, FEDERATED_TOKEN_UNREADABLE);
	}
	if (variable && !is_oidc_token(&assertion))
		return acr_raise(error, FEDERATED_VARIABLE_INVALID, variable);
	if (!acr_token_fits(acr_secret_text(&assertion)))
		return acr_raise(error, FEDERATED_TOKEN_EMPTY, path ? path : variable);
	return acr_entra_assert(app, ask, authority, tenant, client, acr_secret_text(&assertion),
				ret, error);
}

/* The file keeps its path and is rewritten: by kubelet for the same service account, which is the
 * same identity; on a runner for the next job, which is another one. A variable has another token
 * in each job, usually for the same subject. */
static void facts(const struct acr_app *app, struct acr_secret *text)
{
	const char *path = acr_env(app, "AZURE_FEDERATED_TOKEN_FILE");
	const char *variable = path ? NULL : variable_of(app);
	auto_secret token = { 0 }, subject = { 0 };

	if (!path && !(variable && acr_env(app, variable)))
		return;
	if (read_token(app, path, variable, &token, NULL) == 0)
		acr_jwt_subject(acr_secret_text(&token), token.length, &subject);
	/* The token's own lines follow; they cannot be mistaken for this one. */
	acr_secret_add(text, "federated\n");
	acr_secret_add(text, acr_secret_text(&subject));
}

static const char *const variables[] = { "AZURE_CLIENT_ID",
					 "AZURE_TENANT_ID",
					 "AZURE_FEDERATED_TOKEN_FILE",
					 "?AZURE_FEDERATED_TOKEN",
					 "?AZD_GITLAB_FEDERATED_TOKEN",
					 "?AZURE_KUBERNETES_TOKEN_PROXY",
					 NULL };

const struct acr_identity acr_identity_workload_identity = {
	.name = "workload-identity",
	.sdk = "WorkloadIdentityCredential",
	.named = true,
	.summary = N_("a token of a Kubernetes service account or a CI job "
		      "(AZURE_FEDERATED_TOKEN_FILE, AZURE_FEDERATED_TOKEN)"),
	.variables = variables,
	.facts = facts,
	.application = acr_application_wanted,
	.acquire = acquire,
};
