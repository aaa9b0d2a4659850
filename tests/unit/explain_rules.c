/* SPDX-License-Identifier: Apache-2.0 */
/* Tests every rule with the longest and most hostile facts: the page fits a terminal, and a shell
 * reads each value in a command as a single word. */
#include "edges.h"

#include "acr/rule.h"
#include "base/columns.h"

static void set_all(struct acr_facts *facts, const char *value)
{
	for (int i = 0; i < ACR_FACT_COUNT; i++)
		acr_facts_set(facts, (enum acr_fact)i, value);
}

/* Sets values as long as real ones. */
static void set_long(struct acr_facts *facts)
{
	set_all(facts, "11111111-2222-3333-4444-555555555555");
	acr_facts_set(facts, ACR_FACT_REGISTRY,
		      "contosocontainerregistry-e7ggejfuhzhgedc8.azurecr.io");
	acr_facts_set(facts, ACR_FACT_NAME, "contosocontainerregistry");
	acr_facts_set(facts, ACR_FACT_REPOSITORY, "platform/services/payment-gateway");
	acr_facts_set(
		facts, ACR_FACT_WHO,
		"managed identity aks-agentpool (11111111-2222-3333-4444-555555555555), tenant "
		"99999999-8888-7777-6666-555555555555");
	acr_facts_set(
		facts, ACR_FACT_SENTENCE,
		"The service has said something that is rather long, as services do when they "
		"want to be helpful and name all that they know about a request");
	acr_facts_set(facts, ACR_FACT_REASON,
		      "the name contosocontainerregistry-e7ggejfuhzhgedc8.azurecr.io could not be "
		      "resolved within the time that there is for it");
	acr_facts_set(facts, ACR_FACT_STATUS, "401");
	acr_facts_set(facts, ACR_FACT_CODE, "AADSTS7000222");
}

static size_t columns(const char *text, size_t length)
{
	size_t count = 0;

	for (size_t i = 0; i < length; i++)
		count += ((unsigned char)text[i] & 0xc0) != 0x80;
	return count;
}

/* A line may be too long only if a word or a URL cannot be split. */
static size_t check_page(const char *id, const char *page)
{
	size_t rows = 0;

	for (const char *line = page; *line; line += strcspn(line, "\n") + 1) {
		size_t length = strcspn(line, "\n"), wide = columns(line, length);
		const char *text = line + strspn(line, " ");
		size_t words = 0;

		for (const char *c = text; c < line + length; c++)
			words += *c == ' ';
		if (wide > ACR_COLUMNS_MOST && words > 2)
			fail_msg("%s: %zu columns: %.*s", id, wide, (int)length, line);
		rows += 1 + (wide ? (wide - 1) / ACR_COLUMNS_MOST : 0);
	}
	return rows;
}

static void fits(const char *id, const struct acr_secret *page, size_t most)
{
	size_t rows = check_page(id, acr_secret_text(page));

	if (rows > most)
		fail_msg("%s: %zu rows\n%s", id, rows, acr_secret_text(page));
}

static void every_rule_fits_the_terminal_with_the_longest_facts(void **state)
{
	auto_facts facts = { 0 };

	(void)state;
	set_long(&facts);
	for (const struct acr_rule *rule = acr_rules(); rule->id; rule++) {
		auto_explanation explanation = { 0 };
		auto_string headline = NULL;
		struct acr_brief brief = {
			.lead = "docker-credential-acr:",
			.said = "",
			.others = "managed-identity: contoso.azurecr.io denied access to managed "
				  "identity 11111111-2222-3333-4444-555555555555",
			.host = acr_facts_get(&facts, ACR_FACT_REGISTRY),
			.remembered = true,
		};
		auto_secret page = { 0 };
		auto_secret short_page = { 0 };

		acr_rule_render(rule, &facts, &explanation);
		headline = acr_format("%s (status 401, AADSTS7000222) [%s]", explanation.what,
				      rule->id);
		brief.headline = headline;
		acr_explanation_lay_out(&explanation, &facts, brief.lead, &page);
		fits(rule->id, &page, ACR_LINES);
		acr_explanation_lay_out_brief(&explanation, &facts, &brief, &short_page);
		fits(rule->id, &short_page, ACR_LINES_BRIEF);
		assert_non_null(strstr(acr_secret_text(&short_page), rule->id));
	}
}

