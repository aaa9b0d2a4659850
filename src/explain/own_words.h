/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What this program printed, pasted back: a headline, which ends with the id of its explanation in
 * brackets, and the page below it.
 */
#ifndef EXPLAIN_OWN_WORDS_H
#define EXPLAIN_OWN_WORDS_H

#include "acr/rule.h"

struct acr_own_words {
	const struct acr_rule *rule; /* NULL: it names none */
	size_t mark;		     /* where its id stands */
	size_t end;		     /* of the last line that is ours; its line end is not */
};

/* Does the line that begins at `at` hold words of ours: our name in front of them, or an id? */
bool acr_own_words_at(const char *text, size_t length, size_t at, struct acr_own_words *ret);

#endif
