/* SPDX-License-Identifier: Apache-2.0 */
/* Parses a CredentialProviderRequest (kubernetes/kubelet,
 * pkg/apis/credentialprovider/v1/types.go). */
#include <string.h>

#include "base/budget.h"
#include "base/json.h"
#include "explain/language.h"
#include "front/front.h"
#include "kubelet/kubelet.h"

#define GROUP "credentialprovider.kubelet.k8s.io/"

void acr_kubelet_request_free(struct acr_kubelet_request *request)
{
	acr_string_free(&request->version);
	acr_string_free(&request->image);
	acr_string_free(&request->client_id);
	acr_string_free(&request->tenant_id);
	acr_secret_wipe(&request->token);
}

/* The first of two annotations: that of Azure's own provider, and that of workload identity. */
static char *annotation(struct json_object *request, const char *own, const char *workload)
{
	struct json_object *annotations = acr_json_member(request, "serviceAccountAnnotations");
	const char *value = acr_json_string(annotations, own);

	if (!value || !*value)
		value = acr_json_string(annotations, workload);
	return value && *value ? acr_copy(value) : NULL;
}

/* A token or an annotation of the wrong type is an error: treated as "none", the node's identity
 * would be used. */
static int check_types(struct json_object *request, struct acr_error *error)
{
	struct json_object *token = acr_json_member(request, "serviceAccountToken");
	struct json_object *annotations = acr_json_member(request, "serviceAccountAnnotations");

	if (token && !json_object_is_type(token, json_type_string))
		return acr_raise(error, REQUEST_NOT_A_STRING, "serviceAccountToken");
	if (annotations && !json_object_is_type(annotations, json_type_object))
		return acr_raise(error, KUBELET_NOT_AN_OBJECT, "serviceAccountAnnotations");
	if (annotations) {
		json_object_object_foreach(annotations, name, value)
		{
			if (!json_object_is_type(value, json_type_string))
				return acr_raise(error, REQUEST_NOT_A_STRING, name);
		}
	}
	return 0;
}

static bool is_known(const char *version)
{
	static const char *const versions[] = { GROUP "v1", GROUP "v1beta1", GROUP "v1alpha1" };

	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++)
		if (strcmp(version, versions[i]) == 0)
			return true;
	return false;
}

int acr_kubelet_request_read(const struct acr_app *app, struct acr_kubelet_request *ret,
			     struct acr_error *error)
{
	const char *version, *kind, *image, *token;
	auto_secret bytes = { 0 };
	auto_json json = NULL;

	if (acr_docker_read(app, N_("a CredentialProviderRequest"), ACR_STORE_MAX, &bytes, error))
		return -1;
	if (acr_json_parse(acr_secret_text(&bytes), bytes.length, &json, error))
		return acr_context(error, REQUEST_NOT_JSON);
	version = acr_json_string(json, "apiVersion");
	kind = acr_json_string(json, "kind");
	image = acr_json_string(json, "image");
	token = acr_json_string(json, "serviceAccountToken");
	if (!kind || strcmp(kind, "CredentialProviderRequest") != 0)
		return acr_raise(error, KUBELET_REQUEST_KIND);
	if (!version || !is_known(version))
		return acr_raise(error, KUBELET_VERSION, version ? version : "",
				 GROUP "v1, v1beta1, v1alpha1");
	if (check_types(json, error))
		return -1;
	if (!image || !*image)
		return acr_raise(error, KUBELET_NO_IMAGE);
	ret->version = acr_copy(version);
	ret->image = acr_copy(image);
	ret->client_id = annotation(json, "kubernetes.azure.com/acr-client-id",
				    "azure.workload.identity/client-id");
	ret->tenant_id = annotation(json, "kubernetes.azure.com/acr-tenant-id",
				    "azure.workload.identity/tenant-id");
	if (token)
		acr_secret_add(&ret->token, token);
	return 0;
}
