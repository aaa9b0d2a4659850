/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `store`. Servers that are not ours: kept under the very name. For ours there are three cases: our
 * own token coming back (nothing to do), another token of an identity (cached until it ends, unless
 * the config says who we must be), and a person's own login, which is tried at the registry before
 * it replaces what was there. Every store ends "signed out".
 */
#include <string.h>

#include "acr/config.h"
#include "acr/sign_in.h"
#include "base/budget.h"
#include "broker/broker.h"

#define CLIENT_REMEMBERED (24 * 3600) /* seconds after its end that a client's token is known of */

/* `ret_in_file` tells that no Secret Service keeps it. */
static int keep_login(const struct acr_app *app, const char *server, const struct acr_login *login,
		      bool *ret_in_file, struct acr_report *report, struct acr_error *error)
{
	const struct acr_keychain *used = NULL;

	if (acr_keychain_keep(app, server, login, &used, error))
		return -1;
	*ret_in_file = used && used->plain;
	if (used && used->plain && !acr_config_is(app->config, NULL, "keychain", "file"))
		acr_report_notice(report, LOGIN_IN_FILE, server);
	return 0;
}

/* The login is stored or a token is handed to us: whoever signed out is back. */
static int decide(const struct acr_app *app, const char *host, const struct acr_state *state,
		  struct acr_error *error)
{
	acr_cache_drop(app, host);
	acr_note_drop(app, ACR_NOTE_CLIENT, host);
	return acr_state_write(app, host, state, error);
}

/* What the cache would hand out itself needs no keeping. */
static bool is_our_own(const struct acr_app *app, const struct acr_registry *registry,
		       const struct acr_login *login)
{
	auto_lookup lookup = { 0 };
	auto_entry entry = { 0 };

	acr_lookup_begin(app, registry, &lookup);
	return acr_cache_find(app, registry->host, lookup.fingerprint.hash, lookup.fingerprint.text,
			      &entry) &&
	       acr_secret_equals(&entry.token, acr_secret_text(&login->secret));
}

/* Is there a reason not to keep a token that a client stores? A "login succeeded" that nothing comes
 * of is worse than an error. */
static int check_derived(const struct acr_app *app, const struct acr_registry *registry,
			 const struct acr_state *state, int64_t life, struct acr_error *error)
{
	const char *pin = acr_config_get(app->config, registry->host, "identity");
	struct acr_error missing = { 0 };
	auto_login stored = { 0 };

	if (life == 0)
		return acr_raise(error, TOKEN_STORED_EXPIRED, registry->host);
	if (pin && strcmp(pin, "auto") != 0 && strcmp(pin, "none") != 0)
		return acr_raise(error, TOKEN_PINNED, pin, registry->host);
	if ((!state->signed_out || state->stored_login) &&
	    (acr_stored_login_find(app, registry, NULL, state, &stored, &missing) == 0 ||
	     missing.kind != ACR_NOT_FOUND))
		return acr_raise(error, TOKEN_BEHIND_LOGIN, registry->host, registry->host);
	return 0;
}

/* Whose it was, for when it has expired and another identity serves. */
static void note_client(const struct acr_app *app, const struct acr_registry *registry,
			const struct acr_who *who, int64_t life)
{
	acr_note_keep(app, ACR_NOTE_CLIENT, registry->host, life + CLIENT_REMEMBERED,
		      acr_who_line(who).text);
}

