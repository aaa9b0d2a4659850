/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parses what Azure Resource Manager returns for a registry. Its regional endpoints are in
 * "regionalEndpoints" (Enabled or Disabled) and "regionalEndpointHostNames", as azure-cli 2.91
 * reads them with version 2026-09-01-preview; it is assumed that the stable version has the same
 * names.
 */
#include "acr/arm.h"

#include <string.h>
#include <strings.h>

#include "base/json.h"

/* 2025-11-01 is the first stable version with the role assignment mode, 2026-11-01 the first with
 * regional endpoints. */
const char *const acr_arm_versions[] = { "2026-11-01", "2025-11-01", "2023-07-01", NULL };

bool acr_arm_refuses_version(const char *code)
{
	static const char *const codes[] = { "NoRegisteredProviderFound", "InvalidResourceType",
					     "InvalidApiVersionParameter" };

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (strcasecmp(codes[i], code) == 0)
			return true;
	return false;
}

enum acr_regional acr_arm_regional(struct json_object *registry)
{
	const char *said =
		acr_json_string(acr_json_member(registry, "properties"), "regionalEndpoints");

	if (!said)
		return ACR_REGIONAL_UNKNOWN;
	return strcasecmp(said, "Enabled") == 0 ? ACR_REGIONAL_ON : ACR_REGIONAL_OFF;
}

void acr_arm_each_regional(struct json_object *registry,
			   void (*visit)(void *data, const struct acr_registry *endpoint),
			   void *data)
{
	struct json_object *properties = acr_json_member(registry, "properties");
	struct json_object *hosts = acr_json_member(properties, "regionalEndpointHostNames");
	const char *server = acr_json_string(properties, "loginServer");

	if (!server || acr_arm_regional(registry) != ACR_REGIONAL_ON ||
	    !json_object_is_type(hosts, json_type_array))
		return;
	for (size_t i = 0; i < json_object_array_length(hosts); i++) {
		struct json_object *row = json_object_array_get_idx(hosts, i);
		const char *host = json_object_is_type(row, json_type_string)
					   ? json_object_get_string(row)
					   : "";
		struct acr_registry endpoint;
		char global[ACR_HOST_MAX];

		if (!acr_registry_parse(NULL, host, strlen(host), &endpoint))
			continue;
		acr_registry_login_server(&endpoint, global);
		if (strcasecmp(global, server) == 0 && strcmp(global, endpoint.host) != 0)
			visit(data, &endpoint);
	}
}
