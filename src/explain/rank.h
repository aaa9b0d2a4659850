/* SPDX-License-Identifier: Apache-2.0 */
/* The fifth stage: selects which findings are reported, and in which order. */
#ifndef EXPLAIN_RANK_H
#define EXPLAIN_RANK_H

#include "acr/rule.h"

/* Causes before symptoms, in the order of the text. Symptoms alone, and findings that do not
 * concern a registry, are kept only if there is nothing better; of the attempts of one record, the
 * first one with a cause. */
void acr_rank(struct acr_findings *findings);

/* How much a rule explains: 4 a cause, 3 a failure that follows from a cause, 2 a symptom that all
 * causes share, 1 an attempt of a client before it asked a registry, 0 what does not concern a
 * registry. */
int acr_rule_tier(const struct acr_rule *rule);

#endif
