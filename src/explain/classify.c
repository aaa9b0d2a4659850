/* SPDX-License-Identifier: Apache-2.0 */
/* Determines the facts of a failure, and the rule that matches. */
#include "explain/classify.h"

#include "explain/error_words.h"
#include "explain/language.h"

#include <string.h>

void acr_known_wipe(struct acr_known *known)
{
	acr_facts_wipe(&known->facts);
	known->rule = NULL;
}

/* For a server that is not an Azure registry only faults of this machine are explained; an empty
 * request needs no explanation beyond Docker's own message. */
static bool is_quiet(const struct acr_report *report, const struct acr_error *error,
		     const struct acr_rule *rule)
{
	if (acr_error_is(error, SERVER_MISSING) || acr_error_is(error, USER_NAME_MISSING))
		return true;
	if (report->ours || rule->machine)
		return false;
	return error->kind == ACR_NOT_FOUND || error->kind == ACR_REFUSED ||
	       error->kind == ACR_UNREACHABLE;
}

void acr_known_of(const struct acr_app *app, const struct acr_report *report,
		  const struct acr_error *error, struct acr_known *ret)
{
	if (error->kind == ACR_NOT_FOUND)
		return;
	acr_facts_of_report(app, report, error, &ret->facts);
	acr_facts_set(&ret->facts, ACR_FACT_VERB, report->storing ? "store" : "get");
	ret->rule = acr_rules_match(&ret->facts, NULL);
	if (ret->rule && is_quiet(report, error, ret->rule))
		ret->rule = NULL;
}

char *acr_known_line(const struct acr_known *known, const struct acr_error *error)
{
	auto_string what = NULL;
	auto_string words = NULL;

	if (!known->rule || known->rule->basis == ACR_GENERAL)
		return acr_error_words(error);
	words = acr_error_words(error);
	if (!error->terse)
		return acr_format("%s [%s]", words, known->rule->id);
	what = acr_fill(acr_text(known->rule->what), &known->facts, false);
	if (error->status == 0)
		return acr_format("%s [%s]", what, known->rule->id);
	return acr_format(_("%s (status %d%s%s) [%s]"), what, error->status,
			  *error->code ? ", " : "", error->code, known->rule->id);
}
