/* SPDX-License-Identifier: Apache-2.0 */
/* Gets a login from an identity: each identity that has a token is tried at the registry, until one
 * is accepted. */
#include <stdio.h>
#include <string.h>

#include "acr/config.h"
#include "broker/broker.h"

#define STAND_IN_LIFE 300 /* seconds to keep the token of a stand-in identity */

/* The last step of the trail, which has just got a token. */
static struct acr_step *last_step(struct acr_report *report)
{
	return &report->trail.steps[report->trail.count - 1];
}

/* Is the identity the same as when this run began? az may have been signed in to another account
 * meanwhile, or the user may have signed out. */
static bool same_identity(const struct acr_app *app, const struct acr_lookup *lookup)
{
	struct acr_fingerprint now = { 0 };
	bool same;

	acr_fingerprint_take(app, lookup->registry, &now);
	same = strcmp(now.text, lookup->fingerprint.text) == 0;
	acr_fingerprint_free(&now);
	return same;
}

/* The earlier identity that was replaced temporarily, NULL if there is none. */
static const struct acr_step *replaced(const struct acr_trail *trail)
{
	for (size_t i = 0; i + 1 < trail->count; i++)
		if (acr_step_is_temporary(&trail->steps[i]))
			return &trail->steps[i];
	return NULL;
}

/* Must other processes not find the token, because a decision of the user could not be read? */
static bool is_stand_in(const struct acr_trail *trail)
{
	for (size_t i = 0; i < trail->count; i++)
		if (acr_step_is_out_of_reach(&trail->steps[i]))
			return true;
	return trail->chosen_only;
}

/* While a valid token of another identity exists, that identity is not replaced temporarily. */
static bool is_anothers(const struct acr_app *app, const struct acr_lookup *lookup,
			const struct acr_step *step)
{
	auto_entry entry = { 0 };

	return acr_cache_find(app, lookup->registry->host, lookup->fingerprint.hash,
			      lookup->fingerprint.text, &entry) &&
	       strcmp(entry.source, step->identity->name) != 0;
}

static void tell_replaced(struct acr_report *report, const struct acr_step *before,
			  const struct acr_token *token, const char *host)
{
	if (acr_step_is_out_of_reach(before))
		acr_report_notice_cause(report, &before->error, IDENTITY_OUT_OF_REACH,
					acr_who_line(&token->who).text);
	else
		acr_report_notice_cause(report, &before->error, IDENTITY_REPLACED,
					before->identity->name, acr_who_line(&token->who).text,
					host);
}

/* A token that a client stored has expired or is not found under this identity, and another
 * identity is used now: a notice names both, once. */
static void tell_client(const struct acr_app *app, struct acr_report *report,
			const struct acr_token *token, const char *host)
{
	auto_secret before = { 0 };

	if (!acr_note_find(app, ACR_NOTE_CLIENT, host, &before))
		return;
	acr_note_drop(app, ACR_NOTE_CLIENT, host);
	acr_report_notice(report, TOKEN_OF_CLIENT_UNUSED, acr_secret_text(&before), host,
			  acr_who_line(&token->who).text);
}

static void keep(const struct acr_app *app, struct acr_lookup *lookup,
		 const struct acr_report *report, const struct acr_token *token,
		 const struct acr_grant *grant, struct acr_entry *ret)
{
	const struct acr_step *step = &report->trail.steps[report->trail.count - 1];
	int64_t life = grant->life;

	if (replaced(&report->trail) && life > STAND_IN_LIFE)
		life = STAND_IN_LIFE;
	acr_entry_begin(app, lookup, step->identity->name, &token->who, &grant->token, life, ret);
	/* Its lifetime began when it was requested, not now. */
	ret->wall -= (ret->boot - grant->obtained) / 1000;
	ret->boot = grant->obtained;
	if (is_stand_in(&report->trail) || !same_identity(app, lookup))
		return;
	acr_cache_keep(app, lookup->fingerprint.hash, ret);
	acr_marker_set(app, ACR_WORKED, lookup->registry->host);
	acr_refusal_drop(app, lookup);
}

/* All identities were denied. If the registry allows anonymous pull, Docker should continue
 * anonymously. */
