/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Workload identity: a token of the pod's service account, which Entra ID takes as an assertion
 * (azure-sdk-for-go, sdk/azidentity/workload_identity.go;
 * github.com/Azure/azure-workload-identity).
 *
 * The file is read anew each time: kubelet rotates it at 80 % of its life. It is reached through
 * kubelet's links, so links are followed.
 */
#include <string.h>

#include "base/file.h"
#include "base/jwt.h"
#include "identity/internal.h"

#define FILE_MAX (64 * 1024)

static void trim(struct acr_secret *token)
{
	while (token->length > 0 && strchr(" \t\r\n", token->bytes[token->length - 1]))
		token->bytes[--token->length] = '\0';
}

static int acquire(const struct acr_app *app, const struct acr_ask *ask, struct acr_token *ret,
		   struct acr_error *error)
{
	const char *path = acr_env(app, "AZURE_FEDERATED_TOKEN_FILE");
	const char *client = ask->client_id ? ask->client_id : acr_env(app, "AZURE_CLIENT_ID");
	const char *tenant = ask->tenant ? ask->tenant : acr_env(app, "AZURE_TENANT_ID");
	auto_secret assertion = { 0 };
	const char *authority, *start;

	if (!path && !acr_env(app, "AZURE_KUBERNETES_TOKEN_PROXY"))
		return acr_raise(error, VARIABLE_UNSET, "AZURE_FEDERATED_TOKEN_FILE");
	if (acr_env(app, "AZURE_KUBERNETES_TOKEN_PROXY"))
		return acr_raise(error, WORKLOAD_BINDING);
	if (!client || !tenant)
		return acr_raise(error, WORKLOAD_INCOMPLETE, "AZURE_FEDERATED_TOKEN_FILE",
				 client ? "AZURE_TENANT_ID" : "AZURE_CLIENT_ID",
				 client ? "azure.workload.identity/tenant-id"
					: "azure.workload.identity/client-id");
	if (acr_entra_authority(app, ask->registry, &authority, error))
		return -1;
	if (acr_file_read(path, FILE_MAX, &assertion, error)) {
		if (error) {
			error->kind = ACR_INVALID;
			error->origin = ACR_ORIGIN_HERE;
		}
		return acr_context(error, FEDERATED_TOKEN_UNREADABLE);
	}
	trim(&assertion);
	start = acr_secret_text(&assertion);
	start += strspn(start, " \t\r\n");
	if (!acr_token_fits(start))
		return acr_raise(error, FEDERATED_TOKEN_EMPTY, path);
	return acr_entra_assert(app, ask, authority, tenant, client, start, ret, error);
}

/* The file stays where it is and is written anew: by kubelet for the same service account, which is
 * the same identity, and on a runner for the next job, which is another. */
static void facts(const struct acr_app *app, struct acr_secret *text)
{
	const char *path = acr_env(app, "AZURE_FEDERATED_TOKEN_FILE");
	auto_secret token = { 0 }, subject = { 0 };
	const char *start;

	if (!path)
		return;
	if (acr_file_read(path, FILE_MAX, &token, NULL) == 0) {
		trim(&token);
		start = acr_secret_text(&token);
		start += strspn(start, " \t\r\n");
		acr_jwt_subject(start, strlen(start), &subject);
	}
	/* As it stands in the token: one line each, and no line of ours. */
	acr_secret_add(text, "federated\n");
	acr_secret_add(text, acr_secret_text(&subject));
}

static const char *const variables[] = { "AZURE_CLIENT_ID", "AZURE_TENANT_ID",
					 "AZURE_FEDERATED_TOKEN_FILE",
					 "?AZURE_KUBERNETES_TOKEN_PROXY", NULL };

const struct acr_identity acr_identity_workload_identity = {
	.name = "workload-identity",
	.sdk = "WorkloadIdentityCredential",
	.named = true,
	.summary = N_("a Kubernetes service account's token (AZURE_FEDERATED_TOKEN_FILE)"),
	.variables = variables,
	.facts = facts,
	.application = acr_application_wanted,
	.acquire = acquire,
};
