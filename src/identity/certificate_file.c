/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads a certificate and its key from a PEM or PKCS#12 file, and signs with the key.
 *
 * No other file uses libcrypto, which is loaded when a certificate is used. Only functions are
 * called, since macros and inline functions of its headers would link libcrypto.
 */
#include "identity/certificate_file.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <string.h>

#include "base/file.h"
#include "base/jwt.h"
#include "base/library.h"

#define FILE_MAX (256 * 1024)

#define SYMBOLS(X)                                                                                 \
	X(BIO_new_mem_buf)                                                                         \
	X(BIO_free)                                                                                \
	X(PEM_read_bio_X509)                                                                       \
	X(PEM_read_bio_PrivateKey)                                                                 \
	X(d2i_PKCS12_bio)                                                                          \
	X(PKCS12_parse)                                                                            \
	X(PKCS12_free)                                                                             \
	X(X509_check_private_key)                                                                  \
	X(X509_digest)                                                                             \
	X(X509_free)                                                                               \
	X(i2d_X509)                                                                                \
	X(OPENSSL_sk_num)                                                                          \
	X(OPENSSL_sk_value)                                                                        \
	X(OPENSSL_sk_free)                                                                         \
	X(EVP_sha256)                                                                              \
	X(EVP_Digest)                                                                              \
	X(EVP_MD_CTX_new)                                                                          \
	X(EVP_MD_CTX_free)                                                                         \
	X(EVP_DigestSignInit)                                                                      \
	X(EVP_DigestSign)                                                                          \
	X(EVP_PKEY_CTX_set_rsa_padding)                                                            \
	X(EVP_PKEY_CTX_set_rsa_pss_saltlen)                                                        \
	X(EVP_PKEY_get_base_id)                                                                    \
	X(EVP_PKEY_free)                                                                           \
	X(ERR_clear_error)                                                                         \
	X(ERR_peek_last_error)
ACR_LIBRARY_DECLARE(SYMBOLS)

ACR_LIBRARY_NOTE(note_crypto,
		 "[{\"soname\":[\"libcrypto.so.3\"],\"feature\":\"certificate\","
		 "\"description\":\"Service principals that sign in with a certificate\","
		 "\"priority\":\"suggested\"}]");

static int load(const char *purpose, struct acr_error *error)
{
	return acr_library_load("libcrypto.so.3", purpose, library_symbols, error);
}

void acr_bundle_free(struct acr_bundle *bundle)
{
	for (size_t i = 0; i < bundle->count; i++)
		sym_X509_free(bundle->certificates[i]);
	if (bundle->key)
		sym_EVP_PKEY_free(bundle->key);
	*bundle = (struct acr_bundle){ 0 };
}

static void free_bio(BIO **bio)
{
	if (*bio)
		sym_BIO_free(*bio);
}
#define auto_bio __attribute__((cleanup(free_bio))) BIO *

/* Without this, libcrypto would ask for the password on the terminal. */
struct password {
	const char *text;
	bool asked;
};

static int give_password(char *bytes, int size, int writing, void *data)
{
	struct password *password = data;
	size_t length = password->text ? strlen(password->text) : 0;

	(void)writing;
	password->asked = true;
	if (length == 0 || length > (size_t)size)
		return -1;
	memcpy(bytes, password->text, length);
	return (int)length;
}

static int raise_password(const struct acr_bundle_file *file, struct acr_error *error)
{
	return file->password ? acr_raise(error, CLIENT_CERTIFICATE_PASSWORD_WRONG, file->path)
			      : acr_raise(error, CLIENT_CERTIFICATE_PASSWORD_UNSET, file->path);
}

/* Certificate and key may be in either order, with the rest of the chain in any position. */
static int read_pem(const struct acr_secret *bytes, const struct acr_bundle_file *file,
		    struct acr_bundle *ret, struct acr_error *error)
{
	struct password password = { file->password, false };
	auto_bio certificates = sym_BIO_new_mem_buf(acr_secret_text(bytes), (int)bytes->length);
	auto_bio key = sym_BIO_new_mem_buf(acr_secret_text(bytes), (int)bytes->length);
	X509 *next;

	if (!certificates || !key)
		acr_out_of_memory();
	while (ret->count < ACR_BUNDLE_MAX &&
	       (next = sym_PEM_read_bio_X509(certificates, NULL, give_password, &password)))
		ret->certificates[ret->count++] = next;
	password.asked = false;
	ret->key = sym_PEM_read_bio_PrivateKey(key, NULL, give_password, &password);
	if (ret->key)
		return 0;
	if (password.asked)
		return raise_password(file, error);
	return acr_raise(error, CLIENT_CERTIFICATE_NO_KEY, file->path);
}

static void take_stack(STACK_OF(X509) * stack, struct acr_bundle *ret)
{
	const OPENSSL_STACK *plain = (const OPENSSL_STACK *)stack;

	for (int i = 0; stack && i < sym_OPENSSL_sk_num(plain); i++) {
		X509 *next = sym_OPENSSL_sk_value(plain, i);
		if (ret->count < ACR_BUNDLE_MAX)
			ret->certificates[ret->count++] = next;
		else
			sym_X509_free(next);
	}
	sym_OPENSSL_sk_free((OPENSSL_STACK *)stack);
}

