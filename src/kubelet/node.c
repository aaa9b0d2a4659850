/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads azure.json, which exists on every AKS node (kubernetes-sigs/cloud-provider-azure,
 * pkg/azclient, AzureAuthConfig): the identity of the node. On nodes with a managed identity the
 * service principal's fields are "msi".
 */
#include <string.h>

#include "base/budget.h"
#include "base/file.h"
#include "base/json.h"
#include "kubelet/kubelet.h"

void acr_node_free(struct acr_node *node)
{
	char **const texts[] = { &node->cloud,	     &node->tenant,	&node->client_id,
				 &node->certificate, &node->token_file, &node->identity_id };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		acr_string_free(texts[i]);
	acr_secret_wipe(&node->secret);
	acr_secret_wipe(&node->certificate_password);
}

static char *text_of(struct json_object *json, const char *key)
{
	const char *text = acr_json_string(json, key);

	return text && *text ? acr_copy(text) : NULL;
}

static void secret_of(struct json_object *json, const char *key, struct acr_secret *ret)
{
	const char *text = acr_json_string(json, key);

	if (text)
		acr_secret_add(ret, text);
}

int acr_node_read(const char *path, struct acr_node *ret, struct acr_error *error)
{
	auto_secret bytes = { 0 };
	auto_json json = NULL;

	if (acr_file_read(path, ACR_CONFIG_MAX, &bytes, error))
		return -1;
	if (acr_json_parse(acr_secret_text(&bytes), bytes.length, &json, error))
		return acr_context(error, NODE_NOT_JSON, path);
	if (!json_object_is_type(json, json_type_object))
		return acr_raise(error, JSON_NOT_OBJECT, path);
	*ret = (struct acr_node){
		.cloud = text_of(json, "cloud"),
		.tenant = text_of(json, "tenantId"),
		.client_id = text_of(json, "aadClientId"),
		.certificate = text_of(json, "aadClientCertPath"),
		.token_file = text_of(json, "aadFederatedTokenFile"),
		.identity_id = text_of(json, "userAssignedIdentityID"),
		.managed = acr_json_bool(json, "useManagedIdentityExtension", false),
		.federated = acr_json_bool(json, "useFederatedWorkloadIdentityExtension", false),
	};
	secret_of(json, "aadClientSecret", &ret->secret);
	secret_of(json, "aadClientCertPassword", &ret->certificate_password);
	if (!ret->managed && !(ret->federated && ret->token_file) && !ret->secret.length &&
	    !ret->certificate)
		return acr_raise(error, NODE_NO_IDENTITY, path);
	return 0;
}
