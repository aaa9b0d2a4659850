/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decides whether a server is an Azure registry. No other code decides this. It compares bytes and
 * uses no URL library, since libraries differ in how they parse `evil.com\@x.azurecr.io` and
 * `x.azurecr.io@evil.com`.
 *
 *	[https://] HOST [:443] [/anything]
 *
 * HOST consists of letters, digits, hyphens and dots, and ends with the suffix of a cloud, preceded
 * by `name`, `name-hash` or `name.region.geo` (learn.microsoft.com,
 * container-registry-endpoint-reference); or it is exactly a host of "hosts" in the configuration.
 * Any other server is not an Azure registry.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "acr/config.h"
#include "acr/registry.h"
#include "base/budget.h"

/* The registry behind mcr.microsoft.com: it needs no sign-in. */
static const char *const never[] = { "mcrprod", NULL };

static bool is_alphanumeric(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* "https://" in any case. strncasecmp would have to load a locale table. */
static bool has_scheme(const char *server, size_t length)
{
	static const char scheme[] = "https://";

	for (size_t i = 0; i < sizeof(scheme) - 1; i++)
		if (i == length || (server[i] >= 'A' && server[i] <= 'Z' ? server[i] | 32
									 : server[i]) != scheme[i])
			return false;
	return true;
}

/* Copy HOST from `server`, in lower case. */
static bool take_host(const char *server, size_t length, char ret[static ACR_HOST_MAX])
{
	size_t used = 0;

	if (length > ACR_SERVER_MAX)
		return false;
	/* Clients never send these bytes, which other parsers give a special meaning. */
	for (size_t i = 0; i < length; i++)
		if (server[i] <= 0x20 || server[i] >= 0x7f || strchr("@\\%#?", server[i]))
			return false;
	if (has_scheme(server, length)) {
		server += 8;
		length -= 8;
	}
	for (; used < length && server[used] != ':' && server[used] != '/'; used++) {
		char c = server[used];

		if (used >= ACR_HOST_MAX - 1)
			return false;
		ret[used] = (char)(c >= 'A' && c <= 'Z' ? c | 32 : c);
	}
	ret[used] = '\0';
	if (used + 4 <= length && memcmp(server + used, ":443", 4) == 0)
		used += 4;
	return used == length || server[used] == '/';
}

/* Labels of 1 to 63 letters, digits and inner hyphens; never two hyphens in a row, with which
 * internationalized names begin (xn--); the last label does not consist of digits only, as in an IP
 * address. */
static bool is_name(const char *host)
{
	bool digits = true;

	for (const char *label = host;; label++) {
		size_t length = strcspn(label, ".");

		if (length < 1 || length > 63 || !is_alphanumeric(label[0]) ||
		    !is_alphanumeric(label[length - 1]))
			return false;
		digits = true;
		for (size_t i = 0; i < length; i++) {
			if (!is_alphanumeric(label[i]) && (label[i] != '-' || label[i + 1] == '-'))
				return false;
			digits = digits && label[i] <= '9' && label[i] != '-';
		}
		label += length;
		if (*label == '\0')
			break;
	}
	return !digits && strlen(host) < ACR_HOST_MAX;
}

/* Checks the part before the suffix of a cloud: `name` or `name.region.geo`. */
static bool is_login_server(const char *host, size_t length)
{
	const char *first = memchr(host, '.', length), *second;

	if (length == 0)
		return false;
	for (const char *const *row = never; *row; row++)
		if (strncmp(host, *row, strlen(*row)) == 0 &&
		    (host[strlen(*row)] == '.' || host[strlen(*row)] == '\0'))
			return false;
	if (!first)
		return true;
	second = memchr(first + 1, '.', length - (size_t)(first + 1 - host));
	return second && host + length - second == 4 && memcmp(second, ".geo", 4) == 0;
}

static const struct acr_cloud *find_cloud(const char *host)
{
	size_t length = strlen(host);

	for (const struct acr_cloud *cloud = acr_clouds; cloud->name; cloud++) {
		size_t suffix = strlen(cloud->suffix);

		if (suffix > 0 && length > suffix &&
		    strcmp(host + length - suffix, cloud->suffix) == 0 &&
		    is_login_server(host, length - suffix))
			return cloud;
	}
	return NULL;
}

struct wanted {
	const char *host;
	bool found;
};

/* An entry of "registries" says how to sign in to a host, but not that it is an Azure registry:
 * only "hosts" does. */
static void compare(void *data, const char *host, bool in_hosts)
{
	struct wanted *wanted = data;

	wanted->found |= in_hosts && strcasecmp(host, wanted->host) == 0;
}

/* The authority for it: the one in a configuration file, if that is a host, otherwise the
 * cloud's. */
static void choose_authority(const struct acr_config *config, struct acr_registry *registry)
{
	const char *given = config ? acr_config_get(config, registry->host, "authority") : NULL;
	const struct acr_cloud *cloud = given ? acr_cloud_of_authority(given) : NULL;
	char host[ACR_HOST_MAX];

	if (cloud && !registry->genuine)
		registry->cloud = cloud;
	registry->authority = cloud ? cloud->authority : registry->cloud->authority;
	if (!given || cloud)
		return;
	if (has_scheme(given, strlen(given)))
		given += 8;
	if (take_host(given, strlen(given), host) && strlen(host) == strlen(given) && is_name(host))
		registry->authority = given;
}

bool acr_registry_parse(const struct acr_config *config, const char *server, size_t length,
			struct acr_registry *ret)
{
	struct acr_registry registry = { 0 };
	struct wanted wanted = { registry.host, false };

	if (!take_host(server, length, registry.host) || !is_name(registry.host))
		return false;
	registry.cloud = find_cloud(registry.host);
	registry.genuine = registry.cloud != NULL;
	if (!registry.genuine && config)
		acr_config_hosts(config, compare, &wanted);
	if (!registry.genuine && !wanted.found)
		return false;
	if (!registry.cloud)
		registry.cloud = &acr_clouds[0];
	choose_authority(config, &registry);
	*ret = registry;
	return true;
}

void acr_registry_name(const struct acr_registry *registry, char ret[static ACR_HOST_MAX])
{
	/* Registry names have no hyphen; the text after the first one is the hash of a domain name
	 * label. */
	snprintf(ret, ACR_HOST_MAX, "%.*s", (int)strcspn(registry->host, "-."), registry->host);
}

void acr_registry_login_server(const struct acr_registry *registry, char ret[static ACR_HOST_MAX])
{
	if (registry->genuine)
		snprintf(ret, ACR_HOST_MAX, "%.*s%s", (int)strcspn(registry->host, "."),
			 registry->host, registry->cloud->suffix);
	else
		snprintf(ret, ACR_HOST_MAX, "%s", registry->host);
}

bool acr_registry_is_audience(const struct acr_registry *registry, const char *audience)
{
	struct acr_registry other;
	char server[ACR_HOST_MAX];

	if (strcasecmp(audience, registry->host) == 0)
		return true;
	if (!registry->genuine)
		return acr_registry_parse(NULL, audience, strlen(audience), &other);
	acr_registry_login_server(registry, server);
	return strcasecmp(audience, server) == 0;
}
