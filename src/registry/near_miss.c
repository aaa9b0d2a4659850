/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finds the login server that was meant by a misspelled host name: one letter of a cloud's suffix
 * is added, missing, wrong or swapped, or the suffix is a common mistake. `azureacr.io` is the most
 * common one (learn.microsoft.com, container-registry-troubleshoot-login).
 */
#include <string.h>
#include <strings.h>

#include "acr/registry.h"
#include "base/nearest.h"

#define FAR 3

static const char *const taken_for_it[] = { "azure.io",
					    "acr.io",
					    "azureacr.io",
					    "azurecontainer.io",
					    "azurecr.com",
					    "azurecr.net",
					    "azure.cr.io",
					    "acr.azure.com",
					    "azurecr.azure.com",
					    "azurecr",
					    "azurecontainerregistry.io",
					    NULL };

char *acr_near_miss(const char *host)
{
	const char *rest = strchr(host, '.');
	size_t name = rest ? (size_t)(rest - host) : 0;

	if (name == 0 || strchr(host, ':') || strcasecmp(rest + 1, "azurecr.io") == 0)
		return NULL;
	rest++;
	for (const char *const *row = taken_for_it; *row; row++)
		if (strcasecmp(rest, *row) == 0)
			return acr_format("%.*s.azurecr.io", (int)name, host);
	for (const struct acr_cloud *cloud = acr_clouds; cloud->name; cloud++) {
		size_t away;

		if (!*cloud->suffix)
			continue;
		away = acr_distance(rest, cloud->suffix + 1);
		if (away > 0 && away < FAR)
			return acr_format("%.*s%s", (int)name, host, cloud->suffix);
	}
	/* The dot before the suffix is missing: contosoazurecr.io */
	for (const struct acr_cloud *cloud = acr_clouds; cloud->name; cloud++) {
		const char *suffix = *cloud->suffix ? cloud->suffix + 1 : "";
		size_t length = strlen(host), tail = strlen(suffix);

		if (tail > 0 && length > tail + 3 &&
		    strcasecmp(host + length - tail, suffix) == 0 &&
		    !memchr(host, '.', length - tail))
			return acr_format("%.*s%s", (int)(length - tail), host, cloud->suffix);
	}
	return NULL;
}
