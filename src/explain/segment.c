/* SPDX-License-Identifier: Apache-2.0 */
/* Splits a text into records and attempts. */
#include "explain/segment.h"

#include <string.h>

#include "explain/sanitize.h"

#define RECORD_HALF 2000 /* bytes of a line before and after a position */

/* Separators between two attempts in one record. */
static const char separators[] = ", failed to |, rpc error: |, Error response from daemon|"
				 ", error |, unable to |; failed to |; rpc error: ";

static size_t line_begin(const char *text, size_t at, size_t most)
{
	const char *found = memrchr(text + at - most, '\n', most);

	return found ? (size_t)(found - text) + 1 : at - most;
}

static size_t line_end(const char *text, size_t at, size_t most)
{
	const char *found = memchr(text + at, '\n', most);

	return found ? (size_t)(found - text) : at + most;
}

/* The next separator between `from` and `end`; `end` if there is none. */
static size_t next_separator(const char *text, size_t from, size_t end)
{
	const char *next = separators, *word;
	size_t length, nearest = end;

	while (acr_words_next(&next, &word, &length)) {
		const char *found = acr_words_find(text + from, nearest - from, word, length);

		if (found)
			nearest = (size_t)(found - text);
	}
	return nearest;
}

static void find_attempt(const char *text, size_t at, struct acr_event *event)
{
	size_t begin = event->record.begin, end = event->record.end, stop;
	const char *list = memmem(text + begin, end - begin, ": [", 3);

	event->attempt = event->record;
	event->head = (struct acr_span){ begin, begin };
	event->number = 0;
	if (list && (size_t)(list - text) + 2 <= at && at < end)
		event->head.end = (size_t)(list - text) + 2;
	event->attempt.begin = event->head.end;
	while ((stop = next_separator(text, event->attempt.begin, end)) + 2 <= at) {
		/* The text before the first attempt is the operation. */
		event->attempt.begin = stop + 2;
		event->number++;
	}
	event->attempt.end = stop;
}

void acr_event_at(const char *text, size_t length, size_t at, struct acr_event *ret)
{
	size_t before = at < RECORD_HALF ? at : RECORD_HALF;
	size_t behind = length - at < RECORD_HALF ? length - at : RECORD_HALF;

	ret->record.begin = line_begin(text, at, before);
	ret->record.end = line_end(text, at, behind);
	find_attempt(text, at, ret);
}

bool acr_line_before(const char *text, struct acr_span *span)
{
	if (span->begin == 0)
		return false;
	span->end = span->begin - 1;
	span->begin = line_begin(text, span->end, span->end);
	return true;
}

bool acr_line_behind(const char *text, size_t length, struct acr_span *span)
{
	if (span->end >= length)
		return false;
	span->begin = span->end + 1;
	span->end = line_end(text, span->begin, length - span->begin);
	return true;
}
