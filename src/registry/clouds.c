/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of clouds. It is fixed: an Azure token is sent only to a host with one of these
 * suffixes, or to one that a configuration file lists, and is requested only from one of these
 * authorities.
 *
 * Sources: suffixes, authorities and ARM of the first three, Azure/azure-cli, azure-cli-core
 * cloud.py; the air-gapped clouds, microsoft/azure-pipelines-tasks-common-packages#657 (suffixes)
 * and the Az PowerShell documentation; the sovereign clouds, azure-cli's tests of `acr import`
 * (suffixes), azure-sdk-for-net's AzureAuthorityHosts and the trusted hosts of
 * AzureAD/microsoft-authentication-library-for-go, authority.go.
 */
#include <string.h>
#include <strings.h>

#include "acr/registry.h"

#define LEARN "https://learn.microsoft.com/azure/container-registry"

static const char *const none[] = { NULL };
static const char *const public_names[] = { "login.microsoft.com", "login.windows.net",
					    "sts.windows.net", NULL };
static const char *const china_names[] = { "login.partner.microsoftonline.cn", NULL };
static const char *const government_names[] = { "login-us.microsoftonline.com",
						"login.usgovcloudapi.net", NULL };

const struct acr_cloud acr_clouds[] = {
	{ .name = "AzureCloud",
	  .suffix = ".azurecr.io",
	  .authority = "login.microsoftonline.com",
	  .aliases = public_names,
	  .arm = "https://management.azure.com",
	  .arm_audience = "https://management.azure.com",
	  .portal = "https://portal.azure.com",
	  .docs = LEARN },
	{ .name = "AzureChinaCloud",
	  .suffix = ".azurecr.cn",
	  .authority = "login.chinacloudapi.cn",
	  .aliases = china_names,
	  .arm = "https://management.chinacloudapi.cn",
	  .arm_audience = "https://management.core.chinacloudapi.cn",
	  .portal = "https://portal.azure.cn",
	  .docs = "https://docs.azure.cn/container-registry" },
	{ .name = "AzureUSGovernment",
	  .suffix = ".azurecr.us",
	  .authority = "login.microsoftonline.us",
	  .aliases = government_names,
	  .arm = "https://management.usgovcloudapi.net",
	  .arm_audience = "https://management.core.usgovcloudapi.net",
	  .portal = "https://portal.azure.us",
	  .docs = LEARN },
	{ .name = "USNat",
	  .suffix = ".azurecr.eaglex.ic.gov",
	  .authority = "login.microsoftonline.eaglex.ic.gov",
	  .aliases = none,
	  .arm = "https://management.azure.eaglex.ic.gov",
	  .arm_audience = "https://management.azure.eaglex.ic.gov",
	  .portal = "https://portal.azure.eaglex.ic.gov",
	  .docs = LEARN },
	{ .name = "USSec",
	  .suffix = ".azurecr.microsoft.scloud",
	  .authority = "login.microsoftonline.microsoft.scloud",
	  .aliases = none,
	  .arm = "https://management.azure.microsoft.scloud",
	  .arm_audience = "https://management.azure.microsoft.scloud",
	  .portal = "https://portal.azure.microsoft.scloud",
	  .docs = LEARN },
	{ .name = "AzureBleuCloud",
	  .suffix = ".azurecr.sovcloud-azure.fr",
	  .authority = "login.sovcloud-identity.fr",
	  .aliases = none,
	  .arm = "https://management.sovcloud-api.fr",
	  .arm_audience = "https://management.sovcloud-api.fr",
	  .portal = "",
	  .docs = LEARN },
	/* The Delos cloud; not the former German cloud, which az calls AzureGermanCloud and which
	 * was closed. */
	{ .name = "AzureGermanyCloud",
	  .suffix = ".azurecr.sovcloud-azure.de",
	  .authority = "login.sovcloud-identity.de",
	  .aliases = none,
	  .arm = "https://management.sovcloud-api.de",
	  .arm_audience = "https://management.sovcloud-api.de",
	  .portal = "",
	  .docs = LEARN },
	/* Only its authority is known: its registries need a row in "hosts" of a configuration
	 * file. */
	{ .name = "AzureGovSGCloud",
	  .suffix = "",
	  .authority = "login.sovcloud-identity.sg",
	  .aliases = none,
	  .arm = "https://management.sovcloud-api.sg",
	  .arm_audience = "https://management.sovcloud-api.sg",
	  .portal = "",
	  .docs = LEARN },
	{ 0 },
};

/* AZURE_AUTHORITY_HOST may be "https://host/" or just the host. */
static bool is_host(const char *given, const char *host)
{
	size_t length = strlen(host);

	if (strncasecmp(given, "https://", 8) == 0)
		given += 8;
	return strncasecmp(given, host, length) == 0 &&
	       (given[length] == '\0' || strcmp(given + length, "/") == 0);
}

const struct acr_cloud *acr_cloud_of_authority(const char *host)
{
	for (const struct acr_cloud *cloud = acr_clouds; cloud->name; cloud++) {
		if (is_host(host, cloud->authority))
			return cloud;
		for (const char *const *alias = cloud->aliases; *alias; alias++)
			if (is_host(host, *alias))
				return cloud;
	}
	return NULL;
}

const struct acr_cloud *acr_cloud_by_name(const char *name)
{
	for (const struct acr_cloud *cloud = acr_clouds; cloud->name; cloud++)
		if (strcasecmp(cloud->name, name) == 0)
			return cloud;
	return NULL;
}
