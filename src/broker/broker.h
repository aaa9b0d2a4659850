/* SPDX-License-Identifier: Apache-2.0 */
/* What the verbs share: getting a token from an identity, under the lock, and remembering a
 * refusal. */
#ifndef BROKER_BROKER_H
#define BROKER_BROKER_H

#include "acr/broker.h"

/* One look-up of one registry under the identity in force. */
struct acr_lookup {
	const struct acr_registry *registry;
	struct acr_fingerprint fingerprint;
	/* A cached entry that is too old to be returned without asking; host NULL: none. */
	struct acr_entry old;
	int64_t left; /* remaining lifetime in seconds of the entry that was found */
};
/* Takes the fingerprint; once more to take it anew. */
void acr_lookup_begin(const struct acr_app *app, const struct acr_registry *registry,
		      struct acr_lookup *ret);
void acr_lookup_end(struct acr_lookup *lookup);
#define auto_lookup __attribute__((cleanup(acr_lookup_end))) struct acr_lookup

/* What a note about this identity at this registry is kept under, owned. */
char *acr_lookup_subject(const struct acr_lookup *lookup);

/* The lock of this identity at this registry, as acr_lock_take. Whoever has it is waited for as
 * long as our own time allows, but for a last attempt; a moment only where an old token is at
 * hand. */
int acr_lookup_lock(const struct acr_app *app, const struct acr_lookup *lookup);

/* A cached entry that lives long enough. Otherwise what was found stays in `lookup->old`. */
bool acr_lookup_cached(const struct acr_app *app, struct acr_lookup *lookup, struct acr_login *ret,
		       struct acr_report *report);

/* Ask the identities, exchange, cache: unless the identity in force changed meanwhile, for then
 * nobody knows whose token it is. The caller holds the lock. */
_checked_ int acr_acquire(const struct acr_app *app, struct acr_lookup *lookup,
			  struct acr_entry *ret, struct acr_report *report,
			  struct acr_error *error);

/* A login as a client gets it from an entry. */
void acr_entry_login(const struct acr_entry *entry, struct acr_login *ret);

/* An entry for a token that begins its life now: when to renew it is decided here. */
void acr_entry_begin(const struct acr_app *app, const struct acr_lookup *lookup, const char *source,
		     const struct acr_who *who, const struct acr_secret *token, int64_t life,
		     struct acr_entry *ret);

/* Is this a token that a registry issued, and for how many seconds is it good? 0: dead, or its end
 * cannot be told. */
enum acr_issued acr_login_issued(const struct acr_app *app, const struct acr_registry *registry,
				 const struct acr_login *login, int64_t *ret_life);

/* The login that a person stored, under the plain host or under `server` (may be NULL).
 * ACR_NOT_FOUND where there is none; another error where `state` says that there is one and its
 * keychain cannot be read. */
_checked_ int acr_stored_login_find(const struct acr_app *app, const struct acr_registry *registry,
				    const char *server, const struct acr_state *state,
				    struct acr_login *ret, struct acr_error *error);

#define ACR_SOURCE_CLIENT "stored-token" /* of an entry: a client stored it, nobody renews it */
#define ACR_NOTE_CLIENT	  "client-token" /* about a host: whose token a client stored */

/* What the person decided about a host. A regional endpoint is signed out with its registry, until
 * something is decided about itself. */
_checked_ int acr_decisions_of(const struct acr_app *app, const char *host, struct acr_state *ret,
			       struct acr_error *error);
/* The same for `get`: with a notice where its file was open to others. */
_checked_ int acr_decisions_read(const struct acr_app *app, const char *host, struct acr_state *ret,
				 struct acr_report *report, struct acr_error *error);
/* The same for whoever decides anew: a file that cannot be used counts as signed out, and the
 * keychain says whether a login is stored. An error only where a newer version wrote it. */
_checked_ int acr_decisions_recover(const struct acr_app *app, const char *host,
				    struct acr_state *ret, struct acr_error *error);

/* ---- logins that docker keeps in its own config.json (auths.c) ---- */

/* The one for this registry that it may still take; false where there is none. */
bool acr_auths_find(const struct acr_app *app, const struct acr_registry *registry,
		    struct acr_login *ret);
/* After the identities were asked, and this came of it: may such a login serve instead? */
bool acr_auths_may_serve(const struct acr_app *app, const struct acr_registry *registry,
			 const struct acr_trail *trail, const struct acr_error *error);
/* Would one serve, as far as that can be told without asking anybody? */
bool acr_auths_would_serve(const struct acr_app *app, const struct acr_registry *registry);

/* Visit every login there: `registry` is whose it is, NULL for a server that is none of ours, which
 * `server` names. `left` is the seconds that a token lives on, -1 for what does not end; 0: the
 * registry does not take it any more. */
typedef void acr_auths_visit(void *data, const struct acr_registry *registry, const char *server,
			     const struct acr_login *login, int64_t left);
_checked_ int acr_auths_each(const struct acr_app *app, acr_auths_visit *visit, void *data,
			     struct acr_error *error);

/* ---- what was met last, per host and identity (negative_cache.c) ---- */

/* A service's refusal, and who was tried, for ACR_NOTE_REFUSAL seconds. */
void acr_refusal_keep(const struct acr_app *app, const struct acr_lookup *lookup,
		      const struct acr_trail *trail, const struct acr_error *error);
bool acr_refusal_find(const struct acr_app *app, const struct acr_lookup *lookup,
		      struct acr_trail *ret_trail, struct acr_error *ret);
/* A renewal that failed while the old token lives: remembered with its reason, and for a while,
 * longer each time, it is not tried again. */
void acr_renewal_note(const struct acr_app *app, const struct acr_lookup *lookup,
		      const struct acr_error *why);
bool acr_renewal_pauses(const struct acr_app *app, const struct acr_lookup *lookup,
			struct acr_error *ret_why);
/* It worked: neither is remembered any more. */
void acr_refusal_drop(const struct acr_app *app, const struct acr_lookup *lookup);

#endif