static int read_pkcs12(const struct acr_secret *bytes, const struct acr_bundle_file *file,
		       struct acr_bundle *ret, struct acr_error *error)
{
	auto_bio bio = sym_BIO_new_mem_buf(acr_secret_text(bytes), (int)bytes->length);
	STACK_OF(X509) *others = NULL;
	X509 *certificate = NULL;
	PKCS12 *store;
	int parsed, reason;

	if (!bio)
		acr_out_of_memory();
	store = sym_d2i_PKCS12_bio(bio, NULL);
	if (!store)
		return acr_raise(error, CLIENT_CERTIFICATE_FORMAT, file->path);
	parsed = sym_PKCS12_parse(store, file->password, &ret->key, &certificate, &others);
	reason = ERR_GET_REASON(sym_ERR_peek_last_error());
	sym_PKCS12_free(store);
	if (certificate)
		ret->certificates[ret->count++] = certificate;
	take_stack(others, ret);
	if (parsed && ret->key)
		return 0;
	if (!parsed && reason == PKCS12_R_MAC_VERIFY_FAILURE)
		return raise_password(file, error);
	return acr_raise(error, CLIENT_CERTIFICATE_OLD, file->path);
}

/* The certificate of the key goes first. */
static bool sort_bundle(struct acr_bundle *bundle)
{
	for (size_t i = 0; i < bundle->count; i++) {
		X509 *found = bundle->certificates[i];

		if (sym_X509_check_private_key(found, bundle->key) != 1)
			continue;
		memmove(&bundle->certificates[1], &bundle->certificates[0],
			i * sizeof(bundle->certificates[0]));
		bundle->certificates[0] = found;
		return true;
	}
	return false;
}

int acr_bundle_read(const struct acr_bundle_file *file, struct acr_bundle *ret,
		    struct acr_error *error)
{
	auto_secret bytes = { 0 };
	int kind, failed;

	if (load("signing in with a certificate", error))
		return -1;
	sym_ERR_clear_error();
	if (acr_file_read(file->path, FILE_MAX, &bytes, error))
		return -1;
	failed = memmem(acr_secret_text(&bytes), bytes.length, "-----BEGIN ", 11)
			 ? read_pem(&bytes, file, ret, error)
			 : read_pkcs12(&bytes, file, ret, error);
	if (failed)
		return -1;
	kind = sym_EVP_PKEY_get_base_id(ret->key);
	if (kind != EVP_PKEY_RSA && kind != EVP_PKEY_RSA_PSS)
		return acr_raise(error, CLIENT_CERTIFICATE_NOT_RSA, file->path);
	if (!sort_bundle(ret))
		return acr_raise(error, CLIENT_CERTIFICATE_MISSING, file->path);
	return 0;
}

int acr_bundle_thumbprint(const struct acr_bundle *bundle, struct acr_secret *out,
			  struct acr_error *error)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned int length = 0;

	if (sym_X509_digest(bundle->certificates[0], sym_EVP_sha256(), digest, &length) != 1)
		return acr_raise(error, CLIENT_CERTIFICATE_UNUSABLE);
	acr_base64url_encode(digest, length, out);
	return 0;
}

void acr_bundle_certificate(const struct acr_bundle *bundle, size_t index, struct acr_secret *out)
{
	X509 *certificate = bundle->certificates[index];
	int length = sym_i2d_X509(certificate, NULL);
	auto_secret der = { 0 };
	unsigned char *end;

	if (length <= 0)
		return;
	acr_secret_reserve(&der, (size_t)length);
	end = (unsigned char *)der.bytes;
	sym_i2d_X509(certificate, &end);
	acr_base64_encode(der.bytes, (size_t)length, out);
}

/* RSASSA-PSS with SHA-256 and a salt as long as the hash (RFC 7518 section 3.5). */
int acr_bundle_sign(const struct acr_bundle *bundle, const struct acr_secret *what,
		    struct acr_secret *out, struct acr_error *error)
{
	const unsigned char *bytes = (const unsigned char *)what->bytes;
	EVP_MD_CTX *context = sym_EVP_MD_CTX_new();
	unsigned char signature[2048];
	size_t length = sizeof(signature);
	EVP_PKEY_CTX *padding = NULL;
	bool signs;

	if (!context)
		acr_out_of_memory();
	signs = sym_EVP_DigestSignInit(context, &padding, sym_EVP_sha256(), NULL, bundle->key) ==
			1 &&
		sym_EVP_PKEY_CTX_set_rsa_padding(padding, RSA_PKCS1_PSS_PADDING) > 0 &&
		sym_EVP_PKEY_CTX_set_rsa_pss_saltlen(padding, RSA_PSS_SALTLEN_DIGEST) > 0 &&
		sym_EVP_DigestSign(context, signature, &length, bytes, what->length) == 1;
	sym_EVP_MD_CTX_free(context);
	if (!signs)
		return acr_raise(error, CLIENT_CERTIFICATE_UNUSABLE);
	acr_base64url_encode(signature, length, out);
	return 0;
}

int acr_sha256(const void *bytes, size_t length, unsigned char ret[static 32],
	       struct acr_error *error)
{
	unsigned int size = 0;

	if (load("signing in with a browser", error))
		return -1;
	if (sym_EVP_Digest(bytes, length, ret, &size, sym_EVP_sha256(), NULL) != 1 || size != 32)
		return acr_raise(error, CLIENT_CERTIFICATE_UNUSABLE);
	return 0;
}
