/* SPDX-License-Identifier: Apache-2.0 */
/* Check: which actions does the login allow on the repository? Requests an access token for all
 * actions and reads its claim. */
#include <string.h>

#include "acr/broker.h"
#include "diagnose/rights.h"
#include "explain/language.h"

static void tell(const struct acr_case *subject, const char *actions, struct acr_check_result *ret)
{
	const char *wanted = *subject->action ? subject->action : "pull";

	acr_check_found(ret, ACR_FOUND_ACTIONS, actions);
	if (!*subject->repository)
		acr_check_say(
			ret, ACR_VERDICT_OK, "%s",
			_("the login works; specify a repository to see the permissions on it"));
	else if (acr_rights_hold(actions, wanted))
		acr_check_say(ret, ACR_VERDICT_OK, _("allowed: %s on %s"), actions,
			      subject->repository);
	else if (*actions)
		acr_check_say(ret, ACR_VERDICT_PROBLEM, _("allowed: %s on %s; not allowed: %s"),
			      actions, subject->repository, wanted);
	else
		acr_check_say(ret, ACR_VERDICT_PROBLEM, _("no permission on %s"),
			      subject->repository);
	if (ret->verdict == ACR_VERDICT_PROBLEM)
		acr_rights_facts(subject, wanted, ret);
}

static void run(struct acr_app *app, const struct acr_case *subject, struct acr_check_result *ret)
{
	const char *refresh = acr_case_found(subject, ACR_FOUND_REFRESH_TOKEN);
	auto_string scope = acr_rights_scope(subject);
	auto_secret password = { 0 }, access = { 0 }, actions = { 0 };
	struct acr_error error = { 0 };
	struct acr_who who;

	if (!*refresh) {
		acr_check_say(ret, ACR_VERDICT_SKIPPED, "%s",
			      _("no token from an identity is available"));
		return;
	}
	acr_secret_add(&password, refresh);
	if (acr_scope_token(app, &subject->registry, ACR_NULL_GUID, &password, scope, &access,
			    &error)) {
		acr_check_fail(app, subject, ACR_VERDICT_PROBLEM, &error, ret);
		acr_case_who(subject, &who);
		acr_facts_of_who(&who, &ret->facts);
		if (error.status == 429)
			acr_check_found_number(ret, ACR_FOUND_THROTTLED, error.retry_after);
		return;
	}
	acr_check_found(ret, ACR_FOUND_ACCESS_TOKEN, acr_secret_text(&access));
	if (!acr_rights_read(subject, &access, &actions))
		acr_check_say(ret, ACR_VERDICT_WARNING, "%s",
			      _("the token does not list its permissions"));
	else
		tell(subject, acr_secret_text(&actions), ret);
}

const struct acr_check_row acr_check_access = {
	.id = "access",
	.title = N_("permissions"),
	.alias = "CONNECTIVITY_ACCESS_TOKEN_ERROR",
	.about = ACR_ABOUT_REGISTRY,
	.needs = "exchange",
	.after = "settings",
	.likely = 83,
	.run = run,
};
