/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Identities: each way to authenticate to Entra ID is one file in src/identity/ and one row in
 * chain.def.
 *
 * The chain calls its rows in order. A row returns
 *
 *	0			a token
 *	-1, ACR_NOT_SET_UP	not configured: the next row is tried, silently
 *				(this must need no network and no process)
 *	-1, ACR_UNAVAILABLE	configured, but not available now (IMDS does not respond, az is
 *				signed out): recorded in the trail, the next row is tried
 *	-1, anything else	failed: recorded in the trail, the next row is tried
 *
 * A row that is `named` has only two results without a token: none of its variables is set
 * (ACR_NOT_SET_UP), or an error that ends the chain, ACR_INVALID if it is incomplete. Otherwise an
 * expired or misspelled CI credential would silently be replaced by the machine's own identity.
 * After an incomplete row, another row is used only if it authenticates as the same `application`;
 * after a sign-in whose keychain is not reachable (ACR_LOCKED), only rows that this process or the
 * configuration names. If the configuration names identities, all rows count as named, except that
 * one that is only not available does not end the chain.
 *
 * A row gets one audience and one tenant; the chain and the broker decide which, and what a refusal
 * means.
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

/* What a row gets. */
struct acr_ask {
	const struct acr_registry *registry;
	const char *audience;  /* a resource, without "/.default" */
	const char *tenant;    /* of the configuration; NULL: the row's own */
	const char *client_id; /* the config's, or NULL: the row's own. For managed-identity also
				  "object:GUID" or a resource id ("/subscriptions/...") */
	bool pinned; /* the configuration names it: it need not detect whether it applies */
	/* For `status`: the row uses no keychain and no child process, and if it is set up, returns
	 * 0 with only `who`. */
	bool dry_run;
};

struct acr_fingerprint; /* below */

struct acr_identity {
	const char *name; /* as in "identity" of the configuration: "managed-identity" */
	const char *sdk;  /* its name in AZURE_TOKEN_CREDENTIALS, or NULL */
	bool developer;	  /* a developer tool: AZURE_TOKEN_CREDENTIALS=dev; others are "prod" */
	bool named;	  /* it is only used if explicitly configured: a failure ends the chain */
	bool apart; /* its tokens are not cached for other registries: another identity may apply
		       there, or the source caches them itself */
	const char *summary; /* one line for --help, status and the man page */
	/* Environment variables that determine the identity, NULL-terminated. With a leading '?'
	 * only whether it is set counts, with a leading '#' also a 32-bit checksum (for long,
	 * random secrets). */
	const char *const *variables;
	/* The file that determines the identity, owned by the caller, or NULL. May be NULL. */
	char *(*file)(const struct acr_app *app);
	/* Adds what else determines the identity, as lines: contents of a file that other programs
	 * rewrite. May be NULL. */
	void (*facts)(const struct acr_app *app, struct acr_secret *text);
	/* The client id of the application as which it would authenticate, owned by the caller, or
	 * NULL if that is not known in advance. May be NULL. */
	char *(*application)(const struct acr_app *app, const struct acr_ask *ask);
	int (*acquire)(const struct acr_app *app, const struct acr_ask *ask, struct acr_token *ret,
		       struct acr_error *error);
};
/* In the order of the chain; ends with NULL. */
extern const struct acr_identity *const acr_identities[];
const struct acr_identity *acr_identity_by_name(const char *name);

/* What was tried, in order, for explanations. Fixed size: longer trails keep their last step. */
struct acr_step {
	const struct acr_identity *identity; /* borrowed */
	bool refused_by_registry;	     /* it had a token, and the registry denied access */
	struct acr_who who;
	struct acr_error error; /* kind ACR_FINE: it was used */
};
struct acr_trail {
	struct acr_step steps[16];
	size_t count;
	bool chosen_only; /* set by the caller: a decision of the user cannot be read, so only rows
			     that this process or the configuration names may be used */
};
/* Was it a temporary failure? The token of another identity must then not be cached for long. */
bool acr_step_is_temporary(const struct acr_step *step);
/* Is it a sign-in whose keychain this process cannot reach? */
bool acr_step_is_out_of_reach(const struct acr_step *step);

/* Get a token from the next identity of the chain, from `*cursor` (initially 0). Adds every attempt
 * that was not silent to `trail`, including the successful one. Returns -1 with the error that
 * ended the chain; at the end of the chain with the most serious error (a failure rather than
 * "unavailable"), or with ACR_NOT_SET_UP if no (further) identity is configured. `*cursor` is moved
 * after the row that was used, so that the next one can be tried if the registry denies access. */
_checked_ int acr_chain_next(const struct acr_app *app, const struct acr_registry *registry,
			     size_t *cursor, struct acr_trail *trail, struct acr_token *ret,
			     struct acr_error *error);