static int refused(const struct acr_app *app, const struct acr_lookup *lookup,
		   struct acr_report *report, const struct acr_error *why, struct acr_error *error)
{
	const char *host = lookup->registry->host;
	bool public = false;

	acr_marker_clear(app, ACR_WORKED, host);
	if (acr_config_is(app->config, host, "on_refusal", "not-found") ||
	    (acr_registry_is_public(app, lookup->registry, &public, NULL) == 0 && public)) {
		report->anonymous = true;
		acr_report_notice_cause(report, why, ANONYMOUS);
		*error = *why;
		error->kind = ACR_NOT_FOUND;
		return -1;
	}
	*error = *why;
	return -1;
}

/* A token for Azure Resource Manager gives access to much more than a registry, and a registry can
 * be configured to reject it: a notice tells users who cannot get the right one. */
static void tell_audience(const struct acr_app *app, const struct acr_registry *registry,
			  const struct acr_token *token, struct acr_report *report)
{
	if (token->audience && strcmp(token->audience, registry->cloud->arm_audience) == 0 &&
	    !acr_config_get(app->config, registry->host, "audience"))
		acr_report_notice(report, ARM_AUDIENCE, registry->host);
}

static void tell_skipped(const struct acr_app *app, const struct acr_registry *registry,
			 struct acr_report *report)
{
	const char *name = acr_chain_skipped(app, registry);

	if (name)
		acr_report_notice(report, CREDENTIAL_OF_SDK, name);
}

int acr_acquire(const struct acr_app *app, struct acr_lookup *lookup, struct acr_entry *ret,
		struct acr_report *report, struct acr_error *error)
{
	struct acr_error refusal = { 0 }, end = { 0 };
	const struct acr_step *before;
	size_t cursor = 0, asked_anew = 0;
	bool heard = true;

	tell_skipped(app, lookup->registry, report);
	for (;;) {
		__attribute__((cleanup(acr_grant_wipe))) struct acr_grant grant = { 0 };
		auto_token token = { 0 };

		if (acr_chain_next(app, lookup->registry, &cursor, &report->trail, &token, &end))
			break;
		if (acr_exchange(app, lookup->registry, &token, &grant, &end) == 0) {
			if (refusal.kind != ACR_FINE)
				acr_report_notice(report, OTHER_IDENTITY, lookup->registry->host,
						  acr_who_line(&report->trail.steps[0].who).text,
						  acr_who_line(&token.who).text);
			tell_audience(app, lookup->registry, &token, report);
			before = replaced(&report->trail);
			if (before && is_anothers(app, lookup, last_step(report))) {
				*error = before->error;
				return -1;
			}
			tell_client(app, report, &token, lookup->registry->host);
			if (before)
				tell_replaced(report, before, &token, lookup->registry->host);
			keep(app, lookup, report, &token, &grant, ret);
			return 0;
		}
		/* The remembered result may be outdated: the same identity is asked again, once. */
		if (end.kind == ACR_REFUSED && asked_anew != cursor &&
		    acr_token_forget(app, lookup->registry, last_step(report)->identity, &token)) {
			asked_anew = cursor--;
			report->trail.count--;
			continue;
		}
		last_step(report)->error = end;
		last_step(report)->refused_by_registry = end.kind == ACR_REFUSED;
		heard = end.kind == ACR_REFUSED;
		/* A network failure or an invalid response: the next identity would fail alike. */
		if (!heard)
			break;
		refusal = end;
	}
	/* The registry's response to one identity is the result, even if others could not be tried:
	 * those are in the trail. Not if the registry itself did not respond to the last one. */
	if (refusal.kind != ACR_FINE && heard)
		return refused(app, lookup, report, &refusal, error);
	if (end.kind == ACR_REFUSED)
		return refused(app, lookup, report, &end, error);
	*error = end;
	/* Nobody is signed in: Docker continues anonymously, as it would without this helper. */
	if (end.kind == ACR_NOT_SET_UP || end.kind == ACR_UNAVAILABLE)
		error->kind = ACR_NOT_FOUND;
	return -1;
}

int acr_get_other(const struct acr_app *app, const struct acr_registry *registry,
		  const struct acr_token_request *request, struct acr_token *ret,
		  struct acr_error *error)
{
	return acr_chain_for(app, registry, request, ret, error);
}
