/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the sources of this folder share: reading a token answer or the refusal in its place, asking
 * Entra ID, asking an endpoint of this machine, and signing with a certificate.
 */
#ifndef IDENTITY_INTERNAL_H
#define IDENTITY_INTERNAL_H

#include "acr/http.h"
#include "acr/identity.h"
#include "base/json.h"

/* ---- chain.c ---- */

/* The rows to ask for a registry, in order, by config and environment; `*ret_pinned` tells that one
 * of both names them. */
_checked_ int acr_chain_rows(const struct acr_app *app, const struct acr_registry *registry,
			     const struct acr_identity *ret[static ACR_CHAIN_MAX],
			     size_t *ret_count, bool *ret_pinned, struct acr_error *error);

/* ---- kept_token.c: tokens that were asked for earlier ---- */

/* The name to find and keep a token under, to be freed. Taken before the row is asked: az may be
 * signed in to another account meanwhile. Without a text, none is found or kept. */
void acr_kept_token_name(const struct acr_app *app, const struct acr_identity *row,
			 const struct acr_ask *ask, struct acr_fingerprint *ret);
bool acr_kept_token_find(const struct acr_app *app, const struct acr_ask *ask,
			 const struct acr_fingerprint *name, struct acr_token *ret);
/* Best effort, and only where nothing reaches a disk. */
void acr_kept_token_keep(const struct acr_app *app, const struct acr_identity *row,
			 const struct acr_ask *ask, const struct acr_fingerprint *name,
			 const struct acr_token *token);

/* ---- audience.c: for which audience a token is asked for ---- */

/* Asks for a token for this audience, and keeps what comes of it in `data`. */
typedef int acr_audience_ask(void *data, const char *audience, struct acr_error *error);

/* Ask once, or a second time for Azure Resource Manager's audience where the first cannot be had.
 * `row` (NULL: nothing is remembered) is who asks; `*ret_noted` tells that the note about it was
 * believed. `error` must not be NULL. */
_checked_ int acr_audience_each(const struct acr_app *app, const struct acr_registry *registry,
				const struct acr_identity *row, acr_audience_ask *ask, void *data,
				bool *ret_noted, struct acr_error *error);

/* "AUDIENCE/.default" and `more` behind it, owned: the documented scope of ARM has one slash; its
 * resource has one of its own at the end. */
char *acr_audience_scope(const char *audience, const char *more);

bool acr_audience_is_noted(const struct acr_app *app, const struct acr_registry *registry,
			   const struct acr_identity *row);
void acr_audience_note(const struct acr_app *app, const struct acr_registry *registry,
		       const struct acr_identity *row);
void acr_audience_forget(const struct acr_app *app, const struct acr_registry *registry,
			 const struct acr_identity *row);

/* ---- token.c: what a token says about itself ---- */

/* Could this be a bearer token: 1 to ACR_TOKEN_MAX bytes of printable ASCII without spaces? */
bool acr_token_fits(const char *text);

/* Take tenant, life and whose it is from the claims, where they can be read. `kind` is what an
 * application is taken for (ACR_WHO_OTHER: a service principal). Never overwrites a life that is
 * known. */
void acr_token_describe(const struct acr_app *app, struct acr_token *token, enum acr_who_type kind);

/* ---- oauth.c: what a token endpoint answers ---- */

#define ACR_ENTRA_NAME "Microsoft Entra ID"

/* Who answered: for texts and for the error's fields. */
struct acr_speaker {
	const char *name; /* ACR_ENTRA_NAME, "App Service" */
	const char *host;
	enum acr_origin origin;
};

/* The JSON object in a 200, or the refusal in anything else: ACR_REFUSED with code (AADSTSn, or
 * the OAuth error), sentence and correlation id; ACR_UNREACHABLE for 429, 5xx and what did not come
 * from the service; ACR_INVALID for a 200 that is no JSON object. */
_checked_ int acr_oauth_read(const struct acr_speaker *speaker, const struct acr_response *answer,
			     struct json_object **ret, struct acr_error *error);

/* access_token, expires_in or expires_on of such an object; ACR_INVALID where there is no token.
 * Fills `ret` but for what acr_token_describe fills. */
_checked_ int acr_oauth_token(const struct acr_app *app, const struct acr_speaker *speaker,
			      struct json_object *json, struct acr_token *ret,
			      struct acr_error *error);

/* How much of `text` is Entra's sentence: behind it, on the same line or the next, stand a trace id,
 * a correlation id and a time stamp. */
size_t acr_oauth_sentence(const char *text, size_t length);

/* The AADSTS code that begins somewhere in `text` ("AADSTS7000215"), false for none. */
bool acr_oauth_code(const char *text, char *ret, size_t size);

/* ---- choice.c ---- */

/* Whom to ask, in order. */
struct acr_choice {
	const struct acr_identity *rows[ACR_CHAIN_MAX];
	size_t count;
	bool pinned; /* the config or AZURE_TOKEN_CREDENTIALS names them */
};
_checked_ int acr_choose(const struct acr_app *app, const struct acr_registry *registry,
			 struct acr_choice *ret, struct acr_error *error);

