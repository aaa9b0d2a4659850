/* SPDX-License-Identifier: Apache-2.0 */
/* What a registry holds, asked for as docker asks: manifests, layers, lists of names. */
#ifndef DIAGNOSE_CONTENT_H
#define DIAGNOSE_CONTENT_H

#include "acr/check.h"
#include "base/json.h"

/* The login with which docker would pull: the stored one, else the identity's, else nobody's. */
struct acr_puller {
	const char *user; /* borrowed from the case; NULL: anonymous */
	struct acr_secret password;
};
void acr_puller_wipe(struct acr_puller *puller);
#define auto_puller __attribute__((cleanup(acr_puller_wipe))) struct acr_puller

/* False where none is known that may pull the case's repository. */
bool acr_puller_find(const struct acr_case *subject, struct acr_puller *ret);

/* Its access token for `scope`, such as "repository:app:metadata_read". */
_checked_ int acr_puller_token(const struct acr_app *app, const struct acr_case *subject,
			       const struct acr_puller *puller, const char *scope,
			       struct acr_secret *ret, struct acr_error *error);

/* Headers: every kind of manifest and index, or one byte of a layer. (HEAD would do for that, but an
 * answer without a body does not tell a registry from a proxy.) */
extern const char *const acr_content_manifest[], *const acr_content_byte[];

/* GET https://HOST/v2/PATH with an access token. A redirect is not followed. */
_checked_ int acr_content_get(const struct acr_app *app, const struct acr_case *subject,
			      const struct acr_secret *token, const char *path,
			      const char *const *headers, struct acr_response *ret,
			      struct acr_error *error);

/* Where layers lie, by the address to which a registry redirects: false where that is no host. */
bool acr_content_data_host(const char *location, char ret[static ACR_HOST_MAX]);

/* Is that host a data endpoint or a storage account of the registry's cloud? Its signed address may
 * go there and nowhere else. */
bool acr_content_is_storage(const struct acr_case *subject, const char *host);

/* Does the registry itself say that it does not have it? `refusal` is what acr_check_refusal made
 * of its answer; a 404 of anybody else is none. */
bool acr_content_is_unknown(const struct acr_error *refusal);

/* Any other refusal, as a verdict. */
void acr_content_refused(const struct acr_app *app, const struct acr_case *subject,
			 const struct acr_error *refusal, struct acr_check_result *ret);

/* "sha256:" and 64 digits: fit for an address. */
bool acr_content_is_digest(const char *text);

/* What a manifest is called in a line: "app:v1", "app@sha256:0123456789ab"; owned. */
char *acr_content_name(const struct acr_case *subject, const char *reference);

/* What the registry has in place of an image that it does not have. */
struct acr_names {
	bool no_repository; /* that is what is missing */
	bool listed;	    /* the tag is among the repository's */
	char *sentence;	    /* owned; what is near, for people; "" where nothing is known */
};
void acr_names_wipe(struct acr_names *names);
#define auto_names __attribute__((cleanup(acr_names_wipe))) struct acr_names

/* Look through the tags of the repository or, where that is missing, the catalog, as far as
 * `puller` may list them. */
void acr_names_look(const struct acr_app *app, const struct acr_case *subject,
		    const struct acr_puller *puller, struct acr_names *ret);

/* Which cache rule fills the case's repository, and from where: a sentence for people, owned; "" for
 * none that is known. */
char *acr_cache_rule_find(struct acr_app *app, const struct acr_case *subject);

#endif
