/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any text against the rules. A rule is anchored: its first condition on the text, a code or a
 * check says which words to look for; where they stand, the facts of that neighbourhood are taken
 * and the rest of its conditions asked. The most special rule takes its line, so that a general one
 * does not explain the same words again.
 */
#include <stdlib.h>
#include <string.h>

#include "acr/config.h"
#include "explain/extract.h"
#include "explain/sanitize.h"

#define NEIGHBOURHOOD 900 /* bytes to either side: what one message and its context take */
#define PLACES_MOST   40  /* of one rule */
#define RULES_MOST    400
#define FINDINGS_MOST (sizeof(((struct acr_findings *)NULL)->list) / sizeof(struct acr_finding))

struct reading {
	const struct acr_app *app;
	const char *text;
	size_t length;
	struct acr_findings *findings;
	struct acr_facts whole; /* the names in all of it */
	bool whole_known;
	struct {
		size_t begin, end;
	} taken[FINDINGS_MOST];
};

void acr_findings_wipe(struct acr_findings *findings)
{
	for (size_t i = 0; i < findings->count; i++)
		acr_facts_wipe(&findings->list[i].facts);
	findings->count = 0;
}

/* The condition that says what to look for. */
static const struct acr_condition *anchor(const struct acr_rule *rule)
{
	for (size_t i = 0; i < sizeof(rule->when) / sizeof(rule->when[0]); i++) {
		const struct acr_condition *condition = &rule->when[i];

		if ((condition->fact == ACR_FACT_TEXT && condition->test == ACR_HAS) ||
		    (condition->fact == ACR_FACT_CODE &&
		     (condition->test == ACR_IS || condition->test == ACR_BEGINS)) ||
		    (condition->fact == ACR_FACT_CHECK && condition->test == ACR_IS))
			return condition;
	}
	return NULL;
}

static bool is_taken(const struct reading *reading, size_t at)
{
	for (size_t i = 0; i < reading->findings->count; i++)
		if (at >= reading->taken[i].begin && at < reading->taken[i].end)
			return true;
	return false;
}

/* The line around `at`, and no more of it than a neighbourhood. */
static void take_line(struct reading *reading, size_t at)
{
	size_t begin = at, end = at, i = reading->findings->count;

	while (begin > 0 && at - begin < NEIGHBOURHOOD && reading->text[begin - 1] != '\n')
		begin--;
	while (end < reading->length && end - at < NEIGHBOURHOOD && reading->text[end] != '\n')
		end++;
	reading->taken[i].begin = begin;
	reading->taken[i].end = end;
}

/* What the text says nowhere near: a registry that is named elsewhere, and what the config says
 * about it. */
static void complete(struct reading *reading, struct acr_facts *facts)
{
	const struct acr_place place = { reading->text, reading->length, reading->length };
	const struct acr_config *config = reading->app->config;
	const char *registry;

	if (!*acr_facts_get(facts, ACR_FACT_REGISTRY) &&
	    !*acr_facts_get(facts, ACR_FACT_NEAR_MISS)) {
		if (!reading->whole_known)
			acr_place_hosts(reading->app, &place, &reading->whole);
		reading->whole_known = true;
		for (int fact = ACR_FACT_REGISTRY; fact <= ACR_FACT_REPOSITORY; fact++)
			if (!*acr_facts_get(facts, (enum acr_fact)fact))
				acr_facts_set(facts, (enum acr_fact)fact,
					      acr_facts_get(&reading->whole, (enum acr_fact)fact));
	}
	registry = acr_facts_get(facts, ACR_FACT_REGISTRY);
	if (!config || !*registry)
		return;
	if (!*acr_facts_get(facts, ACR_FACT_TENANT))
		acr_facts_set(facts, ACR_FACT_TENANT, acr_config_get(config, registry, "tenant"));
	if (!*acr_facts_get(facts, ACR_FACT_CLIENT_ID))
		acr_facts_set(facts, ACR_FACT_CLIENT_ID,
			      acr_config_get(config, registry, "client_id"));
}

/* Another rule that claims the very line as strongly. */
static const struct acr_rule *find_tie(const struct reading *reading, const struct acr_rule *rule,
				       const struct acr_facts *facts)
{
	size_t i = reading->findings->count;
	auto_string line =
		acr_format("%.*s", (int)(reading->taken[i].end - reading->taken[i].begin),
			   reading->text + reading->taken[i].begin);

	for (const struct acr_rule *other = acr_rules(); other->id; other++)
		if (other != rule && acr_rule_weight(other) == acr_rule_weight(rule) &&
		    anchor(other) && acr_words_has(line, anchor(other)->operand) &&
		    acr_rule_holds(other, facts))
			return other;
	return NULL;
}

