/* SPDX-License-Identifier: Apache-2.0 */
/* Requests the content of a registry as docker does: manifests, layers, and lists of names. */
#ifndef DIAGNOSE_CONTENT_H
#define DIAGNOSE_CONTENT_H

#include "acr/check.h"
#include "base/json.h"

/* The login that docker would pull with: the stored login, else that of the identity, else
 * anonymous. */
struct acr_puller {
	const char *user; /* borrowed from the case; NULL: anonymous */
	struct acr_secret password;
};
void acr_puller_wipe(struct acr_puller *puller);
#define auto_puller __attribute__((cleanup(acr_puller_wipe))) struct acr_puller

/* Finds the login that may pull the case's repository; false if none is known. */
bool acr_puller_find(const struct acr_case *subject, struct acr_puller *ret);

/* Gets an access token with this login for `scope`, for example "repository:app:metadata_read". */
_checked_ int acr_puller_token(const struct acr_app *app, const struct acr_case *subject,
			       const struct acr_puller *puller, const char *scope,
			       struct acr_secret *ret, struct acr_error *error);

/* Request headers: all media types of manifests and indexes; one byte of a layer. (A HEAD
 * request is not enough: without a body, the response of a registry cannot be told from that of
 * a proxy.) */
extern const char *const acr_content_manifest[], *const acr_content_byte[];

/* Sends GET https://HOST/v2/PATH with an access token. Does not follow redirects. */
_checked_ int acr_content_get(const struct acr_app *app, const struct acr_case *subject,
			      const struct acr_secret *token, const char *path,
			      const char *const *headers, struct acr_response *ret,
			      struct acr_error *error);

/* Takes the host that stores the layers from the redirect of a registry; false if it has no valid
 * host name. */
bool acr_content_data_host(const char *location, char ret[static ACR_HOST_MAX]);

/* Is this host a data endpoint or a storage account of the registry's cloud? The signed URL may be
 * sent to such a host only. */
bool acr_content_is_storage(const struct acr_case *subject, const char *host);

/* Does the registry itself say that the content does not exist? `refusal` is the result of
 * acr_check_refusal. A 404 from any other server does not count. */
bool acr_content_is_unknown(const struct acr_error *refusal);

/* Writes any other error as a verdict. */
void acr_content_refused(const struct acr_app *app, const struct acr_case *subject,
			 const struct acr_error *refusal, struct acr_check_result *ret);

/* Is this "sha256:" and 64 hexadecimal digits, and so safe to use in a URL? */
bool acr_content_is_digest(const char *text);

/* The short name of a manifest, "app:v1" or "app@sha256:0123456789ab"; owned by the caller. */
char *acr_content_name(const struct acr_case *subject, const char *reference);

/* What exists in the registry instead of an image that does not exist. */
struct acr_names {
	bool no_repository; /* the repository itself does not exist */
	bool listed;	    /* the repository lists the tag */
	char *sentence;	    /* owned; similar names, as text for people; "" if none are known */
};
void acr_names_wipe(struct acr_names *names);
#define auto_names __attribute__((cleanup(acr_names_wipe))) struct acr_names

/* Searches the tags of the repository or, if the repository does not exist, the catalog. Finds
 * nothing if `puller` is not allowed to list them. */
void acr_names_look(const struct acr_app *app, const struct acr_case *subject,
		    const struct acr_puller *puller, struct acr_names *ret);

/* Describes the cache rule that fills the case's repository, and its source: a sentence for people,
 * owned by the caller; "" if no rule is known. */
char *acr_cache_rule_find(struct acr_app *app, const struct acr_case *subject);

#endif
