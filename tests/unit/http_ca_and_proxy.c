/* SPDX-License-Identifier: Apache-2.0 */
/* Tests which certificate authorities are trusted, and how a proxy is shown. */
#include "edges.h"

#include "acr/http.h"
#include "http/ca_and_proxy.h"

static void a_hashed_folder_is_used_if_it_has_links(void **state)
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
	assert_int_equal(acr_trust_find(&edges.app, true, &trust, NULL), 0);
	assert_null(trust.folder);
	assert_null(trust.file);
	edges_write(&edges, "etc/pki/tls/certs/0123abcd.0", "");
	assert_int_equal(acr_trust_find(&edges.app, true, &trust, NULL), 0);
	snprintf(wanted, sizeof(wanted), "%s/etc/pki/tls/certs", edges.folder);
	assert_string_equal(trust.folder, wanted);
	assert_null(trust.file);
	assert_false(trust.chosen);
	acr_trust_free(&trust);
	/* A TLS library that reads the whole directory uses the default. */
	assert_int_equal(acr_trust_find(&edges.app, false, &trust, NULL), 0);
	assert_null(trust.folder);
	edges_end(&edges);
}

static const struct {
	const char *name;
	bool folder;
} rows[] = { { "SSL_CERT_FILE", false },
	     { "CURL_CA_BUNDLE", false },
	     { "REQUESTS_CA_BUNDLE", false },
	     { "SSL_CERT_DIR", true } };

static void a_configured_ca_replaces_that_of_the_system(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		auto_trust trust = { 0 };
		struct edges edges;

		edges_begin(&edges);
		edges_write(&edges, "etc/ssl/certs/0123abcd.0", "");
		edges_set(&edges, rows[i].name, rows[i].folder ? edges.folder : "/dev/null");
		assert_int_equal(acr_trust_find(&edges.app, true, &trust, NULL), 0);
		assert_true(trust.chosen);
		if (rows[i].folder) {
			assert_string_equal(trust.folder, edges.folder);
			assert_null(trust.file);
		} else {
			assert_string_equal(trust.file, "/dev/null");
			assert_null(trust.folder);
		}
		edges_end(&edges);
	}
}

/* libcurl would ignore the setting, or report that the certificate of the service is not
 * trusted. */
static void a_configured_ca_that_cannot_be_read_is_a_fault_of_this_machine(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct acr_error error = { 0 };
		auto_trust trust = { 0 };
		struct edges edges;

		edges_begin(&edges);
		edges_write(&edges, "etc/ssl/certs/0123abcd.0", "");
		edges_set(&edges, rows[i].name, "/nonexistent/trust");
		assert_int_equal(acr_trust_find(&edges.app, true, &trust, &error), -1);
		assert_true(acr_error_is(&error, CA_PATH_UNREADABLE));
		assert_int_equal(error.kind, ACR_SYSTEM);
		assert_non_null(strstr(edges_data(&error), "/nonexistent/trust"));
		assert_non_null(strstr(edges_data(&error), rows[i].name));
		edges_end(&edges);
	}
}

/* The format that Nix and others use: only some of the directories exist. */
static void one_readable_folder_of_a_list_or_a_file_is_enough(void **state)
{
	struct edges edges;

	(void)state;
	edges_begin(&edges);
	for (int i = 0; i < 2; i++) {
		auto_string list = acr_format("/nonexistent:%s", i ? "" : edges.folder);
		auto_trust trust = { 0 };

		edges_set(&edges, "SSL_CERT_DIR", list);
		if (i)
			edges_set(&edges, "SSL_CERT_FILE", "/dev/null");
		assert_int_equal(acr_trust_find(&edges.app, true, &trust, NULL), 0);
		assert_string_equal(trust.folder, list);
	}
	edges_end(&edges);
}

static void requests_ca_bundle_may_be_a_folder(void **state)
{
	auto_trust trust = { 0 };
	struct edges edges;

	(void)state;
	edges_begin(&edges);
	edges_set(&edges, "REQUESTS_CA_BUNDLE", edges.folder);
	assert_int_equal(acr_trust_find(&edges.app, true, &trust, NULL), 0);
	assert_string_equal(trust.folder, edges.folder);
	assert_null(trust.file);
	edges_end(&edges);
}

static void curl_ca_bundle_takes_precedence(void **state)
{
	auto_trust trust = { 0 };
	struct edges edges;

	(void)state;
	edges_begin(&edges);
	edges_set(&edges, "REQUESTS_CA_BUNDLE", "/c");
	edges_set(&edges, "SSL_CERT_FILE", "/b");
	edges_set(&edges, "CURL_CA_BUNDLE", "/dev/null");
	edges_set(&edges, "SSL_CERT_DIR", "/d");
	assert_int_equal(acr_trust_find(&edges.app, true, &trust, NULL), 0);
	assert_string_equal(trust.file, "/dev/null");
	assert_string_equal(trust.folder, "/d");
	edges_end(&edges);
}

static void a_proxy_is_shown_without_its_password(void **state)
{
	static const struct {
		const char *value, *name;
	} urls[] = {
		{ "http://proxy.example:3128", "proxy.example:3128" },
		{ "proxy.example:3128", "proxy.example:3128" },
		{ "http://user:secret@proxy.example:3128/", "proxy.example:3128" },
		{ "HTTPS://user:s%40cret@proxy.example", "proxy.example" },
		{ "user:secret@proxy.example:3128", "proxy.example:3128" },
		{ "socks5h://[::1]:1080", "[::1]:1080" },
		{ "http://user:secret@[::1]:9", "[::1]:9" },
		/* If a proxy URL is malformed, any part of it may contain a password. */
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
	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
		struct edges edges;
		char name[256] = "";

		edges_begin(&edges);
		assert_false(acr_proxy_name(&edges.app, name, sizeof(name)));
		edges_set(&edges, "HTTPS_PROXY", urls[i].value);
		assert_true(acr_proxy_name(&edges.app, name, sizeof(name)));
		assert_string_equal(name, urls[i].name);
		edges_end(&edges);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_hashed_folder_is_used_if_it_has_links),
		cmocka_unit_test(a_configured_ca_replaces_that_of_the_system),
		cmocka_unit_test(a_configured_ca_that_cannot_be_read_is_a_fault_of_this_machine),
		cmocka_unit_test(one_readable_folder_of_a_list_or_a_file_is_enough),
		cmocka_unit_test(requests_ca_bundle_may_be_a_folder),
		cmocka_unit_test(curl_ca_bundle_takes_precedence),
		cmocka_unit_test(a_proxy_is_shown_without_its_password),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
