/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Check: does the registry still accept the token that `get` would return now? If it is rejected
 * while a new token of the same identity works, the role assignment mode has probably changed:
 * tokens from before the change are no longer valid (learn.microsoft.com,
 * container-registry-rbac-abac-repository-permissions).
 */
#include <string.h>

#include "acr/broker.h"
#include "acr/identity.h"
#include "acr/store.h"
#include "diagnose/rights.h"
#include "explain/language.h"

/* Does a new token of the same identity allow more? */
static bool is_outdated(const struct acr_case *subject, const char *actions)
{
	const char *wanted = *subject->action ? subject->action : "pull";

	return *subject->repository && !acr_rights_hold(actions, wanted) &&
	       acr_rights_hold(acr_case_found(subject, ACR_FOUND_ACTIONS), wanted);
}

static void outdated(const struct acr_case *subject, const struct acr_entry *entry,
		     struct acr_check_result *ret)
{
	acr_check_say(ret, ACR_VERDICT_PROBLEM,
		      _("the cached token does not grant access; a new token does"));
	acr_check_detail(ret, _("obtained %lld min ago"), (long long)entry->age / 60);
	acr_facts_wipe(&ret->facts);
	acr_check_facts(subject, NULL, ret);
	acr_facts_set(&ret->facts, ACR_FACT_CHECK, "role-mode-changed");
}

static void look(const struct acr_app *app, const struct acr_case *subject,
		 const struct acr_entry *entry, struct acr_check_result *ret)
{
	bool fresh = *acr_case_found(subject, ACR_FOUND_ACCESS_TOKEN);
	struct acr_error error = { 0 };
	auto_secret actions = { 0 };

	if (acr_rights_try(app, subject, ACR_NULL_GUID, &entry->token, &actions, &error) == 0) {
		if (fresh && is_outdated(subject, acr_secret_text(&actions)))
			outdated(subject, entry, ret);
		else
			acr_check_say(ret, ACR_VERDICT_OK, _("valid for another %lld min"),
				      (long long)entry->left / 60);
	} else if (error.kind == ACR_REFUSED && fresh) {
		outdated(subject, entry, ret);
	} else {
		acr_check_say_error(ret, ACR_VERDICT_WARNING, &error);
	}
}

static void run(struct acr_app *app, const struct acr_case *subject, struct acr_check_result *ret)
{
	struct acr_fingerprint fingerprint = { 0 };
	auto_entry entry = { 0 };

	acr_fingerprint_take(app, &subject->registry, &fingerprint);
	if (acr_cache_find(app, subject->registry.host, fingerprint.hash, fingerprint.text, &entry))
		look(app, subject, &entry, ret);
	else
		acr_check_say(ret, ACR_VERDICT_OK, "%s",
			      _("no token is cached for the current identity"));
	acr_fingerprint_free(&fingerprint);
}

const struct acr_check_row acr_check_cached_token = {
	.id = "cached-token",
	.title = N_("cached token"),
	.about = ACR_ABOUT_REGISTRY,
	.needs = "firewall",
	.after = "access challenge",
	.likely = 87,
	.run = run,
};
