/* SPDX-License-Identifier: Apache-2.0 */
/* Check: does the registry allow anonymous pull? Requests an access token without a login. */
#include "diagnose/rights.h"
#include "explain/language.h"

static void run(struct acr_app *app, const struct acr_case *subject, struct acr_check_result *ret)
{
	auto_string scope =
		*subject->repository ? acr_format("repository:%s:pull", subject->repository) : NULL;
	auto_secret access = { 0 }, actions = { 0 };
	struct acr_error error = { 0 };

	/* Without a repository, use the same request as `get`. */
	if (!scope) {
		bool public = false;

		if (acr_registry_is_public(app, &subject->registry, &public, &error) == 0 && public)
			acr_secret_add(&actions, "pull");
	} else if (acr_scope_token(app, &subject->registry, NULL, NULL, scope, &access, &error) ==
		   0) {
		acr_rights_read(subject, &access, &actions);
	}
	if (error.status == 429)
		acr_check_found_number(ret, ACR_FOUND_THROTTLED, error.retry_after);
	if (actions.length > 0) {
		acr_check_found(ret, ACR_FOUND_ANONYMOUS, acr_secret_text(&actions));
		acr_check_say(ret, ACR_VERDICT_OK, _("anonymous pull is allowed for %s"),
			      *subject->repository ? subject->repository : subject->registry.host);
	} else if (error.kind == ACR_FINE || error.kind == ACR_REFUSED) {
		acr_check_say(ret, ACR_VERDICT_OK, "%s",
			      _("not allowed: authentication is required"));
	} else {
		acr_check_say_error(ret, ACR_VERDICT_WARNING, &error);
	}
}

const struct acr_check_row acr_check_anonymous = {
	.id = "anonymous",
	.title = N_("anonymous pull"),
	.about = ACR_ABOUT_REGISTRY,
	.needs = "firewall",
	.after = "challenge",
	.run = run,
};