static int store_derived(const struct acr_app *app, const struct acr_registry *registry,
			 const struct acr_login *login, int64_t life, struct acr_error *error)
{
	const struct acr_state back = { 0 };
	struct acr_error no_home = { 0 };
	struct acr_state state = { 0 };
	auto_lookup lookup = { 0 };
	auto_entry entry = { 0 };
	struct acr_who who;
	int64_t ends;

	if (acr_decisions_recover(app, registry->host, &state, error))
		return -1;
	if (!state.signed_out && is_our_own(app, registry, login))
		return 0;
	if (check_derived(app, registry, &state, life, error))
		return -1;
	/* Without a home nothing can be signed out, and a cache may still be had. */
	if (state.signed_out && decide(app, registry->host, &back, error))
		return -1;
	acr_lookup_begin(app, registry, &lookup);
	acr_registry_issued(registry, &login->secret, &ends, &who);
	acr_entry_begin(app, &lookup, ACR_SOURCE_CLIENT, &who, &login->secret, life, &entry);
	/* It is nobody's to renew: handed out to its end. */
	entry.validity = 0;
	entry.renew = life;
	if (!acr_cache_keep(app, lookup.fingerprint.hash, &entry)) {
		if (state.signed_out && acr_state_write(app, registry->host, &state, &no_home))
			acr_debug_error(app, "store", &no_home);
		return acr_raise(error, TOKEN_NOT_CACHED, registry->host);
	}
	note_client(app, registry, &who, life);
	acr_marker_set(app, ACR_WORKED, registry->host);
	acr_refusal_drop(app, &lookup);
	return 0;
}

static int store_explicit(const struct acr_app *app, const struct acr_registry *registry,
			  const struct acr_login *login, struct acr_report *report,
			  struct acr_error *error)
{
	struct acr_state state = { .stored_login = true };
	bool in_file;
	struct acr_error refusal = { 0 };
	struct acr_state before = { 0 };
	size_t length = login->secret.length;

	if (length > 0 && strchr(" \t\r\n", login->secret.bytes[length - 1]))
		acr_report_notice(report, TRAILING_SPACE, registry->host);
	report->storing = true;
	/* Before the keychain: its login would be replaced, and no decision could say so. */
	if (acr_decisions_recover(app, registry->host, &before, error))
		return -1;
	if (!acr_config_is(app->config, registry->host, "verify_on_store", "false") &&
	    acr_scope_token(app, registry, login->username, &login->secret, NULL, NULL, &refusal)) {
		if (refusal.kind == ACR_REFUSED && refusal.status != 403) {
			*error = refusal;
			return -1;
		}
		/* A firewall (docker's engine may stand elsewhere), or no network: it may be right
		 * all the same. */
		acr_report_notice_cause(report, &refusal, LOGIN_UNVERIFIED, registry->host);
	}
	/* A login that is kept is used: so nothing is kept where the decision cannot be. */
	if (decide(app, registry->host, &state, error))
		return -1;
	if (keep_login(app, registry->host, login, &in_file, report, error) == 0) {
		if (!in_file)
			return 0;
		state.in_file = true;
		return acr_state_write(app, registry->host, &state, error);
	}
	if (acr_state_write(app, registry->host, &before, &refusal))
		acr_debug_error(app, "store", &refusal);
	return -1;
}

int acr_store(const struct acr_app *app, const struct acr_secret *server,
	      const struct acr_login *login, struct acr_report *report, struct acr_error *error)
{
	auto_lock lock = -1;
	int64_t life = 0;
	bool in_file;

	if (acr_sign_in_reserved(acr_secret_text(server)))
		return acr_raise(error, SERVER_RESERVED, acr_secret_text(server));
	if (!acr_registry_parse(app->config, acr_secret_text(server), server->length,
				&report->registry))
		return keep_login(app, acr_secret_text(server), login, &in_file, report, error);
	report->ours = true;
	lock = acr_lock_take(app, report->registry.host, ACR_BUDGET_LOCK);
	switch (acr_login_issued(app, &report->registry, login, &life)) {
	case ACR_ISSUED_HERE:
		return store_derived(app, &report->registry, login, life, error);
	case ACR_ISSUED_ELSEWHERE:
		return acr_raise(error, TOKEN_OF_ANOTHER_REGISTRY, report->registry.host);
	case ACR_ISSUED_NOT:
		break;
	}
	return store_explicit(app, &report->registry, login, report, error);
}
