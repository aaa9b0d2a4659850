/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shared by the identities in this folder: parsing a token response or an error, requests to Entra
 * ID and to local endpoints, and signing with a certificate.
 */
#ifndef IDENTITY_INTERNAL_H
#define IDENTITY_INTERNAL_H

#include "acr/http.h"
#include "acr/identity.h"
#include "base/json.h"

/* ---- chain.c ---- */

/* The rows to try for a registry, in order, according to configuration and environment;
 * `*ret_pinned` is set if one of these names them explicitly. */
_checked_ int acr_chain_rows(const struct acr_app *app, const struct acr_registry *registry,
			     const struct acr_identity *ret[static ACR_CHAIN_MAX],
			     size_t *ret_count, bool *ret_pinned, struct acr_error *error);

/* ---- kept_token.c: reuse of access tokens ---- */

/* The name to look up and keep a token under, to be freed. Computed before the row is asked, since
 * az may be signed in to another account meanwhile. If its text is empty, no token is found or
 * kept. */
void acr_kept_token_name(const struct acr_app *app, const struct acr_identity *row,
			 const struct acr_ask *ask, struct acr_fingerprint *ret);
bool acr_kept_token_find(const struct acr_app *app, const struct acr_ask *ask,
			 const struct acr_fingerprint *name, struct acr_token *ret);
/* Best effort, and only in memory, never on a disk. */
void acr_kept_token_keep(const struct acr_app *app, const struct acr_identity *row,
			 const struct acr_ask *ask, const struct acr_fingerprint *name,
			 const struct acr_token *token);

/* ---- audience.c: the audience of a token ---- */

/* Requests a token for this audience, and keeps the result in `data`. */
typedef int acr_audience_ask(void *data, const char *audience, struct acr_error *error);

/* Call `ask` once, or a second time with Azure Resource Manager's audience if the first one is not
 * available. `row` (NULL: nothing is remembered) is the identity that asks; `*ret_noted` is set if
 * a remembered result was used. `error` must not be NULL. */
_checked_ int acr_audience_each(const struct acr_app *app, const struct acr_registry *registry,
				const struct acr_identity *row, acr_audience_ask *ask, void *data,
				bool *ret_noted, struct acr_error *error);

/* "AUDIENCE/.default" followed by `more`, owned: the documented scope of ARM has one slash,
 * although its resource ends with one itself. */
char *acr_audience_scope(const char *audience, const char *more);

bool acr_audience_is_noted(const struct acr_app *app, const struct acr_registry *registry,
			   const struct acr_identity *row);
void acr_audience_note(const struct acr_app *app, const struct acr_registry *registry,
		       const struct acr_identity *row);
void acr_audience_forget(const struct acr_app *app, const struct acr_registry *registry,
			 const struct acr_identity *row);

/* ---- token.c: the claims of a token ---- */

/* Can this be a bearer token: 1 to ACR_TOKEN_MAX bytes of printable ASCII without spaces? */
bool acr_token_fits(const char *text);

/* Set tenant, lifetime and owner from the claims, if they can be read. `kind` is the kind of an
 * application (ACR_WHO_OTHER: a service principal). A lifetime that is already known is not
 * changed. */
void acr_token_describe(const struct acr_app *app, struct acr_token *token, enum acr_who_type kind);

/* ---- oauth.c: responses of a token endpoint ---- */

#define ACR_ENTRA_NAME "Microsoft Entra ID"

/* Who responded: for messages and for the fields of the error. */
struct acr_speaker {
	const char *name; /* ACR_ENTRA_NAME, "App Service" */
	const char *host;
	enum acr_origin origin;
};

/* The JSON object of a 200, or the error of any other status: ACR_REFUSED with code (AADSTSn, or
 * the OAuth error), sentence and correlation id; ACR_UNREACHABLE for 429, 5xx and responses that
 * did not come from the service; ACR_INVALID for a 200 without a JSON object. */
_checked_ int acr_oauth_read(const struct acr_speaker *speaker, const struct acr_response *answer,
			     struct json_object **ret, struct acr_error *error);

/* access_token and expires_in or expires_on of such an object; ACR_INVALID if there is no token.
 * Does not set the fields that acr_token_describe sets. */
_checked_ int acr_oauth_token(const struct acr_app *app, const struct acr_speaker *speaker,
			      struct json_object *json, struct acr_token *ret,
			      struct acr_error *error);

/* The length of Entra ID's sentence in `text`: after it, on the same line or the next, are a trace
 * id, a correlation id and a timestamp. */
size_t acr_oauth_sentence(const char *text, size_t length);

/* The first AADSTS code in `text` ("AADSTS7000215"), false if there is none. */
bool acr_oauth_code(const char *text, char *ret, size_t size);

/* ---- choice.c ---- */

/* The identities to try, in order. */
struct acr_choice {
	const struct acr_identity *rows[ACR_CHAIN_MAX];
	size_t count;
	bool pinned; /* the configuration or AZURE_TOKEN_CREDENTIALS names them */
};
_checked_ int acr_choose(const struct acr_app *app, const struct acr_registry *registry,
			 struct acr_choice *ret, struct acr_error *error);

