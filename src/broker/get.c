/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sentence: parse the name; if it is not ours, ask the keychain; if a cached token lives long
 * enough, hand that; else take the lock, look again; if the person stored a login or signed out,
 * hand that or say "not found"; ask the identities, exchange, cache, hand over; if all that fails,
 * hand what is still valid, or say why.
 */
#include <string.h>

#include "acr/sign_in.h"
#include "base/budget.h"
#include "base/jsonc.h"
#include "broker/broker.h"

/* What the cache has, unless it is too old. Where a renewal behind has just failed, it is not tried
 * again yet, and the person hears why. */
static bool hand_cached(const struct acr_app *app, struct acr_lookup *lookup, struct acr_login *ret,
			struct acr_report *report)
{
	struct acr_error why;

	if (!acr_lookup_cached(app, lookup, ret, report))
		return false;
	if (report->renew_behind && acr_renewal_pauses(app, lookup, &why)) {
		report->renew_behind = false;
		acr_report_notice_cause(report, &why, RENEWAL_FAILED, lookup->registry->host,
					acr_number(report->left / 60).text);
	}
	return true;
}

bool acr_get_cached(const struct acr_app *app, const struct acr_secret *server,
		    struct acr_login *ret, struct acr_report *report)
{
	auto_lookup lookup = { 0 };

	if (!acr_registry_parse(app->config, acr_secret_text(server), server->length,
				&report->registry))
		return false;
	report->ours = true;
	acr_lookup_begin(app, &report->registry, &lookup);
	report->identity = lookup.fingerprint.hash;
	return hand_cached(app, &lookup, ret, report);
}

/* A server that is none of our registries: what the keychain has, then what docker's own config
 * has. */
static int get_foreign(const struct acr_app *app, const char *server, struct acr_login *ret,
		       struct acr_error *error)
{
	struct acr_error missing = { 0 };

	if (acr_sign_in_reserved(server))
		return acr_raise(error, LOGIN_MISSING, server);
	if (acr_keychain_find(app, server, ret, error) == 0)
		return 0;
	/* A locked keychain is not an empty one, but an entry that lies open is still the best
	 * answer there is. */
	if (acr_docker_auths_find(app, server, ret, &missing) == 0)
		return 0;
	return -1;
}

/* What is left when nothing new could be had: the old token while it lives. */
static int fall_back(const struct acr_app *app, const struct acr_lookup *lookup,
		     struct acr_login *ret, struct acr_report *report,
		     const struct acr_error *error)
{
	int64_t left = lookup->old.host ? acr_entry_left(app, &lookup->old, NULL) : 0;

	if (left <= 0)
		return -1;
	acr_entry_login(&lookup->old, ret);
	report->renew_behind = false;
	report->left = left;
	acr_report_notice_cause(report, error, OLD_TOKEN, lookup->registry->host,
				acr_number(left / 60).text);
	return 0;
}

/* An old token that lives, and a renewal that has just failed: a dead identity is not asked at
 * every `get`. */
static bool hand_old(const struct acr_app *app, const struct acr_lookup *lookup,
		     struct acr_login *ret, struct acr_report *report)
{
	struct acr_error why;

	if (!lookup->old.host || app->interactive || !acr_renewal_pauses(app, lookup, &why))
		return false;
	return fall_back(app, lookup, ret, report, &why) == 0;
}

/* Nobody is signed in. Where the registry serves whoever asks, that is as it should be. */
static bool serves_anybody(const struct acr_app *app, const struct acr_registry *registry)
{
	struct acr_error failure = { 0 };
	auto_secret known = { 0 };
	bool yes = false;

	if (acr_note_find(app, "anonymous", registry->host, &known))
		return strcmp(acr_secret_text(&known), "yes") == 0;
	/* This machine's own fault says nothing about the registry. */
	if (acr_registry_is_public(app, registry, &yes, &failure) && failure.kind == ACR_SYSTEM)
		return false;
	acr_note_keep(app, "anonymous", registry->host, ACR_NOTE_ANONYMOUS, yes ? "yes" : "no");
	return yes;
}

/* `told` is how many notices there were before the identities were asked: that docker goes on
 * anonymously is not true where it gets a login. */
static bool take_auths(const struct acr_app *app, const struct acr_lookup *lookup, size_t told,
		       struct acr_login *ret, struct acr_report *report,
		       const struct acr_error *error)
{
	if (!acr_auths_may_serve(app, lookup->registry, &report->trail, error) ||
	    !acr_auths_find(app, lookup->registry, ret))
		return false;
	report->notice_count = told;
	report->anonymous = false;
	return true;
}

