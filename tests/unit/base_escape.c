/* SPDX-License-Identifier: Apache-2.0 */
/* Tests how foreign text is escaped for a terminal and for JSON. */
#include <string.h>

#include "base/escape.h"
#include "base/json.h"
#include "edges.h"

#define CLEAR "\x1b[2J"
#define TITLE "\x1b]0;t\x07"
#define RED   "\x1b[31;1m"
#define C1                                                                                         \
	"\xc2\x9b"                                                                                 \
	"2J"
#define RLO "\xe2\x80\xae"

static const char *escaped(const char *text, enum acr_escape how)
{
	static char shown[512];
	auto_secret out = { 0 };

	acr_escape(&out, text, strlen(text), how);
	snprintf(shown, sizeof(shown), "%s", acr_secret_text(&out));
	return shown;
}

static void terminal_control_characters_are_escaped(void **state)
{
	static const struct {
		const char *text, *shown;
	} rows[] = {
		{ "plain\ttext\n", "plain\ttext\n" },
		{ "gar\xc3\xa7on \xe4\xbd\xa0 \xf0\x9f\x90\xb3",
		  "gar\xc3\xa7on \xe4\xbd\xa0 \xf0\x9f\x90\xb3" },
		{ CLEAR, "\\x1b[2J" },
		{ TITLE, "\\x1b]0;t\\x07" },
		{ RED, "\\x1b[31;1m" },
		{ "a\rb\x7f\x08", "a\\x0db\\x7f\\x08" },
		{ C1, "\\u009b2J" },
		{ "\xc2\xa0", "\xc2\xa0" },
		{ RLO "x\xe2\x81\xa9\xd8\x9c\xe2\x80\x8e\xe2\x80\xa8",
		  "\\u202ex\\u2069\\u061c\\u200e\\u2028" },
		{ "\x9b"
		  "2J\xff\xe2\x80",
		  "\\x9b2J\\xff\\xe2\\x80" },
		{ "\xc0\x9b\xed\xa0\x80", "\\xc0\\x9b\\xed\\xa0\\x80" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_string_equal(escaped(rows[i].text, ACR_ESCAPE_ALL), rows[i].shown);
}

static void only_color_sequences_are_allowed_and_only_where_permitted(void **state)
{
	(void)state;
	assert_string_equal(escaped(RED "x\x1b[0m\x1b[m", ACR_ESCAPE_BUT_COLORS),
			    RED "x\x1b[0m\x1b[m");
	assert_string_equal(escaped(CLEAR "\x1b[?25l\x1b[31", ACR_ESCAPE_BUT_COLORS),
			    "\\x1b[2J\\x1b[?25l\\x1b[31");
	assert_string_equal(escaped("\x1b[31\nm\r", ACR_ESCAPE_BUT_COLORS), "\\x1b[31\nm\\x0d");
	assert_string_equal(escaped("\x1b[11111111111111111m", ACR_ESCAPE_PIPED),
			    "\\x1b[11111111111111111m");
	assert_string_equal(escaped(RED "50%\r" TITLE, ACR_ESCAPE_PIPED),
			    RED "50%\r\\x1b]0;t\\x07");
}

/* The output is the same wherever a pipe splits the text. */
static void an_incomplete_sequence_is_kept_until_the_next_piece(void **state)
{
	static const char text[] = "a\xc3\xa7" RED "b\xf0\x9f\x90\xb3" RLO CLEAR "c\x80\x80\x80\x80"
				   "d\x1b";
	auto_string whole = acr_copy(escaped(text, ACR_ESCAPE_PIPED));

	(void)state;
	for (size_t cut = 0; cut < sizeof(text); cut++) {
		size_t ready = acr_escape_whole(text, cut);
		auto_secret out = { 0 };

		assert_true(ready <= cut);
		acr_escape(&out, text, ready, ACR_ESCAPE_PIPED);
		acr_escape(&out, text + ready, sizeof(text) - 1 - ready, ACR_ESCAPE_PIPED);
		assert_string_equal(acr_secret_text(&out), whole);
	}
}

static void json_keeps_every_character_and_escapes_control_characters(void **state)
{
	static const char text[] = "\"\\" TITLE C1 RLO "\xc3\xa7\xf0\x9f\x90\xb3\xff";
	struct acr_error error = { 0 };
	auto_secret out = { 0 };
	auto_json json = NULL;

	(void)state;
	acr_secret_add(&out, "{\"k\":");
	acr_json_quote(&out, text, strlen(text));
	acr_secret_add(&out, "}");
	assert_string_equal(acr_secret_text(&out),
			    "{\"k\":\"\\\"\\\\\\u001b]0;t\\u0007\\u009b2J\\u202e"
			    "\xc3\xa7\xf0\x9f\x90\xb3\\ufffd\"}");
	assert_string_equal(escaped(acr_secret_text(&out), ACR_ESCAPE_ALL), acr_secret_text(&out));
	assert_int_equal(acr_json_parse(acr_secret_text(&out), out.length, &json, &error), 0);
	assert_string_equal(acr_json_string(json, "k"),
			    "\"\\" TITLE C1 RLO "\xc3\xa7\xf0\x9f\x90\xb3\xef\xbf\xbd");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(terminal_control_characters_are_escaped),
		cmocka_unit_test(only_color_sequences_are_allowed_and_only_where_permitted),
		cmocka_unit_test(an_incomplete_sequence_is_kept_until_the_next_piece),
		cmocka_unit_test(json_keeps_every_character_and_escapes_control_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
