/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The policy of the program. A client asks for the login to a registry; an identity authenticates
 * to Entra ID; the registry exchanges the token for a login; a store keeps it. Only the broker
 * decides what is returned, kept, renewed and removed.
 */
#ifndef ACR_BROKER_H
#define ACR_BROKER_H

#include "acr/app.h"
#include "acr/error.h"
#include "acr/identity.h"
#include "acr/registry.h"
#include "acr/secret.h"
#include "acr/store.h"

/* What happened during an operation, for the front to print. */
struct acr_report {
	struct acr_trail trail;
	/* For the user, although the operation succeeded: each is printed at most once an hour per
	 * host, identity and id. */
	struct acr_message notices[6];
	size_t notice_count;
	bool ours;	   /* the server is an Azure registry */
	bool anonymous;	   /* "not found" because anonymous pull works: not a failure */
	bool storing;	   /* a user's own login is being stored, so a refusal is about that */
	bool renew_behind; /* call acr_renew_behind after answering: the token is due for renewal */
	uint64_t identity; /* the hash of the current identity, for notices that are printed once
			      per identity; 0: not determined */
	int64_t left;	   /* remaining lifetime in seconds of the returned token; 0: not known */
	struct acr_registry registry; /* if ours */
};
/*
 * Add a notice; if there is no room, it is dropped. The error `cause` becomes the last argument of
 * the row.
 *
 *	acr_report_notice(report, STILL_SERVED, host, app->program);
 *	acr_report_notice_cause(report, why, ANONYMOUS);
 */
#define acr_report_notice(report, name, ...)                                                       \
	acr_report_notice_with(report, name, NULL, 0, "" __VA_OPT__(, ) __VA_ARGS__)
#define acr_report_notice_cause(report, cause, name, ...)                                          \
	acr_report_notice_with(report, name, cause, 1, "" __VA_OPT__(, ) __VA_ARGS__)
#define acr_report_notice_with(report, name, cause, extra, first, ...)                             \
	({                                                                                         \
		ACR_CHECK_PLACEHOLDERS(name, extra, __VA_ARGS__);                                  \
		acr_report_add(report, ACR_MESSAGE_##name, cause, ACR_ARGUMENTS(__VA_ARGS__),      \
			       ACR_GIVEN(__VA_ARGS__));                                            \
	})
void acr_report_add(struct acr_report *report, enum acr_message_id id,
		    const struct acr_error *cause, const char *const *arguments, size_t count);
/* Is this notice among them? */
bool acr_report_notes(const struct acr_report *report, enum acr_message_id id);

/* Is a token cached that can be returned at once? Needs only a few system calls: no configuration
 * (app->config may be NULL), no library, no network. Works only for registries in the built-in
 * table. */
bool acr_get_cached(const struct acr_app *app, const struct acr_secret *server,
		    struct acr_login *ret, struct acr_report *report);

/* Get a login for `server` that is valid now. ACR_NOT_FOUND if there is none (docker then continues
 * anonymously), another kind if it was denied or a service could not be reached. */
_checked_ int acr_get(struct acr_app *app, const struct acr_secret *server, struct acr_login *ret,
		      struct acr_report *report, struct acr_error *error);

/* Get a token for another service with the identity that `get` would use for this registry. Nothing
 * is stored, and the registry is not contacted. */
_checked_ int acr_get_other(const struct acr_app *app, const struct acr_registry *registry,
			    const struct acr_token_request *request, struct acr_token *ret,
			    struct acr_error *error);

/* Store a login that a user or a client passes for `server`, as described in src/broker/store.c. */
_checked_ int acr_store(const struct acr_app *app, const struct acr_secret *server,
			const struct acr_login *login, struct acr_report *report,
			struct acr_error *error);

/* Store a login that another program kept until now, and read it back. Returns 0 also if exactly
 * this login is stored already (`*ret_added` is false). Nothing is stored if another login is
 * stored for the server, if the user signed out, if the registry rejects the login, or if it is a
 * token, which expires by itself; and with `login->encrypted`, if it would be stored
 * unencrypted. */
_checked_ int acr_adopt(const struct acr_app *app, const char *server,
			const struct acr_login *login, bool *ret_added, struct acr_report *report,
			struct acr_error *error);
/* The same user name and secret? */
bool acr_login_equals(const struct acr_login *one, const struct acr_login *other);

/* Remove the stored login and all cached tokens for `server`. It is no error if there are none. */
_checked_ int acr_erase(const struct acr_app *app, const struct acr_secret *server,
			struct acr_report *report, struct acr_error *error);

/* The same, and use no identity for this registry until a login is stored or a user signs in. Also
 * removes the sign-in for it (sign_in.h). ACR_INVALID if it is not an Azure registry. */
_checked_ int acr_sign_out(const struct acr_app *app, const struct acr_secret *server,
			   struct acr_report *report, struct acr_error *error);

