/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"
#include "edges.h"

static const struct {
	const char *text;
	size_t length;
	enum acr_message_id why;
} refused[] = {
#define ROW(text, why)                                                                             \
	{                                                                                          \
		text, sizeof(text) - 1, ACR_MESSAGE_##why                                          \
	}
	ROW("", JSON_EMPTY),
	ROW("   ", JSON_EMPTY),
	ROW("{", JSON_TRUNCATED),
	ROW("{\"a\":1", JSON_TRUNCATED),
	ROW("{\"a\":1}x", JSON_INVALID),
	ROW("{} {}", JSON_INVALID),
	ROW("{'a':1}", JSON_CHARACTER),
	ROW("{\"a\":\"\\ud800\"}", JSON_SURROGATE),
	ROW("{\"a\":\"\\ud800\\u0041\"}", JSON_SURROGATE),
	ROW("{\"a\":\"\\udc00\"}", JSON_SURROGATE),
	ROW("{\"a\":\"\\u0000\"}", JSON_NUL),
	ROW("{\"a\":\"\\x\"}", JSON_ESCAPE),
	ROW("{\"a\":\"\\u12\"}", JSON_UNICODE_ESCAPE),
	ROW("{\"a\":\"tab\there\"}", JSON_CONTROL),
	ROW("{\"a\":\"line\nhere\"}", JSON_CONTROL),
	ROW("{\"a\":\"\xff\"}", JSON_UTF8),
	ROW("{\"a\":\"\xc0\xaf\"}", JSON_UTF8),
	ROW("{\"a\":\"\xed\xa0\x80\"}", JSON_UTF8),
	ROW("{\"a\":\"open", JSON_STRING_END),
	ROW("{\"a\":\0}", JSON_CHARACTER),
	ROW("/* c */ {}", JSON_CHARACTER),
	ROW("[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]", JSON_DEPTH),
	ROW("{\"a\":NaN}", JSON_WORD),
	ROW("{\"a\":-Infinity}", JSON_WORD),
	ROW("{\"a\":True}", JSON_WORD),
	ROW("{\"a\" 1}", JSON_INVALID),
#undef ROW
};

static void invalid_json_is_an_error_with_its_position(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		struct acr_error error = { 0 };
		struct json_object *json = NULL;

		if (acr_json_parse(refused[i].text, refused[i].length, &json, &error) == 0)
			fail_msg("row %zu was taken: %s", i, refused[i].text);
		assert_int_equal(error.kind, ACR_INVALID);
		if (!acr_message_holds(&error.message, refused[i].why) ||
		    !acr_error_is(&error, JSON_INVALID))
			fail_msg("row %zu: \"%s\", not %s", i, edges_words(&error),
				 acr_message_name(refused[i].why));
	}
}

static void line_and_column_point_at_the_mistake(void **state)
{
	static const char text[] = "{\n  \"a\": 1,\n  \"b\": \"x\ty\"\n}";
	struct acr_error error = { 0 };
	struct json_object *json = NULL;

	(void)state;
	assert_int_equal(acr_json_parse(text, strlen(text), &json, &error), -1);
	assert_string_equal(edges_words(&error),
			    "line 3, column 10: a control character in a string");
}

static void members_are_read_by_type(void **state)
{
	static const char text[] = "{\"s\":\"a\\u003cb\\ud83d\\ude00\",\"n\":7,\"t\":\"3599\","
				   "\"b\":true,\"z\":null,\"d\":2.5}";
	struct acr_error error = { 0 };
	auto_json json = NULL;

	(void)state;
	assert_int_equal(acr_json_parse(text, strlen(text), &json, &error), 0);
	assert_string_equal(acr_json_string(json, "s"), "a<b\xf0\x9f\x98\x80");
	assert_null(acr_json_string(json, "n"));
	assert_null(acr_json_string(json, "z"));
	assert_int_equal(acr_json_int(json, "n", -1), 7);
	assert_int_equal(acr_json_int(json, "t", -1), 3599);
	assert_int_equal(acr_json_int(json, "d", -1), 2);
	assert_int_equal(acr_json_int(json, "s", -1), -1);
	assert_true(acr_json_bool(json, "b", false));
	assert_null(acr_json_string(NULL, "s"));
}

static void a_quoted_string_is_read_back_unchanged(void **state)
{
	static const char text[] = "a\"b\\c\n\t<token>&\x7f\xc3\xa9\x01";
	auto_secret quoted = { 0 };
	auto_json json = NULL;

	(void)state;
	acr_secret_add(&quoted, "[");
	acr_json_quote(&quoted, text, strlen(text));
	acr_secret_add(&quoted, "]");
	assert_int_equal(acr_json_parse(acr_secret_text(&quoted), quoted.length, &json, NULL), 0);
	assert_string_equal(json_object_get_string(json_object_array_get_idx(json, 0)), text);
}

static void what_was_read_is_written_unchanged(void **state)
{
	static const char text[] =
		"{\"a\":[1,-2,3000000000,2.5,[],{}],\"b\\u0007\":{\"c\":\"\xc3\xbc\\\"\"},"
		"\"d\":true,\"e\":null,\"f\":[false,\"7\",\"x1\\\\\",12345678901]}";
	auto_json json = NULL;
	auto_secret written = { 0 };

	(void)state;
	assert_int_equal(acr_json_parse(text, strlen(text), &json, NULL), 0);
	acr_json_write(&written, json);
	assert_string_equal(acr_secret_text(&written), text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(invalid_json_is_an_error_with_its_position),
		cmocka_unit_test(line_and_column_point_at_the_mistake),
		cmocka_unit_test(members_are_read_by_type),
		cmocka_unit_test(a_quoted_string_is_read_back_unchanged),
		cmocka_unit_test(what_was_read_is_written_unchanged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
