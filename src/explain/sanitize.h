/* SPDX-License-Identifier: Apache-2.0 */
/* Cleans text from other programs so that it can be read and printed to a terminal, and searches it
 * for words. */
#ifndef EXPLAIN_SANITIZE_H
#define EXPLAIN_SANITIZE_H

#include <stdbool.h>
#include <stddef.h>

#include "acr/secret.h"

/* Append `bytes` as plain text: terminal sequences are removed, control characters and invalid
 * UTF-8 become '?', line ends become one '\n' and other white space one blank, and quotes that
 * JSON, HTML or a log escaped are unescaped. */
void acr_words_clean(const char *bytes, size_t length, struct acr_secret *ret);

/* Replace line ends by blanks; remove both at the beginning and the end. */
void acr_words_fold(struct acr_secret *text);

/* Replace anything that looks like a token or a secret by "(hidden)": services repeat what they
 * were sent. */
void acr_words_hide(struct acr_secret *text);

/* Shorten to at most `most` bytes, between characters. */
void acr_words_cut(struct acr_secret *text, size_t most);

/* Take the next of "one|two" at `*next`; false at the end. */
bool acr_words_next(const char **next, const char **ret, size_t *ret_length);

/* Is `text` one of the alternatives? Does it contain one, or begin with one? The case of ASCII
 * letters is ignored. */
bool acr_words_is(const char *text, const char *alternatives);
bool acr_words_has(const char *text, const char *alternatives);
bool acr_words_begins(const char *text, const char *alternatives);

/* Are the `length` bytes of both equal? The case of ASCII letters is ignored, and a line end counts
 * as a blank. */
bool acr_words_same(const char *text, const char *word, size_t length);

/* The first occurrence of `word` in `text` at or after `from`, ignoring the case of ASCII letters;
 * NULL if there is none. */
const char *acr_words_find(const char *text, size_t length, const char *word, size_t word_length);

#endif
