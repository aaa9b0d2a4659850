/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Implements `store`. Logins of servers that are not Azure registries are stored under exactly the
 * given name. For Azure registries there are three cases: our own token (nothing to do); another
 * token of an identity (cached until it expires, unless the configuration selects another
 * identity); and a login of the user, which is tested at the registry before it replaces an
 * existing one. Every successful store undoes a logout.
 */
#include <string.h>

#include "acr/config.h"
#include "acr/sign_in.h"
#include "base/budget.h"
#include "broker/broker.h"

#define CLIENT_REMEMBERED (24 * 3600) /* seconds after the token has expired */

/* `ret_in_file` is set if it was stored in a file, not in a Secret Service. */
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

/* A login or a token was stored, so the user is no longer signed out. */
static int decide(const struct acr_app *app, const char *host, const struct acr_state *state,
		  struct acr_error *error)
{
	acr_cache_drop(app, host);
	acr_note_drop(app, ACR_NOTE_CLIENT, host);
	return acr_state_write(app, host, state, error);
}

/* A token that the cache already returns need not be stored. */
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

/* Is there a reason not to keep a token that a client stores? An error is better than a "Login
 * Succeeded" without effect. */
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

/* The owner of the token, for the time after it has expired, when another identity is used. */
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
	/* Without a home directory nothing can be signed out, but a cache may be available. */
	if (state.signed_out && decide(app, registry->host, &back, error))
		return -1;
	acr_lookup_begin(app, registry, &lookup);
	acr_registry_issued(registry, &login->secret, &ends, &who);
	acr_entry_begin(app, &lookup, ACR_SOURCE_CLIENT, &who, &login->secret, life, &entry);
	/* Nobody renews it: it is returned until it expires. */
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
	/* Done before the login in the keychain is replaced, which no decision could report
	 * afterwards. */
	if (acr_decisions_recover(app, registry->host, &before, error))
		return -1;
	if (!acr_config_is(app->config, registry->host, "verify_on_store", "false") &&
	    acr_scope_token(app, registry, login->username, &login->secret, NULL, NULL, &refusal)) {
		if (refusal.kind == ACR_REFUSED && refusal.status != 403) {
			*error = refusal;
			return -1;
		}
		/* A firewall (Docker's engine may be on another machine), or no network: the login
		 * may still be valid. */
		acr_report_notice_cause(report, &refusal, LOGIN_UNVERIFIED, registry->host);
	}
	/* A login that is stored is used, so nothing is stored if the decision cannot be. */
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
