/* SPDX-License-Identifier: Apache-2.0 */
/* The fifth stage: which findings count, and in which order. */
#ifndef EXPLAIN_RANK_H
#define EXPLAIN_RANK_H

#include "acr/rule.h"

/* Causes before symptoms, in the order in which they were said. Symptoms alone and what is not ours
 * only where nothing better was found; of one record's attempts the first that has a cause. */
void acr_rank(struct acr_findings *findings);

/* How much a rule explains: 4 a cause, 3 what fails after a cause, 2 the symptom that all causes
 * have, 1 what a client tried before it asked a registry, 0 what is not ours. */
int acr_rule_tier(const struct acr_rule *rule);

#endif
