/* SPDX-License-Identifier: Apache-2.0 */
/* The second stage: finds the message that a position in a decoded text belongs to. */
#ifndef EXPLAIN_SEGMENT_H
#define EXPLAIN_SEGMENT_H

#include <stdbool.h>
#include <stddef.h>

struct acr_span {
	size_t begin, end;
};

/*
 * One event: an attempt in a record. A record is a line, or the part of a very long line around the
 * position. A client that tried more than once reports it in one record: "Failed to pull image "x":
 * [A, B]"; A and B are attempts, and the text before the bracket is the head of both. If there is
 * only one attempt, it is the whole record, and the head is empty.
 */
struct acr_event {
	struct acr_span record, head, attempt;
	size_t number; /* the number of the attempt in its record, from 0 */
};

/* The event around `at`. */
void acr_event_at(const char *text, size_t length, size_t at, struct acr_event *ret);

/* Move to the line before or after `span`; false at the beginning or the end of the text. */
bool acr_line_before(const char *text, struct acr_span *span);
bool acr_line_behind(const char *text, size_t length, struct acr_span *span);

#endif
