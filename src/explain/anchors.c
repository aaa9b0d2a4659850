/* SPDX-License-Identifier: Apache-2.0 */
/* An index of rules by the first letters of their anchor words, so that a text of a megabyte is
 * scanned once, whatever the number of rules. */
#include "explain/anchors.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "explain/attribute.h"
#include "explain/sanitize.h"

#define ACR_ERROR_DATA "acr-error:" /* acr_message_data */
#define LETTERS	       3	    /* at the beginning of a word: the key of the index */
#define COUNT(array)   (sizeof(array) / sizeof((array)[0]))

static size_t bucket(const char *text)
{
	size_t sum = 0;

	for (size_t i = 0; i < LETTERS; i++)
		sum = sum * 31 + (size_t)tolower((unsigned char)text[i]);
	return sum % COUNT(((struct acr_anchors *)NULL)->heads);
}

/* The condition whose words are searched for. */
static const struct acr_condition *anchor(const struct acr_rule *rule)
{
	for (size_t i = 0; i < COUNT(rule->when); i++) {
		const struct acr_condition *condition = &rule->when[i];

		if ((condition->fact == ACR_FACT_TEXT && condition->test == ACR_HAS) ||
		    (condition->fact == ACR_FACT_CODE &&
		     (condition->test == ACR_IS || condition->test == ACR_BEGINS)) ||
		    (condition->fact == ACR_FACT_CHECK && condition->test == ACR_IS))
			return condition;
	}
	return NULL;
}

static void add(struct acr_anchors *anchors, const struct acr_rule *rule, const char *word,
		size_t length)
{
	struct acr_anchor *one = &anchors->list[anchors->count + 1];
	size_t at = bucket(word);

	/* A recorded error of this program is not text of the log, wherever it is. */
	if (length > strlen(ACR_ERROR_DATA) &&
	    strncmp(word, ACR_ERROR_DATA, strlen(ACR_ERROR_DATA)) == 0)
		return;
	if (length < LETTERS || (size_t)anchors->count + 2 > COUNT(anchors->list))
		abort();
	*one = (struct acr_anchor){
		rule, word, length, acr_rule_weight(rule), 0, anchors->heads[at]
	};
	anchors->heads[at] = ++anchors->count;
}

static struct acr_anchors table;

bool acr_anchor_is_generic(const struct acr_anchor *anchor)
{
	struct acr_anchor *one = &table.list[anchor - table.list];

	if (one->generic == 0)
		one->generic = acr_is_generic(one->word, one->length) ? 1 : -1;
	return one->generic > 0;
}

const struct acr_anchors *acr_anchors(void)
{
	if (table.count > 0)
		return &table;
	for (const struct acr_rule *rule = acr_rules(); rule->id; rule++) {
		const struct acr_condition *condition = anchor(rule);
		const char *words = condition ? condition->operand : NULL, *word;
		size_t length;

		while (acr_words_next(&words, &word, &length))
			add(&table, rule, word, length);
	}
	return &table;
}

const struct acr_anchor *acr_anchor_at(const struct acr_anchors *anchors, const char *text,
				       size_t left, const struct acr_anchor *previous)
{
	size_t at = previous ? previous->next : left >= LETTERS ? anchors->heads[bucket(text)] : 0;

	for (; at; at = anchors->list[at].next) {
		const struct acr_anchor *one = &anchors->list[at];

		if (one->length <= left && acr_words_same(text, one->word, one->length))
			return one;
	}
	return NULL;
}
