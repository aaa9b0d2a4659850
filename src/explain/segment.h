/* SPDX-License-Identifier: Apache-2.0 */
/* The second stage: which message of a decoded text a place belongs to. */
#ifndef EXPLAIN_SEGMENT_H
#define EXPLAIN_SEGMENT_H

#include <stdbool.h>
#include <stddef.h>

struct acr_span {
	size_t begin, end;
};

/*
 * One event: an attempt of a record. A record is a line, and of a very long one the part around the
 * place. A client that tried more than once says so in one record: "Failed to pull image "x": [A,
 * B]"; A and B are attempts, and what stands before the bracket is the head of both. Where there is
 * one attempt, it is the record, and the head is empty.
 */
struct acr_event {
	struct acr_span record, head, attempt;
	size_t number; /* of the attempt in its record, from 0 */
};

/* The event around `at`. */
void acr_event_at(const char *text, size_t length, size_t at, struct acr_event *ret);

/* The line before or behind `span`, moved there; false at the end of the text. */
bool acr_line_before(const char *text, struct acr_span *span);
bool acr_line_behind(const char *text, size_t length, struct acr_span *span);

#endif
