/* SPDX-License-Identifier: Apache-2.0 */
/* Iterates over the text of a JSON object, and formats its white space. */
#include "configure/json_text.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/budget.h"

#define INDENT "\t" /* as written by Docker */

size_t acr_text_skip_space(const char *text, size_t at)
{
	return at + strspn(text + at, " \t\r\n");
}

static size_t skip_string(const char *text, size_t at)
{
	for (at++; text[at] && text[at] != '"'; at++)
		if (text[at] == '\\' && text[at + 1])
			at++;
	return at + (text[at] == '"');
}

static size_t skip_value(const char *text, size_t at)
{
	int depth = 0;

	do {
		if (text[at] == '"') {
			at = skip_string(text, at);
			continue;
		}
		if (text[at] == '{' || text[at] == '[')
			depth++;
		else if (text[at] == '}' || text[at] == ']')
			depth--;
		else if (depth == 0)
			return at + strcspn(text + at, " \t\r\n,]}");
		at++;
	} while (depth > 0 && text[at]);
	return at;
}

bool acr_text_next(const char *text, size_t at, struct acr_text_member *ret)
{
	at = acr_text_skip_space(text, at);
	if (text[at] == ',')
		at = acr_text_skip_space(text, at + 1);
	if (text[at] != '"')
		return false;
	ret->key = at;
	ret->key_end = skip_string(text, at);
	at = acr_text_skip_space(text, ret->key_end);
	ret->value = acr_text_skip_space(text, at + 1); /* after the colon */
	ret->end = skip_value(text, ret->value);
	return true;
}

char *acr_text_string(const char *text, size_t from, size_t to)
{
	auto_json json = NULL;

	if (text[from] != '"' || acr_json_parse(text + from, to - from, &json, NULL))
		return NULL;
	return acr_copy(json_object_get_string(json));
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int by_letters(const void *a, const void *b)
{
	return strcasecmp(*(char *const *)a, *(char *const *)b);
}

/* A name that occurs more than once in the object; NULL: none. Owned by the caller. */
static char *find_duplicate(const char *text, size_t object, bool any_case)
{
	int (*compare)(const void *, const void *) = any_case ? by_letters : by_name;
	struct acr_text_member member;
	char **names = NULL, *found = NULL;
	size_t count = 0;

	for (size_t at = object + 1; acr_text_next(text, at, &member); at = member.end) {
		char *name = acr_text_string(text, member.key, member.key_end);

		names = acr_grow(names, count, sizeof(*names));
		names[count++] =
			name ? name
			     : acr_copy_bytes(text + member.key, member.key_end - member.key);
	}
	if (count)
		qsort(names, count, sizeof(*names), compare);
	for (size_t i = 1; i < count && !found; i++)
		if (compare(&names[i - 1], &names[i]) == 0)
			found = acr_copy(names[i]);
	for (size_t i = 0; i < count; i++)
		free(names[i]);
	free(names);
	return found;
}

int acr_members_check(const char *path, const struct acr_secret *bytes, struct acr_error *error)
{
	const char *text = acr_secret_text(bytes);
	size_t whole = acr_text_skip_space(text, 0);

	/* Docker treats an empty file as an empty object. */
	if (whole == bytes->length)
		return 0;
	if (acr_json_check(text, bytes->length, error))
		return acr_context(error, CONFIGURE_NOT_JSON, path);
	if (text[whole] != '{')
		return acr_raise(error, CONFIGURE_NOT_AN_OBJECT, path);
	for (size_t at = whole; text[at]; at = text[at] == '"' ? skip_string(text, at) : at + 1) {
		auto_string name = text[at] == '{' ? find_duplicate(text, at, at == whole) : NULL;

		if (name)
			return acr_raise(error, CONFIGURE_DUPLICATE, path, name);
	}
	return 0;
}

void acr_members_text(const struct acr_secret *bytes, struct acr_secret *ret)
{
	const char *text = acr_secret_text(bytes);

	acr_secret_add(ret, text[acr_text_skip_space(text, 0)] ? text : "{}");
}

static void add_line(struct acr_secret *out, const char *unit, size_t length, int depth)
{
	acr_secret_add(out, "\n");
	while (depth-- > 0)
		acr_secret_add_bytes(out, unit, length);
}

void acr_members_layout(struct acr_secret *bytes)
{
	const char *text = acr_secret_text(bytes), *unit = INDENT, *line;
	size_t start = acr_text_skip_space(text, 0), end = start, length = strlen(unit);
	size_t first = acr_text_skip_space(text, start + (text[start] == '{'));
	auto_secret made = { 0 };
	int depth = 0;
	char before = '\0';

	/* A different indentation of the first member is kept. */
	line = memrchr(text + start, '\n', first - start);
	if (line && text[first] == '"') {
		unit = line + 1;
		length = (size_t)(text + first - unit);
	}
	for (size_t at = start; text[at]; at = acr_text_skip_space(text, end)) {
		char c = text[at];
		bool opens = c == '{' || c == '[', closes = c == '}' || c == ']';

		depth -= closes;
		if (before && (closes ? !strchr("{[", before) : strchr("{[,", before) != NULL))
			add_line(&made, unit, length, depth);
		end = strchr("{}[],:", c) ? at + 1 : skip_value(text, at);
		acr_secret_add_bytes(&made, text + at, end - at);
		acr_secret_add(&made, c == ':' ? " " : "");
		depth += opens;
		before = c;
	}
	acr_secret_add(&made, text + end);
	/* A file that would be too large to be read again is not changed. */
	if (made.length > ACR_CONFIG_MAX)
		return;
	acr_secret_wipe(bytes);
	*bytes = acr_secret_steal(&made);
}
