/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of rules, made from the .def files. acr/rule.h describes how a row is written.
 *
 * It is built by code on first use: as a constant it would contain thousands of addresses that the
 * loader has to relocate at every start, and a cached answer, which needs no rules, would take 8 %
 * of a minimal process longer (measured, tests/bench/README.md). The functions that add a row are
 * not inlined: with them inlined, the function for 300 rules takes seven seconds to compile.
 */
#include <stdlib.h>
#include <string.h>

#include "acr/rule.h"
#include "explain/language.h"

#define APART	     __attribute__((noinline))
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

APART static void add_condition(struct acr_rule *rule, enum acr_fact fact, enum acr_test test,
				const char *words)
{
	size_t at = 0;

	while (at < COUNT(rule->when) && rule->when[at].test)
		at++;
	if (at == COUNT(rule->when))
		abort();
	rule->when[at] = (struct acr_condition){ fact, test, words };
}

APART static void add_step(struct acr_rule *rule, const char *say, const char *command)
{
	size_t at = 0;

	while (at < COUNT(rule->steps) && (rule->steps[at].say || rule->steps[at].command))
		at++;
	if (at == COUNT(rule->steps))
		abort();
	rule->steps[at] = (struct acr_step_row){ say, command };
}

/* Alternative conditions for the preceding rule. */
APART static void add_alternative(struct acr_rule *rule, const struct acr_rule *first,
				  const char *id)
{
	while (first < rule && strcmp(first->id, id) != 0)
		first++;
	if (first == rule)
		abort();
	*rule = *first;
	memset(rule->when, 0, sizeof(rule->when));
	rule->alternative = true;
}

/* Conditions. TEXT is the whole text; alternatives are separated by "|". */
#define WHEN(...)	    (__VA_ARGS__)
#define ALWAYS		    (void)0
#define SYMPTOM		    rule->place = ACR_PLACE_SYMPTOM
#define LOCAL		    rule->place = ACR_PLACE_LOCAL
#define IS(fact, words)	    add_condition(rule, ACR_FACT_##fact, ACR_IS, words)
#define NOT(fact, words)    add_condition(rule, ACR_FACT_##fact, ACR_NOT, words)
#define HAS(fact, words)    add_condition(rule, ACR_FACT_##fact, ACR_HAS, words)
#define LACKS(fact, words)  add_condition(rule, ACR_FACT_##fact, ACR_LACKS, words)
#define BEGINS(fact, words) add_condition(rule, ACR_FACT_##fact, ACR_BEGINS, words)
#define KNOWN(fact)	    add_condition(rule, ACR_FACT_##fact, ACR_KNOWN, NULL)
#define UNKNOWN(fact)	    add_condition(rule, ACR_FACT_##fact, ACR_UNKNOWN, NULL)

#define WHAT(text)	   text
#define WHY(text)	   text
#define DO(...)		   (__VA_ARGS__)
#define STEP(say, command) add_step(rule, say, command)
#define SAY(say)	   add_step(rule, say, NULL)
#define RUN(command)	   add_step(rule, NULL, command)
#define NOTHING		   (void)0

/* The number of rules. */
enum {
	ALL = 0
#define RULE(...) +1
#define ALSO(...) +1
#include "explain/rules/every.def"
#undef ALSO
#undef RULE
};

#define RULE(name, how_known, of_article, conditions, happened, because, todo, page)               \
	rule->id = name;                                                                           \
	rule->basis = ACR_##how_known;                                                             \
	rule->article = of_article;                                                                \
	rule->what = happened;                                                                     \
	rule->why = because;                                                                       \
	rule->link = page;                                                                         \
	rule->machine = MACHINE;                                                                   \
	conditions;                                                                                \
	todo;                                                                                      \
	rule++;

#define ALSO(name, conditions)                                                                     \
	add_alternative(rule, rules, name);                                                        \
	conditions;                                                                                \
	rule++;

const struct acr_rule *acr_rules(void)
{
	static struct acr_rule rules[ALL + 1]; /* the last one remains empty */
	struct acr_rule *rule = rules;

	if (rules[0].id)
		return rules;
#include "explain/rules/every.def"
	return rules;
}
