/* SPDX-License-Identifier: Apache-2.0 */
/* Run the same work for several items in parallel, each in a child process, so that an item that
 * hangs does not delay the others. */
#ifndef FRONT_PARALLEL_H
#define FRONT_PARALLEL_H

#include <stddef.h>

#include "acr/app.h"
#include "acr/secret.h"

struct acr_parallel {
	size_t count;
	const char *doing; /* "renewing": shown with the progress after a second; NULL: nothing */
	int64_t (*budget)(const void *data, size_t index); /* milliseconds for this item */
	/* Runs in a child process whose deadline is set. What it appends to `ret` is passed to
	 * `done`. */
	void (*work)(struct acr_app *app, void *data, size_t index, struct acr_secret *ret);
	/* Runs in the parent, in the order in which the items finish. `output` is empty if the
	 * child was killed. */
	void (*done)(void *data, size_t index, const struct acr_secret *output);
	void *data;
};

/* Process all items, eight at a time. The children are killed when this process dies. */
void acr_parallel(struct acr_app *app, const struct acr_parallel *what);

#endif
