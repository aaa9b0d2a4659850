/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shared by the files of `kubelet`: a request of kubelet, what azure.json says about the node, and
 * the environment in which the identity chain runs.
 */
#ifndef KUBELET_KUBELET_H
#define KUBELET_KUBELET_H

#include "acr/app.h"
#include "acr/error.h"
#include "acr/registry.h"
#include "acr/secret.h"

/* ---- request.c ---- */

struct acr_kubelet_request {
	char *version, *image;	     /* owned; "credentialprovider.kubelet.k8s.io/v1" */
	struct acr_secret token;     /* of the pod's service account; empty: none */
	char *client_id, *tenant_id; /* owned; from its annotations, or NULL */
};
void acr_kubelet_request_free(struct acr_kubelet_request *request);
#define auto_kubelet_request                                                                       \
	__attribute__((cleanup(acr_kubelet_request_free))) struct acr_kubelet_request

/* Read stdin. ACR_INVALID with what is wrong. */
_checked_ int acr_kubelet_request_read(const struct acr_app *app, struct acr_kubelet_request *ret,
				       struct acr_error *error);

/* ---- source.c ---- */

struct acr_kubelet_source {
	char asked[ACR_HOST_MAX + 8]; /* the image's own registry, with a port if it has one */
	char *from;		      /* owned; FROM of the mirror that is used, NULL if none */
	bool by_image;		      /* other paths of that registry may be mirrored elsewhere */
	bool ours;		      /* it is pulled from this Azure registry: */
	struct acr_registry registry;
};
void acr_kubelet_source_free(struct acr_kubelet_source *source);
#define auto_kubelet_source                                                                        \
	__attribute__((cleanup(acr_kubelet_source_free))) struct acr_kubelet_source

/* `mirrors` is FROM:TO[,FROM:TO...] or NULL. The longest matching FROM is used. */
void acr_kubelet_source_find(const struct acr_app *app, const char *image, const char *mirrors,
			     struct acr_kubelet_source *ret);

/* ---- node.c ---- */

#define ACR_NODE_FILE "/etc/kubernetes/azure.json"

/* The configuration of cloud-provider-azure, as far as it selects the identity of the node. All
 * owned. */
struct acr_node {
	char *cloud, *tenant, *client_id, *certificate, *token_file, *identity_id;
	struct acr_secret secret, certificate_password;
	bool managed, federated;
};
void acr_node_free(struct acr_node *node);
#define auto_node __attribute__((cleanup(acr_node_free))) struct acr_node

_checked_ int acr_node_read(const char *path, struct acr_node *ret, struct acr_error *error);

/* ---- identity.c ---- */

/* An environment in which the identities find the identity of the node or the pod. */
struct acr_kubelet_environment {
	char **rows; /* owned, NULL-terminated */
	size_t count;
	int token; /* a file in memory that holds the pod's token; -1: none */
};
void acr_kubelet_environment_free(struct acr_kubelet_environment *environment);

/* For the node: the configuration for this host takes precedence over azure.json. */
void acr_kubelet_be_node(const struct acr_app *app, const char *host, const struct acr_node *node,
			 struct acr_kubelet_environment *ret);
/* For the pod: only the token of its service account. The caller sets app->principal, so that
 * nothing is cached: another pod may name the same client ID without being that application. */
_checked_ int acr_kubelet_be_pod(const struct acr_app *app,
				 const struct acr_kubelet_request *request,
				 const struct acr_node *node, struct acr_kubelet_environment *ret,
				 struct acr_error *error);

/* ---- public.c ---- */

/* Does the registry allow anonymous pull of this image? Sends one request. */
bool acr_kubelet_is_public(const struct acr_app *app, const struct acr_registry *registry,
			   const char *image);

#endif
