/* SPDX-License-Identifier: Apache-2.0 */
/* Tests how the argument of `diagnose` is parsed, and how the result of a check is sent through a
 * pipe. */
#include "edges.h"

#include "acr/check.h"
#include "diagnose/scheduler.h"

static void take(struct edges *edges, const char *typed, struct acr_case *ret)
{
	acr_case_begin(&edges->app, typed, NULL, NULL, ret);
}

static void an_image_name_is_parsed_as_docker_parses_it(void **state)
{
	static const struct {
		const char *typed, *host, *repository, *reference;
	} rows[] = {
		{ "acme.azurecr.io", "acme.azurecr.io", "", "" },
		{ "acme.azurecr.io/app", "acme.azurecr.io", "app", "latest" },
		{ "acme.azurecr.io/team/app:v1", "acme.azurecr.io", "team/app", "v1" },
		{ "https://acme.azurecr.io/v2/", "acme.azurecr.io", "", "" },
		{ "acme.azurecr.io:443/app", "acme.azurecr.io:443", "app", "latest" },
		{ "acme.azurecr.io/app:v1@sha256:00", "acme.azurecr.io", "app", "sha256:00" },
		{ "acme.azurecr.io/", "acme.azurecr.io", "", "" },
	};
	struct edges edges;

	(void)state;
	edges_begin(&edges);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct acr_case subject;

		take(&edges, rows[i].typed, &subject);
		assert_true(subject.ours);
		assert_string_equal(subject.typed, rows[i].host);
		assert_string_equal(subject.registry.host, "acme.azurecr.io");
		assert_string_equal(subject.repository, rows[i].repository);
		assert_string_equal(subject.reference, rows[i].reference);
		assert_int_equal(subject.untagged, strcmp(rows[i].reference, "latest") == 0);
		acr_case_wipe(&subject);
	}
	edges_end(&edges);
}

static void a_name_that_only_resembles_an_azure_registry_is_not_one(void **state)
{
	static const char *const rows[] = { "acme.azurecr.io.evil.example/app",
					    "user@acme.azurecr.io/app",
					    "evil-azurecr.io",
					    "mcrprod.azurecr.io/app",
					    "acme.azurecr.io:5000/app",
					    "",
					    NULL };
	struct edges edges;

	(void)state;
	edges_begin(&edges);
	for (const char *const *row = rows; *row; row++) {
		struct acr_case subject;

		take(&edges, *row, &subject);
		assert_false(subject.ours);
		acr_case_wipe(&subject);
	}
	edges_end(&edges);
}

static void a_misspelled_name_is_found(void **state)
{
	struct edges edges;
	char *found;

	(void)state;
	edges_begin(&edges);
	edges_write(&edges, ".docker/config.json",
		    "{\"credHelpers\":{\"contoso.azurecr.io\":\"acr\"}}");
	for (size_t i = 0; i < 4; i++) {
		static const char *const near[] = { "contso.azurecr.io", "contosso.azurecr.io",
						    "cnotoso.azurecr.io", "contosa.azurecr.io" };

		found = acr_case_nearest(&edges.app, near[i]);
		assert_non_null(found);
		assert_string_equal(found, "contoso.azurecr.io");
		acr_string_free(&found);
	}
	assert_null(acr_case_nearest(&edges.app, "fabrikam.azurecr.io"));
	assert_null(acr_case_nearest(&edges.app, "contoso.azurecr.io"));
	edges_end(&edges);
}

static void a_result_is_read_from_the_pipe_unchanged(void **state)
{
	struct acr_check_result in = { 0 }, out = { 0 };
	auto_secret bytes = { 0 };

	(void)state;
	acr_check_say(&in, ACR_VERDICT_PROBLEM, "a line with a %s", "\xc3\xa9");
	acr_check_detail(&in, "one");
	acr_check_detail(&in, "two");
	acr_facts_set(&in.facts, ACR_FACT_REGISTRY, "acme.azurecr.io");
	acr_facts_set(&in.facts, ACR_FACT_TEXT, "two\nlines");
	acr_check_found(&in, ACR_FOUND_SETTINGS, "{\"a\":\"\\u0000\"}");
	acr_check_result_write(&in, &bytes);
	assert_true(acr_check_result_read(&bytes, &out));
	assert_int_equal(out.verdict, ACR_VERDICT_PROBLEM);
	assert_string_equal(acr_secret_text(&out.line), "a line with a \xc3\xa9");
	assert_string_equal(acr_secret_text(&out.details), "one\ntwo");
	assert_string_equal(acr_facts_get(&out.facts, ACR_FACT_TEXT), "two\nlines");
	assert_string_equal(acr_facts_get(&out.facts, ACR_FACT_USER), "");
	assert_string_equal(acr_secret_text(&out.found[ACR_FOUND_SETTINGS]), "{\"a\":\"\\u0000\"}");
	acr_check_result_wipe(&in);
	acr_check_result_wipe(&out);
}

static void an_incomplete_result_is_not_accepted(void **state)
{
	struct acr_check_result in = { 0 };
	auto_secret bytes = { 0 };

	(void)state;
	acr_check_say(&in, ACR_VERDICT_OK, "fine");
	acr_check_result_write(&in, &bytes);
	for (size_t length = 0; length < bytes.length; length += 7) {
		struct acr_check_result out = { 0 };
		auto_secret half = { 0 };

		acr_secret_add_bytes(&half, bytes.bytes, length);
		assert_false(acr_check_result_read(&half, &out));
		acr_check_result_wipe(&out);
	}
	acr_secret_add(&bytes, "more");
	struct acr_check_result out = { 0 };
	assert_false(acr_check_result_read(&bytes, &out));
	acr_check_result_wipe(&out);
	acr_check_result_wipe(&in);
}

static void terminal_sequences_are_removed_from_a_line(void **state)
{
	struct acr_check_result result = { 0 };

	(void)state;
	acr_check_say(&result, ACR_VERDICT_OK, "%s", "a\033[31mred\033[0m\nb\a");
	assert_null(strpbrk(acr_secret_text(&result.line), "\033\n\a"));
	acr_check_result_wipe(&result);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_image_name_is_parsed_as_docker_parses_it),
		cmocka_unit_test(a_name_that_only_resembles_an_azure_registry_is_not_one),
		cmocka_unit_test(a_misspelled_name_is_found),
		cmocka_unit_test(a_result_is_read_from_the_pipe_unchanged),
		cmocka_unit_test(an_incomplete_result_is_not_accepted),
		cmocka_unit_test(terminal_sequences_are_removed_from_a_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
