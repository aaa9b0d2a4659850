/* SPDX-License-Identifier: Apache-2.0 */
/* Tests the parser of WWW-Authenticate with headers of real registries and of hostile servers. */
#include "edges.h"

#include "acr/registry.h"

static void challenges_are_parsed(void **state)
{
	static const struct {
		const char *header, *realm, *service, *scope;
	} rows[] = {
		{ "Bearer "
		  "realm=\"https://acme.azurecr.io/oauth2/token\",service=\"acme.azurecr.io\"",
		  "https://acme.azurecr.io/oauth2/token", "acme.azurecr.io", "" },
		{ "Bearer realm=\"https://r/t\",service=\"r\",scope=\"repository:app:pull,push\"",
		  "https://r/t", "r", "repository:app:pull,push" },
		{ "bearer REALM=\"a\" , Service=\"b\"", "a", "b", "" },
		{ "BEARER scope=\"registry:catalog:*\"", "", "", "registry:catalog:*" },
		{ "Bearer realm=a", "a", "", "" },
		{ "Bearer realm=https://a/b:c", "https://a/b:c", "", "" },
		{ "Bearer realm = \"a\"", "a", "", "" },
		{ "Bearer", "", "", "" },
		{ "Bearer ", "", "", "" },
		{ "Bearer realm", "", "", "" }, /* a scheme with the name "realm" */
		{ "  Bearer realm=\"a\"  ", "a", "", "" },
		{ ", ,Bearer realm=\"a\",,", "a", "", "" },
		{ "Bearer realm=\"a\\\"b\\\\c\"", "a\"b\\c", "", "" },
		{ "Bearer realm=\"a,b=c\"", "a,b=c", "", "" },
		{ "Bearer realm=\"\",service=\"b\"", "", "b", "" },
		{ "Bearer error=\"invalid_token\",realm=\"a\",x=y", "a", "", "" },
		/* Of several challenges, the Bearer challenge is used. */
		{ "Basic realm=\"x\", Bearer realm=\"a\",service=\"b\"", "a", "b", "" },
		{ "Basic, Bearer realm=\"a\"", "a", "", "" },
		{ "Negotiate, NTLM, Bearer realm=\"a\"", "a", "", "" },
		{ "Bearer realm=\"a\", Basic realm=\"x\"", "a", "", "" },
		/* The realm is reported, whatever it is. */
		{ "Bearer realm=\"http://169.254.169.254/\"", "http://169.254.169.254/", "", "" },
		{ "Bearer realm=\"//evil.example\"", "//evil.example", "", "" },
		{ "Bearer realm=\"\xc3\xa9\"", "\xc3\xa9", "", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct acr_challenge challenge;

		if (!acr_challenge_parse(rows[i].header, &challenge))
			fail_msg("refused: %s", rows[i].header);
		assert_string_equal(challenge.realm, rows[i].realm);
		assert_string_equal(challenge.service, rows[i].service);
		assert_string_equal(challenge.scope, rows[i].scope);
	}
}

static void an_invalid_or_ambiguous_challenge_is_not_accepted(void **state)
{
	static const char *const headers[] = {
		"",
		" ",
		",",
		"Basic realm=\"a\"",
		"Basic",
		"Digest qop=\"auth\", nonce=\"x\"",
		"Bearerrealm=\"a\"",
		"Bearer=\"a\"",
		"Bearer realm=",
		"Bearer realm=,service=\"b\"",
		"Bearer realm=\"a",
		"Bearer realm=\"a\\",
		"Bearer realm=\"a\\\"",
		"Bearer realm=\"a\" service=\"b\"",
		"Bearer realm=\"a\"service=\"b\"",
		"Bearer realm=\"a\",realm=\"b\"",
		"Bearer realm=\"a\",REALM=\"b\"",
		"Bearer realm=\"a\nb\"",
		"Bearer realm=\"a\x7f\"",
		"Bearer realm=\"\x1b[31m\"",
		"Bearer \"a\"",
		"Bearer realm=<a>",
		"\"Bearer\" realm=\"a\"",
		"AVeryLongSchemeName realm=\"a\"",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
		struct acr_challenge challenge = { .scheme = "untouched" };
		bool read = acr_challenge_parse(headers[i], &challenge);

		/* A scheme alone is a Bearer challenge without parameters; the word "realm" after
		 * it is another scheme. */
		if (strcmp(headers[i], "Bearer realm") == 0) {
			assert_true(read);
			assert_string_equal(challenge.realm, "");
			continue;
		}
		if (read)
			fail_msg("read: %s", headers[i]);
		assert_string_equal(challenge.scheme, "untouched");
	}
}

static void a_value_that_is_too_long_is_an_error_and_not_cut(void **state)
{
	struct acr_challenge challenge;
	char header[2048];

	(void)state;
	snprintf(header, sizeof(header), "Bearer realm=\"%0511d\"", 0);
	assert_true(acr_challenge_parse(header, &challenge));
	assert_int_equal(strlen(challenge.realm), 511);
	snprintf(header, sizeof(header), "Bearer realm=\"%0512d\"", 0);
	assert_false(acr_challenge_parse(header, &challenge));
	snprintf(header, sizeof(header), "Bearer service=\"%0254d\"", 0);
	assert_false(acr_challenge_parse(header, &challenge));
	/* A parameter that is not used may have any length. */
	snprintf(header, sizeof(header), "Bearer x=\"%01000d\",realm=\"a\"", 0);
	assert_true(acr_challenge_parse(header, &challenge));
	assert_string_equal(challenge.realm, "a");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(challenges_are_parsed),
		cmocka_unit_test(an_invalid_or_ambiguous_challenge_is_not_accepted),
		cmocka_unit_test(a_value_that_is_too_long_is_an_error_and_not_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
