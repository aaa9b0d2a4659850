/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Registries: whether a name that docker sends is an Azure registry, in which cloud it is, and the
 * requests to it.
 *
 * Only acr_registry_parse decides whether a host is an Azure registry ("ours"), byte by byte,
 * without regular expressions, substring search or a URL library. Helpers that searched for
 * ".azurecr.io" sent Azure tokens to x.azurecr.io.evil.com (GO-2026-6225, CVE-2026-105769). It
 * accepts `name`, `name-hash` or `name.region.geo` before a suffix from the closed table of clouds,
 * or a host that a configuration file names. Everything else is a foreign host: a key of the
 * keychain, used verbatim.
 *
 * An Azure token is sent only to https://HOST/oauth2/exchange, a URL that is computed here. The
 * realm of a challenge is evidence for `diagnose`, never a destination.
 */
#ifndef ACR_REGISTRY_H
#define ACR_REGISTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "acr/app.h"
#include "acr/error.h"
#include "acr/secret.h"
#include "acr/who.h"

#define ACR_HOST_MAX 254 /* RFC 1035: 253 characters, and the NUL */

/* The audience that every registry accepts (learn.microsoft.com,
 * container-registry-disable-authentication-as-arm). */
#define ACR_AUDIENCE "https://containerregistry.azure.net"

/* One row per cloud: src/registry/clouds.c. */
struct acr_cloud {
	const char *name;	    /* as `az cloud list` has it */
	const char *suffix;	    /* ".azurecr.io"; "" if no public source names it */
	const char *authority;	    /* Entra ID's host */
	const char *const *aliases; /* other names of that host in token caches and
				       AZURE_AUTHORITY_HOST; NULL-terminated */
	const char *arm;	    /* Azure Resource Manager's endpoint */
	const char *arm_audience;   /* the audience of its tokens */
	const char *portal;	    /* "" if no public source names it */
	const char *docs;	    /* where its documentation is */
};
extern const struct acr_cloud acr_clouds[]; /* public cloud first; ends with name == NULL */

/* The cloud whose authority or alias `host` is, NULL for none. */
const struct acr_cloud *acr_cloud_of_authority(const char *host);
const struct acr_cloud *acr_cloud_by_name(const char *name);

struct acr_registry {
	char host[ACR_HOST_MAX];       /* lower case, no port */
	const struct acr_cloud *cloud; /* never NULL */
	const char *authority; /* Entra's host for it: the cloud's, or that of the configuration;
				  borrowed */
	bool genuine; /* its suffix is in the table, so an ARM token may be sent to it; false if it
			 is only named in a configuration */
};

/* Is `server`, as a client sent it (length in bytes, any contents), an Azure registry? `ret` is
 * untouched if not. */
bool acr_registry_parse(const struct acr_config *config, const char *server, size_t length,
			struct acr_registry *ret);

/* A registry as a user types it on a command line: everything that acr_registry_parse accepts, and
 * a name of 5 to 50 letters and digits, which is completed with the suffix of `cloud` (NULL: none
 * is known). Never used for names that clients send. ACR_INVALID says what was probably meant. */
_checked_ int acr_registry_typed(const struct acr_config *config, const struct acr_cloud *cloud,
				 const char *typed, struct acr_registry *ret,
				 struct acr_error *error);

/* "contoso.azurecr.io" for "contoso.azurercr.io" and "contoso.azure.io"; owned, NULL if `host` is
 * not similar to the name of a registry. */
char *acr_near_miss(const char *host);

/* "acme" for acme.azurecr.io and acme-hash.azurecr.io: the resource's name, for `az acr ...
 * --name`. */
void acr_registry_name(const struct acr_registry *registry, char ret[static ACR_HOST_MAX]);

/* The host that `service` and the audience of tokens name: for a regional endpoint
 * (contoso.eastus.geo.azurecr.io) the login server (contoso.azurecr.io), otherwise the host
 * itself. */
void acr_registry_login_server(const struct acr_registry *registry, char ret[static ACR_HOST_MAX]);

/* Is a token with this audience for this registry? A regional endpoint issues and accepts tokens of
 * its registry; a host in "hosts" of the configuration those of any registry. */
bool acr_registry_is_audience(const struct acr_registry *registry, const char *audience);

/* Did a registry issue this token (its issuer says so, or its audience is this registry)? */
enum acr_issued {
	ACR_ISSUED_NOT,	 /* not such a token: it may be a password */
	ACR_ISSUED_HERE, /* for this registry */
	ACR_ISSUED_ELSEWHERE
};
/* `ret_ends` is its expiry in seconds since 1970, 0 if not known; `ret_who` whose token it is. */
enum acr_issued acr_registry_issued(const struct acr_registry *registry,
				    const struct acr_secret *token, int64_t *ret_ends,
				    struct acr_who *ret_who);

struct acr_token; /* token.h */

/* A token that a registry issued. Lifetimes are computed by the server's clock if known (its Date
 * header and `exp`). */
struct acr_grant {
	struct acr_secret token; /* the ACR refresh token, owned */
	/* Remaining lifetime in seconds at `obtained`, by the registry's clock; 0: not known. */
	int64_t life;
	int64_t obtained; /* boot time in ms */
	char audience[ACR_HOST_MAX];
};
void acr_grant_wipe(struct acr_grant *grant);

/* POST https://HOST/oauth2/exchange (github.com/Azure/acr, docs/AAD-OAuth.md). ACR_REFUSED with
 * status, code, sentence and correlation id if the registry denies access. */
_checked_ int acr_exchange(const struct acr_app *app, const struct acr_registry *registry,
			   const struct acr_token *token, struct acr_grant *ret,
			   struct acr_error *error);

/* Open a connection to the registry during a request to another service; optional, cannot fail. */
void acr_exchange_warm(const struct acr_app *app, const struct acr_registry *registry);

/* One token request to https://HOST/oauth2/token with a user name and password (user NULL:
 * anonymous). `scope` such as "repository:app:pull", NULL for none. Username "<token>"
 * redeems a refresh token. On success `ret_access` (may be NULL) holds the access token.
 * ACR_REFUSED (401, 403), ACR_UNREACHABLE otherwise. */
_checked_ int acr_scope_token(const struct acr_app *app, const struct acr_registry *registry,
			      const char *user, const struct acr_secret *password,
			      const char *scope, struct acr_secret *ret_access,
			      struct acr_error *error);

/* What an access token allows on `repository` (NULL or "": on anything): "pull,push", or "*". False
 * when the token cannot be read. */
bool acr_access_read(const struct acr_secret *token, const char *repository,
		     struct acr_secret *ret);

/* Does the registry issue a token with permissions to anonymous clients? Takes at most
 * ACR_BUDGET_ANONYMOUS; every answer that is not clearly positive counts as no. -1, with `ret`
 * untouched, if there was no answer. */
_checked_ int acr_registry_is_public(const struct acr_app *app, const struct acr_registry *registry,
				     bool *ret, struct acr_error *error);

/* Parse a WWW-Authenticate header: realm, service and scope, each "" if absent. False if it is not
 * a Bearer challenge. (github.com/Azure/acr, docs/AAD-OAuth.md; RFC 7235) */
struct acr_challenge {
	char scheme[16], realm[512], service[ACR_HOST_MAX], scope[512];
};
bool acr_challenge_parse(const char *header, struct acr_challenge *ret);

#endif