/* With facts of ordinary length, every brief explanation contains a remedy. */
static void every_rule_has_a_short_remedy(void **state)
{
	auto_facts facts = { 0 };

	(void)state;
	set_all(&facts, "11111111-2222-3333-4444-555555555555");
	acr_facts_set(&facts, ACR_FACT_REGISTRY, "contoso.azurecr.io");
	acr_facts_set(&facts, ACR_FACT_NAME, "contoso");
	acr_facts_set(&facts, ACR_FACT_REPOSITORY, "team/app");
	acr_facts_set(&facts, ACR_FACT_HIDDEN, NULL);
	acr_facts_set(&facts, ACR_FACT_WHO,
		      "service principal 11111111-2222-3333-4444-555555555555, tenant "
		      "99999999-8888-7777-6666-555555555555");
	for (const struct acr_rule *rule = acr_rules(); rule->id; rule++) {
		auto_explanation explanation = { 0 };
		auto_string headline = NULL;
		struct acr_brief brief = { .lead = "docker-credential-acr:",
					   .said = "",
					   .others = "",
					   .host = "contoso.azurecr.io",
					   .remembered = true };
		auto_secret page = { 0 };

		acr_rule_render(rule, &facts, &explanation);
		headline = acr_format("%s (status 401, AADSTS7000222) [%s]", explanation.what,
				      rule->id);
		brief.headline = headline;
		acr_explanation_lay_out_brief(&explanation, &facts, &brief, &page);
		if (getenv("ACR_SHOW"))
			puts(acr_secret_text(&page));
		/* If `diagnose` is the only remedy, only the line about it at the end remains. */
		if ((explanation.step_count > 1 &&
		     !strstr(acr_secret_text(&page), "\nWhat to do:")) ||
		    !strstr(acr_secret_text(&page), "\nAll checks:"))
			fail_msg("%s:\n%s", rule->id, acr_secret_text(&page));
	}
}

static void every_rule_has_a_first_line_without_facts(void **state)
{
	const struct acr_facts none = { 0 };

	(void)state;
	for (const struct acr_rule *rule = acr_rules(); rule->id; rule++) {
		auto_explanation explanation = { 0 };

		acr_rule_render(rule, &none, &explanation);
		if (strchr(explanation.what, '{') || strchr(explanation.what, '\n'))
			fail_msg("%s: %s", rule->id, explanation.what);
		for (size_t i = 0; i < explanation.step_count; i++)
			assert_null(strstr(explanation.steps[i].say, "{registry}"));
	}
}

/* How would a shell read `command`: does it contain one of `forbidden` outside of single quotes? */
static bool stands_open(const char *command, const char *forbidden)
{
	bool quoted = false;

	for (const char *c = command; *c; c++) {
		if (!quoted && *c == '\\' && c[1]) {
			c++;
			continue;
		}
		if (*c == '\'')
			quoted = !quoted;
		else if (!quoted && strncmp(c, forbidden, strlen(forbidden)) == 0)
			return true;
	}
	return false;
}

static void every_fact_is_one_word_for_a_shell(void **state)
{
	static const char *const hostile[] = { "x; HARM",      "$(HARM)",	 "`HARM`",
					       "x' ; HARM; '", "x\" ; HARM; \"", "x\nHARM",
					       "x | HARM",     "x\\' ; HARM",	 "$HARM",
					       "x&HARM",       "x>HARM" };

	(void)state;
	for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
		auto_facts facts = { 0 };

		set_all(&facts, hostile[i]);
		for (const struct acr_rule *rule = acr_rules(); rule->id; rule++) {
			auto_explanation explanation = { 0 };

			acr_rule_render(rule, &facts, &explanation);
			for (size_t j = 0; j < explanation.step_count; j++)
				if (stands_open(explanation.steps[j].command, "HARM"))
					fail_msg("%s: %s", rule->id, explanation.steps[j].command);
		}
	}
}

static void no_fact_is_an_option(void **state)
{
	auto_facts facts = { 0 };

	(void)state;
	set_all(&facts, "--evil");
	for (const struct acr_rule *rule = acr_rules(); rule->id; rule++) {
		auto_explanation explanation = { 0 };

		acr_rule_render(rule, &facts, &explanation);
		for (size_t j = 0; j < explanation.step_count; j++)
			assert_null(strstr(explanation.steps[j].command, " --evil"));
	}
}

static void a_line_with_an_unknown_fact_is_left_out(void **state)
{
	auto_facts facts = { 0 };
	auto_string said = NULL;

	(void)state;
	acr_facts_set(&facts, ACR_FACT_STATUS, "403");
	said = acr_fill("one {status}\ntwo {skew}\nthree {nonsense} {skew}", &facts, false);
	assert_string_equal(said, "one 403");
}

