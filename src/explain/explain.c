/* SPDX-License-Identifier: Apache-2.0 */
/* Explains failures to the user: what happened, why, what to do, and where to read more. */
#include "explain/explain.h"

#include <string.h>

#include "acr/rule.h"
#include "acr/store.h"
#include "base/budget.h"
#include "explain/error_words.h"
#include "explain/language.h"
#include "explain/situation.h"
#include "explain/variables.h"

/* The identities that a service denied for a reason other than the explained one. Those that were
 * not set up are not listed. Owned. */
static char *tell_others(const struct acr_trail *trail, const struct acr_error *error)
{
	auto_secret all = { 0 };

	for (size_t i = 0; i < trail->count; i++) {
		const struct acr_step *step = &trail->steps[i];
		auto_string why = acr_error_words(&step->error);

		if (step->error.kind == ACR_REFUSED &&
		    strcmp(step->error.message.value, error->message.value) != 0)
			acr_secret_format(&all, _("%s%s: %s"), all.length ? "; " : "",
					  step->identity->name, why);
	}
	return acr_copy(acr_secret_text(&all));
}

void acr_say_error(const struct acr_app *app, const struct acr_error *error)
{
	auto_string words = NULL;

	acr_language_begin(app);
	words = acr_error_words(error);
	acr_say(app, "%s", words);
}

static void tell_notice(const struct acr_app *app, const struct acr_message *notice)
{
	auto_string text = NULL;

	acr_language_begin(app);
	text = acr_message_text(notice, acr_text);
	acr_say(app, "%s", text);
}

void acr_explain_notices(const struct acr_app *app, const struct acr_report *report)
{
	for (size_t i = 0; i < report->notice_count; i++) {
		const struct acr_message *notice = &report->notices[i];
		auto_string subject =
			acr_format("%s.%s.%016llx", acr_message_name(acr_message_id(notice)),
				   report->ours ? report->registry.host : "",
				   (unsigned long long)report->identity);

		if (acr_note_find(app, "notice", subject, NULL))
			continue;
		tell_notice(app, notice);
		acr_note_keep(app, "notice", subject, ACR_NOTE_NOTICE, "given");
	}
}

/* What to do if nobody is signed in: the remedy for the environment of this process, otherwise the
 * command to sign in. Owned. */
static char *tell_sign_in(const struct acr_app *app, const struct acr_report *report)
{
	const char *host = report->registry.host;
	const struct acr_situation *here = acr_situation_of_process(app, host);
	auto_string say = NULL;
	auto_string command = NULL;
	auto_facts facts = { 0 };

	if (!here)
		return acr_format(_("az login, or %s login %s"), app->program, host);
	acr_facts_of_registry(&report->registry, &facts);
	say = acr_fill(acr_text(here->step.say), &facts, false);
	if (here->step.command)
		command = acr_fill(here->step.command, &facts, true);
	return acr_format("%s%s%s", say, command ? " " : "", command ? command : "");
}

/* An application without a credential in an environment that must provide one: NULL if that is not
 * the case. */
static const char *tell_missing(const struct acr_app *app, const struct acr_report *report)
{
	static const char *const proofs[] = { "AZURE_CLIENT_SECRET",
					      "AZURE_CLIENT_CERTIFICATE_PATH" };

	if (!acr_situation_of_process(app, report->registry.host) ||
	    acr_federated_token_is_set(app) || !acr_env(app, "AZURE_CLIENT_ID") ||
	    !acr_env(app, "AZURE_TENANT_ID"))
		return NULL;
	for (size_t i = 0; i < sizeof(proofs) / sizeof(proofs[0]); i++)
		if (acr_env(app, proofs[i]))
			return NULL;
	return _("AZURE_CLIENT_ID is set, and neither AZURE_CLIENT_SECRET nor "
		 "AZURE_FEDERATED_TOKEN_FILE is. ");
}

/* What prevents the use of an identity, printed before the remedy; "" if nothing is known.
 * Owned. */
static char *tell_obstacle(const struct acr_app *app, const struct acr_report *report)
{
	const struct acr_flawed_variable variable = acr_variable_flawed(app, NULL);
	const char *missing = variable.name ? NULL : tell_missing(app, report);

	if (variable.name)
		return acr_format(_("%s cannot be used: %s. "), variable.name,
				  acr_text(variable.flaw));
	return acr_copy(missing ? missing : "");
}

/* "Not found" for an Azure registry: Docker continues anonymously, and the user sees how to sign
 * in. */
