/* SPDX-License-Identifier: Apache-2.0 */
/* The edit distance between names. */
#include "base/nearest.h"

#include <string.h>
#include <strings.h>

#define FAR 99

static size_t least(size_t a, size_t b, size_t c)
{
	size_t two = a < b ? a : b;

	return two < c ? two : c;
}

size_t acr_distance(const char *a, const char *b)
{
	size_t rows[3][40], width = strlen(b), height = strlen(a);

	if (width >= 39 || height >= 39)
		return FAR;
	for (size_t j = 0; j <= width; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= height; i++) {
		size_t *now = rows[i % 3], *last = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];

		now[0] = i;
		for (size_t j = 1; j <= width; j++) {
			now[j] = least(last[j] + 1, now[j - 1] + 1,
				       last[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    before[j - 2] + 1 < now[j])
				now[j] = before[j - 2] + 1;
		}
	}
	return rows[height % 3][width];
}

/* How many letters may differ: half of a short name, three letters of a long one. */
static size_t limit(const char *word)
{
	size_t half = strlen(word) / 2;

	return half < 3 ? half + 1 : 4;
}

void acr_nearest_try(struct acr_nearest *search, const char *name)
{
	size_t typed = strlen(search->word);
	size_t away = strcasecmp(search->word, name) == 0 ? 0
		      : typed > 2 && strncasecmp(search->word, name, typed) == 0
			      ? 1
			      : acr_distance(search->word, name);

	if (away < (search->best ? search->least : limit(search->word))) {
		search->least = away;
		search->best = name;
	}
}
