/* SPDX-License-Identifier: Apache-2.0 */
/* Tests the certificate of a service principal: all file formats, and an assertion whose signature
 * is verified. The openssl program creates the keys when the test starts, so that the repository
 * contains none. */
#include "base/file.h"
#include "identity/internal.h"
#include "person.h"

static struct person p;
static char pems[64] = "/tmp/acr-certificate-XXXXXX";

static void shell(const char *format, ...)
{
	char command[2048], line[1024];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	snprintf(command, sizeof(command), "cd %s && { %s; } >log 2>&1", pems, line);
	if (system(command) != 0)
		fail_msg("%s", command);
}

static int make_keys(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(pems));
	shell("openssl req -x509 -newkey rsa:2048 -nodes -keyout key -out cert -days 2 -subj "
	      "/CN=acr");
	shell("openssl req -x509 -newkey rsa:2048 -nodes -keyout key2 -out cert2 -days 2 -subj "
	      "/CN=other");
	shell("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout eckey "
	      "-out eccert -days 2 -subj /CN=ec");
	shell("openssl x509 -in cert -pubkey -noout >public");
	shell("openssl rsa -in key -aes128 -passout pass:p@ss -out enckey");
	shell("openssl rsa -in key -traditional -out oldkey");
	shell("cat key cert >key-first.pem; cat cert key >cert-first.pem; cat cert2 cert oldkey "
	      ">chain.pem; cat cert enckey >encrypted.pem");
	shell("cat key cert2 >mismatch.pem; cat eckey eccert >ec.pem; cat cert >no-key.pem; head "
	      "-c 900 /dev/urandom >garbage.pem");
	shell("printf -- '-----BEGIN CERTIFICATE-----\\nnonsense\\n' >broken.pem; : >empty.pem");
	shell("openssl pkcs12 -export -in cert -inkey key -certfile cert2 -passout pass:p@ss -out "
	      "locked.pfx");
	shell("openssl pkcs12 -export -in cert -inkey key -passout pass: -out open.pfx");
	return 0;
}

static int drop_keys(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", pems);
	return system(command);
}

static int setup(void **state)
{
	(void)state;
	person_begin(&p);
	edges_set(&p.edges, "AZURE_CLIENT_ID", CLIENT);
	edges_set(&p.edges, "AZURE_TENANT_ID", TENANT);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	person_end(&p);
	return 0;
}

static int ask(const char *name, const char *password)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", pems, name);
	edges_set(&p.edges, "AZURE_CLIENT_CERTIFICATE_PATH", path);
	edges_set(&p.edges, "AZURE_CLIENT_CERTIFICATE_PASSWORD", password);
	return person_ask(&p, &acr_identity_certificate);
}

/* Parses and verifies the assertion of the last request. */
static struct json_object *verify(struct json_object **ret_head)
{
	const char *sent = p.edges.sent[p.edges.sent_count - 1];
	const char *start = strstr(sent, "client_assertion=");
	struct json_object *claims = NULL;
	auto_secret head = { 0 }, signature = { 0 };
	char jwt[8192], path[128];
	char *last, *first;
	FILE *file;

	assert_holds(sent, "client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-"
			   "type%3Ajwt-bearer");
	assert_non_null(start);
	start += strlen("client_assertion=");
	snprintf(jwt, sizeof(jwt), "%.*s", (int)strcspn(start, "&"), start);
	assert_int_equal(acr_jwt_claims(jwt, strlen(jwt), &claims, NULL), 0);
	first = strchr(jwt, '.');
	last = strrchr(jwt, '.');
	assert_true(acr_base64url_decode(jwt, (size_t)(first - jwt), &head));
	assert_int_equal(acr_json_parse(acr_secret_text(&head), head.length, ret_head, NULL), 0);
	assert_true(acr_base64url_decode(last + 1, strlen(last + 1), &signature));
	*last = '\0';
	snprintf(path, sizeof(path), "%s/signed", pems);
	file = fopen(path, "w");
	fputs(jwt, file);
	fclose(file);
	snprintf(path, sizeof(path), "%s/signature", pems);
	file = fopen(path, "w");
	fwrite(signature.bytes, 1, signature.length, file);
	fclose(file);
	shell("openssl dgst -sha256 -verify public -sigopt rsa_padding_mode:pss -sigopt "
	      "rsa_pss_saltlen:32 -signature signature signed");
	return claims;
}

