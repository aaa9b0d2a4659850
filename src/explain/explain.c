/* SPDX-License-Identifier: Apache-2.0 */
/* Failures told to a person: what happened, why, what to do, where to read more. */
#include "explain/explain.h"

#include <string.h>

#include "acr/rule.h"
#include "acr/store.h"
#include "base/budget.h"
#include "explain/language.h"

#define EXPLAINED                                                                                  \
	5 /* seconds in which the same is not explained again: BuildKit asks 2 to 8 times */

/* Each identity that was tried and what came of it, a line each; owned. */
static char *tell_trail(const struct acr_trail *trail)
{
	auto_secret lines = { 0 };

	for (size_t i = 0; i < trail->count; i++) {
		const struct acr_step *step = &trail->steps[i];
		bool named = *step->who && strcmp(step->who, step->identity->name) != 0;

		if (step->error.kind != ACR_FINE)
			acr_secret_format(&lines, "%s%s%s%s: %s\n", step->identity->name,
					  named ? " (" : "", named ? step->who : "",
					  named ? ")" : "", step->error.text);
	}
	return acr_copy(acr_secret_text(&lines));
}

/* "Not found" for one of ours: docker goes on anonymously, and who wanted to be somebody hears
 * how. */
static void tell_not_found(const struct acr_app *app, const struct acr_report *report,
			   const struct acr_error *error)
{
	const char *host = report->registry.host;
	auto_secret tried = { 0 };

	for (size_t i = 0; i < report->notice_count; i++)
		if (strcmp(report->notices[i].cause, "anonymous") == 0) {
			acr_say(app, "%s", report->notices[i].text);
			return;
		}
	if (strncmp(error->text, "signed out of ", 14) == 0) {
		acr_say(app, _("signed out of %s; to sign in again: %s login %s"), host,
			app->program, host);
		return;
	}
	for (size_t i = 0; i < report->trail.count; i++)
		acr_secret_format(&tried, "%s%s: %.160s", tried.length ? "; " : "",
				  report->trail.steps[i].identity->name,
				  report->trail.steps[i].error.text);
	acr_say(app, _("nobody is signed in for %s%s%s%s: az login, or %s login %s"), host,
		tried.length ? " (" : "", acr_secret_text(&tried), tried.length ? ")" : "",
		app->program, host);
}

/* Was the same thing told a moment ago? */
static bool is_told(const struct acr_app *app, const struct acr_report *report,
		    const struct acr_error *error)
{
	auto_string subject =
		acr_format("%s %s %d %s %.200s", report->ours ? report->registry.host : "",
			   acr_kind_name(error->kind), error->status, error->code, error->text);

	if (!app->config || app->interactive)
		return false;
	if (acr_note_find(app, "explained", subject, NULL))
		return true;
	acr_note_keep(app, "explained", subject, EXPLAINED, "told");
	return false;
}

/* A refusal without an attempt is either remembered from a moment ago, and then so is who was
 * refused, or about the login that a person is just storing. */
static void recall(const struct acr_app *app, const struct acr_report *report,
		   struct acr_facts *facts)
{
	const char *host = report->registry.host, *source = acr_facts_get(facts, ACR_FACT_SOURCE);
	auto_secret known = { 0 };
	size_t length;

	if (!report->ours || !app->config)
		return;
	if (*source) {
		acr_secret_format(&known, "%s\n%s", source, acr_facts_get(facts, ACR_FACT_WHO));
		acr_note_keep(app, "tried", host, ACR_NOTE_REFUSAL + EXPLAINED,
			      acr_secret_text(&known));
		return;
	}
	if (!acr_note_find(app, "tried", host, &known)) {
		acr_facts_set(facts, ACR_FACT_VERB, "store");
		return;
	}
	length = strcspn(acr_secret_text(&known), "\n");
	acr_facts_set_bytes(facts, ACR_FACT_SOURCE, known.bytes, length);
	if (known.length > length + 1)
		acr_facts_of_who(known.bytes + length + 1, facts);
}

/* For servers that are not ours nothing is said but what is wrong with this machine; and docker's
 * own words for an empty request need no others. */
static bool is_quiet(const struct acr_report *report, const struct acr_error *error,
		     const struct acr_rule *rule)
{
	if (strncmp(error->text, "no credentials ", 15) == 0)
		return true;
	if (report->ours || rule->machine)
		return false;
	return error->kind == ACR_NOT_FOUND || error->kind == ACR_REFUSED ||
	       error->kind == ACR_UNREACHABLE;
}

void acr_explain(const struct acr_app *app, const struct acr_report *report,
		 const struct acr_error *error)
{
	auto_explanation explanation = { 0 };
	const struct acr_rule *rule;
	auto_string lead = acr_format("%s: ", app->program);
	auto_string tried = tell_trail(&report->trail);
	auto_secret page = { 0 };
	auto_facts facts = { 0 };

	if (error->kind == ACR_NOT_FOUND && !report->ours)
		return;
	acr_language_begin(app);
	if (error->kind == ACR_NOT_FOUND) {
		tell_not_found(app, report, error);
		return;
	}
	acr_facts_of_report(app, report, error, &facts);
	recall(app, report, &facts);
	rule = acr_rules_match(&facts, NULL);
	if (!rule || is_quiet(report, error, rule) || is_told(app, report, error))
		return;
	if (!report->ours && !rule->machine) {
		acr_say(app, "%s", error->text);
		return;
	}
	acr_rule_render(rule, &facts, &explanation);
	acr_explanation_lay_out(&explanation, &facts, lead, tried, &page);
	/* acr_say puts the lead in front and a line end behind. */
	acr_say(app, "%.*s", (int)(page.length - strlen(lead) - 1),
		acr_secret_text(&page) + strlen(lead));
}
