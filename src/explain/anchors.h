/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the words of all rules in one pass over a text. */
#ifndef EXPLAIN_ANCHORS_H
#define EXPLAIN_ANCHORS_H

#include "acr/rule.h"

/* One anchor word of a rule: of its first condition on the text, a code or a check. */
struct acr_anchor {
	const struct acr_rule *rule;
	const char *word;
	size_t length;
	int weight;	     /* that of the rule */
	signed char generic; /* cache of acr_anchor_is_generic: 0 for unknown, otherwise 1 or -1 */
	unsigned short next;
};

struct acr_anchors {
	struct acr_anchor list[2048];
	unsigned short count, heads[1024]; /* by the first letters; 0: none */
};

/* The index of all rules, built on first use. */
const struct acr_anchors *acr_anchors(void);

/* acr_is_generic of its word, computed once for each word that is found, since most words never
 * are. */
bool acr_anchor_is_generic(const struct acr_anchor *anchor);

/* The next anchor after `previous` (NULL: the first) whose word is at `text`; NULL if there is
 * none. */
const struct acr_anchor *acr_anchor_at(const struct acr_anchors *anchors, const char *text,
				       size_t left, const struct acr_anchor *previous);

#endif