/* Remove all sign-ins and all cached tokens, in all caches, also those that are being renewed.
 * Stored logins and decisions about single registries are kept. */
struct acr_sign_out {
	size_t sign_ins;   /* how many were removed */
	size_t registries; /* how many had tokens */
};
_checked_ int acr_sign_out_everywhere(const struct acr_app *app, struct acr_sign_out *ret,
				      struct acr_error *error);

/* Record that a user signed in for this registry, or for all (""): it is no longer signed out, and
 * older tokens are not used again. `*ret_stored` (may be NULL): a stored login takes precedence. */
_checked_ int acr_signed_in(const struct acr_app *app, const char *host, bool *ret_stored,
			    struct acr_error *error);

/* Is this a refusal by a service, which is remembered for ACR_NOTE_REFUSAL seconds? During this
 * time only interactive runs (app->interactive) ask again. */
bool acr_refusal_is_kept(const struct acr_error *error);

/* Visit every server for which `get` is expected to return a login, once. No network, no prompt. */
_checked_ int acr_list(const struct acr_app *app,
		       void (*visit)(void *data, const char *server, const char *username),
		       void *data, struct acr_report *report, struct acr_error *error);

/* What to renew: a token that is due; any token, also if none is cached; or the same after the old
 * tokens are removed. */
enum acr_renewal { ACR_RENEW_DUE, ACR_RENEW_NOW, ACR_RENEW_AFRESH };

/* Renew the token of a registry, while holding the lock; a renewal by another process during the
 * wait counts. A token that a client stored is never removed or renewed. ACR_NOT_SET_UP if there is
 * nothing to renew: signed out, a stored login takes precedence, or nothing is cached.
 * `report->left` is the lifetime of the token. */
_checked_ int acr_renew(const struct acr_app *app, const struct acr_registry *registry,
			enum acr_renewal which, struct acr_report *report, struct acr_error *error);

/* The same in a detached child process that inherits no descriptors. Returns at once. A failure is
 * remembered: until the next attempt, `get` reports it and leaves renew_behind false. */
void acr_renew_behind(struct acr_app *app, const struct acr_registry *registry);

/* Did the last renewal of this registry's token for the current identity fail, and why? False once
 * the failure is no longer remembered. */
bool acr_renewal_failed(const struct acr_app *app, const struct acr_registry *registry,
			struct acr_message *ret_why);

/* ---- what is stored: for `status` and `renew`, without network ---- */

/* A token that is cached. */
struct acr_cached {
	struct acr_registry registry;
	const struct acr_entry *entry;
	const struct acr_cache_home *home;
	int64_t left;  /* seconds */
	int64_t renew; /* seconds until it is due for renewal; 0: it is due */
	bool in_force; /* `get` would find it: it belongs to the current identity */
};
void acr_cached_each(const struct acr_app *app,
		     void (*visit)(void *data, const struct acr_cached *cached), void *data);

enum acr_status_kind {
	ACR_STATUS_TOKEN,     /* cached; all fields */
	ACR_STATUS_LOGIN,     /* a login of the user in the keychain: its user name */
	ACR_STATUS_AUTHS,     /* the same in Docker's own config.json */
	ACR_STATUS_SIGN_IN,   /* of the command `login`; registry "": for all */
	ACR_STATUS_SIGNED_OUT /* no identity is used for this registry */
};
struct acr_status_row {
	enum acr_status_kind kind;
	char *registry, *username, *source; /* owned; "" if empty */
	struct acr_who who;		    /* of a token or a sign-in */
	const char *kept;		    /* in which cache or keychain */
	struct acr_message failed; /* why the last renewal failed; no id: it did not fail */
	int64_t left, renew;	   /* seconds, of a token; left -1: it does not expire */
	int64_t since;		   /* seconds since 1970, of a sign-in */
	/* False for a token of another identity than the current one, and for a login in Docker's
	 * config.json that would not be used. */
	bool in_force;
};
struct acr_status {
	struct acr_status_row *rows; /* owned, by registry and kind */
	size_t count;
	struct acr_error keychain;  /* why stored logins cannot be read; ACR_FINE if they can */
	struct acr_error decisions; /* of the first decision or sign-in that cannot be read */
};
void acr_status_free(struct acr_status *status);
#define auto_status __attribute__((cleanup(acr_status_free))) struct acr_status

/* Collect everything that is stored for a registry (NULL: for all). Uses the keychain, but never
 * the network. */
void acr_status_take(const struct acr_app *app, const char *host, struct acr_status *ret);

/* The user name for a token: works with every client, with Basic and with OAuth2
 * (github.com/Azure/acr, docs/AAD-OAuth.md). */
#define ACR_NULL_GUID "00000000-0000-0000-0000-000000000000"

#endif
