/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes the request of kubelet and azure.json: the identity of a pod or node is read completely or
 * not at all. */
#include "kubelet/kubelet.h"
#include "world.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct world *world = world_begin();
	struct acr_error error = { 0 };
	auto_kubelet_request request = { 0 };
	auto_kubelet_source source = { 0 };
	auto_node node = { 0 };
	char path[32];
	int fd = world_file(data, size, path);

	world->app.in = fd;
	if (acr_kubelet_request_read(&world->app, &request, &error)) {
		must_be_told(&error);
		must(!request.token.length);
	} else {
		must(request.version && request.image && *request.image);
		acr_kubelet_source_find(&world->app, request.image,
					"mcr.microsoft.com/a:acme.azurecr.io,x:5000:b.azurecr.io",
					&source);
	}
	error = (struct acr_error){ 0 };
	if (acr_node_read(path, &node, &error))
		must_be_told(&error);
	else
		must(node.managed || node.federated || node.secret.length || node.certificate);
	close(fd);
	return 0;
}
