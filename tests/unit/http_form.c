/* SPDX-License-Identifier: Apache-2.0 */
/* Tests that a value in a form cannot end its field or add another one. */
#include "edges.h"

static void fields_are_joined_by_ampersands(void **state)
{
	auto_secret form = { 0 };

	(void)state;
	acr_form_add(&form, "grant_type", "access_token");
	acr_form_add(&form, "service", "acme.azurecr.io");
	assert_string_equal(acr_secret_text(&form),
			    "grant_type=access_token&service=acme.azurecr.io");
}

static void a_missing_value_adds_no_field(void **state)
{
	auto_secret form = { 0 };

	(void)state;
	acr_form_add(&form, "tenant", NULL);
	assert_string_equal(acr_secret_text(&form), "");
	acr_form_add(&form, "scope", "");
	acr_form_add(&form, "tenant", NULL);
	assert_string_equal(acr_secret_text(&form), "scope=");
}

static void everything_but_rfc_3986s_unreserved_bytes_is_escaped(void **state)
{
	auto_secret form = { 0 };
	char all[256], *at;

	(void)state;
	for (int byte = 1; byte < 256; byte++)
		all[byte - 1] = (char)byte;
	all[255] = '\0';
	acr_form_add(&form, "s", all);
	assert_int_equal(form.length, 2 + 66 + 3 * (255 - 66));
	at = form.bytes + 2;
	for (int byte = 1; byte < 256; byte++) {
		char escaped[4];

		snprintf(escaped, sizeof(escaped), "%%%02X", (unsigned)byte);
		if (memcmp(at, escaped, 3) == 0) {
			at += 3;
			continue;
		}
		assert_int_equal((unsigned char)*at, byte);
		assert_non_null(strchr(
			"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~", *at));
		at++;
	}
}

static void a_secret_with_special_characters_stays_one_field(void **state)
{
	auto_secret form = { 0 };

	(void)state;
	acr_form_add(&form, "client_secret", "a+b&c=d%20e~f.g/h?i#j k\"l\\m'n");
	assert_string_equal(acr_secret_text(&form),
			    "client_secret=a%2Bb%26c%3Dd%2520e~f.g%2Fh%3Fi%23j%20k%22l%5Cm%27n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_are_joined_by_ampersands),
		cmocka_unit_test(a_missing_value_adds_no_field),
		cmocka_unit_test(everything_but_rfc_3986s_unreserved_bytes_is_escaped),
		cmocka_unit_test(a_secret_with_special_characters_stays_one_field),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
