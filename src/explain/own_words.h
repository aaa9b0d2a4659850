/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Recognizes output of this program that was pasted: a headline, which ends with the id of its
 * explanation in brackets, and the page below it.
 */
#ifndef EXPLAIN_OWN_WORDS_H
#define EXPLAIN_OWN_WORDS_H

#include "acr/rule.h"

struct acr_own_words {
	const struct acr_rule *rule; /* NULL: no id was found */
	size_t mark;		     /* the offset of the id */
	size_t end;		     /* of the last line of this output, without its line end */
};

/* Does the line that begins at `at` contain output of this program: its name at the beginning, or
 * an id? */
bool acr_own_words_at(const char *text, size_t length, size_t at, struct acr_own_words *ret);

#endif
