/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who we are: one way of proving it to Entra ID is one file in src/identity/ and one row in
 * chain.def.
 *
 * The chain asks its rows in order. A row answers with
 *
 *	0			a token
 *	-1, ACR_NOT_SET_UP	nothing here says that it should be used: silent, next
 *				(no network and no process for this!)
 *	-1, ACR_UNAVAILABLE	it should work here but cannot now (IMDS silent, az signed out):
 *				a line in the trail, next
 *	-1, anything else	it failed: a line in the trail, next
 *
 * A row that is `named` knows two answers where it has no token: none of its variables is set
 * (ACR_NOT_SET_UP), or an error that ends the chain, ACR_INVALID where it is half set up. To go
 * from an expired or misspelt CI credential on to the machine's own identity would be a silent
 * change of who pushes. After one that is half set up another row may serve that authenticates as
 * the very same `application`; after a sign-in whose keychain is out of reach (ACR_LOCKED), those
 * that this process or the config names. A pin in the config makes every row count as named, but
 * for what is only not available.
 *
 * Every row is asked for one audience at one tenant; which one, and what a refusal means, is the
 * chain's and the broker's business, not the row's.
 */
#ifndef ACR_IDENTITY_H
#define ACR_IDENTITY_H

#include <stdbool.h>
#include <stdint.h>

#include "acr/app.h"
#include "acr/error.h"
#include "acr/registry.h"
#include "acr/secret.h"
#include "acr/token.h"

/* What is asked of a row. */
struct acr_ask {
	const struct acr_registry *registry;
	const char *audience;  /* a resource, without "/.default" */
	const char *tenant;    /* the config's, or NULL: the row's own */
	const char *client_id; /* the config's, or NULL: the row's own. For managed-identity also
				  "object:GUID" or a resource id ("/subscriptions/...") */
	bool pinned;  /* the config names this row: what a machine must guess otherwise, it may take
			for granted */
	bool dry_run; /* only to be told (status): no keychain and no other child. A row that is set
			up answers 0 with `who` alone */
};

struct acr_fingerprint; /* below */

struct acr_identity {
	const char *name; /* as in the config's "identity": "managed-identity" */
	const char *sdk;  /* its name in AZURE_TOKEN_CREDENTIALS, or NULL */
	bool developer;	  /* one of the developer's tools: AZURE_TOKEN_CREDENTIALS=dev; others are
			     "prod" */
	bool named;	  /* being set up means being asked for by name: a failure ends the chain */
	bool apart; /* its tokens are not kept for other registries: they may be another's there, or
		       whoever gives them keeps them himself */
	const char *summary; /* one line for --help, status and the man page */
	const char *const
		*variables; /* environment variables that decide who it is, NULL-terminated; a
			     * leading '?' counts only whether it is set, a leading '#' a 32-bit sum
			     * of it as well (secrets that are long and random) */
	/* Files that decide who it is (at most one), owned by the caller, or NULL. May be NULL. */
	char *(*file)(const struct acr_app *app);
	/* Adds what else decides who it is, as lines: what is inside of a file that others write anew.
	 * May be NULL. */
	void (*facts)(const struct acr_app *app, struct acr_secret *text);
	/* The client id of the application that it would authenticate as, owned by the caller, or
	 * NULL where that is not known before it is asked. May be NULL. */
	char *(*application)(const struct acr_app *app, const struct acr_ask *ask);
	int (*acquire)(const struct acr_app *app, const struct acr_ask *ask, struct acr_token *ret,
		       struct acr_error *error);
};
extern const struct acr_identity
	*const acr_identities[]; /* in the order of the chain, ends with NULL */
const struct acr_identity *acr_identity_by_name(const char *name);

/* What was tried, in order, for explanations. Fixed size: longer trails keep their last step. */
struct acr_step {
	const struct acr_identity *identity; /* borrowed */
	bool refused_by_registry;	     /* it had a token, and the registry said no */
	struct acr_who who;
	struct acr_error error; /* kind ACR_FINE: it served */
};
struct acr_trail {
	struct acr_step steps[16];
	size_t count;
	bool chosen_only; /* set by the caller: what a person decided is out of reach, so only rows
			     that this process or the config names may serve */
};
/* It failed, but perhaps only for a moment: whoever serves instead must not be kept for long. */
bool acr_step_is_temporary(const struct acr_step *step);
/* A sign-in whose keychain this process cannot reach. */
bool acr_step_is_out_of_reach(const struct acr_step *step);

/* Walk the chain from `*cursor` (start with 0): the next identity that has a token. Adds every
 * attempt that was not silent to `trail`, the one that served included. -1 with the error of what
 * ended the chain; at its end with the gravest that was met on this walk (a failure before
 * "unavailable"), and with ACR_NOT_SET_UP when nothing (more) is set up. `*cursor` is moved behind
 * the row that served, so that a refusal by the registry can ask for the next. */
