/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes the configuration file of the helper: that of the system or, if the first byte is odd,
 * that of the user. The result is an error that names the position, or settings that can be
 * read. */
#include "world.h"

#include "acr/registry.h"

static void see(void *data, const char *host, bool in_hosts)
{
	(void)in_hosts;
	must(*host);
	*(size_t *)data += 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const keys[] = { "identity", "tenant",   "authority", "audience",
					    "timeout",	"keychain", "hosts",	 "min_validity" };
	bool person = size && *data & 1;
	struct world *world = world_begin();
	struct acr_config *config = NULL;
	struct acr_error error = { 0 };
	struct acr_registry registry;
	size_t hosts = 0;

	if (size == 0)
		return 0;
	world_write(world, "etc/docker-credential-acr/config.json",
		    person ? "{}" : (const char *)data + 1, person ? 2 : size - 1);
	world_write(world, ".config/docker-credential-acr/config.json",
		    person ? (const char *)data + 1 : "{}", person ? size - 1 : 2);
	if (acr_config_load(&world->app, &config, &error)) {
		must_be_told(&error);
		return 0;
	}
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		acr_config_get(config, HOST, keys[i]);
		acr_config_get(config, NULL, keys[i]);
	}
	acr_config_hosts(config, see, &hosts);
	if (acr_registry_parse(config, HOST, strlen(HOST), &registry))
		must(registry.genuine && *registry.authority);
	acr_config_free(config);
	return 0;
}
