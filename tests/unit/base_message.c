/* SPDX-License-Identifier: Apache-2.0 */
/* Tests that a message keeps its ID and its arguments, whatever they contain, and becomes a
 * sentence when it is printed. */
#include <errno.h>

#include "edges.h"

#include "acr/error.h"
#include "acr/message.h"

static void a_message_is_rendered_on_request(void **state)
{
	struct acr_error error = { 0 };
	auto_string text = NULL;

	(void)state;
	assert_int_equal(acr_raise(&error, PLAIN, "gone"), -1);
	text = acr_message_text(&error.message, NULL);
	assert_string_equal(text, "gone");
	assert_string_equal(edges_words(&error), "gone");
	assert_int_equal(error.kind, ACR_SYSTEM);
	assert_int_equal(acr_message_id(&error.message), ACR_MESSAGE_PLAIN);
	assert_true(acr_error_is(&error, PLAIN));
	assert_false(acr_error_is(&error, ERRNO));
}

static void a_cause_is_the_last_argument(void **state)
{
	struct acr_error error = { 0 };
	auto_string names = NULL;

	(void)state;
	acr_raise_errno(&error, ENOSPC, PLAIN);
	assert_string_equal(edges_words(&error), "No space left on device");
	assert_true(acr_error_is(&error, ERRNO));
	names = acr_message_names(&error.message);
	assert_string_equal(names, "plain errno");
}

static void arguments_cannot_pretend_to_be_messages(void **state)
{
	struct acr_error error = { 0 };

	(void)state;
	acr_raise(&error, PLAIN,
		  "\x02"
		  "errno\x1f"
		  "2\x03 \xff\x1b[31m\xc2\x9b");
	assert_false(acr_error_is(&error, ERRNO));
	assert_string_equal(edges_words(&error), "?errno?2? ??[31m?");
}

static void a_message_is_read_back_unchanged_or_not_at_all(void **state)
{
	static const char *const broken[] = { "",
					      "gone",
					      "\x02plain",
					      "\x02plain\x1fgone",
					      "\x02plain\x1fgone\x03x",
					      "\x02nosuch\x1fgone\x03",
					      "\x02plain\x1fgo\nne\x03",
					      "\x02plain\x1f\x02nosuch\x03\x03" };
	struct acr_error error = { 0 };
	struct acr_message again = { 0 };

	(void)state;
	acr_raise_errno(&error, EACCES, PLAIN);
	assert_true(acr_message_read(error.message.value, &again));
	assert_string_equal(again.value, error.message.value);
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		struct acr_message nothing = { 0 };

		assert_false(acr_message_read(broken[i], &nothing));
		assert_string_equal(nothing.value, "");
	}
}

static void a_message_with_long_arguments_is_not_cut(void **state)
{
	struct acr_error error = { 0 };
	struct acr_message again = { 0 };
	char large[4000];

	(void)state;
	memset(large, 'x', sizeof(large) - 1);
	large[sizeof(large) - 1] = '\0';
	acr_raise(&error, PLAIN, large);
	for (int i = 0; i < 200; i++) {
		acr_raise_cause(&error, &error.message, PLAIN);
		assert_true(strlen(error.message.value) < sizeof(error.message.value));
	}
	acr_raise(&error, PLAIN, large);
	assert_true(acr_message_read(error.message.value, &again));
}

static const char *noise(const char *english)
{
	return strcmp(english, "{text}") == 0 ? "<<{text}>>" : english;
}

static void every_language_may_reorder_the_arguments(void **state)
{
	struct acr_error error = { 0 };
	auto_string text = NULL;

	(void)state;
	acr_raise(&error, PLAIN, "gone");
	text = acr_message_text(&error.message, noise);
	assert_string_equal(text, "<<gone>>");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_message_is_rendered_on_request),
		cmocka_unit_test(a_cause_is_the_last_argument),
		cmocka_unit_test(arguments_cannot_pretend_to_be_messages),
		cmocka_unit_test(a_message_is_read_back_unchanged_or_not_at_all),
		cmocka_unit_test(a_message_with_long_arguments_is_not_cut),
		cmocka_unit_test(every_language_may_reorder_the_arguments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
