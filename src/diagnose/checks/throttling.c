/* SPDX-License-Identifier: Apache-2.0 */
/* Check: did the registry throttle requests in any step (HTTP 429)? */
#include "diagnose/network.h"
#include "explain/language.h"

static void run(struct acr_app *app, const struct acr_case *subject, struct acr_check_result *ret)
{
	const char *wait = acr_case_found(subject, ACR_FOUND_THROTTLED);

	(void)app;
	if (!*wait) {
		acr_check_say(ret, ACR_VERDICT_OK, "%s",
			      _("the registry did not throttle requests"));
		return;
	}
	acr_check_say(ret, ACR_VERDICT_PROBLEM,
		      _("the registry is throttling requests (HTTP 429); retry after %s s"), wait);
	acr_check_explain(subject, "throttled", ret);
	acr_facts_set(&ret->facts, ACR_FACT_RETRY_AFTER, wait);
}

const struct acr_check_row acr_check_throttling = {
	.id = "throttling",
	.title = N_("throttling"),
	.alias = "CONNECTIVITY_TOOMANYREQUESTS_ERROR",
	.about = ACR_ABOUT_REGISTRY,
	.needs = "connection",
	.after = "challenge anonymous stored-login exchange access",
	.likely = 81,
	.run = run,
};
