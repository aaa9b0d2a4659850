/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the verbs: getting a token from an identity, under the lock, and remembering
 * refusals. */
#ifndef BROKER_BROKER_H
#define BROKER_BROKER_H

#include "acr/broker.h"

/* One lookup of one registry under the current identity. */
struct acr_lookup {
	const struct acr_registry *registry;
	struct acr_fingerprint fingerprint;
	/* A cached entry that is too old to be returned without asking; host NULL: none. */
	struct acr_entry old;
	int64_t left; /* remaining lifetime in seconds of the entry that was found */
};
/* Takes the fingerprint; call it again to update the fingerprint. */
void acr_lookup_begin(const struct acr_app *app, const struct acr_registry *registry,
		      struct acr_lookup *ret);
void acr_lookup_end(struct acr_lookup *lookup);
#define auto_lookup __attribute__((cleanup(acr_lookup_end))) struct acr_lookup

/* The key of notes about this identity at this registry, owned. */
char *acr_lookup_subject(const struct acr_lookup *lookup);

/* The lock of this identity at this registry, as acr_lock_take. Waits for the holder for as long as
 * the deadline allows, leaving time for one last attempt; only a short time if an old token is at
 * hand. */
int acr_lookup_lock(const struct acr_app *app, const struct acr_lookup *lookup);

/* A cached entry that is valid for long enough. Otherwise the entry that was found is in
 * `lookup->old`. */
bool acr_lookup_cached(const struct acr_app *app, struct acr_lookup *lookup, struct acr_login *ret,
		       struct acr_report *report);

/* Ask the identities, exchange and cache; fails if the current identity changed meanwhile, since
 * then the owner of the token is unknown. The caller holds the lock. */
_checked_ int acr_acquire(const struct acr_app *app, struct acr_lookup *lookup,
			  struct acr_entry *ret, struct acr_report *report,
			  struct acr_error *error);

/* The login that a client gets for an entry. */
void acr_entry_login(const struct acr_entry *entry, struct acr_login *ret);

/* An entry for a new token; decides when the token will be renewed. */
void acr_entry_begin(const struct acr_app *app, const struct acr_lookup *lookup, const char *source,
		     const struct acr_who *who, const struct acr_secret *token, int64_t life,
		     struct acr_entry *ret);

/* Did a registry issue this token, and for how many seconds is it valid? 0: expired, or the expiry
 * is unknown. */
enum acr_issued acr_login_issued(const struct acr_app *app, const struct acr_registry *registry,
				 const struct acr_login *login, int64_t *ret_life);

/* The login that the user stored, under the plain host or under `server` (may be NULL).
 * ACR_NOT_FOUND if there is none; another error if `state` says that there is one and its keychain
 * cannot be read. */
_checked_ int acr_stored_login_find(const struct acr_app *app, const struct acr_registry *registry,
				    const char *server, const struct acr_state *state,
				    struct acr_login *ret, struct acr_error *error);

#define ACR_SOURCE_CLIENT "stored-token" /* of an entry: a client stored it; it is never renewed */
#define ACR_NOTE_CLIENT	  "client-token" /* about a host: the owner of a stored token */

/* What the user decided about a host. The logout of a registry applies to its regional endpoints,
 * unless there is a decision about the endpoint itself. */
_checked_ int acr_decisions_of(const struct acr_app *app, const char *host, struct acr_state *ret,
			       struct acr_error *error);
/* The same for `get`: adds a notice if other users could read the file. */
_checked_ int acr_decisions_read(const struct acr_app *app, const char *host, struct acr_state *ret,
				 struct acr_report *report, struct acr_error *error);
/* The same for callers that write a new decision: a file that cannot be used counts as signed out,
 * and the keychain says whether a login is stored. Fails only if a newer version wrote the file. */
_checked_ int acr_decisions_recover(const struct acr_app *app, const char *host,
				    struct acr_state *ret, struct acr_error *error);

/* ---- logins in Docker's config.json (auths.c) ---- */

/* The login of this registry, if the registry may still accept it; false if there is none. */
bool acr_auths_find(const struct acr_app *app, const struct acr_registry *registry,
		    struct acr_login *ret);
/* After the identities were asked with this result: may such a login be used instead? */
bool acr_auths_may_serve(const struct acr_app *app, const struct acr_registry *registry,
			 const struct acr_trail *trail, const struct acr_error *error);
/* Would such a login be used, as far as that can be determined without requests? */
bool acr_auths_would_serve(const struct acr_app *app, const struct acr_registry *registry);

/* Visit every login: `registry` is its registry, NULL if `server` is not an Azure registry. `left`
 * is the remaining lifetime of a token in seconds, -1 for a login without expiry; 0: the registry
 * no longer accepts it. */
typedef void acr_auths_visit(void *data, const struct acr_registry *registry, const char *server,
			     const struct acr_login *login, int64_t left);
_checked_ int acr_auths_each(const struct acr_app *app, acr_auths_visit *visit, void *data,
			     struct acr_error *error);

/* ---- recent failures per host and identity (negative_cache.c) ---- */

/* Remember a refusal of a service, and the identities that were tried, for ACR_NOTE_REFUSAL
 * seconds. */
void acr_refusal_keep(const struct acr_app *app, const struct acr_lookup *lookup,
		      const struct acr_trail *trail, const struct acr_error *error);
bool acr_refusal_find(const struct acr_app *app, const struct acr_lookup *lookup,
		      struct acr_trail *ret_trail, struct acr_error *ret);
/* Remember a failed renewal of a token that is still valid, with its reason: it is not retried for
 * a while, which increases with each failure. */
void acr_renewal_note(const struct acr_app *app, const struct acr_lookup *lookup,
		      const struct acr_error *why);
bool acr_renewal_pauses(const struct acr_app *app, const struct acr_lookup *lookup,
			struct acr_error *ret_why);
/* Forget both after a success. */
void acr_refusal_drop(const struct acr_app *app, const struct acr_lookup *lookup);

#endif