static void braces_that_are_not_a_placeholder_are_kept(void **state)
{
	auto_facts facts = { 0 };
	auto_string said = acr_fill("{{.HTTPSProxy}} {\"a\": 1} {", &facts, true);

	(void)state;
	assert_string_equal(said, "{{.HTTPSProxy}} {\"a\": 1} {");
}

static void a_fact_is_one_line_without_control_characters(void **state)
{
	auto_facts facts = { 0 };
	char long_value[2000];

	(void)state;
	acr_facts_set(&facts, ACR_FACT_SENTENCE,
		      "a\x1b[31mb\x1b]0;title\a\x07 c\r\nd\te\xff f\xc2\x85g");
	assert_string_equal(acr_facts_get(&facts, ACR_FACT_SENTENCE), "ab? c d e? f?g");
	memset(long_value, ' ', sizeof(long_value));
	for (size_t i = 0; i < sizeof(long_value); i += 4)
		memcpy(long_value + i, "\xc3\xa9x ", 4);
	long_value[sizeof(long_value) - 1] = '\0';
	acr_facts_set(&facts, ACR_FACT_SENTENCE, long_value);
	assert_true(strlen(acr_facts_get(&facts, ACR_FACT_SENTENCE)) <= 500);
	acr_facts_set(&facts, ACR_FACT_SENTENCE, "");
	assert_string_equal(acr_facts_get(&facts, ACR_FACT_SENTENCE), "");
}

static void text_that_looks_like_a_secret_is_not_repeated(void **state)
{
	auto_facts facts = { 0 };

	(void)state;
	acr_facts_set(&facts, ACR_FACT_SENTENCE,
		      "cannot take eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln here");
	assert_string_equal(acr_facts_get(&facts, ACR_FACT_SENTENCE), "cannot take (hidden) here");
	acr_facts_set(&facts, ACR_FACT_SENTENCE,
		      "secret abc8Q~ABCDEFGHIJKLMNOPQRSTUVWXYZ01234567 is wrong");
	assert_string_equal(acr_facts_get(&facts, ACR_FACT_SENTENCE), "secret (hidden) is wrong");
	acr_facts_set(&facts, ACR_FACT_CLIENT_ID, "11111111-2222-3333-4444-555555555555");
	assert_string_equal(acr_facts_get(&facts, ACR_FACT_CLIENT_ID),
			    "11111111-2222-3333-4444-555555555555");
}

static void facts_are_found_by_name(void **state)
{
	(void)state;
	for (size_t i = 0; i < ACR_FACT_COUNT; i++)
		assert_int_equal(
			acr_fact_by_name(acr_fact_rows[i].name, strlen(acr_fact_rows[i].name)), i);
	assert_int_equal(acr_fact_by_name("nonsense", 8), ACR_FACT_COUNT);
	assert_int_equal(acr_fact_by_name("registryx", 8), ACR_FACT_REGISTRY);
}

static void the_most_specific_rule_explains(void **state)
{
	auto_facts facts = { 0 };

	(void)state;
	acr_facts_set(&facts, ACR_FACT_KIND, "refused");
	acr_facts_set(&facts, ACR_FACT_ORIGIN, "entra");
	assert_string_equal(acr_rules_match(&facts, NULL)->id, "login-unavailable");
	acr_facts_set(&facts, ACR_FACT_CODE, "AADSTS1234567");
	assert_string_equal(acr_rules_match(&facts, NULL)->id, "entra-unknown-code");
	acr_facts_set(&facts, ACR_FACT_CODE, "AADSTS7000222");
	assert_string_equal(acr_rules_match(&facts, NULL)->id, "entra-secret-expired");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_rule_fits_the_terminal_with_the_longest_facts),
		cmocka_unit_test(every_rule_has_a_short_remedy),
		cmocka_unit_test(every_rule_has_a_first_line_without_facts),
		cmocka_unit_test(every_fact_is_one_word_for_a_shell),
		cmocka_unit_test(no_fact_is_an_option),
		cmocka_unit_test(a_line_with_an_unknown_fact_is_left_out),
		cmocka_unit_test(braces_that_are_not_a_placeholder_are_kept),
		cmocka_unit_test(a_fact_is_one_line_without_control_characters),
		cmocka_unit_test(text_that_looks_like_a_secret_is_not_repeated),
		cmocka_unit_test(facts_are_found_by_name),
		cmocka_unit_test(the_most_specific_rule_explains),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
