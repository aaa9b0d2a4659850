/* SPDX-License-Identifier: Apache-2.0 */
/* The first stage: converts a pasted text to lines of plain UTF-8, one message per line. */
#ifndef EXPLAIN_DECODE_H
#define EXPLAIN_DECODE_H

#include <stdbool.h>
#include <stddef.h>

#include "acr/secret.h"

/* Append `bytes`, which are UTF-8 or UTF-16, without quoting frames and the line breaks of a
 * terminal, cleaned by acr_words_clean. The caller initializes `ret` to empty. Returns true if it
 * is unclear whether a line was wrapped inside a word or between words: with `other`, the less
 * likely alternative is used. */
bool acr_decode(const char *bytes, size_t length, bool other, struct acr_secret *ret);

#endif
