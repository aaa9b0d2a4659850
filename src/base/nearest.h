/* SPDX-License-Identifier: Apache-2.0 */
/* Which of several names was probably meant: for commands, options, keys, values and host names. */
#ifndef BASE_NEAREST_H
#define BASE_NEAREST_H

#include <stddef.h>

/* Letters to add, drop, change or exchange with their neighbor, to make `a` of `b`; names of 39
 * bytes and more are far from everything. */
size_t acr_distance(const char *a, const char *b);

/* A search: `word` is what was typed; after each acr_nearest_try `best` is the nearest name so far,
 * NULL while none is near. A beginning of a name is near to it, and case does not matter. */
struct acr_nearest {
	const char *word, *best;
	size_t least;
};
void acr_nearest_try(struct acr_nearest *search, const char *name);

#endif
