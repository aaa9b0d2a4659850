/* SPDX-License-Identifier: Apache-2.0 */
/* Check: compares the clock of this machine with the Date header of the registry, because tokens
 * are valid only between two points in time. */
#include <stdlib.h>

#include "acr/check.h"
#include "explain/language.h"

#define NOTABLE 60 /* seconds */
#define HARMFUL 300

static void run(struct acr_app *app, const struct acr_case *subject, struct acr_check_result *ret)
{
	const char *found = acr_case_found(subject, ACR_FOUND_SKEW);
	long long skew = atoll(found), off = llabs(skew);
	auto_string text = NULL;

	(void)app;
	if (!*found) {
		acr_check_say(ret, ACR_VERDICT_SKIPPED, "%s",
			      _("the registry's response has no date"));
		return;
	}
	text = off < 2 * NOTABLE ? acr_format("%lld s", off)
	       : off < 7200	 ? acr_format("%lld min", off / 60)
	       : off < 172800	 ? acr_format("%lld h", off / 3600)
				 : acr_format(_("%lld days"), off / 86400);
	if (off < NOTABLE) {
		acr_check_say(ret, ACR_VERDICT_OK, _("differs from the registry's clock by %lld s"),
			      off);
		return;
	}
	acr_check_say(ret, off >= HARMFUL ? ACR_VERDICT_PROBLEM : ACR_VERDICT_WARNING,
		      skew > 0 ? _("%s ahead of the registry's clock")
			       : _("%s behind the registry's clock"),
		      text);
	acr_check_facts(subject, NULL, ret);
	acr_facts_set(&ret->facts, ACR_FACT_SKEW, text);
}

const struct acr_check_row acr_check_clock = {
	.id = "clock",
	.title = N_("clock"),
	.about = ACR_ABOUT_REGISTRY,
	.needs = "certificate",
	.likely = 88,
	.run = run,
};
