/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sentence that this program is: a registry is asked for; an identity proves who we are; the
 * registry exchanges that for a login; a store keeps it. Here, and only here, is decided what is
 * handed out, kept, renewed and dropped.
 */
#ifndef ACR_BROKER_H
#define ACR_BROKER_H

#include "acr/app.h"
#include "acr/error.h"
#include "acr/identity.h"
#include "acr/registry.h"
#include "acr/secret.h"
#include "acr/store.h"

/* What happened on the way, for the front to tell. */
struct acr_report {
	struct acr_trail trail;
	struct acr_message notices[6]; /* what a person should know although it worked: told at
					  most once an hour per host, identity and id */
	size_t notice_count;
	bool ours;	   /* the server was one of our registries */
	bool anonymous;	   /* "not found", and clients get in without a login: no fault */
	bool storing;	   /* a person's own login is being stored: what is refused is that */
	bool renew_behind; /* the token handed out is past half its life: acr_renew_behind after
			      answering */
	uint64_t identity; /* the hash of the one in force, for what is told once of each; 0: none
			      was looked for */
	int64_t left;	   /* seconds that the token handed out or renewed lives on; 0: not known */
	struct acr_registry registry; /* when ours */
};
/*
 * Add a notice; what there is no room for is not told. What the error `cause` says takes the row's
 * last place.
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

/* Is a token cached that lives long enough to be handed out at once? Costs what a few system calls
 * cost: no config is
 * needed (app->config may be NULL), no library loaded, nothing sent. Only for registries of the
 * table, then. */
bool acr_get_cached(const struct acr_app *app, const struct acr_secret *server,
		    struct acr_login *ret, struct acr_report *report);

/* Give a client a login for `server` that works now. ACR_NOT_FOUND where there is nothing to say
 * (docker goes on
 * anonymously), other kinds where it was refused or could not be reached. */
_checked_ int acr_get(struct acr_app *app, const struct acr_secret *server, struct acr_login *ret,
		      struct acr_report *report, struct acr_error *error);

/* A token of the identity that `get` would use for this registry, for another service. Nothing is
 * kept, and the registry is not asked. */
_checked_ int acr_get_other(const struct acr_app *app, const struct acr_registry *registry,
			    const struct acr_token_wish *wish, struct acr_token *ret,
			    struct acr_error *error);

/* Keep what a person or a client gives for `server`, by the rules of src/broker/store.c. */
_checked_ int acr_store(const struct acr_app *app, const struct acr_secret *server,
			const struct acr_login *login, struct acr_report *report,
			struct acr_error *error);

/* Store a login that another program kept until now, and read it back. 0 also where this very one is
 * stored already (`*ret_added` false). Nothing is stored where another one is, where the person
 * signed out, where the registry rejects it, of a token that ends by itself, and with
 * `login->encrypted` where it would lie open on a disk. */
_checked_ int acr_adopt(const struct acr_app *app, const char *server,
			const struct acr_login *login, bool *ret_added, struct acr_report *report,
			struct acr_error *error);
/* The same user name and secret? */
bool acr_login_equals(const struct acr_login *one, const struct acr_login *other);

/* Forget the stored login and every cached token for `server`. Nothing to forget is no error. */
_checked_ int acr_erase(const struct acr_app *app, const struct acr_secret *server,
			struct acr_report *report, struct acr_error *error);

/* The same, and no identity is used for this registry until a login is stored or somebody signs in.
 * Our own sign-in for it (sign_in.h) is forgotten too. ACR_INVALID when it is not one of ours. */
_checked_ int acr_sign_out(const struct acr_app *app, const struct acr_secret *server,
			   struct acr_report *report, struct acr_error *error);

/* Forget every sign-in of our own and every cached token, in all cache homes and whatever is just
 * being renewed. Stored logins, and what was decided about single registries, stay. */
struct acr_sign_out {
	size_t sign_ins,
		registries; /* how many were forgotten, and for how many there were tokens */
};
_checked_ int acr_sign_out_everywhere(const struct acr_app *app, struct acr_sign_out *ret,
				      struct acr_error *error);

/* Somebody signed in for this registry, or for all (""): what was signed out is no more, and no
 * older token is found again. `*ret_stored` (may be NULL) tells that a stored login goes before. */
