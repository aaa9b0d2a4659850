/* SPDX-License-Identifier: Apache-2.0 */
/* Which certificate authorities are trusted, and which proxy the environment selects. */
#ifndef HTTP_CA_AND_PROXY_H
#define HTTP_CA_AND_PROXY_H

#include "acr/app.h"
#include "acr/error.h"

struct acr_trust {
	char *file, *folder; /* owned; both NULL: libcurl's own default */
	bool chosen;	     /* the user configured them: trust nothing else */
};

/* The values of SSL_CERT_FILE, SSL_CERT_DIR, CURL_CA_BUNDLE and REQUESTS_CA_BUNDLE. If none is set
 * and `hashed` is true, the system's folder of certificates named by their hashes (`*.0`), of which
 * a TLS library reads one file instead of the 150 of the bundle: 1 ms of CPU instead of 19.
 * ACR_SYSTEM if what a variable names cannot be read; `ret` must be freed in this case, too. */
_checked_ int acr_trust_find(const struct acr_app *app, bool hashed, struct acr_trust *ret,
			     struct acr_error *error);
void acr_trust_free(struct acr_trust *trust);
#define auto_trust __attribute__((cleanup(acr_trust_free))) struct acr_trust

#endif
