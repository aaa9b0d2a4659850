/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An explanation asked for by its id or by a code that means it, without any failure at hand: what,
 * why, every remedy, the codes of Entra ID and of `az acr check-health` that it stands for.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "acr/rule.h"
#include "base/nearest.h"
#include "explain/extract.h"
#include "explain/language.h"
#include "explain/sanitize.h"

#define ID_MAX 39 /* bytes, of what may be an id */

/* DOCKER_PULL_ERROR, AADSTS700016, UNAUTHORIZED: what a service or az prints as a code. */
static bool is_code(const char *word, size_t length)
{
	size_t capitals = 0;

	for (size_t i = 0; i < length; i++) {
		if (!isupper((unsigned char)word[i]) && !isdigit((unsigned char)word[i]) &&
		    word[i] != '_')
			return false;
		capitals += isupper((unsigned char)word[i]) != 0;
	}
	return capitals > 3;
}

/* The codes of one condition, each with a blank behind it; an AADSTS number with its letters. */
static void add_codes(const struct acr_condition *condition, struct acr_secret *out)
{
	bool numbers = condition->fact == ACR_FACT_NUMBER;
	const char *next = condition->operand, *word;
	size_t length;

	if (!next || (condition->test != ACR_IS && condition->test != ACR_HAS))
		return;
	while (acr_words_next(&next, &word, &length))
		if (numbers || is_code(word, length))
			acr_secret_format(out, "%s%.*s ", numbers ? "AADSTS" : "", (int)length,
					  word);
}

static void codes_of(const struct acr_rule *rule, struct acr_secret *out)
{
	for (size_t i = 0; i < sizeof(rule->when) / sizeof(rule->when[0]) && rule->when[i].test;
	     i++)
		add_codes(&rule->when[i], out);
}

/* Is `word` the id of this rule, or one of its codes? */
static bool is_meant(const struct acr_rule *rule, const char *word)
{
	auto_secret codes = { 0 };
	auto_string whole = acr_format("%s ", word);

	if (strcasecmp(rule->id, word) == 0)
		return true;
	codes_of(rule, &codes);
	for (const char *at = acr_secret_text(&codes); (at = strcasestr(at, whole)); at++)
		if (at == codes.bytes || at[-1] == ' ')
			return true;
	return false;
}

size_t acr_rules_page(const char *word, struct acr_secret *out)
{
	static const struct acr_facts none;
	size_t count = 0;

	for (const struct acr_rule *rule = acr_rules(); rule->id; rule++) {
		auto_explanation explanation = { 0 };
		auto_secret codes = { 0 };

		/* An ALSO row has the texts of its rule: it is named by a code of its own alone. */
		if (!is_meant(rule, word) || (rule->alternative && strcasecmp(rule->id, word) == 0))
			continue;
		acr_secret_add(out, count++ ? "\n" : "");
		acr_rule_render(rule, &none, &explanation);
		acr_explanation_lay_out_whole(&explanation, out);
		codes_of(rule, &codes);
		if (codes.length > 0)
			acr_secret_format(out, _("Codes: %s\n"), acr_secret_text(&codes));
	}
	return count;
}

void acr_rules_list(struct acr_secret *out)
{
	for (const struct acr_rule *rule = acr_rules(); rule->id; rule++) {
		auto_string what = acr_fill(acr_text(rule->what), &(struct acr_facts){ 0 }, false);

		if (rule == acr_rules() || strcmp(rule->id, rule[-1].id) != 0)
			acr_secret_format(out, "%-32s %s\n", rule->id, what);
	}
}

const char *acr_rule_nearest(const char *word)
{
	const char *best = NULL;
	size_t least = strlen(word) / 3 + 1;

	for (const struct acr_rule *rule = acr_rules(); rule->id && strlen(word) < ID_MAX; rule++) {
		size_t away = acr_distance(word, rule->id);

		if (away < least) {
			least = away;
			best = rule->id;
		}
	}
	return best;
}
