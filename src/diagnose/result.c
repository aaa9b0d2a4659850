/* SPDX-License-Identifier: Apache-2.0 */
/* Functions with which a check reports its result. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "acr/check.h"
#include "explain/error_words.h"
#include "explain/extract.h"
#include "explain/sanitize.h"

#define LINE_MAX 600 /* bytes */

void acr_check_result_wipe(struct acr_check_result *result)
{
	acr_secret_wipe(&result->line);
	acr_secret_wipe(&result->details);
	acr_facts_wipe(&result->facts);
	for (size_t i = 0; i < ACR_FOUND_COUNT; i++)
		acr_secret_wipe(&result->found[i]);
}

/* Lines may contain text from files and services: remove everything that is not plain text, such as
 * terminal escape sequences. */
static void add_clean(struct acr_secret *ret, const char *text)
{
	auto_secret clean = { 0 };

	acr_words_clean(text, strlen(text), &clean);
	acr_words_fold(&clean);
	acr_words_cut(&clean, LINE_MAX);
	acr_secret_add(ret, acr_secret_text(&clean));
}

void acr_check_say(struct acr_check_result *result, enum acr_verdict verdict, const char *format,
		   ...)
{
	char text[4 * LINE_MAX];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	result->verdict = verdict;
	acr_secret_wipe(&result->line);
	add_clean(&result->line, text);
}

void acr_check_detail(struct acr_check_result *result, const char *format, ...)
{
	char text[4 * LINE_MAX];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	if (result->details.length > 0)
		acr_secret_add(&result->details, "\n");
	add_clean(&result->details, text);
}

void acr_check_say_error(struct acr_check_result *result, enum acr_verdict verdict,
			 const struct acr_error *error)
{
	auto_string words = acr_error_words(error);
	auto_string ids = acr_message_names(&error->message);

	acr_check_say(result, verdict, "%s", words);
	acr_facts_set(&result->facts, ACR_FACT_ERROR, ids);
}

void acr_check_facts(const struct acr_case *subject, const char *text,
		     struct acr_check_result *result)
{
	struct acr_facts *facts = &result->facts;

	acr_facts_set(facts, ACR_FACT_VERB, "diagnose");
	if (subject->ours)
		acr_facts_of_registry(&subject->registry, facts);
	acr_facts_set(facts, ACR_FACT_REPOSITORY, subject->repository);
	acr_facts_set(facts, ACR_FACT_ACTION, subject->action);
	if (text)
		acr_facts_set(facts, ACR_FACT_TEXT, text);
}

void acr_check_explain(const struct acr_case *subject, const char *rule,
		       struct acr_check_result *result)
{
	acr_check_facts(subject, NULL, result);
	acr_facts_set(&result->facts, ACR_FACT_RULE, rule);
}

void acr_check_fail(const struct acr_app *app, const struct acr_case *subject,
		    enum acr_verdict verdict, const struct acr_error *error,
		    struct acr_check_result *result)
{
	auto_string text = acr_error_words(error);

	acr_check_say(result, verdict, "%s", text);
	acr_facts_of_error(app, error, &result->facts);
	acr_check_facts(subject, NULL, result);
	if (*error->sentence)
		acr_check_detail(result, "%s", error->sentence);
}

void acr_check_found(struct acr_check_result *result, enum acr_found found, const char *text)
{
	acr_secret_wipe(&result->found[found]);
	acr_secret_add(&result->found[found], text);
}

void acr_check_found_number(struct acr_check_result *result, enum acr_found found, int64_t number)
{
	char digits[32];

	snprintf(digits, sizeof(digits), "%lld", (long long)number);
	acr_check_found(result, found, digits);
}