/* Nothing new was to be had. Whoever waits for the lock takes this answer, or the old token. */
static int give_up(const struct acr_app *app, const struct acr_lookup *lookup, size_t told,
		   struct acr_login *ret, struct acr_report *report, const struct acr_error *error)
{
	if (fall_back(app, lookup, ret, report, error)) {
		acr_refusal_keep(app, lookup, &report->trail, error);
		if (take_auths(app, lookup, told, ret, report, error))
			return 0;
		report->anonymous = report->anonymous || (error->kind == ACR_NOT_FOUND &&
							  serves_anybody(app, lookup->registry));
		return -1;
	}
	/* Noted, so that the next client does not wait as well. The time that a client waits is over,
	 * not that of a run: a child goes on with it. */
	acr_renewal_note(app, lookup, error);
	report->renew_behind = acr_budget(app, 1) <= 0;
	return 0;
}

/* A client that could be served with the old token does not wait long for a new one. */
static void limit_wait(struct acr_app *app, const struct acr_lookup *lookup)
{
	int64_t end = app->clock.boot(app) + ACR_BUDGET_RENEWAL;

	if (lookup->old.host && app->deadline > end && acr_entry_left(app, &lookup->old, NULL) > 0)
		app->deadline = end;
}

static int get_ours(struct acr_app *app, const char *server, struct acr_login *ret,
		    struct acr_report *report, struct acr_error *error)
{
	const struct acr_registry *registry = &report->registry;
	struct acr_error unreachable = { .kind = ACR_NOT_FOUND };
	struct acr_state state = { 0 };
	size_t told;
	auto_lookup lookup = { 0 };
	auto_entry entry = { 0 };
	auto_lock lock = -1;

	acr_lookup_begin(app, registry, &lookup);
	report->identity = lookup.fingerprint.hash;
	if (hand_cached(app, &lookup, ret, report) || hand_old(app, &lookup, ret, report))
		return 0;
	limit_wait(app, &lookup);
	lock = acr_lookup_lock(app, &lookup);
	/* While we waited somebody else may have been served, and we may be somebody else. */
	acr_lookup_begin(app, registry, &lookup);
	report->identity = lookup.fingerprint.hash;
	if (hand_cached(app, &lookup, ret, report) || hand_old(app, &lookup, ret, report))
		return 0;
	/* No login can be told from a token, and no answer read, without it. */
	if (acr_jsonc_load(error))
		return fall_back(app, &lookup, ret, report, error);
	if (acr_decisions_read(app, registry->host, &state, report, error))
		return -1;
	if (!state.signed_out || state.stored_login) {
		if (acr_stored_login_find(app, registry, server, &state, ret, &unreachable) == 0)
			return 0;
		report->trail.chosen_only = unreachable.kind != ACR_NOT_FOUND;
	}
	if (state.signed_out)
		return acr_raise(error, SIGNED_OUT, registry->host);
	if (!app->interactive && acr_refusal_find(app, &lookup, &report->trail, error)) {
		report->anonymous = error->kind == ACR_NOT_FOUND;
		if (fall_back(app, &lookup, ret, report, error) == 0)
			return 0;
		return take_auths(app, &lookup, report->notice_count, ret, report, error) ? 0 : -1;
	}
	told = report->notice_count;
	if (acr_acquire(app, &lookup, &entry, report, error)) {
		/* Whoever had the lock instead of us may have been served by now. */
		if (lock < 0 && hand_cached(app, &lookup, ret, report))
			return 0;
		/* Nobody else was chosen: the login is, and it is out of reach. */
		if (report->trail.chosen_only && error->kind == ACR_NOT_FOUND) {
			*error = unreachable;
			return -1;
		}
		return give_up(app, &lookup, told, ret, report, error);
	}
	if (report->trail.chosen_only)
		acr_report_notice_cause(report, &unreachable, IDENTITY_OUT_OF_REACH, entry.who);
	acr_entry_login(&entry, ret);
	report->left = entry.life;
	return 0;
}

int acr_get(struct acr_app *app, const struct acr_secret *server, struct acr_login *ret,
	    struct acr_report *report, struct acr_error *error)
{
	int64_t deadline = app->deadline;
	int result;

	if (!acr_registry_parse(app->config, acr_secret_text(server), server->length,
				&report->registry))
		return get_foreign(app, acr_secret_text(server), ret, error);
	report->ours = true;
	result = get_ours(app, acr_secret_text(server), ret, report, error);
	app->deadline = deadline;
	return result;
}
