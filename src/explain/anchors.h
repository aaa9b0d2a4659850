/* SPDX-License-Identifier: Apache-2.0 */
/* The words that rules are found by, all looked for in one pass over a text. */
#ifndef EXPLAIN_ANCHORS_H
#define EXPLAIN_ANCHORS_H

#include "acr/rule.h"

/* One word of a rule's anchor: its first condition on the text, a code or a check. */
struct acr_anchor {
	const struct acr_rule *rule;
	const char *word;
	size_t length;
	int weight;	     /* the rule's */
	signed char generic; /* acr_anchor_is_generic: 0 for not yet asked, else 1 or -1 */
	unsigned short next;
};

struct acr_anchors {
	struct acr_anchor list[2048];
	unsigned short count, heads[1024]; /* by the first letters; 0: none */
};

/* The table for all rules, made when it is first asked for. */
const struct acr_anchors *acr_anchors(void);

/* acr_is_generic of its word, found out once for each that is met: most of them never are. */
bool acr_anchor_is_generic(const struct acr_anchor *anchor);

/* The next anchor whose word stands at `text`, behind `previous` (NULL: the first); NULL for none. */
const struct acr_anchor *acr_anchor_at(const struct acr_anchors *anchors, const char *text,
				       size_t left, const struct acr_anchor *previous);

#endif
