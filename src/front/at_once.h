/* SPDX-License-Identifier: Apache-2.0 */
/* The same work for several things at once, each in a child: one that hangs holds up no other. */
#ifndef FRONT_AT_ONCE_H
#define FRONT_AT_ONCE_H

#include <stddef.h>

#include "acr/app.h"
#include "acr/secret.h"

struct acr_at_once {
	size_t count;
	const char *
		doing; /* "renewing": for the progress that a terminal shows after a second, or NULL */
	int64_t (*budget)(const void *data, size_t index); /* milliseconds for this one */
	/* In a child, whose deadline is set: what it appends to `ret` is what `done` gets. */
	void (*work)(struct acr_app *app, void *data, size_t index, struct acr_secret *ret);
	/* In the order in which they end. `said` is empty when a child was killed. */
	void (*done)(void *data, size_t index, const struct acr_secret *said);
	void *data;
};

/* Do all of it, eight at a time. The children die with us. */
void acr_at_once(struct acr_app *app, const struct acr_at_once *what);

#endif
