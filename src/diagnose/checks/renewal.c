/* SPDX-License-Identifier: Apache-2.0 */
/* Check: did the last renewal in the background succeed? A failure is remembered for a while. */
#include "acr/broker.h"
#include "acr/check.h"
#include "explain/language.h"

static void run(struct acr_app *app, const struct acr_case *subject, struct acr_check_result *ret)
{
	struct acr_message why;
	auto_string text = NULL;

	if (!acr_renewal_failed(app, &subject->registry, &why)) {
		acr_check_say(ret, ACR_VERDICT_OK, "%s", _("no recent failure"));
		return;
	}
	text = acr_message_text(&why, acr_text);
	acr_check_say(ret, ACR_VERDICT_WARNING, _("the last renewal failed: %s"), text);
}

const struct acr_check_row acr_check_renewal = {
	.id = "renewal",
	.title = N_("renewals"),
	.about = ACR_ABOUT_REGISTRY,
	.needs = "name",
	.run = run,
};
