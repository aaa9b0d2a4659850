/* SPDX-License-Identifier: Apache-2.0 */
/* Tests how header lines are parsed into a response. */
#include "edges.h"

#include "base/budget.h"
#include "http/answer.h"

static struct acr_response response;
static struct acr_answer answer;

static int fresh(void **state)
{
	(void)state;
	response = (struct acr_response){ 0 };
	answer = (struct acr_answer){ .response = &response };
	return 0;
}

#define HEAR(line) assert_true(acr_answer_header(&answer, line, sizeof(line) - 1))

static void the_headers_that_describe_the_registry_are_kept(void **state)
{
	(void)state;
	HEAR("HTTP/1.1 401 Unauthorized\r\n");
	HEAR("Server: openresty\r\n");
	HEAR("Date: Tue, 15 Nov 1994 08:12:31 GMT\r\n");
	HEAR("content-type: Application/JSON; charset=utf-8\r\n");
	HEAR("Www-Authenticate: Bearer realm=\"https://acme.azurecr.io/oauth2/token\"\r\n");
	HEAR("X-Ms-Correlation-Request-Id:   00000000-1111-2222-3333-444444444444  \r\n");
	HEAR("Location:https://evil.example/\r\n");
	HEAR("\r\n");
	assert_string_equal(response.server, "openresty");
	assert_int_equal(response.date, 784887151);
	assert_string_equal(response.type, "application/json");
	assert_string_equal(response.challenge,
			    "Bearer realm=\"https://acme.azurecr.io/oauth2/token\"");
	assert_string_equal(response.correlation, "00000000-1111-2222-3333-444444444444");
	assert_string_equal(response.location, "https://evil.example/");
}

static void the_correlation_id_of_the_registry_takes_precedence(void **state)
{
	(void)state;
	HEAR("client-request-id: first\r\n");
	HEAR("x-ms-request-id: second\r\n");
	assert_string_equal(response.correlation, "first");
	HEAR("x-ms-correlation-request-id: third\r\n");
	HEAR("x-ms-request-id: fourth\r\n");
	assert_string_equal(response.correlation, "third");
}

static void the_first_challenge_is_used(void **state)
{
	(void)state;
	HEAR("WWW-Authenticate: Bearer realm=\"a\"\r\n");
	HEAR("WWW-Authenticate: Basic realm=\"b\"\r\n");
	assert_string_equal(response.challenge, "Bearer realm=\"a\"");
}

static void a_status_line_starts_a_new_answer(void **state)
{
	(void)state;
	HEAR("HTTP/1.1 100 Continue\r\n");
	HEAR("Server: proxy\r\n");
	HEAR("WWW-Authenticate: Basic\r\n");
	HEAR("Retry-After: 9\r\n");
	HEAR("HTTP/1.1 200 OK\r\n");
	assert_string_equal(response.server, "");
	assert_string_equal(response.challenge, "");
	assert_int_equal(response.retry_after, 0);
}

static void retry_after_is_parsed_in_both_forms_and_ignored_if_invalid(void **state)
{
	static const struct {
		const char *line;
		int64_t date, wall;
		long seconds;
	} rows[] = {
		{ "Retry-After: 7", 0, 0, 7 },
		{ "Retry-After: 0", 0, 0, 0 },
		{ "Retry-After: -5", 0, 0, 0 },
		{ "Retry-After: 1000000000", 0, 0, 86400 },
		{ "Retry-After: 99999999999999999999", 0, 0, 86400 },
		{ "Retry-After: soon", 0, 0, 0 },
		{ "Retry-After: 7s", 0, 0, 0 },
		{ "Retry-After: ", 0, 0, 0 },
		{ "Retry-After: Tue, 15 Nov 1994 08:12:31 GMT", 784887121, 0, 30 },
		{ "Retry-After: Tue, 15 Nov 1994 08:12:31 GMT", 0, 784887141, 10 },
		{ "Retry-After: Tue, 15 Nov 1994 08:12:31 GMT", 784887121, 999999999, 30 },
		{ "Retry-After: Tue, 15 Nov 1994 08:12:31 GMT", 784887199, 0, 0 },
		{ "Retry-After: Tue, 15 Nov 2994 08:12:31 GMT", 784887199, 0, 86400 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		fresh(state);
		assert_true(acr_answer_header(&answer, rows[i].line, strlen(rows[i].line)));
		response.date = rows[i].date;
		acr_answer_end(&answer, rows[i].wall);
		if (response.retry_after != rows[i].seconds)
			fail_msg("%s: %ld", rows[i].line, response.retry_after);
	}
}

static void terminal_control_characters_are_removed(void **state)
{
	(void)state;
	HEAR("Server: open\x1b[31m\x07"
	     "resty\x9b\xff\0x\r\n");
	assert_string_equal(response.server, "open?[31m?resty???x");
}

static void a_value_that_is_too_long_is_cut(void **state)
{
	char line[5000];

	(void)state;
	memset(line, 'a', sizeof(line));
	memcpy(line, "Server: ", 8);
	assert_true(acr_answer_header(&answer, line, sizeof(line)));
	assert_int_equal(strlen(response.server), sizeof(response.server) - 1);
	memcpy(line, "WWW-Authenticate:", 17);
	assert_true(acr_answer_header(&answer, line, sizeof(line)));
	assert_int_equal(strlen(response.challenge), sizeof(response.challenge) - 1);
	memcpy(line, "Content-Type:    ", 17);
	assert_true(acr_answer_header(&answer, line, sizeof(line)));
	assert_int_equal(strlen(response.type), sizeof(response.type) - 1);
}

static void a_header_name_must_match_completely(void **state)
{
	(void)state;
	HEAR("X-Server: a\r\n");
	HEAR("Serve: b\r\n");
	HEAR("Server : c\r\n");
	HEAR(": d\r\n");
	HEAR("no colon\r\n");
	HEAR("");
	assert_string_equal(response.server, "");
}

static void the_number_of_headers_is_limited(void **state)
{
	size_t count = 0;

	(void)state;
	while (acr_answer_header(&answer, "X: y\r\n", 6))
		count++;
	assert_int_equal(count, ACR_HEADERS_MAX / 6);
	answer = (struct acr_answer){ 0 };
	assert_true(acr_answer_header(&answer, "Server: nobody listens", 22));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_headers_that_describe_the_registry_are_kept, fresh),
		cmocka_unit_test_setup(the_correlation_id_of_the_registry_takes_precedence, fresh),
		cmocka_unit_test_setup(the_first_challenge_is_used, fresh),
		cmocka_unit_test_setup(a_status_line_starts_a_new_answer, fresh),
		cmocka_unit_test_setup(retry_after_is_parsed_in_both_forms_and_ignored_if_invalid,
				       fresh),
		cmocka_unit_test_setup(terminal_control_characters_are_removed, fresh),
		cmocka_unit_test_setup(a_value_that_is_too_long_is_cut, fresh),
		cmocka_unit_test_setup(a_header_name_must_match_completely, fresh),
		cmocka_unit_test_setup(the_number_of_headers_is_limited, fresh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
