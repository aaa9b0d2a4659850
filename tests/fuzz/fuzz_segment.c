/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes the second stage of explain, at a position that the first two bytes choose: the event
 * contains the position, the attempt and its head are within the record, and a record is within one
 * line; together, the lines are the whole text. */
#include "explain/segment.h"
#include "oracle.h"

static bool lies_in(const struct acr_span *inner, const struct acr_span *outer)
{
	return outer->begin <= inner->begin && inner->begin <= inner->end &&
	       inner->end <= outer->end;
}

static void check_event(const char *text, size_t length, size_t at)
{
	const struct acr_span whole = { 0, length };
	struct acr_event event;

	acr_event_at(text, length, at, &event);
	must(lies_in(&event.record, &whole));
	must(lies_in(&event.attempt, &event.record) && lies_in(&event.head, &event.record));
	must(event.record.begin <= at && at <= event.record.end);
	/* Text between two attempts belongs to the first one. */
	must(event.attempt.begin <= at && at < event.attempt.end + 2);
	must(!memchr(text + event.record.begin, '\n', event.record.end - event.record.begin));
	must(event.head.begin == event.record.begin && event.head.end <= event.attempt.begin);
	must(event.number > 0 || event.attempt.begin == event.head.end);
	must(event.number == 0 || event.attempt.begin > event.record.begin);
}

static void check_lines(const char *text, size_t length)
{
	struct acr_span line = { 0, 0 };
	size_t count = 0;

	line.end = memchr(text, '\n', length)
			   ? (size_t)((const char *)memchr(text, '\n', length) - text)
			   : length;
	for (size_t end = line.end; acr_line_behind(text, length, &line); end = line.end, count++) {
		must(line.begin == end + 1 && line.end <= length);
		must(!memchr(text + line.begin, '\n', line.end - line.begin));
	}
	must(line.end == length);
	for (size_t begin = line.begin; acr_line_before(text, &line); begin = line.begin, count--)
		must(line.end == begin - 1 && line.begin <= line.end);
	must(line.begin == 0 && count == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data + 2;
	size_t length;

	if (size < 3)
		return 0;
	length = size - 2;
	check_event(text, length, ((size_t)data[0] << 8 | data[1]) % length);
	check_lines(text, length);
	return 0;
}
