/* SPDX-License-Identifier: Apache-2.0 */
/* Finds which of several names was probably meant: for commands, options, keys, values and host
 * names. */
#ifndef BASE_NEAREST_H
#define BASE_NEAREST_H

#include <stddef.h>

/* The number of letters to insert, delete, replace or swap with their neighbor to turn `a` into
 * `b`; large if a name has 39 bytes or more. */
size_t acr_distance(const char *a, const char *b);

/* A search: `word` is what was typed. After each acr_nearest_try `best` is the closest name so far,
 * NULL while none is close. A prefix of a name is close to it, and case does not matter. */
struct acr_nearest {
	const char *word, *best;
	size_t least;
};
void acr_nearest_try(struct acr_nearest *search, const char *name);

#endif