/* A code that was explained already needs no second explanation, wherever it is repeated. */
static bool is_explained(const struct reading *reading, const struct acr_rule *rule,
			 const struct acr_facts *facts)
{
	const char *code = acr_facts_get(facts, ACR_FACT_CODE);

	for (size_t i = 0; i < reading->findings->count; i++)
		if (anchor(rule)->fact == ACR_FACT_CODE &&
		    strcmp(acr_facts_get(&reading->findings->list[i].facts, ACR_FACT_CODE), code) ==
			    0)
			return true;
	return false;
}

static bool try_place(struct reading *reading, const struct acr_rule *rule, size_t at)
{
	size_t begin = at > NEIGHBOURHOOD ? at - NEIGHBOURHOOD : 0;
	size_t end = reading->length - at > NEIGHBOURHOOD ? at + NEIGHBOURHOOD : reading->length;
	const struct acr_place place = { reading->text + begin, end - begin, at - begin };
	struct acr_finding *finding = &reading->findings->list[reading->findings->count];
	auto_facts facts = { 0 };

	acr_facts_set(&facts, ACR_FACT_VERB, "explain");
	acr_place_facts(reading->app, &place, &facts);
	complete(reading, &facts);
	if (!acr_rule_holds(rule, &facts) || is_explained(reading, rule, &facts))
		return false;
	take_line(reading, at);
	finding->rule = rule;
	finding->tie = find_tie(reading, rule, &facts);
	finding->facts = facts;
	facts = (struct acr_facts){ 0 };
	reading->findings->count++;
	return true;
}

static bool try_rule(struct reading *reading, const struct acr_rule *rule)
{
	const struct acr_condition *condition = anchor(rule);
	const char *words = condition ? condition->operand : NULL, *word,
		   *end = reading->text + reading->length;
	size_t length, places = 0;

	while (acr_words_next(&words, &word, &length)) {
		const char *here = reading->text;

		while (places < PLACES_MOST &&
		       (here = acr_words_find(here, (size_t)(end - here), word, length))) {
			size_t at = (size_t)(here - reading->text);

			if (!is_taken(reading, at) && ++places && try_place(reading, rule, at))
				return true;
			here += length;
		}
	}
	return false;
}

static int by_weight(const void *left, const void *right)
{
	const struct acr_rule *a = *(const struct acr_rule *const *)left;
	const struct acr_rule *b = *(const struct acr_rule *const *)right;
	int weights = acr_rule_weight(b) - acr_rule_weight(a);

	return weights ? weights : (a > b) - (a < b);
}

void acr_findings_read(const struct acr_app *app, const char *text, size_t length,
		       struct acr_findings *ret)
{
	const struct acr_rule *order[RULES_MOST];
	auto_secret clean = { 0 };
	struct reading reading = { .app = app, .findings = ret };
	size_t count = 0;
	int rank = 0;

	ret->count = 0;
	acr_words_clean(text, length, &clean);
	reading.text = acr_secret_text(&clean);
	reading.length = clean.length;
	while (reading.length > 0 && strchr(" \n", reading.text[reading.length - 1]))
		clean.bytes[--reading.length] = '\0';
	for (; acr_rules()[count].id && count < RULES_MOST; count++)
		order[count] = &acr_rules()[count];
	qsort(order, count, sizeof(const struct acr_rule *), by_weight);
	for (size_t i = 0; i < count && ret->count < FINDINGS_MOST; i++) {
		/* A symptom alone, and what is not ours: only where nothing better was found. */
		if (ret->count > 0 && acr_rule_weight(order[i]) / 100 < rank)
			break;
		rank = acr_rule_weight(order[i]) / 100;
		try_rule(&reading, order[i]);
	}
	acr_facts_wipe(&reading.whole);
}

void acr_findings_of_name(const struct acr_app *app, const char *name, struct acr_findings *ret)
{
	const struct acr_place place = { name, strlen(name), 0 };
	struct acr_finding *finding = &ret->list[0];
	auto_facts facts = { 0 };

	ret->count = 0;
	if (place.length == 0 || place.length >= ACR_HOST_MAX || strpbrk(name, " \t\r\n"))
		return;
	acr_place_hosts(app, &place, &facts);
	acr_facts_set(&facts, ACR_FACT_CHECK, "name");
	acr_facts_set(&facts, ACR_FACT_SERVER, name);
	finding->rule = acr_rules_match(&facts, &finding->tie);
	if (!finding->rule || finding->rule->when[0].fact != ACR_FACT_CHECK)
		return;
	finding->facts = facts;
	facts = (struct acr_facts){ 0 };
	ret->count = 1;
}
