/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes registries.conf: one list is read from it, and the name of this helper is removed from
 * it. */
#include "configure/containers.c"
#include "world.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_secret bytes = { 0 }, list = { 0 }, without = { 0 };
	char path[32];
	int fd = world_file(data, size, path);

	take_list(path, &list);
	acr_secret_add_bytes(&bytes, data, size);
	if (acr_containers_without(&bytes, &without))
		must(without.length < size + 1);
	close(fd);
	return 0;
}
