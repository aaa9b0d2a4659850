/* SPDX-License-Identifier: Apache-2.0 */
/* Check: a registry that is encrypted with a customer-managed key reads the key with a managed
 * identity. Does that identity still exist? Uses the same criteria as az acr check-health
 * (azure-cli, acr/check_health.py). */
#include <string.h>

#include "base/json.h"
#include "diagnose/network.h"
#include "explain/language.h"

static bool is_assigned(struct json_object *identity, const char *wanted)
{
	struct json_object *assigned = acr_json_member(identity, "userAssignedIdentities");
	const char *own = acr_json_string(identity, "principalId");

	if (strcmp(wanted, "system") == 0)
		return own && *own;
	if (!json_object_is_type(assigned, json_type_object))
		return false;
	json_object_object_foreach(assigned, id, one)
	{
		const char *client = acr_json_string(one, "clientId");

		(void)id;
		if (client && strcmp(client, wanted) == 0)
			return true;
	}
	return false;
}

static void run(struct acr_app *app, const struct acr_case *subject, struct acr_check_result *ret)
{
	const char *status, *wanted;
	struct json_object *encryption;
	auto_json json = acr_case_json(subject, ACR_FOUND_SETTINGS);

	(void)app;
	if (!json) {
		acr_check_say(ret, ACR_VERDICT_SKIPPED, "%s",
			      _("the registry settings are not available"));
		return;
	}
	encryption = acr_json_member(acr_json_member(json, "properties"), "encryption");
	status = acr_json_string(encryption, "status");
	if (!status || strcmp(status, "enabled") != 0) {
		acr_check_say(ret, ACR_VERDICT_OK, "%s", _("no customer-managed key"));
		return;
	}
	wanted = acr_json_string(acr_json_member(encryption, "keyVaultProperties"), "identity");
	if (wanted && is_assigned(acr_json_member(json, "identity"), wanted)) {
		acr_check_say(ret, ACR_VERDICT_OK, "%s",
			      _("customer-managed key; its identity is assigned to the registry"));
		return;
	}
	acr_check_say(
		ret, ACR_VERDICT_PROBLEM, "%s",
		_("the identity for the registry's customer-managed key is no longer assigned"));
	acr_check_facts(subject, NULL, ret);
	acr_facts_set(&ret->facts, ACR_FACT_CHECK, "CMK_ERROR");
}

const struct acr_check_row acr_check_settings_key = {
	.id = "settings-key",
	.title = N_("encryption key"),
	.alias = "CMK_ERROR",
	.about = ACR_ABOUT_REGISTRY,
	.needs = "settings",
	.likely = 78,
	.run = run,
};