static void every_supported_file_format_can_sign(void **state)
{
	static const char *const forms[][2] = {
		{ "key-first.pem", "" },     { "cert-first.pem", "" }, { "chain.pem", "" },
		{ "encrypted.pem", "p@ss" }, { "locked.pfx", "p@ss" }, { "open.pfx", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		auto_json head = NULL;
		auto_json claims = NULL;

		edges_answer(&p.edges, ENTRA, 200, "{\"access_token\":\"opaque\"}");
		if (ask(forms[i][0], forms[i][1]))
			fail_msg("%s: %s", forms[i][0], edges_words(&p.error));
		claims = verify(&head);
		assert_string_equal(acr_json_string(head, "alg"), "PS256");
		assert_null(acr_json_member(head, "x5c"));
	}
}

static void the_assertion_has_subject_audience_and_lifetime(void **state)
{
	auto_json head = NULL;
	auto_json claims = NULL;
	auto_secret thumbprint = { 0 }, expected = { 0 };
	char path[128];

	(void)state;
	edges_answer(&p.edges, ENTRA, 200, "{\"access_token\":\"opaque\"}");
	assert_int_equal(ask("chain.pem", ""), 0);
	claims = verify(&head);
	assert_string_equal(acr_json_string(claims, "aud"),
			    "https://login.microsoftonline.com/" TENANT "/oauth2/v2.0/token");
	assert_string_equal(acr_json_string(claims, "iss"), CLIENT);
	assert_string_equal(acr_json_string(claims, "sub"), CLIENT);
	assert_int_equal(strlen(acr_json_string(claims, "jti")), 36);
	assert_true(acr_json_int(claims, "nbf", 0) <= p.edges.wall);
	assert_true(acr_json_int(claims, "exp", 0) > p.edges.wall + 300);
	assert_int_equal(acr_json_int(claims, "exp", 0) - acr_json_int(claims, "nbf", 0), 600);
	/* The thumbprint is that of the certificate that belongs to the key, although another one
	 * is first in the file. */
	shell("openssl x509 -in cert -outform DER | openssl dgst -sha256 -binary >thumbprint");
	snprintf(path, sizeof(path), "%s/thumbprint", pems);
	assert_int_equal(acr_file_read(path, 100, &thumbprint, NULL), 0);
	acr_base64url_encode(thumbprint.bytes, thumbprint.length, &expected);
	assert_string_equal(acr_json_string(head, "x5t#S256"), acr_secret_text(&expected));
}

static void the_chain_is_sent_leaf_first_if_configured(void **state)
{
	auto_json head = NULL;
	auto_json claims = NULL;
	auto_secret der = { 0 }, leaf = { 0 };
	struct json_object *chain;
	char path[128];

	(void)state;
	edges_set(&p.edges, "AZURE_CLIENT_SEND_CERTIFICATE_CHAIN", "True");
	edges_answer(&p.edges, ENTRA, 200, "{\"access_token\":\"opaque\"}");
	assert_int_equal(ask("chain.pem", ""), 0);
	claims = verify(&head);
	chain = acr_json_member(head, "x5c");
	assert_int_equal(json_object_array_length(chain), 2);
	shell("openssl x509 -in cert -outform DER -out der");
	snprintf(path, sizeof(path), "%s/der", pems);
	assert_int_equal(acr_file_read(path, 9999, &der, NULL), 0);
	acr_base64_encode(der.bytes, der.length, &leaf);
	assert_string_equal(json_object_get_string(json_object_array_get_idx(chain, 0)),
			    acr_secret_text(&leaf));
}

static void a_file_that_cannot_sign_is_an_error_and_nothing_is_sent(void **state)
{
	static const struct {
		const char *file, *password;
		enum acr_message_id says;
	} rows[] = {
		{ "encrypted.pem", "", ACR_MESSAGE_CLIENT_CERTIFICATE_PASSWORD_UNSET },
		{ "encrypted.pem", "wrong", ACR_MESSAGE_CLIENT_CERTIFICATE_PASSWORD_WRONG },
		{ "locked.pfx", "", ACR_MESSAGE_CLIENT_CERTIFICATE_PASSWORD_UNSET },
		{ "locked.pfx", "wrong", ACR_MESSAGE_CLIENT_CERTIFICATE_PASSWORD_WRONG },
		{ "mismatch.pem", "", ACR_MESSAGE_CLIENT_CERTIFICATE_MISSING },
		{ "ec.pem", "", ACR_MESSAGE_CLIENT_CERTIFICATE_NOT_RSA },
		{ "no-key.pem", "", ACR_MESSAGE_CLIENT_CERTIFICATE_NO_KEY },
		{ "broken.pem", "", ACR_MESSAGE_CLIENT_CERTIFICATE_NO_KEY },
		{ "garbage.pem", "", ACR_MESSAGE_CLIENT_CERTIFICATE_FORMAT },
		{ "empty.pem", "", ACR_MESSAGE_CLIENT_CERTIFICATE_FORMAT },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(ask(rows[i].file, rows[i].password), -1);
		assert_int_equal(acr_message_id(&p.error.message), rows[i].says);
		assert_int_equal(p.error.kind, ACR_INVALID);
	}
	assert_int_equal(ask("absent.pem", ""), -1);
	assert_int_equal(p.error.kind, ACR_INVALID);
	assert_int_equal(p.edges.sent_count, 0);
}

static void without_a_path_the_identity_is_not_configured(void **state)
{
	(void)state;
	assert_int_equal(person_ask(&p, &acr_identity_certificate), -1);
	assert_int_equal(p.error.kind, ACR_NOT_SET_UP);
	edges_set(&p.edges, "AZURE_TENANT_ID", "");
	assert_int_equal(ask("key-first.pem", ""), -1);
	assert_int_equal(p.error.kind, ACR_INVALID);
}

static void a_secret_takes_precedence_over_a_certificate(void **state)
{
	(void)state;
	edges_set(&p.edges, "AZURE_CLIENT_SECRET", "s");
	edges_set(&p.edges, "AZURE_CLIENT_CERTIFICATE_PATH", "/nonexistent");
	edges_answer(&p.edges, ENTRA, 200, person_token(&p, ""));
	assert_int_equal(person_first(&p), 0);
	assert_string_equal(p.trail.steps[0].identity->name, "environment");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(every_supported_file_format_can_sign),
		CASE(the_assertion_has_subject_audience_and_lifetime),
		CASE(the_chain_is_sent_leaf_first_if_configured),
		CASE(a_file_that_cannot_sign_is_an_error_and_nothing_is_sent),
		CASE(without_a_path_the_identity_is_not_configured),
		CASE(a_secret_takes_precedence_over_a_certificate),
	};

	return cmocka_run_group_tests(tests, make_keys, drop_keys);
}