/* A token for another service than the registry: Azure Resource Manager, or the registry's own
 * audience at a tenant that is not the identity's. */
struct acr_token_request {
	const char *audience;
	const char *tenant; /* NULL: of the configuration, or the identity's own */
	const char *source; /* NULL: any row of the chain; otherwise only this row */
};
/* Get such a token from the first identity that has one, by the same rules. It is neither cached
 * nor taken from the cache. ACR_NOT_SET_UP if there is none. */
_checked_ int acr_chain_for(const struct acr_app *app, const struct acr_registry *registry,
			    const struct acr_token_request *request, struct acr_token *ret,
			    struct acr_error *error);

#define ACR_CHAIN_MAX 16

/* Does the configuration or AZURE_TOKEN_CREDENTIALS select the identity? */
bool acr_chain_is_pinned(const struct acr_app *app, const struct acr_registry *registry);

/* The value of AZURE_TOKEN_CREDENTIALS if it is a credential that only the Azure SDKs support: it
 * is ignored with a notice. NULL otherwise. */
const char *acr_chain_skipped(const struct acr_app *app, const struct acr_registry *registry);

/* What each row of the table would do now, for `status`: nothing is sent, started or changed. */
enum acr_prospect {
	ACR_PROSPECT_SERVES,  /* it has what it needs; `why` says for whom */
	ACR_PROSPECT_ASKS,    /* it would send a request or run a program; `why` says which */
	ACR_PROSPECT_ABSENT,  /* not configured */
	ACR_PROSPECT_FAILS,   /* it would be tried and would fail */
	ACR_PROSPECT_LEFT_OUT /* the configuration or AZURE_TOKEN_CREDENTIALS selects others */
};
/* Visits the rows in the order in which they would be tried, then those left out. The functions in
 * `app` are replaced during the call and restored afterwards. -1 if the configuration names an
 * identity that does not exist. */
_checked_ int acr_chain_dry_run(struct acr_app *app, const struct acr_registry *registry,
				void (*visit)(void *data, const struct acr_identity *row,
					      enum acr_prospect prospect,
					      const struct acr_message *why),
				void *data, struct acr_error *error);

/* The registry denied a token of this row. If the token was cached, or a note said that only the
 * ARM audience is available, remove that and return true, so that a new token is requested. */
bool acr_token_forget(const struct acr_app *app, const struct acr_registry *registry,
		      const struct acr_identity *row, const struct acr_token *token);

/* POST https://AUTHORITY/TENANT/oauth2/v2.0/token with `form` (client id, grant and credential; the
 * scope is added). Fills all of `ret`; `who` is read from the token's claims if possible. Errors
 * contain the AADSTS code, the sentence and the correlation id. `tenant` is a GUID or a domain, not
 * "common" or "organizations" (ACR_INVALID, and nothing is sent). */
_checked_ int acr_entra_redeem(const struct acr_app *app, const char *authority, const char *tenant,
			       const struct acr_ask *ask, struct acr_secret *form,
			       struct acr_token *ret, struct acr_error *error);

/* The authority to use for a registry: the one in the configuration, otherwise AZURE_AUTHORITY_HOST
 * if it is a host of the registry's cloud, otherwise the registry's own. ACR_INVALID if the
 * variable names an unknown host, ACR_UNAVAILABLE if the host belongs to another cloud, where the
 * identity does not exist. No network. */
_checked_ int acr_entra_authority(const struct acr_app *app, const struct acr_registry *registry,
				  const char **ret, struct acr_error *error);

/* The cloud that the user works in, if no registry determines it: that of AZURE_AUTHORITY_HOST, of
 * the global "authority" in our configuration, or of `az cloud set`; the public cloud if none is
 * selected; NULL if the selected one is not known. */
const struct acr_cloud *acr_cloud_chosen(const struct acr_app *app);

/* Does this process have a federated token, in a file or a variable? */
bool acr_federated_token_is_set(const struct acr_app *app);

/*
 * The current identity as text: the state of the configuration, every variable and file that a row
 * names, and the host's state file (for a regional endpoint also its registry's). It is part of
 * every cache key, so that an old token is not used after `az logout`, `az account set` or with
 * another AZURE_CLIENT_ID. Needs a few stat calls; the only file that is read is that of a
 * federated token, for its issuer and subject.
 */
struct acr_fingerprint {
	char *text;    /* owned; one fact per line */
	uint64_t hash; /* of host and text: the name of the entry; the text is compared as well */
};
void acr_fingerprint_take(const struct acr_app *app, const struct acr_registry *registry,
			  struct acr_fingerprint *ret); /* registry NULL: without a host */
uint64_t acr_fingerprint_hash(const char *bytes, size_t length);
void acr_fingerprint_free(struct acr_fingerprint *fingerprint);

#endif