/* ---- entra.c ---- */

/* POST `form` to https://AUTHORITY/TENANT/oauth2/v2.0/`what` ("token", "devicecode"). */
_checked_ int acr_entra_post(const struct acr_app *app, const char *authority, const char *tenant,
			     const char *what, const struct acr_secret *form,
			     struct json_object **ret, struct acr_error *error);

/* Is this a specific tenant: letters, digits, '.' and '-', and none of Entra ID's words for
 * "any"? */
bool acr_tenant_fits(const char *tenant);

/* client_credentials with an `assertion` that another service has signed. */
_checked_ int acr_entra_assert(const struct acr_app *app, const struct acr_ask *ask,
			       const char *authority, const char *tenant, const char *client_id,
			       const char *assertion, struct acr_token *ret,
			       struct acr_error *error);

/* The same with a client secret. */
_checked_ int acr_entra_secret(const struct acr_app *app, const struct acr_ask *ask,
			       const char *authority, const char *tenant, const char *client_id,
			       const char *secret, struct acr_token *ret, struct acr_error *error);

/* The application that "client_id" in the configuration or AZURE_CLIENT_ID names, for `application`
 * of a row: owned by the caller, or NULL. */
char *acr_application_wanted(const struct acr_app *app, const struct acr_ask *ask);

/* Does the credential in `variable` belong to the application that the configuration names? If
 * AZURE_CLIENT_ID names another one, it does not: ACR_INVALID. */
_checked_ int acr_check_application(const struct acr_app *app, const struct acr_ask *ask,
				    const char *variable, struct acr_error *error);

/* ---- ci.c ---- */

/* A CI system that provides its jobs with assertions. */
struct acr_ci {
	const char *name;	     /* "GitHub Actions" */
	const char *variable;	     /* the environment variable with the request URL */
	const char *const *hosts;    /* its own, NULL-terminated: "NAME", "*.NAME" (one label before
				     it), "**.NAME" (one or more) */
	const char *tenants;	     /* built-in pattern of hosts of tenants, or NULL ... */
	const char *tenant_variable; /* ... and the variable that determines the tenant */
};

/* May a job's own token be sent to this URL? It must be https, at a host of the CI system, of the
 * job's own tenant, or of "ci_hosts" in a configuration file. Otherwise ACR_INVALID, with what to
 * add to which file. */
_checked_ int acr_ci_check(const struct acr_app *app, const struct acr_ci *ci, const char *url,
			   struct acr_error *error);

/* ---- assertion.c ---- */

struct acr_assertion {
	const char *path;      /* of a PEM or PKCS#12 file with a certificate and its key */
	const char *password;  /* of the key or the PKCS#12, or NULL */
	bool chain;	       /* send the certificate chain (x5c), for subject name and issuer */
	const char *client_id; /* the issuer */
	const char *authority, *tenant; /* the recipient */
};
_checked_ int acr_assertion_sign(const struct acr_app *app, const struct acr_assertion *what,
				 struct acr_secret *ret, struct acr_error *error);

/* A fresh random UUID (RFC 9562, version 4). */
void acr_uuid_make(char ret[static 37]);

/* ---- endpoint.c: managed identities, one endpoint per platform ---- */

struct acr_endpoint {
	const char *name; /* for messages: "App Service" */
	/* Does the environment of this machine indicate this endpoint? Uses no network. */
	bool (*here)(const struct acr_app *app, const struct acr_ask *ask);
	int (*ask)(const struct acr_app *app, const struct acr_ask *ask, struct acr_token *ret,
		   struct acr_error *error);
};
extern const struct acr_endpoint acr_endpoint_app_service, acr_endpoint_app_service_2017,
	acr_endpoint_arc, acr_endpoint_imds;

/* The names of an endpoint's parameters. */
struct acr_endpoint_words {
	const char *version;				 /* api-version */
	const char *client_id, *object_id, *resource_id; /* parameters; NULL: not supported */
};

/* ENDPOINT?api-version=...&resource=... with the choice of the identity; owned by the caller. NULL
 * with ACR_UNAVAILABLE if the endpoint does not support the requested identity. */
char *acr_endpoint_url(const struct acr_app *app, const struct acr_ask *ask, const char *name,
		       const char *base, const struct acr_endpoint_words *words,
		       struct acr_error *error);

/* Only endpoints of this machine are allowed: http or https to a literal loopback or link-local
 * address, or "localhost". */
bool acr_endpoint_is_local(const char *url);

/* The requested identity: the configured one, or AZURE_CLIENT_ID; NULL for the machine's own. */
const char *acr_endpoint_wanted(const struct acr_app *app, const struct acr_ask *ask);

/* Parse the endpoint's response: a token or an error; 400 and 403 that mean "no such identity here"
 * are ACR_UNAVAILABLE. */
_checked_ int acr_endpoint_token(const struct acr_app *app, const char *name, const char *url,
				 const struct acr_response *answer, struct acr_token *ret,
				 struct acr_error *error);

#endif
