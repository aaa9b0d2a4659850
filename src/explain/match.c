/* SPDX-License-Identifier: Apache-2.0 */
/* Matches facts against rules: of the rules whose conditions are all true, the most specific one
 * explains the failure. */
#include <stddef.h>
#include <string.h>

#include "acr/rule.h"
#include "explain/sanitize.h"

#define CONDITIONS_MAX (sizeof(((struct acr_rule *)0)->when) / sizeof(struct acr_condition))

/* A registry whose name is masked counts as known. */
static bool is_known(enum acr_fact fact, const struct acr_facts *facts)
{
	return *acr_facts_get(facts, fact) ||
	       ((fact == ACR_FACT_REGISTRY || fact == ACR_FACT_NAME) &&
		*acr_facts_get(facts, ACR_FACT_HIDDEN));
}

static bool holds(const struct acr_condition *condition, const struct acr_facts *facts)
{
	const char *value = acr_facts_get(facts, condition->fact);

	switch (condition->test) {
	case ACR_IS:
		return acr_words_is(value, condition->operand);
	case ACR_NOT:
		return !acr_words_is(value, condition->operand);
	case ACR_HAS:
		return acr_words_has(value, condition->operand);
	case ACR_LACKS:
		return !acr_words_has(value, condition->operand);
	case ACR_BEGINS:
		return acr_words_begins(value, condition->operand);
	case ACR_KNOWN:
		return is_known(condition->fact, facts);
	case ACR_UNKNOWN:
		return !is_known(condition->fact, facts);
	}
	return false;
}

static size_t conditions(const struct acr_rule *rule)
{
	size_t count = 0;

	while (count < CONDITIONS_MAX && rule->when[count].test != 0)
		count++;
	return count;
}

bool acr_rule_holds(const struct acr_rule *rule, const struct acr_facts *facts)
{
	size_t count = conditions(rule);

	for (size_t i = 0; i < count; i++)
		if (!holds(&rule->when[i], facts))
			return false;
	return true;
}

/* Words in the text are more specific than a status, and a complete code is more specific than its
 * beginning. */
static int special(const struct acr_condition *condition)
{
	if (condition->test == ACR_BEGINS)
		return 0;
	return condition->test == ACR_HAS ||
			       (condition->test == ACR_IS && condition->fact == ACR_FACT_CODE)
		       ? 4
		       : 1;
}

int acr_rule_weight(const struct acr_rule *rule)
{
	static const int bases[] = {
		[ACR_READ] = 200, [ACR_ASSUMED] = 200, [ACR_GENERAL] = 100, [ACR_NOT_OURS] = 0
	};
	size_t count = conditions(rule);
	int weight = bases[rule->basis];

	for (size_t i = 0; i < count; i++)
		weight += special(&rule->when[i]);
	return weight;
}

const struct acr_rule *acr_rule_by_id(const char *id)
{
	for (const struct acr_rule *rule = acr_rules(); rule->id; rule++)
		if (strcmp(rule->id, id) == 0)
			return rule;
	return NULL;
}

const struct acr_rule *acr_rules_match(const struct acr_facts *facts,
				       const struct acr_rule **ret_tie)
{
	const struct acr_rule *best = acr_rule_by_id(acr_facts_get(facts, ACR_FACT_RULE));
	const struct acr_rule *tie = NULL;

	if (ret_tie)
		*ret_tie = NULL;
	if (best)
		return best;
	for (const struct acr_rule *rule = acr_rules(); rule->id; rule++) {
		int more = best ? acr_rule_weight(rule) - acr_rule_weight(best) : 1;

		if (more < 0 || !acr_rule_holds(rule, facts))
			continue;
		tie = more == 0 && strcmp(rule->id, best->id) != 0 ? rule : NULL;
		best = more == 0 ? best : rule;
	}
	if (ret_tie)
		*ret_tie = tie;
	return best;
}
