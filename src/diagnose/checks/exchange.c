/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Check: does the registry accept the identity? Exchanges its token as `get` does and, if the
 * registry denies access, tries the next identity. The result is not stored.
 *
 * The registry returns the same error for an identity without a role and for an identity of another
 * tenant. For an application, a login with its client ID and a wrong password distinguishes the two
 * without a secret: "Application not registered" means that the registry's tenant does not know the
 * application (azure-cli#29659). For a user, the other tenants of the user are tried.
 */
#include <stdlib.h>
#include <string.h>

#include "acr/broker.h"
#include "acr/check.h"
#include "diagnose/arm.h"
#include "explain/error_words.h"
#include "explain/language.h"

static bool is_of_other_tenant(const struct acr_app *app, const struct acr_case *subject,
			       const char *client)
{
	struct acr_error error = { 0 };
	auto_secret nothing = { 0 };

	acr_secret_add(&nothing, "docker-credential-acr-diagnose");
	return *client &&
	       acr_scope_token(app, &subject->registry, client, &nothing, NULL, NULL, &error) !=
		       0 &&
	       strstr(error.sentence, "not registered");
}

/* Finds, among the identities that were denied, a user whose token from another tenant the registry
 * accepts. */
static bool find_tenant(struct acr_app *app, const struct acr_case *subject,
			const struct acr_trail *trail, struct acr_check_result *ret)
{
	for (size_t i = 0; i < trail->count; i++) {
		const struct acr_step *step = &trail->steps[i];
		char other[ACR_HOST_MAX];

		if (!step->refused_by_registry || step->who.type != ACR_WHO_USER ||
		    !acr_arm_other_tenant(app, subject, step->identity->name, step->who.tenant,
					  other, sizeof(other)))
			continue;
		acr_check_detail(ret, _("the registry accepts a token from tenant %s"), other);
		acr_facts_set(&ret->facts, ACR_FACT_CLIENT_ID, NULL);
		acr_facts_of_who(&step->who, &ret->facts);
		acr_facts_set(&ret->facts, ACR_FACT_SOURCE, step->identity->name);
		acr_facts_set(&ret->facts, ACR_FACT_TENANT, other);
		acr_facts_set(&ret->facts, ACR_FACT_CHECK, "exchange-tenant-of-user");
		return true;
	}
	return false;
}

/* `report` contains all attempts. The first denial is explained, because its identity is the one
 * that the user most likely intended. */
static void refused(struct acr_app *app, const struct acr_case *subject, struct acr_report *report,
		    const struct acr_error *error, struct acr_check_result *ret)
{
	bool reader = !*subject->action || strcmp(subject->action, "pull") == 0;
	size_t all = report->trail.count;

	if (error->kind == ACR_REFUSED && reader && *acr_case_found(subject, ACR_FOUND_ANONYMOUS)) {
		auto_string why = acr_error_words(error);

		acr_check_say(ret, ACR_VERDICT_WARNING,
			      _("%s; anonymous pull is allowed, and docker continues anonymously"),
			      why);
		return;
	}
	acr_check_fail(app, subject, ACR_VERDICT_PROBLEM, error, ret);
	report->ours = true;
	report->registry = subject->registry;
	report->trail.count = 1;
	acr_facts_of_report(app, report, error, &ret->facts);
	report->trail.count = all;
	if (error->kind == ACR_REFUSED && error->status == 401 &&
	    !strstr(error->sentence, "token validation failed") &&
	    !find_tenant(app, subject, &report->trail, ret) &&
	    is_of_other_tenant(app, subject, acr_facts_get(&ret->facts, ACR_FACT_CLIENT_ID)))
		acr_facts_set(&ret->facts, ACR_FACT_CHECK, "exchange-other-tenant");
}

/* Takes the first identity from the result of the check identity. */
static void take_first(const struct acr_case *subject, struct acr_token *token,
		       struct acr_trail *trail)
{
	struct acr_step *step = &trail->steps[trail->count++];

	step->identity = acr_identity_by_name(acr_case_found(subject, ACR_FOUND_SOURCE));
	acr_case_who(subject, &step->who);
	token->who = step->who;
	strncpy(token->tenant, acr_case_found(subject, ACR_FOUND_TENANT),
		sizeof(token->tenant) - 1);
	acr_secret_add(&token->access, acr_case_found(subject, ACR_FOUND_ENTRA_TOKEN));
}

static void taken(const struct acr_report *report, const struct acr_token *token,
		  const struct acr_grant *grant, struct acr_check_result *ret)
{
	const struct acr_step *step = &report->trail.steps[report->trail.count - 1];
	auto_string first = acr_who_text(&report->trail.steps[0].who, acr_text);
	auto_string who = acr_who_text(&token->who, acr_text);

	if (report->trail.count > 1)
		acr_check_say(ret, ACR_VERDICT_WARNING,
			      _("the registry denied access to %s and accepted %s instead"), first,
			      who);
	else
		acr_check_say(ret, ACR_VERDICT_OK, _("refresh token valid for %lld min"),
			      (long long)grant->life / 60);
	acr_check_found(ret, ACR_FOUND_REFRESH_TOKEN, acr_secret_text(&grant->token));
	acr_check_found(ret, ACR_FOUND_WHO, acr_who_line(&token->who).text);
	acr_check_found(ret, ACR_FOUND_TENANT, token->tenant);
	acr_check_found(ret, ACR_FOUND_SOURCE, step->identity->name);
}

static void tell_refused(const struct acr_step *step, const struct acr_error *failure,
			 struct acr_check_result *ret)
{
	auto_string who = acr_who_text(&step->who, acr_text);
	auto_string why = acr_error_words(failure);

	acr_check_detail(ret, "%s: %s", who, why);
}

static void run(struct acr_app *app, const struct acr_case *subject, struct acr_check_result *ret)
{
	size_t cursor = (size_t)atoi(acr_case_found(subject, ACR_FOUND_CURSOR));
	struct acr_error error = { 0 }, end = { 0 };
	struct acr_report report = { 0 };
	auto_token token = { 0 };

	if (!*acr_case_found(subject, ACR_FOUND_ENTRA_TOKEN)) {
		acr_check_say(ret, ACR_VERDICT_SKIPPED, "%s", _("no identity was used"));
		return;
	}
	take_first(subject, &token, &report.trail);
	do {
		__attribute__((cleanup(acr_grant_wipe))) struct acr_grant grant = { 0 };
		struct acr_step *step = &report.trail.steps[report.trail.count - 1];
		struct acr_error failure = { 0 };

		if (acr_exchange(app, &subject->registry, &token, &grant, &failure) == 0) {
			taken(&report, &token, &grant, ret);
			return;
		}
		tell_refused(step, &failure, ret);
		step->error = failure;
		step->refused_by_registry = failure.kind == ACR_REFUSED;
		if (error.kind == ACR_FINE || failure.kind != ACR_REFUSED)
			error = failure;
		if (failure.kind != ACR_REFUSED)
			break;
	} while (acr_chain_next(app, &subject->registry, &cursor, &report.trail, &token, &end) ==
		 0);
	refused(app, subject, &report, &error, ret);
	if (error.status == 429)
		acr_check_found_number(ret, ACR_FOUND_THROTTLED, error.retry_after);
}

const struct acr_check_row acr_check_exchange = {
	.id = "exchange",
	.title = N_("token exchange"),
	.alias = "CONNECTIVITY_REFRESH_TOKEN_ERROR",
	.about = ACR_ABOUT_REGISTRY,
	.needs = "firewall identity",
	.after = "challenge",
	.budget = 13000,
	.likely = 84,
	.run = run,
};