/* ---- entra.c ---- */

/* POST `form` to https://AUTHORITY/TENANT/oauth2/v2.0/`what` ("token", "devicecode"). */
_checked_ int acr_entra_post(const struct acr_app *app, const char *authority, const char *tenant,
			     const char *what, const struct acr_secret *form,
			     struct json_object **ret, struct acr_error *error);

/* A concrete tenant: letters, digits, '.' and '-', and none of Entra's words for "any". */
bool acr_tenant_fits(const char *tenant);

/* A credential that is an assertion somebody else signed: client_credentials with `assertion`. */
_checked_ int acr_entra_assert(const struct acr_app *app, const struct acr_ask *ask,
			       const char *authority, const char *tenant, const char *client_id,
			       const char *assertion, struct acr_token *ret,
			       struct acr_error *error);

/* The same with a client secret. */
_checked_ int acr_entra_secret(const struct acr_app *app, const struct acr_ask *ask,
			       const char *authority, const char *tenant, const char *client_id,
			       const char *secret, struct acr_token *ret, struct acr_error *error);

/* The application that the config's "client_id" or AZURE_CLIENT_ID names, as a row's `application`:
 * owned by the caller, or NULL. */
char *acr_application_wanted(const struct acr_app *app, const struct acr_ask *ask);

/* Is the credential in `variable` for the application that the config names? One that stands beside
 * another AZURE_CLIENT_ID is not: ACR_INVALID. */
_checked_ int acr_check_application(const struct acr_app *app, const struct acr_ask *ask,
				    const char *variable, struct acr_error *error);

/* ---- ci.c ---- */

/* A CI system that gives its jobs assertions. */
struct acr_ci {
	const char *name;	     /* "GitHub Actions" */
	const char *variable;	     /* the environment variable that has the URL to ask */
	const char *const *hosts;    /* its own, NULL-terminated: "NAME", "*.NAME" (one label before
				     it), "**.NAME" (one or more) */
	const char *tenants;	     /* pattern of tenants' servers that is built in, or NULL ... */
	const char *tenant_variable; /* ... and the variable that says which of them it is */
};

/* May a job's own token go to this URL? https, at a host of the CI's own, of the job's own tenant,
 * or of "ci_hosts" in a configuration file. Otherwise ACR_INVALID, with what to add to which
 * file. */
_checked_ int acr_ci_check(const struct acr_app *app, const struct acr_ci *ci, const char *url,
			   struct acr_error *error);

/* ---- assertion.c ---- */

struct acr_assertion {
	const char *path;      /* of a PEM or PKCS#12 file with a certificate and its key */
	const char *password;  /* of the key or the PKCS#12, or NULL */
	bool chain;	       /* send the certificates along (x5c): subject name and issuer */
	const char *client_id; /* who signs */
	const char *authority, *tenant; /* for whom */
};
_checked_ int acr_assertion_sign(const struct acr_app *app, const struct acr_assertion *what,
				 struct acr_secret *ret, struct acr_error *error);

/* A fresh random UUID (RFC 9562, version 4). */
void acr_uuid_make(char ret[static 37]);

/* ---- endpoint.c: managed identities, one endpoint a platform ---- */

struct acr_endpoint {
	const char *name; /* for texts: "App Service" */
	/* Does this machine's environment say that this endpoint is here? No network. */
	bool (*here)(const struct acr_app *app, const struct acr_ask *ask);
	int (*ask)(const struct acr_app *app, const struct acr_ask *ask, struct acr_token *ret,
		   struct acr_error *error);
};
extern const struct acr_endpoint acr_endpoint_app_service, acr_endpoint_app_service_2017,
	acr_endpoint_arc, acr_endpoint_imds;

/* How one endpoint names what all of them need. */
struct acr_endpoint_words {
	const char *version;				 /* api-version */
	const char *client_id, *object_id, *resource_id; /* parameters; NULL: it has none */
};

/* ENDPOINT?api-version=...&resource=... and which identity; owned by the caller. NULL with
 * ACR_UNAVAILABLE where the endpoint cannot be asked for the one that is wanted. */
char *acr_endpoint_url(const struct acr_app *app, const struct acr_ask *ask, const char *name,
		       const char *base, const struct acr_endpoint_words *words,
		       struct acr_error *error);

/* Only this machine may be asked: http or https to a loopback or link-local literal address, or
 * "localhost". */
bool acr_endpoint_is_local(const char *url);

/* Which identity is wanted: the config's, or AZURE_CLIENT_ID; NULL for the machine's own. */
const char *acr_endpoint_wanted(const struct acr_app *app, const struct acr_ask *ask);

/* What the endpoint answered, as a token or as why not: 400 and 403 that mean "no such identity
 * here" are ACR_UNAVAILABLE. */
_checked_ int acr_endpoint_token(const struct acr_app *app, const char *name, const char *url,
				 const struct acr_response *answer, struct acr_token *ret,
				 struct acr_error *error);

#endif