_checked_ int acr_signed_in(const struct acr_app *app, const char *host, bool *ret_stored,
			    struct acr_error *error);

/* Did a service say this, so that it is remembered for ACR_NOTE_REFUSAL seconds, in which nobody
 * but a person (app->interactive) asks again? */
bool acr_refusal_is_kept(const struct acr_error *error);

/* Everything that `get` will answer without a refusal, each server once. No network, no prompt. */
_checked_ int acr_list(const struct acr_app *app,
		       void (*visit)(void *data, const char *server, const char *username),
		       void *data, struct acr_report *report, struct acr_error *error);

/* What is renewed: a token that is past its point of renewal; any token, or one where none is
 * cached; or the same after the old ones are dropped. */
enum acr_renewal { ACR_RENEW_DUE, ACR_RENEW_NOW, ACR_RENEW_AFRESH };

/* Renew one registry's token. A token that a client stored is never dropped or renewed. Under the
 * lock, and what another process did while we waited for it counts. ACR_NOT_SET_UP where there is
 * nothing to renew: signed out, a stored login goes before, or nothing is cached. `report->left`
 * tells how long the token lives. */
_checked_ int acr_renew(const struct acr_app *app, const struct acr_registry *registry,
			enum acr_renewal which, struct acr_report *report, struct acr_error *error);

/* The same in a detached child that holds none of our descriptors. Returns at once. A failure is
 * remembered: until it is time to try again, `get` tells of it and leaves renew_behind false. */
void acr_renew_behind(struct acr_app *app, const struct acr_registry *registry);

/* The last failure to renew this registry's token for the identity in force, while it is
 * remembered, and why. */
bool acr_renewal_failed(const struct acr_app *app, const struct acr_registry *registry,
			struct acr_message *ret_why);

/* ---- what is there: for `status` and `renew`, without network ---- */

/* A token that is cached. */
struct acr_cached {
	struct acr_registry registry;
	const struct acr_entry *entry;
	const struct acr_cache_home *home;
	int64_t left;  /* seconds */
	int64_t renew; /* seconds until its point of renewal; 0: it is due */
	bool in_force; /* it is the one that `get` would find: the identity is the one of now */
};
void acr_cached_each(const struct acr_app *app,
		     void (*visit)(void *data, const struct acr_cached *cached), void *data);

enum acr_status_kind {
	ACR_STATUS_TOKEN,     /* cached; all fields */
	ACR_STATUS_LOGIN,     /* a person's own, in the keychain: its user name */
	ACR_STATUS_AUTHS,     /* the same in docker's own config.json */
	ACR_STATUS_SIGN_IN,   /* with our own `login`; registry "": for all */
	ACR_STATUS_SIGNED_OUT /* no identity is used for this registry */
};
struct acr_status_row {
	enum acr_status_kind kind;
	char *registry, *username, *source; /* owned; "" where there is nothing to say */
	struct acr_who who;		    /* of a token or a sign-in */
	const char *kept;		    /* in which home or keychain */
	struct acr_message failed;	    /* why the last renewal failed; of no id: it did not */
	int64_t left, renew;		    /* seconds, of a token; left -1: it does not end */
	int64_t since;			    /* seconds since 1970, of a sign-in */
	bool in_force; /* false: a token that is not found under the identity of now, a login of
			  docker's that would not serve */
};
struct acr_status {
	struct acr_status_row *rows; /* owned, by registry and kind */
	size_t count;
	struct acr_error keychain;  /* why stored logins cannot be told, ACR_FINE when they can */
	struct acr_error decisions; /* of the first decision or sign-in that cannot be read */
};
void acr_status_free(struct acr_status *status);
#define auto_status __attribute__((cleanup(acr_status_free))) struct acr_status

/* Everything that is kept for one registry (NULL: for all). Asks the keychain, never the
 * network. */
void acr_status_take(const struct acr_app *app, const char *host, struct acr_status *ret);

/* The user name that goes with a token: works for every client, with Basic and with OAuth2
 * (github.com/Azure/acr, docs/AAD-OAuth.md). */
#define ACR_NULL_GUID "00000000-0000-0000-0000-000000000000"

#endif