_checked_ int acr_chain_next(const struct acr_app *app, const struct acr_registry *registry,
			     size_t *cursor, struct acr_trail *trail, struct acr_token *ret,
			     struct acr_error *error);

/* A token for another service than the registry: Azure Resource Manager, or the registry's own
 * audience at a tenant that is not the identity's. */
struct acr_token_wish {
	const char *audience;
	const char *tenant; /* NULL: the config's, or the identity's own */
	const char *source; /* NULL: whoever the chain gives; else this row alone */
};
/* The first identity that has it, by the rules of the walk above. It is neither kept nor taken from
 * what was kept. ACR_NOT_SET_UP when there is none. */
_checked_ int acr_chain_for(const struct acr_app *app, const struct acr_registry *registry,
			    const struct acr_token_wish *wish, struct acr_token *ret,
			    struct acr_error *error);

#define ACR_CHAIN_MAX 16

/* Does the config or AZURE_TOKEN_CREDENTIALS name who to be? */
bool acr_chain_is_pinned(const struct acr_app *app, const struct acr_registry *registry);

/* What AZURE_TOKEN_CREDENTIALS names where that is a credential that only the Azure SDKs have: it
 * is skipped, as if the variable were not set, which a person should know. NULL otherwise. */
const char *acr_chain_skipped(const struct acr_app *app, const struct acr_registry *registry);

/* What each row of the table would do now, for `status`: nothing is sent, started or changed. */
enum acr_prospect {
	ACR_PROSPECT_SERVES,  /* it has what it needs at hand; `why` says who */
	ACR_PROSPECT_ASKS,    /* it would ask; `why` says whom */
	ACR_PROSPECT_ABSENT,  /* it would not: nothing here says that it should */
	ACR_PROSPECT_FAILS,   /* it would be tried and could not */
	ACR_PROSPECT_LEFT_OUT /* the config or AZURE_TOKEN_CREDENTIALS names others */
};
/* Visits the rows in the order in which they would be asked, those left out last. The edges of
 * `app` are exchanged meanwhile, and are what they were afterwards. -1 when the config names an
 * identity that does not exist. */
_checked_ int acr_chain_dry_run(struct acr_app *app, const struct acr_registry *registry,
				void (*visit)(void *data, const struct acr_identity *row,
					      enum acr_prospect prospect,
					      const struct acr_message *why),
				void *data, struct acr_error *error);

/* The registry refused a token of this row: if something remembered stood behind it (a token that
 * had been kept, or a note that only the ARM audience can be had), let go of that (true), so that
 * the next is asked for anew. */
bool acr_token_forget(const struct acr_app *app, const struct acr_registry *registry,
		      const struct acr_identity *row, const struct acr_token *token);

/* POST https://AUTHORITY/TENANT/oauth2/v2.0/token with `form` (client id, grant and credential; the
 * scope is added here). Fills all of `ret`, `who` from the token's claims where they can be read.
 * Errors carry AADSTS code, sentence and correlation id. `tenant` is a GUID or a domain, not
 * "common" or "organizations" (ACR_INVALID, and nothing is sent). */
_checked_ int acr_entra_redeem(const struct acr_app *app, const char *authority, const char *tenant,
			       const struct acr_ask *ask, struct acr_secret *form,
			       struct acr_token *ret, struct acr_error *error);

/* The authority to use for a registry: AZURE_AUTHORITY_HOST where it names a host of the registry's
 * cloud, else the registry's own; what the config says stands over both. ACR_INVALID when the
 * variable names a host that we do not know, ACR_UNAVAILABLE when it is another cloud's: an
 * identity of one cloud is nobody in another. No network. */
_checked_ int acr_entra_authority(const struct acr_app *app, const struct acr_registry *registry,
				  const char **ret, struct acr_error *error);

/* The cloud that somebody works in, where no registry says it: that of AZURE_AUTHORITY_HOST, of the
 * global "authority" in our configuration, or of `az cloud set`; the public one where nothing is
 * chosen, NULL where what is chosen is no cloud that we know. */
const struct acr_cloud *acr_cloud_chosen(const struct acr_app *app);

/* Does this process hold a federated token, in a file or in a variable? */
bool acr_federated_token_is_set(const struct acr_app *app);

/*
 * The identity in force, as text: the config's state, every variable and file that a row names, and
 * the host's state file (and its registry's, for a regional endpoint). Part of every cache key, so
 * that after `az logout`, `az account set` or with another AZURE_CLIENT_ID an old token is never
 * found again. Costs a few stats; the only file that is read is a federated token's, for its issuer
 * and subject.
 */
struct acr_fingerprint {
	char *text;    /* owned; one line a fact */
	uint64_t hash; /* of host and text: names the entry; the text decides */
};
void acr_fingerprint_take(const struct acr_app *app, const struct acr_registry *registry,
			  struct acr_fingerprint *ret); /* registry NULL: without a host */
uint64_t acr_fingerprint_hash(const char *bytes, size_t length);
void acr_fingerprint_free(struct acr_fingerprint *fingerprint);

#endif
