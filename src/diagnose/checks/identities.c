/* SPDX-License-Identifier: Apache-2.0 */
/* Check: lists the identity chain: which identities are configured, which would be tried, and which
 * are excluded. Sends nothing. */
#include "acr/identity.h"
#include "explain/language.h"

#include "acr/check.h"

struct dry_run {
	struct acr_check_result *result;
	struct acr_secret ready; /* the names of the identities that would be tried */
	bool fails;
};

static void visit(void *data, const struct acr_identity *row, enum acr_prospect prospect,
		  const struct acr_message *why)
{
	auto_string text = acr_message_text(why, acr_text);
	static const char *const words[] = { [ACR_PROSPECT_SERVES] = N_("ready"),
					     [ACR_PROSPECT_ASKS] = N_("would be tried"),
					     [ACR_PROSPECT_ABSENT] = N_("not set up"),
					     [ACR_PROSPECT_FAILS] = N_("cannot be used"),
					     [ACR_PROSPECT_LEFT_OUT] = N_("excluded") };
	struct dry_run *dry_run = data;

	acr_check_detail(dry_run->result, "%s: %s%s%s", row->name, acr_text(words[prospect]),
			 *text ? ", " : "", text);
	if (prospect == ACR_PROSPECT_SERVES || prospect == ACR_PROSPECT_ASKS)
		acr_secret_format(&dry_run->ready, "%s%s", dry_run->ready.length ? ", " : "",
				  row->name);
	dry_run->fails |= prospect == ACR_PROSPECT_FAILS;
}

static void run(struct acr_app *app, const struct acr_case *subject, struct acr_check_result *ret)
{
	struct dry_run dry_run = { .result = ret };
	struct acr_error error = { 0 };

	if (acr_chain_dry_run(app, &subject->registry, visit, &dry_run, &error))
		acr_check_fail(app, subject, ACR_VERDICT_PROBLEM, &error, ret);
	else if (dry_run.ready.length > 0)
		acr_check_say(ret, ACR_VERDICT_OK, _("will be tried in this order: %s"),
			      acr_secret_text(&dry_run.ready));
	else
		acr_check_say(ret, ACR_VERDICT_WARNING, "%s",
			      dry_run.fails
				      ? _("none can be used now; --json and --report show why")
				      : _("none is configured"));
	acr_secret_wipe(&dry_run.ready);
}

const struct acr_check_row acr_check_identities = {
	.id = "identities",
	.title = N_("identities"),
	.about = ACR_ABOUT_REGISTRY,
	.needs = "name",
	.likely = 82,
	.run = run,
};
