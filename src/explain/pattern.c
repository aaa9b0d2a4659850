/* SPDX-License-Identifier: Apache-2.0 */
/* "one|two": searches a text for the words of a condition. The case of ASCII letters is ignored,
 * and a line end counts as a blank, since pasted texts are often wrapped by a terminal. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "explain/sanitize.h"

bool acr_words_next(const char **next, const char **ret, size_t *ret_length)
{
	if (!*next || !**next)
		return false;
	*ret = *next;
	*ret_length = strcspn(*next, "|");
	*next += *ret_length + ((*next)[*ret_length] == '|');
	return true;
}

bool acr_words_is(const char *text, const char *alternatives)
{
	const char *word;
	size_t length;

	while (acr_words_next(&alternatives, &word, &length))
		if (strlen(text) == length && strncasecmp(text, word, length) == 0)
			return true;
	return false;
}

bool acr_words_has(const char *text, const char *alternatives)
{
	const char *word;
	size_t length;

	while (acr_words_next(&alternatives, &word, &length))
		if (acr_words_find(text, strlen(text), word, length))
			return true;
	return false;
}

bool acr_words_begins(const char *text, const char *alternatives)
{
	const char *word;
	size_t length;

	while (acr_words_next(&alternatives, &word, &length))
		if (strncasecmp(text, word, length) == 0)
			return true;
	return false;
}

bool acr_words_same(const char *text, const char *word, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		char c = text[i] == '\n' ? ' ' : text[i];

		if (c != word[i] && tolower((unsigned char)c) != tolower((unsigned char)word[i]))
			return false;
	}
	return true;
}

const char *acr_words_find(const char *text, size_t length, const char *word, size_t word_length)
{
	char both[3] = { 0 };

	if (word_length == 0 || word_length > length)
		return NULL;
	both[0] = (char)tolower((unsigned char)word[0]);
	both[1] = (char)(word[0] == ' ' ? '\n' : toupper((unsigned char)word[0]));
	/* Search for its first letter in both cases with memchr, which is fast. */
	const char *end = text + length - word_length + 1;
	const char *lower = memchr(text, both[0], (size_t)(end - text));
	const char *upper = both[0] == both[1] ? NULL : memchr(text, both[1], (size_t)(end - text));

	while (lower || upper) {
		const char *here = !upper || (lower && lower < upper) ? lower : upper;

		if (acr_words_same(here, word, word_length))
			return here;
		if (here == lower)
			lower = memchr(here + 1, both[0], (size_t)(end - here - 1));
		else
			upper = memchr(here + 1, both[1], (size_t)(end - here - 1));
	}
	return NULL;
}
