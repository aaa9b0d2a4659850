/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"
#include "base/jwt.h"
#include "edges.h"

static const struct {
	const char *plain, *url, *padded;
} vectors[] = {
	/* RFC 4648 section 10, and bytes that use the last two letters of both alphabets */
	{ "", "", "" },
	{ "f", "Zg", "Zg==" },
	{ "fo", "Zm8", "Zm8=" },
	{ "foo", "Zm9v", "Zm9v" },
	{ "foob", "Zm9vYg", "Zm9vYg==" },
	{ "fooba", "Zm9vYmE", "Zm9vYmE=" },
	{ "foobar", "Zm9vYmFy", "Zm9vYmFy" },
	{ "\xfb\xef\xff", "--__", "++//" },
};

static void base64_follows_rfc_4648(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		auto_secret url = { 0 }, padded = { 0 }, back = { 0 }, again = { 0 };
		size_t length = strlen(vectors[i].plain);

		acr_base64url_encode(vectors[i].plain, length, &url);
		acr_base64_encode(vectors[i].plain, length, &padded);
		assert_string_equal(acr_secret_text(&url), vectors[i].url);
		assert_string_equal(acr_secret_text(&padded), vectors[i].padded);
		assert_true(acr_base64url_decode(acr_secret_text(&url), url.length, &back));
		assert_true(acr_base64_decode(acr_secret_text(&padded), padded.length, &again));
		assert_string_equal(acr_secret_text(&back), vectors[i].plain);
		assert_string_equal(acr_secret_text(&again), vectors[i].plain);
	}
	auto_secret nothing = { 0 };
	assert_false(acr_base64url_decode("a+/b", 4, &nothing));
	assert_false(acr_base64url_decode("abcde", 5, &nothing));
	assert_false(acr_base64url_decode("ab\0d", 4, &nothing));
}

static void claims_are_read_from_the_payload(void **state)
{
	/* {"alg":"none"} . {"exp":1750000000,"aud":"acme.azurecr.io"} . x */
	static const char token[] =
		"eyJhbGciOiJub25lIn0.eyJleHAiOjE3NTAwMDAwMDAsImF1ZCI6ImFjbWUuYXp1cmVjci5pbyJ9.x";
	static const char *const wrong[] = { "",	"a.b", "a.b.c.d", "a.!!.c",
					     "a.W10.c", "...", "a.e30" };
	struct acr_error error = { 0 };
	auto_json claims = NULL;

	(void)state;
	assert_int_equal(acr_jwt_claims(token, strlen(token), &claims, &error), 0);
	assert_int_equal(acr_json_int(claims, "exp", 0), 1750000000);
	assert_string_equal(acr_json_string(claims, "aud"), "acme.azurecr.io");
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct json_object *none = NULL;
		assert_int_equal(acr_jwt_claims(wrong[i], strlen(wrong[i]), &none, &error), -1);
		assert_int_equal(error.kind, ACR_INVALID);
	}
}

static void http_dates_do_not_depend_on_the_time_zone(void **state)
{
	(void)state;
	setenv("TZ", "Asia/Tokyo", 1);
	assert_int_equal(acr_clock_http_date("Sun, 06 Nov 1994 08:49:37 GMT"), 784111777);
	assert_int_equal(acr_clock_http_date("Thu, 29 Feb 2024 00:00:00 GMT"), 1709164800);
	assert_int_equal(acr_clock_http_date("Tue, 19 Jan 2038 03:14:08 GMT"), 2147483648LL);
	assert_int_equal(acr_clock_http_date("yesterday"), 0);
	assert_int_equal(acr_clock_http_date("Sun, 06 Foo 1994 08:49:37 GMT"), 0);
	assert_int_equal(acr_clock_http_date(""), 0);
}

static void text_of_a_service_is_quoted_without_control_characters(void **state)
{
	static const char text[] = "no\x1b[31m \"red\"\r\nTrace: 1\xc3\xa9 \xff \xc2\x9b end";
	struct acr_error error = { 0 };

	(void)state;
	acr_error_quote(&error, text, strlen(text));
	assert_string_equal(error.sentence, "no?[31m \"red\"  Trace: 1\xc3\xa9 ? ? end");
	char long_text[4096];
	memset(long_text, 'x', sizeof(long_text));
	acr_error_quote(&error, long_text, sizeof(long_text));
	assert_int_equal(strlen(error.sentence), sizeof(error.sentence) - 1);
}

static void a_secret_grows_and_is_compared_completely(void **state)
{
	auto_secret secret = { 0 };

	(void)state;
	for (int i = 0; i < 5000; i++)
		acr_secret_format(&secret, "%04d", i);
	assert_int_equal(secret.length, 20000);
	assert_memory_equal(secret.bytes + 4 * 4321, "4321", 4);
	auto_secret moved = acr_secret_steal(&secret);
	assert_null(secret.bytes);
	assert_int_equal(moved.length, 20000);
	acr_secret_wipe(&moved);
	assert_string_equal(acr_secret_text(&moved), "");
	acr_secret_add(&moved, "abc");
	assert_true(acr_secret_equals(&moved, "abc"));
	assert_false(acr_secret_equals(&moved, "abd"));
	assert_false(acr_secret_equals(&moved, "ab"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(base64_follows_rfc_4648),
		cmocka_unit_test(claims_are_read_from_the_payload),
		cmocka_unit_test(http_dates_do_not_depend_on_the_time_zone),
		cmocka_unit_test(text_of_a_service_is_quoted_without_control_characters),
		cmocka_unit_test(a_secret_grows_and_is_compared_completely),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
