/* SPDX-License-Identifier: Apache-2.0 */
/* From an identity to a login: each identity that has a token is tried at the registry, until one
 * is taken. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "acr/config.h"
#include "broker/broker.h"

void acr_report_notice(struct acr_report *report, const char *cause, const char *format, ...)
{
	struct acr_notice *notice;
	va_list arguments;

	if (report->notice_count == sizeof(report->notices) / sizeof(report->notices[0]))
		return;
	notice = &report->notices[report->notice_count++];
	snprintf(notice->cause, sizeof(notice->cause), "%s", cause);
	va_start(arguments, format);
	vsnprintf(notice->text, sizeof(notice->text), format, arguments);
	va_end(arguments);
}

/* The step of the trail that has just had a token. */
static struct acr_step *last_step(struct acr_report *report)
{
	return &report->trail.steps[report->trail.count - 1];
}

/* Is the identity in force still the one under which this began? az may have been signed in to
 * another account meanwhile, or the person has signed out. */
static bool same_identity(const struct acr_app *app, const struct acr_lookup *lookup)
{
	struct acr_fingerprint now = { 0 };
	bool same;

	acr_fingerprint_take(app, lookup->registry, &now);
	same = strcmp(now.text, lookup->fingerprint.text) == 0;
	acr_fingerprint_free(&now);
	return same;
}

static void keep(const struct acr_app *app, struct acr_lookup *lookup,
		 const struct acr_report *report, const struct acr_token *token,
		 const struct acr_grant *grant, struct acr_entry *ret)
{
	const struct acr_step *step = &report->trail.steps[report->trail.count - 1];

	acr_entry_begin(app, lookup, step->identity->name, token->who, &grant->token, grant->life,
			ret);
	/* Its life began when it was asked for, not when we came to write it down. */
	ret->wall -= (ret->boot - grant->obtained) / 1000;
	ret->boot = grant->obtained;
	if (!same_identity(app, lookup))
		return;
	acr_cache_keep(app, lookup->fingerprint.hash, ret);
	acr_marker_set(app, lookup->registry->host);
	acr_refusal_drop(app, lookup);
	acr_renewal_forget(app, lookup);
}

/* Refused by all: would the registry have let us in without saying who we are? Then docker should
 * go on so. */
static int refused(const struct acr_app *app, const struct acr_lookup *lookup,
		   struct acr_report *report, const struct acr_error *why, struct acr_error *error)
{
	const char *host = lookup->registry->host;

	acr_marker_clear(app, host);
	if (acr_config_is(app->config, host, "on_refusal", "not-found") ||
	    acr_registry_is_public(app, lookup->registry)) {
		report->anonymous = true;
		acr_report_notice(report, "anonymous", "%s; going on anonymously", why->text);
		*error = *why;
		error->kind = ACR_NOT_FOUND;
		return -1;
	}
	*error = *why;
	return -1;
}

/* A token for Azure Resource Manager opens much more than a registry, and a registry can be told to
 * refuse it: whoever could not have the right one should know. */
static void tell_audience(const struct acr_app *app, const struct acr_registry *registry,
			  const struct acr_token *token, struct acr_report *report)
{
	if (token->audience && strcmp(token->audience, registry->cloud->arm_audience) == 0 &&
	    !acr_config_get(app->config, registry->host, "audience"))
		acr_report_notice(report, "arm-audience",
				  "no token for Azure Container Registry itself was to be had for "
				  "%s; one for Azure Resource Manager was used instead",
				  registry->host);
}

int acr_acquire(const struct acr_app *app, struct acr_lookup *lookup, struct acr_entry *ret,
		struct acr_report *report, struct acr_error *error)
{
	struct acr_error refusal = { 0 }, end = { 0 };
	size_t cursor = 0, asked_anew = 0;
	bool heard = true;

	for (;;) {
		__attribute__((cleanup(acr_grant_wipe))) struct acr_grant grant = { 0 };
		auto_token token = { 0 };

		if (acr_chain_next(app, lookup->registry, &cursor, &report->trail, &token, &end))
			break;
		if (acr_exchange(app, lookup->registry, &token, &grant, &end) == 0) {
			if (refusal.kind != ACR_FINE)
				acr_report_notice(report, "other-identity",
						  "%s was refused by %s; using %s instead",
						  report->trail.steps[0].who,
						  lookup->registry->host, token.who);
			tell_audience(app, lookup->registry, &token, report);
			keep(app, lookup, report, &token, &grant, ret);
			return 0;
		}
		/* What was remembered may have had its day: the same identity is asked anew, once. */
		if (end.kind == ACR_REFUSED && asked_anew != cursor &&
		    acr_token_forget(app, lookup->registry, last_step(report)->identity, &token)) {
			asked_anew = cursor--;
			report->trail.count--;
			continue;
		}
		last_step(report)->error = end;
		last_step(report)->refused_by_registry = end.kind == ACR_REFUSED;
		heard = end.kind == ACR_REFUSED;
		if (!heard) /* the network, or an answer that makes no sense: the next would fare no
			       better */
			break;
		refusal = end;
	}
	/* What the registry said of one identity is the answer, whatever kept another from being
	 * tried: that is in the trail. Not where the registry itself said nothing to the last. */
	if (refusal.kind != ACR_FINE && heard)
		return refused(app, lookup, report, &refusal, error);
	if (end.kind == ACR_REFUSED)
		return refused(app, lookup, report, &end, error);
	*error = end;
	/* Nobody is signed in: docker goes on anonymously, as it would without us. */
	if (end.kind == ACR_NOT_SET_UP || end.kind == ACR_UNAVAILABLE)
		error->kind = ACR_NOT_FOUND;
	return -1;
}
