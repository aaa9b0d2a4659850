/* SPDX-License-Identifier: Apache-2.0 */
/* Selects and orders the findings to report. */
#include "explain/rank.h"

#include <stdlib.h>
#include <string.h>

int acr_rule_tier(const struct acr_rule *rule)
{
	if (rule->basis == ACR_NOT_OURS)
		return 0;
	if (rule->basis == ACR_GENERAL)
		return 2;
	return rule->place == ACR_PLACE_CAUSE ? 4 : rule->place == ACR_PLACE_SYMPTOM ? 3 : 1;
}

/* The result of this program when it failed counts as a cause. */
static int tier(const struct acr_finding *finding)
{
	const int cause = 4;

	return finding->own ? cause : acr_rule_tier(finding->rule);
}

static int by_rank(const void *left, const void *right)
{
	const struct acr_finding *a = left, *b = right;

	if (tier(a) != tier(b))
		return tier(b) - tier(a);
	if (a->record != b->record)
		return a->record < b->record ? -1 : 1;
	return (a->attempt > b->attempt) - (a->attempt < b->attempt);
}

/* Are both about the same registry, or is the registry of one of them unknown? */
static bool is_same(const struct acr_finding *one, const struct acr_finding *other)
{
	const char *a = acr_facts_get(&one->facts, ACR_FACT_REGISTRY);
	const char *b = acr_facts_get(&other->facts, ACR_FACT_REGISTRY);

	return !*a || !*b || strcmp(a, b) == 0;
}

/* `better` precedes `finding` in the order: does it make `finding` redundant? */
static bool covers(const struct acr_finding *better, const struct acr_finding *finding)
{
	if (tier(better) > tier(finding))
		return finding->rule->place != ACR_PLACE_SYMPTOM || is_same(better, finding);
	return better->record == finding->record && better->attempt != finding->attempt;
}

void acr_rank(struct acr_findings *findings)
{
	size_t kept = 0;

	qsort(findings->list, findings->count, sizeof(findings->list[0]), by_rank);
	for (size_t i = 0; i < findings->count; i++) {
		bool covered = false;

		for (size_t j = 0; j < kept && !covered; j++)
			covered = covers(&findings->list[j], &findings->list[i]);
		if (covered)
			acr_facts_wipe(&findings->list[i].facts);
		else
			findings->list[kept++] = findings->list[i];
	}
	for (size_t i = kept; i < findings->count; i++)
		findings->list[i] = (struct acr_finding){ 0 };
	findings->count = kept;
}
