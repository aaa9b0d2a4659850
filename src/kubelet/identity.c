/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Converts what kubelet and azure.json provide to what the identities read. They read an
 * environment, so one is built for them: the chain, its rules and its explanations are the same as
 * for other clients.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <unistd.h>

#include "acr/config.h"
#include "base/file.h"
#include "kubelet/kubelet.h"

#define SETTING "DOCKER_CREDENTIAL_ACR_"

void acr_kubelet_environment_free(struct acr_kubelet_environment *environment)
{
	for (size_t i = 0; i < environment->count; i++)
		acr_string_free(&environment->rows[i]);
	free(environment->rows);
	acr_fd_close(&environment->token);
}

static void add(struct acr_kubelet_environment *environment, char *row)
{
	/* The terminating NULL counts. */
	environment->rows = acr_grow(environment->rows, environment->count + 1, sizeof(row));
	environment->rows[environment->count++] = row;
	environment->rows[environment->count] = NULL;
}

static void set(struct acr_kubelet_environment *environment, const char *name, const char *value)
{
	if (value && *value)
		add(environment, acr_format("%s=%s", name, value));
}

/* Variables in kubelet's own environment that would select an identity. */
static bool is_about_identity(const char *row)
{
	static const char *const names[] = { "AZURE_CLIENT_",	      "AZURE_TENANT_ID=",
					     "AZURE_FEDERATED_",      "AZD_GITLAB_FEDERATED_",
					     "AZURE_AUTHORITY_HOST=", "AZURE_TOKEN_CREDENTIALS=",
					     "AZURE_KUBERNETES_" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strncmp(row, names[i], strlen(names[i])) == 0)
			return true;
	return false;
}

static void begin(const struct acr_app *app, bool pod, struct acr_kubelet_environment *ret)
{
	*ret = (struct acr_kubelet_environment){ .token = -1 };
	for (const char *const *row = app->environment; row && *row; row++)
		if (!is_about_identity(*row) &&
		    !(pod && strncmp(*row, SETTING, strlen(SETTING)) == 0 &&
		      strncmp(*row, SETTING "LOG=", strlen(SETTING "LOG=")) != 0))
			add(ret, acr_copy(*row));
}

/* The cloud names in azure.json are those of go-autorest, which differ from az's. */
static const char *authority_of(const char *name)
{
	static const struct {
		const char *theirs, *ours;
	} names[] = { { "AzurePublicCloud", "AzureCloud" },
		      { "AzureUSGovernmentCloud", "AzureUSGovernment" },
		      { "USNatCloud", "USNat" },
		      { "USSecCloud", "USSec" } };
	const struct acr_cloud *cloud;

	for (size_t i = 0; name && i < sizeof(names) / sizeof(names[0]); i++)
		if (strcasecmp(name, names[i].theirs) == 0)
			name = names[i].ours;
	cloud = name ? acr_cloud_by_name(name) : NULL;
	return cloud ? cloud->authority : NULL;
}

/* Adds a setting if the configuration does not have it. */
static void suggest(const struct acr_app *app, const char *host, const char *key,
		    const char *variable, const char *value, struct acr_kubelet_environment *ret)
{
	if (!acr_config_get(app->config, host, key))
		set(ret, variable, value);
}

void acr_kubelet_be_node(const struct acr_app *app, const char *host, const struct acr_node *node,
			 struct acr_kubelet_environment *ret)
{
	const char *identity = node->federated && node->token_file ? "workload-identity"
			       : node->managed			   ? "managed-identity"
			       : node->secret.length		   ? "environment"
								   : "certificate";

	begin(app, false, ret);
	suggest(app, host, "identity", SETTING "IDENTITY", identity, ret);
	set(ret, "AZURE_AUTHORITY_HOST", authority_of(node->cloud));
	if (node->managed && strcmp(identity, "managed-identity") == 0) {
		suggest(app, host, "client_id", SETTING "CLIENT_ID", node->identity_id, ret);
		return;
	}
	set(ret, "AZURE_TENANT_ID", node->tenant);
	set(ret, "AZURE_CLIENT_ID", node->client_id);
	set(ret, "AZURE_CLIENT_SECRET", acr_secret_text(&node->secret));
	set(ret, "AZURE_CLIENT_CERTIFICATE_PATH", node->certificate);
	set(ret, "AZURE_CLIENT_CERTIFICATE_PASSWORD", acr_secret_text(&node->certificate_password));
	set(ret, "AZURE_FEDERATED_TOKEN_FILE", node->token_file);
}

int acr_kubelet_be_pod(const struct acr_app *app, const struct acr_kubelet_request *request,
		       const struct acr_node *node, struct acr_kubelet_environment *ret,
		       struct acr_error *error)
{
	const char *tenant = request->tenant_id ? request->tenant_id : node->tenant;
	auto_string path = NULL;

	begin(app, true, ret);
	if (!tenant)
		return acr_raise(error, POD_NO_TENANT);
	ret->token = memfd_create("service-account-token", MFD_CLOEXEC);
	if (ret->token < 0 ||
	    acr_write(ret->token, acr_secret_text(&request->token), request->token.length))
		return acr_raise_errno(error, errno, POD_TOKEN);
	path = acr_format("/proc/self/fd/%d", ret->token);
	set(ret, SETTING "IDENTITY", "workload-identity");
	set(ret, SETTING "CLIENT_ID", request->client_id);
	set(ret, SETTING "TENANT", tenant);
	set(ret, "AZURE_CLIENT_ID", request->client_id);
	set(ret, "AZURE_TENANT_ID", tenant);
	set(ret, "AZURE_FEDERATED_TOKEN_FILE", path);
	set(ret, "AZURE_AUTHORITY_HOST", authority_of(node->cloud));
	return 0;
}
