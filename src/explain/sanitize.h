/* SPDX-License-Identifier: Apache-2.0 */
/* Text from outside made fit for reading and for a terminal, and looking for words in it. */
#ifndef EXPLAIN_SANITIZE_H
#define EXPLAIN_SANITIZE_H

#include <stdbool.h>
#include <stddef.h>

#include "acr/secret.h"

/* Append `bytes` as text that nothing can be done with but reading: terminal sequences left out,
 * control characters and what is no UTF-8 as '?', line ends as one '\n' and other white space as
 * one blank, quotes that JSON, HTML or a log escaped as themselves. */
void acr_words_clean(const char *bytes, size_t length, struct acr_secret *ret);

/* Line ends to blanks, none at the ends. */
void acr_words_fold(struct acr_secret *text);

/* What looks like a token or a secret becomes "(hidden)": services say back what they were sent. */
void acr_words_hide(struct acr_secret *text);

/* At most `most` bytes, cut between characters. */
void acr_words_cut(struct acr_secret *text, size_t most);

/* Take the next of "one|two" at `*next`; false at the end. */
bool acr_words_next(const char **next, const char **ret, size_t *ret_length);

/* Is `text` one of the alternatives? Does it hold, or begin with, one? ASCII case does not
 * matter. */
bool acr_words_is(const char *text, const char *alternatives);
bool acr_words_has(const char *text, const char *alternatives);
bool acr_words_begins(const char *text, const char *alternatives);

/* Do `length` bytes of both say the same? ASCII case does not matter, and a line end is a blank. */
bool acr_words_same(const char *text, const char *word, size_t length);

/* The first place at or behind `from` where `text` has the bytes of `word`, ASCII case ignored;
 * NULL. */
const char *acr_words_find(const char *text, size_t length, const char *word, size_t word_length);

#endif
