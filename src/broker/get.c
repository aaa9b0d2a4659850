/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Implements `get`: parse the server; if it is not an Azure registry, use the keychain. If a cached
 * token is valid for long enough, return it. Otherwise take the lock and look in the cache again;
 * if the user stored a login or signed out, return that login or "not found"; ask the identities,
 * exchange, cache, and return the new token. If all of this fails, return the old token if it is
 * still valid, otherwise the error.
 */
#include <string.h>

#include "acr/sign_in.h"
#include "base/budget.h"
#include "base/jsonc.h"
#include "broker/broker.h"

/* The cached token, unless it is too old. After a background renewal has failed, none is started
 * for a while, and the user sees the reason. */
static bool return_cached(const struct acr_app *app, struct acr_lookup *lookup,
			  struct acr_login *ret, struct acr_report *report)
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
	return return_cached(app, &lookup, ret, report);
}

/* A server that is not an Azure registry: the login in the keychain, otherwise the one in Docker's
 * configuration. */
static int get_foreign(const struct acr_app *app, const char *server, struct acr_login *ret,
		       struct acr_error *error)
{
	struct acr_error missing = { 0 };

	if (acr_sign_in_reserved(server))
		return acr_raise(error, LOGIN_MISSING, server);
	if (acr_keychain_find(app, server, ret, error) == 0)
		return 0;
	/* A locked keychain may have the login, but a login in Docker's configuration is better
	 * than an error. */
	if (acr_docker_auths_find(app, server, ret, &missing) == 0)
		return 0;
	return -1;
}

/* If there is no new token, the old one while it is valid. */
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

/* The old token if it is valid and a renewal has just failed: an identity that fails is not asked
 * at every `get`. */
static bool return_old(const struct acr_app *app, const struct acr_lookup *lookup,
		       struct acr_login *ret, struct acr_report *report)
{
	struct acr_error why;

	if (!lookup->old.host || app->interactive || !acr_renewal_pauses(app, lookup, &why))
		return false;
	return fall_back(app, lookup, ret, report, &why) == 0;
}

/* Nobody is signed in. If the registry allows anonymous pull, this is not an error. */
static bool allows_anonymous_pull(const struct acr_app *app, const struct acr_registry *registry)
{
	struct acr_error failure = { 0 };
	auto_secret known = { 0 };
	bool yes = false;

	if (acr_note_find(app, "anonymous", registry->host, &known))
		return strcmp(acr_secret_text(&known), "yes") == 0;
	/* A fault of this machine says nothing about the registry. */
	if (acr_registry_is_public(app, registry, &yes, &failure) && failure.kind == ACR_SYSTEM)
		return false;
	acr_note_keep(app, "anonymous", registry->host, ACR_NOTE_ANONYMOUS, yes ? "yes" : "no");
	return yes;
}

/* `told` is the number of notices before the identities were asked; later ones say that Docker
 * continues anonymously, which is wrong if a login is returned. */
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

/* There is no new token. Processes that wait for the lock get this result, or the old token. */
static int give_up(const struct acr_app *app, const struct acr_lookup *lookup, size_t told,
		   struct acr_login *ret, struct acr_report *report, const struct acr_error *error)
{
	if (fall_back(app, lookup, ret, report, error)) {
		acr_refusal_keep(app, lookup, &report->trail, error);
		if (take_auths(app, lookup, told, ret, report, error))
			return 0;
		report->anonymous =
			report->anonymous || (error->kind == ACR_NOT_FOUND &&
					      allows_anonymous_pull(app, lookup->registry));
		return -1;
	}
	/* Noted, so that the next client does not wait as well. The client's waiting time is over,
	 * but not the deadline of the run: a child continues. */
	acr_renewal_note(app, lookup, error);
	report->renew_behind = acr_budget(app, 1) <= 0;
	return 0;
}

/* If the old token can be returned, the client does not wait long for a new one. */
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
	if (return_cached(app, &lookup, ret, report) || return_old(app, &lookup, ret, report))
		return 0;
	limit_wait(app, &lookup);
	lock = acr_lookup_lock(app, &lookup);
	/* While we waited, another process may have got a token, and the identity may have
	 * changed. */
	acr_lookup_begin(app, registry, &lookup);
	report->identity = lookup.fingerprint.hash;
	if (return_cached(app, &lookup, ret, report) || return_old(app, &lookup, ret, report))
		return 0;
	/* json-c is needed to distinguish logins from tokens and to parse responses. */
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
		/* The process that holds the lock may have got a token by now. */
		if (lock < 0 && return_cached(app, &lookup, ret, report))
			return 0;
		/* The login was selected explicitly and is not available, so no other identity is
		 * tried. */
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
