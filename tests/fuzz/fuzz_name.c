/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes the server string of a client: if it is accepted, it is a login server of a cloud in the
 * table. */
#include "acr/registry.h"
#include "oracle.h"

static void check_labels(const char *host)
{
	while (*host) {
		size_t length = strcspn(host, ".");

		must(length >= 1 && length <= 63);
		must(host[0] != '-' && host[length - 1] != '-');
		host += length;
		must(*host != '.' || host[1] != '\0');
		host += *host == '.';
	}
}

/* The host is part of the server string, at its start or after the scheme; only port 443 may
 * follow, and nothing is added. */
static void check_origin(const char *host, const uint8_t *data, size_t size)
{
	size_t length = strlen(host), offset = size >= 8 && memcmp(data + 5, "://", 3) == 0 ? 8 : 0;

	must(size >= offset + length);
	for (size_t i = 0; i < length; i++) {
		char c = (char)data[offset + i];
		must(host[i] == (c >= 'A' && c <= 'Z' ? c + 32 : c));
	}
	offset += length;
	offset += size >= offset + 4 && memcmp(data + offset, ":443", 4) == 0 ? 4 : 0;
	must(size == offset || data[offset] == '/');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct acr_registry registry, again;
	char name[ACR_HOST_MAX];
	size_t length;

	if (!acr_registry_parse(NULL, (const char *)data, size, &registry))
		return 0;
	length = strlen(registry.host);
	must(length <= 253 && registry.genuine && registry.cloud && registry.authority);
	must(strspn(registry.host, "abcdefghijklmnopqrstuvwxyz0123456789.-") == length);
	must(length > strlen(registry.cloud->suffix) && registry.cloud->suffix[0] == '.');
	must(strcmp(registry.host + length - strlen(registry.cloud->suffix),
		    registry.cloud->suffix) == 0);
	check_labels(registry.host);
	check_origin(registry.host, data, size);
	must(acr_registry_parse(NULL, registry.host, length, &again));
	must(strcmp(registry.host, again.host) == 0 && registry.cloud == again.cloud);
	acr_registry_name(&registry, name);
	must(*name && !strchr(name, '.'));
	acr_registry_login_server(&registry, name);
	must(acr_registry_is_audience(&registry, name) &&
	     acr_registry_is_audience(&registry, registry.host));
	return 0;
}
