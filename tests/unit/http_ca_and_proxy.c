/* SPDX-License-Identifier: Apache-2.0 */
/* Whose certificates are trusted, and how a proxy is named. */
#include "edges.h"

#include "acr/http.h"
#include "http/ca_and_proxy.h"

static void the_hashed_folder_is_taken_where_it_has_links(void **state)
{
	auto_trust trust = { 0 };
	struct edges edges;
	char wanted[128];

	(void)state;
	edges_begin(&edges);
	edges_write(&edges, "etc/ssl/certs/ca-certificates.crt", "");
	edges_write(&edges, "etc/ssl/certs/README.0", "");
	edges_write(&edges, "etc/ssl/certs/12345678.r0", "");
	edges_write(&edges, "etc/ssl/certs/12345678.1", "");
	acr_trust_find(&edges.app, true, &trust);
	assert_null(trust.folder);
	assert_null(trust.file);
	edges_write(&edges, "etc/pki/tls/certs/0123abcd.0", "");
	acr_trust_find(&edges.app, true, &trust);
	snprintf(wanted, sizeof(wanted), "%s/etc/pki/tls/certs", edges.folder);
	assert_string_equal(trust.folder, wanted);
	assert_null(trust.file);
	assert_false(trust.chosen);
	acr_trust_free(&trust);
	/* A TLS library that reads the whole folder gets the default. */
	acr_trust_find(&edges.app, false, &trust);
	assert_null(trust.folder);
	edges_end(&edges);
}

static void what_the_person_names_replaces_the_system(void **state)
{
	static const struct {
		const char *name;
		bool folder;
	} rows[] = { { "SSL_CERT_FILE", false },
		     { "CURL_CA_BUNDLE", false },
		     { "REQUESTS_CA_BUNDLE", false },
		     { "SSL_CERT_DIR", true } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		auto_trust trust = { 0 };
		struct edges edges;

		edges_begin(&edges);
		edges_write(&edges, "etc/ssl/certs/0123abcd.0", "");
		edges_set(&edges, rows[i].name, "/own/trust");
		acr_trust_find(&edges.app, true, &trust);
		assert_true(trust.chosen);
		if (rows[i].folder) {
			assert_string_equal(trust.folder, "/own/trust");
			assert_null(trust.file);
		} else {
			assert_string_equal(trust.file, "/own/trust");
			assert_null(trust.folder);
		}
		edges_end(&edges);
	}
}

static void requests_bundle_may_be_a_folder(void **state)
{
	auto_trust trust = { 0 };
	struct edges edges;

	(void)state;
	edges_begin(&edges);
	edges_set(&edges, "REQUESTS_CA_BUNDLE", edges.folder);
	acr_trust_find(&edges.app, true, &trust);
	assert_string_equal(trust.folder, edges.folder);
	assert_null(trust.file);
	edges_end(&edges);
}

static void curls_own_variable_is_nearest(void **state)
{
	auto_trust trust = { 0 };
	struct edges edges;

	(void)state;
	edges_begin(&edges);
	edges_set(&edges, "REQUESTS_CA_BUNDLE", "/c");
	edges_set(&edges, "SSL_CERT_FILE", "/b");
	edges_set(&edges, "CURL_CA_BUNDLE", "/a");
	edges_set(&edges, "SSL_CERT_DIR", "/d");
	acr_trust_find(&edges.app, true, &trust);
	assert_string_equal(trust.file, "/a");
	assert_string_equal(trust.folder, "/d");
	edges_end(&edges);
}

static void a_proxy_is_named_without_its_password(void **state)
{
	static const struct {
		const char *value, *name;
	} rows[] = {
		{ "http://proxy.example:3128", "proxy.example:3128" },
		{ "proxy.example:3128", "proxy.example:3128" },
		{ "http://user:secret@proxy.example:3128/", "proxy.example:3128" },
		{ "HTTPS://user:s%40cret@proxy.example", "proxy.example" },
		{ "user:secret@proxy.example:3128", "proxy.example:3128" },
		{ "socks5h://[::1]:1080", "[::1]:1080" },
		{ "http://user:secret@[::1]:9", "[::1]:9" },
		/* What is not written as it should be may hold a piece of a password anywhere. */
		{ "http://user:p@ss/word@proxy.example:1", "HTTPS_PROXY" },
		{ "http://user:se/cret@proxy.example:1", "HTTPS_PROXY" },
		{ "http://us@er:secret@proxy.example:1", "HTTPS_PROXY" },
		{ "http://user:secret%40proxy.example:1", "HTTPS_PROXY" },
		{ "http://user:sec%ret@proxy.example:1", "HTTPS_PROXY" },
		{ "http://user:secret\\@proxy.example:1", "HTTPS_PROXY" },
		{ "http://user:secret@proxy.example:1@x/", "HTTPS_PROXY" },
		{ "http://user:secret@", "HTTPS_PROXY" },
		{ "http://user:secret", "HTTPS_PROXY" },
		{ "user:secret", "HTTPS_PROXY" },
		{ "http:/user:secret@proxy.example:1", "HTTPS_PROXY" },
		{ "htp://user:secret@proxy.example:1", "HTTPS_PROXY" },
		{ "http://proxy.example:1/?secret", "HTTPS_PROXY" },
		{ "http://proxy.example:1/secret", "HTTPS_PROXY" },
		{ "http://proxy.example:99999", "HTTPS_PROXY" },
		{ "http://proxy.example: secret", "HTTPS_PROXY" },
		{ "http://pro\x1bxy", "HTTPS_PROXY" },
		{ "secret@word@proxy:1", "HTTPS_PROXY" },
		{ "http://[secret]:1", "HTTPS_PROXY" },
		/* A password may be a number. */
		{ "user:12345", "HTTPS_PROXY" },
		{ "http://user:12345", "HTTPS_PROXY" },
		{ "http://user:12345@proxy:9", "proxy:9" },
		{ "http://proxy:3128", "proxy:3128" },
		{ "localhost:9", "localhost:9" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct edges edges;
		char name[256] = "";

		edges_begin(&edges);
		assert_false(acr_proxy_name(&edges.app, name, sizeof(name)));
		edges_set(&edges, "HTTPS_PROXY", rows[i].value);
		assert_true(acr_proxy_name(&edges.app, name, sizeof(name)));
		assert_string_equal(name, rows[i].name);
		edges_end(&edges);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_hashed_folder_is_taken_where_it_has_links),
		cmocka_unit_test(what_the_person_names_replaces_the_system),
		cmocka_unit_test(requests_bundle_may_be_a_folder),
		cmocka_unit_test(curls_own_variable_is_nearest),
		cmocka_unit_test(a_proxy_is_named_without_its_password),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
