/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prints an explanation that is requested by its id or by a code, without a failure: what happened,
 * why, every remedy, and the codes of Entra ID and `az acr check-health` that it covers.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "acr/rule.h"
#include "base/nearest.h"
#include "explain/extract.h"
#include "explain/language.h"
#include "explain/sanitize.h"

#define ID_MAX	       39 /* maximum bytes of an id */
#define CONDITIONS_MAX (sizeof(((struct acr_rule *)0)->when) / sizeof(struct acr_condition))

/* The code of every denial identifies no cause. */
static const char any_denial[] = "UNAUTHORIZED";

/* DOCKER_PULL_ERROR, AADSTS700016, DENIED: a code of a service or of az. */
static bool is_code(const char *word, size_t length)
{
	size_t capitals = 0;

	if (length == strlen(any_denial) && strncmp(word, any_denial, length) == 0)
		return false;
	for (size_t i = 0; i < length; i++) {
		if (!isupper((unsigned char)word[i]) && !isdigit((unsigned char)word[i]) &&
		    word[i] != '_')
			return false;
		capitals += isupper((unsigned char)word[i]) != 0;
	}
	return capitals > 3;
}

/* The codes of one condition, each followed by a blank; an AADSTS number with its letters. */
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

/* The codes of a rule and of its ALSO rows. */
static void codes_of(const char *id, struct acr_secret *out)
{
	for (const struct acr_rule *rule = acr_rules(); rule->id; rule++)
		for (size_t i = 0;
		     strcmp(rule->id, id) == 0 && i < CONDITIONS_MAX && rule->when[i].test; i++)
			add_codes(&rule->when[i], out);
}

void acr_rule_codes(const struct acr_rule *rule, struct acr_secret *out)
{
	auto_secret all = { 0 };

	codes_of(rule->id, &all);
	for (const char *at = acr_secret_text(&all); *at; at += strcspn(at, " ") + 1) {
		auto_string code = acr_format("%.*s ", (int)strcspn(at, " "), at);

		if (!out->length || !strstr(acr_secret_text(out), code))
			acr_secret_add(out, code);
	}
}

/* Is `word` the id of this rule, or one of its codes? */
static bool is_meant(const struct acr_rule *rule, const char *word)
{
	auto_secret codes = { 0 };
	auto_string whole = acr_format("%s ", word);

	if (strcasecmp(word, any_denial) == 0)
		word = "unauthorized-image";
	if (strcasecmp(rule->id, word) == 0)
		return true;
	acr_rule_codes(rule, &codes);
	for (const char *at = acr_secret_text(&codes); (at = strcasestr(at, whole)); at++)
		if (at == codes.bytes || at[-1] == ' ')
			return true;
	return false;
}

/* There is no failure: facts without a default get a placeholder in capital letters, so that no
 * cause and no remedy is omitted. `word` may be the code that was requested. */
static void fill_in(const char *word, struct acr_facts *facts)
{
	static const enum acr_fact named[] = {
		ACR_FACT_HOST,	      ACR_FACT_ACTION, ACR_FACT_PROXY,	  ACR_FACT_ADDRESS,
		ACR_FACT_CERTIFICATE, ACR_FACT_SKEW,   ACR_FACT_AUDIENCE, ACR_FACT_NEAR_MISS,
		ACR_FACT_TYPED,	      ACR_FACT_FILE,   ACR_FACT_SERVER,	  ACR_FACT_DATA_ENDPOINT
	};

	for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++) {
		auto_string name = acr_copy(acr_fact_rows[named[i]].name);

		for (char *c = name; *c; c++)
			*c = *c == '_' ? '-' : (char)toupper((unsigned char)*c);
		acr_facts_set(facts, named[i], name);
	}
	acr_facts_set(facts, ACR_FACT_CODE, "CODE");
	acr_facts_set(facts, ACR_FACT_CLIENT_ID, "APPLICATION-ID");
	if (strncasecmp(word, "AADSTS", 6) == 0) {
		acr_facts_set(facts, ACR_FACT_CODE, word);
		acr_facts_set(facts, ACR_FACT_NUMBER, word + 6);
	}
}

size_t acr_rules_page(const char *word, struct acr_secret *out)
{
	auto_facts facts = { 0 };
	size_t count = 0;

	fill_in(word, &facts);
	for (const struct acr_rule *rule = acr_rules(); rule->id; rule++) {
		auto_explanation explanation = { 0 };
		auto_secret codes = { 0 };

		if (rule->alternative || !is_meant(rule, word))
			continue;
		acr_secret_add(out, count++ ? "\n" : "");
		acr_rule_render(rule, &facts, &explanation);
		acr_explanation_lay_out_whole(&explanation, out);
		acr_rule_codes(rule, &codes);
		if (codes.length > 0)
			acr_secret_format(out, _("Codes: %s\n"), acr_secret_text(&codes));
	}
	return count;
}

void acr_rules_list(struct acr_secret *out)
{
	auto_facts facts = { 0 };

	fill_in("", &facts);
	for (const struct acr_rule *rule = acr_rules(); rule->id; rule++) {
		auto_string what = acr_fill(acr_text(rule->what), &facts, false);

		if (!rule->alternative)
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
