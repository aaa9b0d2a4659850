/* SPDX-License-Identifier: Apache-2.0 */
/* A registry as Azure Resource Manager describes it (learn.microsoft.com,
 * rest/api/containerregistry/registries). */
#ifndef ACR_ARM_H
#define ACR_ARM_H

#include <stdbool.h>

#include "acr/registry.h"

struct json_object;

/* Versions of the API of registries, the newest first; ends with NULL. Not every cloud supports all
 * of them. */
extern const char *const acr_arm_versions[];

/* Is this error code of Resource Manager ("" for none) about the version of the API? */
bool acr_arm_refuses_version(const char *code);

/* Does the registry have regional endpoints? Unknown in versions before 2026-11-01. */
enum acr_regional { ACR_REGIONAL_UNKNOWN, ACR_REGIONAL_OFF, ACR_REGIONAL_ON };
enum acr_regional acr_arm_regional(struct json_object *registry);

/* Visit each regional endpoint that is enabled. Hosts that do not belong to the registry's own
 * login server are skipped. */
void acr_arm_each_regional(struct json_object *registry,
			   void (*visit)(void *data, const struct acr_registry *endpoint),
			   void *data);

#endif
