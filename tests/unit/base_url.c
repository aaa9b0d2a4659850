/* SPDX-License-Identifier: Apache-2.0 */
/* Tests that the host of a URL is found only where all parsers find the same host. */
#include "edges.h"

#include "base/url.h"

static void only_a_plain_https_host_is_accepted(void **state)
{
	static const struct {
		const char *url, *host;
	} rows[] = {
		{ "https://acme.azurecr.io", "acme.azurecr.io" },
		{ "https://acme.azurecr.io/v2/?a=b@c", "acme.azurecr.io" },
		{ "HTTPS://Acme.azurecr.io/", "Acme.azurecr.io" },
		{ "https://", "" },
		{ "https:///x", "" },
		{ "https:acme.azurecr.io", "" },
		{ "http://acme.azurecr.io/", "" },
		{ "https://acme.azurecr.io:443/", "" },
		{ "https://acme.azurecr.io@evil.example/", "" },
		{ "https://acme.azurecr.io\\@evil.example/", "" },
		{ "https://acme.azurecr.io?.evil.example/", "" },
		{ "https://acme.azurecr.io#.evil.example/", "" },
		{ "https://acme%2eazurecr.io/", "" },
		{ "https://acme.azurecr.io \t/", "" },
		{ "https://[::1]/", "" },
		{ " https://acme.azurecr.io/", "" },
		{ "", "" },
		{ NULL, "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char host[64] = "before";

		assert_int_equal(acr_url_host(rows[i].url, host, sizeof(host)), *rows[i].host != 0);
		assert_string_equal(host, rows[i].host);
	}
}

static void a_host_that_is_too_long_is_not_accepted(void **state)
{
	char host[5] = "";

	(void)state;
	assert_true(acr_url_host("https://abcd/", host, sizeof(host)));
	assert_false(acr_url_host("https://abcde/", host, sizeof(host)));
	assert_string_equal(host, "");
}

static void a_url_matches_its_complete_host_in_any_case(void **state)
{
	(void)state;
	assert_true(acr_url_is_at("https://ACME.azurecr.io/oauth2/token", "acme.azurecr.io"));
	assert_false(acr_url_is_at("https://acme.azurecr.io.evil.example/", "acme.azurecr.io"));
	assert_false(acr_url_is_at("https://acme.azurecr.io:443/", "acme.azurecr.io"));
	assert_false(acr_url_is_at("https:///", ""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_a_plain_https_host_is_accepted),
		cmocka_unit_test(a_host_that_is_too_long_is_not_accepted),
		cmocka_unit_test(a_url_matches_its_complete_host_in_any_case),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
