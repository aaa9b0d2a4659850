/* SPDX-License-Identifier: Apache-2.0 */
/* The first stage: what was pasted, as lines of plain UTF-8, a line a message. */
#ifndef EXPLAIN_DECODE_H
#define EXPLAIN_DECODE_H

#include <stdbool.h>
#include <stddef.h>

#include "acr/secret.h"

/* Append `bytes` in UTF-8 or UTF-16, without the frames that quote them and the breaks of a
 * terminal, and clean (acr_words_clean). `ret` begins empty. True when a line was broken at a place
 * that may be inside a word or behind one: with `other` it is taken the less likely way. */
bool acr_decode(const char *bytes, size_t length, bool other, struct acr_secret *ret);

#endif
