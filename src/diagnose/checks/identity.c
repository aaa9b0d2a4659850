/* SPDX-License-Identifier: Apache-2.0 */
/* Check: gets a token of the first identity in the chain that can provide one, and reads from it
 * who is authenticated. Requests no token if a stored login takes precedence or if the user signed
 * out. */
#include <string.h>

#include "acr/broker.h"
#include "acr/identity.h"
#include "explain/error_words.h"
#include "explain/language.h"

#include "acr/check.h"

static void serves(const struct acr_token *token, const struct acr_trail *trail, size_t cursor,
		   struct acr_check_result *ret)
{
	const char *source = trail->steps[trail->count - 1].identity->name;
	auto_string who = acr_who_text(&token->who, acr_text);

	if (token->life > 0)
		acr_check_say(ret, ACR_VERDICT_OK, _("%s, from %s, valid for %lld min"), who,
			      source, (long long)token->life / 60);
	else
		acr_check_say(ret, ACR_VERDICT_OK, _("%s, from %s"), who, source);
	if (token->audience && strcmp(token->audience, ACR_AUDIENCE) != 0)
		acr_check_detail(ret, _("token audience: %s"), token->audience);
	acr_check_found(ret, ACR_FOUND_ENTRA_TOKEN, acr_secret_text(&token->access));
	acr_check_found(ret, ACR_FOUND_AUDIENCE, token->audience ? token->audience : "");
	acr_check_found(ret, ACR_FOUND_TENANT, token->tenant);
	acr_check_found(ret, ACR_FOUND_WHO, acr_who_line(&token->who).text);
	acr_check_found(ret, ACR_FOUND_SOURCE, source);
	acr_check_found_number(ret, ACR_FOUND_CURSOR, (int64_t)cursor);
}

static void fails(const struct acr_app *app, const struct acr_case *subject,
		  struct acr_report *report, const struct acr_error *error,
		  struct acr_check_result *ret)
{
	bool nobody = error->kind == ACR_NOT_SET_UP || error->kind == ACR_UNAVAILABLE;

	if (nobody && *acr_case_found(subject, ACR_FOUND_ANONYMOUS) &&
	    strcmp(subject->action, "push") != 0 && strcmp(subject->action, "delete") != 0) {
		auto_string why = acr_error_words(error);

		acr_check_say(ret, ACR_VERDICT_WARNING,
			      _("no identity is available, and anonymous pull is allowed: %s"),
			      why);
		return;
	}
	acr_check_fail(app, subject, ACR_VERDICT_PROBLEM, error, ret);
	report->ours = true;
	report->registry = subject->registry;
	acr_facts_of_report(app, report, error, &ret->facts);
	if (nobody)
		acr_facts_set(&ret->facts, ACR_FACT_RULE, "not-signed-in");
	for (size_t i = 0; i < report->trail.count; i++) {
		auto_string why = acr_error_words(&report->trail.steps[i].error);

		acr_check_detail(ret, _("%s: %s"), report->trail.steps[i].identity->name, why);
	}
}

static void run(struct acr_app *app, const struct acr_case *subject, struct acr_check_result *ret)
{
	struct acr_report report = { 0 };
	struct acr_error error = { 0 };
	auto_token token = { 0 };
	size_t cursor = 0;

	if (*acr_case_found(subject, ACR_FOUND_SIGNED_OUT))
		acr_check_say(ret, ACR_VERDICT_SKIPPED, "%s", _("signed out of this registry"));
	else if (strcmp(acr_case_found(subject, ACR_FOUND_STORED), "good") == 0)
		acr_check_say(ret, ACR_VERDICT_SKIPPED, "%s",
			      _("the stored login takes precedence over every identity"));
	else if (acr_chain_next(app, &subject->registry, &cursor, &report.trail, &token, &error))
		fails(app, subject, &report, &error, ret);
	else
		serves(&token, &report.trail, cursor, ret);
}

const struct acr_check_row acr_check_identity = {
	.id = "identity",
	.title = N_("identity"),
	.about = ACR_ABOUT_REGISTRY,
	.needs = "name",
	.after = "stored-login anonymous",
	.budget = 16000,
	.likely = 85,
	.run = run,
};
