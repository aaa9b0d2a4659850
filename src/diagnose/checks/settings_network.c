/* SPDX-License-Identifier: Apache-2.0 */
/* Check: which networks can reach the registry, according to its settings: public network access,
 * network rules, private endpoints, data endpoints. */
#include <string.h>

#include "base/json.h"
#include "diagnose/network.h"
#include "explain/language.h"

static size_t length_of(struct json_object *array)
{
	return json_object_is_type(array, json_type_array) ? json_object_array_length(array) : 0;
}

static void list_rules(struct json_object *rules, struct acr_check_result *ret)
{
	for (size_t i = 0; i < length_of(rules); i++) {
		struct json_object *rule = json_object_array_get_idx(rules, i);
		const char *address = acr_json_string(rule, "value");

		if (address)
			acr_check_detail(ret, _("allowed: %s"), address);
	}
}

static void list_data(struct json_object *hosts, struct acr_check_result *ret)
{
	for (size_t i = 0; i < length_of(hosts); i++) {
		struct json_object *host = json_object_array_get_idx(hosts, i);

		if (json_object_is_type(host, json_type_string))
			acr_check_detail(ret, _("data endpoint: %s"), json_object_get_string(host));
	}
}

static void run(struct acr_app *app, const struct acr_case *subject, struct acr_check_result *ret)
{
	const char *access, *otherwise;
	struct json_object *properties, *rules;
	auto_json json = acr_case_json(subject, ACR_FOUND_SETTINGS);
	size_t endpoints;

	(void)app;
	if (!json) {
		acr_check_say(ret, ACR_VERDICT_SKIPPED, "%s",
			      _("the registry settings are not available"));
		return;
	}
	properties = acr_json_member(json, "properties");
	rules = acr_json_member(properties, "networkRuleSet");
	access = acr_json_string(properties, "publicNetworkAccess");
	otherwise = acr_json_string(rules, "defaultAction");
	endpoints = length_of(acr_json_member(properties, "privateEndpointConnections"));
	list_rules(acr_json_member(rules, "ipRules"), ret);
	list_data(acr_json_member(properties, "dataEndpointHostNames"), ret);
	if (access && strcmp(access, "Disabled") == 0)
		acr_check_say(ret, endpoints ? ACR_VERDICT_OK : ACR_VERDICT_WARNING,
			      _("public network access disabled; private endpoints: %zu"),
			      endpoints);
	else if (otherwise && strcmp(otherwise, "Deny") == 0)
		acr_check_say(ret, ACR_VERDICT_OK,
			      _("public network access from selected IP ranges only: %zu; private "
				"endpoints: %zu"),
			      length_of(acr_json_member(rules, "ipRules")), endpoints);
	else
		acr_check_say(ret, ACR_VERDICT_OK,
			      _("public network access from all networks; private endpoints: %zu"),
			      endpoints);
}

const struct acr_check_row acr_check_settings_network = {
	.id = "settings-network",
	.title = N_("network rules"),
	.about = ACR_ABOUT_REGISTRY,
	.needs = "settings",
	.run = run,
};
