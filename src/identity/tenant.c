/* SPDX-License-Identifier: Apache-2.0 */
/* Checks whether a text is the name of a single tenant that can be used in a path of Entra ID. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "identity/internal.h"

bool acr_tenant_fits(const char *tenant)
{
	static const char *const any[] = { "common", "organizations", "consumers" };
	size_t length = strlen(tenant);

	for (size_t i = 0; i < sizeof(any) / sizeof(any[0]); i++)
		if (strcasecmp(tenant, any[i]) == 0)
			return false;
	for (size_t i = 0; i < length; i++)
		if (!isalnum((unsigned char)tenant[i]) && tenant[i] != '-' &&
		    (tenant[i] != '.' || i == 0 || tenant[i - 1] == '.'))
			return false;
	return length > 0 && length < ACR_HOST_MAX;
}