static void tell_not_found(const struct acr_app *app, const struct acr_report *report,
			   const struct acr_error *error)
{
	const char *host = report->registry.host;
	auto_secret tried = { 0 };
	auto_string obstacle = NULL;
	auto_string advice = NULL;

	/* The client's request will succeed anonymously. A denied identity is worth an occasional
	 * notice; a missing sign-in is not. */
	if (report->anonymous) {
		acr_explain_notices(app, report);
		return;
	}
	if (acr_error_is(error, SIGNED_OUT)) {
		acr_say(app, _("signed out of %s [%s]; to sign in again: %s login %s"), host,
			"signed-out", app->program, host);
		return;
	}
	for (size_t i = 0; i < report->trail.count; i++) {
		auto_string why = acr_error_words(&report->trail.steps[i].error);

		acr_secret_format(&tried, _("%s%s: %.160s"), tried.length ? "; " : "",
				  report->trail.steps[i].identity->name, why);
	}
	obstacle = tell_obstacle(app, report);
	advice = tell_sign_in(app, report);
	acr_say(app, _("nobody is signed in for %s%s%s%s [%s]: %s%s"), host,
		tried.length ? " (" : "", acr_secret_text(&tried), tried.length ? ")" : "",
		"not-signed-in", obstacle, advice);
}

/* Was the same failure explained a moment ago? BuildKit asks two to eight times. Then one line is
 * enough. */
static bool is_told(const struct acr_app *app, const struct acr_report *report,
		    const struct acr_error *error, const struct acr_known *known)
{
	auto_string subject = acr_format(
		"%s %016llx %s %s %d %s %.200s", report->ours ? report->registry.host : "",
		(unsigned long long)report->identity, known->rule->id, acr_kind_name(error->kind),
		error->status, error->code, error->message.value);
	auto_string line = NULL;

	if (!app->config || app->interactive)
		return false;
	if (!acr_note_find(app, "explained", subject, NULL)) {
		acr_note_keep(app, "explained", subject, ACR_NOTE_TOLD, "told");
		return false;
	}
	line = acr_known_line(known, error);
	acr_say(app, _("as explained a moment ago: %s"), line);
	return true;
}

static void tell(const struct acr_app *app, const struct acr_report *report,
		 const struct acr_error *error, const struct acr_known *known)
{
	bool named = error->terse && known->rule->basis != ACR_GENERAL;
	auto_explanation explanation = { 0 };
	auto_string lead = acr_format("%s:", app->program);
	auto_string line = acr_known_line(known, error);
	auto_string what = NULL;
	auto_string words = error->terse ? acr_copy("") : acr_error_words(error);
	auto_string others = tell_others(&report->trail, error);
	struct acr_brief brief = {
		.lead = lead,
		.said = words,
		.others = others,
		.host = report->ours ? report->registry.host : "",
		/* A user cannot retry for a pod or a node. */
		.remembered = report->ours && !report->storing && !app->interactive &&
			      app->principal == ACR_FOR_USER && acr_refusal_is_kept(error),
	};
	auto_secret page = { 0 };

	acr_rule_render(known->rule, &known->facts, &explanation);
	what = acr_format("%s [%s]", explanation.what, known->rule->id);
	brief.headline = named ? line : what;
	if (strstr(known->rule->what, "{reason}") || strstr(known->rule->why, "{reason}"))
		brief.said = "";
	acr_explanation_lay_out_brief(&explanation, &known->facts, &brief, &page);
	/* acr_say adds the prefix and a line end. */
	acr_say(app, "%.*s", (int)(page.length - strlen(lead) - 2),
		acr_secret_text(&page) + strlen(lead) + 1);
}

void acr_explain_known(const struct acr_app *app, const struct acr_report *report,
		       const struct acr_error *error, const struct acr_known *known)
{
	if (error->kind == ACR_NOT_FOUND && !report->ours)
		return;
	acr_language_begin(app);
	if (error->kind == ACR_NOT_FOUND)
		tell_not_found(app, report, error);
	else if (!known->rule || is_told(app, report, error, known))
		return;
	else if (!report->ours && !known->rule->machine)
		acr_say_error(app, error);
	else
		tell(app, report, error, known);
}

void acr_explain(const struct acr_app *app, const struct acr_report *report,
		 const struct acr_error *error)
{
	auto_known known = { 0 };

	acr_known_of(app, report, error, &known);
	acr_explain_known(app, report, error, &known);
}
