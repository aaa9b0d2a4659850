/* SPDX-License-Identifier: Apache-2.0 */
/* A certificate with its key and the rest of its chain. */
#ifndef IDENTITY_CERTIFICATE_FILE_H
#define IDENTITY_CERTIFICATE_FILE_H

#include <openssl/types.h>
#include <stddef.h>

#include "acr/error.h"
#include "acr/secret.h"

#define ACR_BUNDLE_MAX 10

/* The certificate that belongs to the key comes first. */
struct acr_bundle {
	EVP_PKEY *key;
	X509 *certificates[ACR_BUNDLE_MAX];
	size_t count;
};
#define auto_bundle __attribute__((cleanup(acr_bundle_free))) struct acr_bundle
void acr_bundle_free(struct acr_bundle *bundle);

struct acr_bundle_file {
	const char *path;     /* PEM or PKCS#12 */
	const char *password; /* of the key or the PKCS#12, or NULL */
};

/* An RSA key, which Entra ID requires. `ret` is initialized to { 0 } by the caller, and must be
 * freed also after a failure. */
_checked_ int acr_bundle_read(const struct acr_bundle_file *file, struct acr_bundle *ret,
			      struct acr_error *error);

/* The SHA-256 thumbprint of the certificate, as base64url. */
_checked_ int acr_bundle_thumbprint(const struct acr_bundle *bundle, struct acr_secret *out,
				    struct acr_error *error);

/* A certificate of the chain, DER as base64. */
void acr_bundle_certificate(const struct acr_bundle *bundle, size_t index, struct acr_secret *out);

/* PS256 of `what`, as base64url. */
_checked_ int acr_bundle_sign(const struct acr_bundle *bundle, const struct acr_secret *what,
			      struct acr_secret *out, struct acr_error *error);

/* SHA-256 of any data; it is here because certificate_file.c is the only file that uses
 * libcrypto. */
_checked_ int acr_sha256(const void *bytes, size_t length, unsigned char ret[static 32],
			 struct acr_error *error);

#endif
