/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an error says, in the person's language. Its text was made where it happened, in English, on
 * the way to an answer that needs no catalogue, and may have been kept since, or put behind another.
 * So a text is looked for among the rows of reasons.def by the words that it has in common with one;
 * what stands between those words may be such a text again.
 */
#include <string.h>

#include "acr/secret.h"
#include "explain/language.h"
#include "explain/reasons.h"

#define PLACES 9
#define DEEP   4 /* texts in texts */

/* One block, each row with its end, and not an array: the loader would fill in every pointer of that
 * at each start, that of a cached get too. */
static const char rows[] =
#define REASON(text) text "\0"
#include "explain/reasons.def"
#undef REASON
	;

struct span {
	const char *begin;
	size_t length;
};

static bool is_place(const char *row)
{
	return row[0] == '{' && row[1] >= '1' && row[1] <= '9' && row[2] == '}';
}

/* The words up to the next place, or to the end. */
static size_t words(const char *row)
{
	size_t length = 0;

	while (row[length] && !is_place(row + length))
		length++;
	return length;
}

/* Where `length` bytes of `words` come next in `text`; the last words of a row end the text. */
static const char *find(const char *text, const char *words, size_t length)
{
	size_t left = strlen(text);

	if (words[length] != '\0')
		return memmem(text, left, words, length);
	return left >= length && memcmp(text + left - length, words, length) == 0
		       ? text + left - length
		       : NULL;
}

/* How many bytes of `text` are the row's own words, 0 for another text; and what stands in its
 * places. */
static size_t match(const char *row, const char *text, struct span places[PLACES])
{
	size_t length = words(row), matched = length;

	if (strncmp(text, row, length) != 0 || (!row[length] && text[length]))
		return 0;
	for (row += length, text += length; *row; row += 3 + length) {
		struct span *place = &places[row[1] - '1'];
		const char *found;

		length = words(row + 3);
		found = find(text, row + 3, length);
		if (!found || found == text)
			return 0;
		*place = (struct span){ text, (size_t)(found - text) };
		text = found + length;
		matched += length;
	}
	return matched;
}

static void tell(const char *text, int depth, struct acr_secret *out);

static void tell_span(const struct span *span, int depth, struct acr_secret *out)
{
	auto_string text = acr_format("%.*s", (int)span->length, span->begin);

	tell(text, depth, out);
}

static void tell(const char *text, int depth, struct acr_secret *out)
{
	struct span places[PLACES] = { 0 };
	const char *row = NULL;
	size_t most = 0;

	for (const char *next = rows; *next && depth < DEEP; next += strlen(next) + 1) {
		struct span here[PLACES] = { 0 };
		size_t matched = match(next, text, here);

		if (matched <= most)
			continue;
		most = matched;
		row = next;
		memcpy(places, here, sizeof(places));
	}
	if (!row || acr_text(row) == row) {
		acr_secret_add(out, text);
		return;
	}
	for (row = acr_text(row); *row;) {
		size_t length = words(row);

		acr_secret_add_bytes(out, row, length);
		row += length;
		if (!*row)
			return;
		tell_span(&places[row[1] - '1'], depth + 1, out);
		row += 3;
	}
}

char *acr_reason(const char *text)
{
	auto_secret out = { 0 };

	tell(text, 0, &out);
	return acr_copy(acr_secret_text(&out));
}

char *acr_error_words(const struct acr_error *error)
{
	return *error->message.value ? acr_message_text(&error->message, acr_text)
				     : acr_reason(error->text);
}
