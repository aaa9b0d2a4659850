/* SPDX-License-Identifier: Apache-2.0 */
/* Turns problems into causes: finds the rule that explains each problem, merges problems of a
 * registry that have the same rule, and sorts by likelihood. If there are no problems, warnings
 * that give advice are used instead. */
#include <stdlib.h>
#include <string.h>

#include "acr/check.h"

#define CAUSES_MOST (sizeof(((struct acr_causes *)NULL)->list) / sizeof(struct acr_cause))

void acr_causes_wipe(struct acr_causes *causes)
{
	for (size_t i = 0; i < causes->count; i++) {
		acr_facts_wipe(&causes->list[i].facts);
		acr_string_free(&causes->list[i].checks);
	}
	causes->count = 0;
}

static void copy_facts(const struct acr_facts *from, struct acr_facts *to)
{
	for (int i = 0; i < ACR_FACT_COUNT; i++)
		acr_facts_set(to, (enum acr_fact)i, from->values[i]);
}

/* Is this the same cause? A problem of the machine is one cause, even if it affects several
 * registries. */
static bool is_same(const struct acr_cause *cause, const struct acr_rule *rule,
		    const struct acr_case *subject)
{
	return strcmp(cause->rule->id, rule->id) == 0 &&
	       (cause->subject == subject || rule->machine || !*cause->subject->typed ||
		!*subject->typed);
}

static struct acr_cause *find(struct acr_causes *causes, const struct acr_rule *rule,
			      const struct acr_case *subject)
{
	for (size_t i = 0; i < causes->count; i++)
		if (is_same(&causes->list[i], rule, subject))
			return &causes->list[i];
	return NULL;
}

static void add(struct acr_causes *causes, const struct acr_check_row *row,
		const struct acr_case *subject, const struct acr_check_result *result)
{
	const struct acr_rule *rule = acr_rules_match(&result->facts, NULL);
	/* The rule without conditions says that there is no login, which does not explain a failed
	 * check. */
	bool known = rule && rule->when[0].test != 0;
	struct acr_cause *cause = known ? find(causes, rule, subject) : NULL;

	if (cause) {
		char *more = acr_format("%s %s", cause->checks, row->id);

		acr_string_free(&cause->checks);
		cause->checks = more;
		return;
	}
	/* A warning that no rule explains is shown only as its own line. */
	if (causes->count == CAUSES_MOST || (!known && result->verdict == ACR_VERDICT_WARNING))
		return;
	cause = &causes->list[causes->count++];
	*cause = (struct acr_cause){ .rule = known ? rule : acr_rule_by_id("check-failed"),
				     .subject = subject,
				     .checks = acr_copy(row->id),
				     .likely = row->likely };
	copy_facts(&result->facts, &cause->facts);
	/* If no rule matches, the cause shows the line of the check itself. */
	if (!known) {
		acr_facts_set(&cause->facts, ACR_FACT_CHECK, row->id);
		acr_facts_set(&cause->facts, ACR_FACT_REASON, acr_secret_text(&result->line));
	}
}

/* Sorts specific rules before general ones, which only restate the symptom, then by likelihood. */
static int by_likelihood(const void *left, const void *right)
{
	const struct acr_cause *a = left, *b = right;
	int general = (a->rule->basis == ACR_GENERAL) - (b->rule->basis == ACR_GENERAL);

	return general ? general : b->likely - a->likely;
}

/* Adds all results with this verdict; of the warnings, only those of checks that give advice. */
static void add_all(struct acr_causes *causes, enum acr_verdict verdict,
		    const struct acr_case *cases, size_t count,
		    struct acr_check_result *const *results)
{
	for (size_t c = 0; c < count; c++)
		for (size_t row = 0; acr_check_rows[row]; row++)
			if (results[c][row].done && results[c][row].verdict == verdict &&
			    (verdict == ACR_VERDICT_PROBLEM || acr_check_rows[row]->advises))
				add(causes, acr_check_rows[row], &cases[c], &results[c][row]);
}

void acr_causes_find(const struct acr_case *cases, size_t count,
		     struct acr_check_result *const *results, struct acr_causes *ret)
{
	ret->count = 0;
	add_all(ret, ACR_VERDICT_PROBLEM, cases, count, results);
	if (ret->count == 0)
		add_all(ret, ACR_VERDICT_WARNING, cases, count, results);
	if (ret->count > 1)
		qsort(ret->list, ret->count, sizeof(ret->list[0]), by_likelihood);
}
