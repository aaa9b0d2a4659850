/* SPDX-License-Identifier: Apache-2.0 */
/* The set of facts: what is known about a failure, as text under the names that rules use. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acr/rule.h"
#include "explain/error_words.h"
#include "explain/language.h"
#include "explain/sanitize.h"

#define VALUE_MAX 500

const struct acr_fact_row acr_fact_rows[ACR_FACT_COUNT] = {
#define ROW(symbol, fact, otherwise, words, tells)                                                 \
	[ACR_FACT_##symbol] = { fact, otherwise, words, tells },
	ACR_FACTS(ROW)
#undef ROW
};

enum acr_fact acr_fact_by_name(const char *name, size_t length)
{
	size_t fact = 0;

	while (fact < ACR_FACT_COUNT && (strlen(acr_fact_rows[fact].name) != length ||
					 strncmp(acr_fact_rows[fact].name, name, length) != 0))
		fact++;
	return (enum acr_fact)fact;
}

void acr_facts_wipe(struct acr_facts *facts)
{
	for (size_t i = 0; i < ACR_FACT_COUNT; i++)
		acr_string_free(&facts->values[i]);
}

void acr_facts_set_bytes(struct acr_facts *facts, enum acr_fact fact, const char *value,
			 size_t length)
{
	char **place = &facts->values[fact];
	struct acr_message message;
	auto_secret clean = { 0 };

	acr_string_free(place);
	if (!value || length == 0)
		return;
	/* Formatted when it is printed, in the language selected then. */
	if (fact == ACR_FACT_REASON && acr_message_read(value, &message)) {
		*place = acr_copy(message.value);
		return;
	}
	acr_words_clean(value, length, &clean);
	if (fact != ACR_FACT_TEXT) {
		acr_words_fold(&clean);
		acr_words_hide(&clean);
		acr_words_cut(&clean, VALUE_MAX);
	}
	if (clean.length > 0)
		*place = acr_copy(acr_secret_text(&clean));
}

void acr_facts_set(struct acr_facts *facts, enum acr_fact fact, const char *value)
{
	acr_facts_set_bytes(facts, fact, value, value ? strlen(value) : 0);
}

void acr_facts_set_number(struct acr_facts *facts, enum acr_fact fact, long value)
{
	char digits[32];

	snprintf(digits, sizeof(digits), "%ld", value);
	acr_facts_set(facts, fact, value ? digits : NULL);
}

const char *acr_facts_get(const struct acr_facts *facts, enum acr_fact fact)
{
	return facts->values[fact] ? facts->values[fact] : "";
}

char *acr_fact_text(enum acr_fact fact, const char *value, bool plain)
{
	struct acr_message message;
	struct acr_who who;

	if (!*value)
		return acr_copy("");
	if (fact == ACR_FACT_REASON && acr_message_read(value, &message))
		return acr_message_text(&message, plain ? NULL : acr_text);
	if (fact == ACR_FACT_FLAW && !plain)
		return acr_copy(acr_text(value));
	if (fact != ACR_FACT_WHO)
		return acr_copy(value);
	acr_who_read(value, &who);
	return acr_who_text(&who, plain ? NULL : acr_text);
}

void acr_facts_of_registry(const struct acr_registry *registry, struct acr_facts *facts)
{
	char name[ACR_HOST_MAX];

	acr_registry_name(registry, name);
	acr_facts_set(facts, ACR_FACT_REGISTRY, registry->host);
	acr_facts_set(facts, ACR_FACT_NAME, name);
	acr_facts_set(facts, ACR_FACT_CLOUD, registry->cloud->name);
	acr_facts_set(facts, ACR_FACT_AUTHORITY, registry->authority);
	acr_facts_set(facts, ACR_FACT_PORTAL, registry->cloud->portal);
}
