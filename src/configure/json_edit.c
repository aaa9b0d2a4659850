/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Members of a JSON object, changed in its text. The text has passed acr_json_parse, so that the
 * walk over it needs no error: strings end, brackets match. Serialising it anew would be shorter
 * and would write somebody's numbers, escapes and line breaks in our way.
 *
 * Docker's decoder (Go's encoding/json) takes "credsstore" for "credsStore", and the last of two
 * members of one name; so does this.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "configure/configure.h"

#define INDENT "\t" /* docker's own */

struct member {
	size_t key, key_end; /* with the quotes */
	size_t value, end;
};

static size_t skip_space(const char *text, size_t at)
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

/* The member behind `at`, which is behind a brace, a comma or a member. */
static bool next(const char *text, size_t at, struct member *ret)
{
	at = skip_space(text, at);
	if (text[at] == ',')
		at = skip_space(text, at + 1);
	if (text[at] != '"')
		return false;
	ret->key = at;
	ret->key_end = skip_string(text, at);
	at = skip_space(text, ret->key_end);
	ret->value = skip_space(text, at + 1); /* behind the colon */
	ret->end = skip_value(text, ret->value);
	return true;
}

/* A string of the text as what it means; NULL when it is none. */
static char *unquote(const char *text, size_t from, size_t to)
{
	auto_json json = NULL;

	if (text[from] != '"' || acr_json_parse(text + from, to - from, &json, NULL))
		return NULL;
	return acr_copy(json_object_get_string(json));
}

/* `object` is the offset of a brace. */
static bool find(const char *text, size_t object, const char *key, bool any_case,
		 struct member *ret)
{
	struct member here;
	bool found = false;

	for (size_t at = object + 1; next(text, at, &here); at = here.end) {
		auto_string name = unquote(text, here.key, here.key_end);

		if (!name || (any_case ? strcasecmp(name, key) : strcmp(name, key)) != 0)
			continue;
		*ret = here;
		found = true;
	}
	return found;
}

/* Where the object at `outer` ("registries/contoso.azurecr.io"; NULL: the whole) has its brace;
 * false when it, or what it is in, is absent or no object. */
static bool find_object(const char *text, const char *outer, size_t *ret)
{
	*ret = skip_space(text, 0);
	if (text[*ret] != '{')
		return false;
	for (const char *step = outer; step && *step; step += *step == '/') {
		auto_string name = acr_copy_bytes(step, strcspn(step, "/"));
		struct member member;

		if (!find(text, *ret, name, true, &member) || text[member.value] != '{')
			return false;
		*ret = member.value;
		step += strlen(name);
	}
	return true;
}

/* How deep the members of the object at `outer` are: 1 in the whole. */
static int depth_of(const char *outer)
{
	int depth = 1 + (outer != NULL);

	for (const char *c = outer; c && *c; c++)
		depth += *c == '/';
	return depth;
}

static bool find_member(const char *text, const char *outer, const char *key, struct member *ret)
{
	size_t object;

	return find_object(text, outer, &object) && find(text, object, key, !outer, ret);
}

/* How an object is written: one member a line behind `indent`, or all in one line. */
struct manner {
	char indent[160]; /* of its members, with the line break; "" in one line */
	char unit[64];	  /* what one level more adds */
	const char *colon, *comma;
};

/* Of the object at `object`, from its first member; false when it has none. */
static bool observe_object(const char *text, size_t object, int depth, struct manner *ret)
{
	struct member first;
	size_t length, from;

	*ret = (struct manner){ .colon = ": ", .comma = "," };
	if (!next(text, object + 1, &first))
		return false;
	length = first.key - object - 1;
	if (text[first.value - 1] != ' ')
		ret->colon = ":";
	if (!memchr(text + object + 1, '\n', length) || length >= sizeof(ret->indent) / 2) {
		ret->comma = *ret->colon && ret->colon[1] ? ", " : ",";
		return true;
	}
	/* The last line break and what stands behind it. */
	for (from = first.key; text[from] != '\n';)
		from--;
	snprintf(ret->indent, sizeof(ret->indent), "%s%.*s", text[from - 1] == '\r' ? "\r" : "",
		 (int)(first.key - from), text + from);
	length = first.key - from - 1;
	snprintf(ret->unit, sizeof(ret->unit), "%.*s", (int)(length / (size_t)depth),
		 text + from + 1);
	return true;
}

/* Of the object itself, or of what it stands in, or docker's. */
static void observe(const char *text, size_t object, int depth, struct manner *ret)
{
	size_t whole = skip_space(text, 0), length;

	if (observe_object(text, object, depth, ret))
		return;
	if (depth == 1 || !observe_object(text, whole, 1, ret)) {
		snprintf(ret->unit, sizeof(ret->unit), INDENT);
		snprintf(ret->indent, sizeof(ret->indent), "\n%s", INDENT);
	}
	length = strlen(ret->indent);
	for (int level = 1; level < depth && length > 0; level++) {
		snprintf(ret->indent + length, sizeof(ret->indent) - length, "%s", ret->unit);
		length = strlen(ret->indent);
	}
}

static void quote(struct acr_secret *out, const char *text)
{
	acr_json_quote(out, text, strlen(text));
}

/* Behind the last member of the object, or between its braces. */
static void add_member(struct acr_edit *text, size_t object, int depth, const char *key,
		       const char *raw_value)
{
	const char *bytes = acr_secret_text(&text->bytes);
	struct manner manner;
	struct member last;
	auto_secret made = { 0 };
	size_t at = object + 1;
	bool empty = true;

	observe(bytes, object, depth, &manner);
	while (next(bytes, at, &last)) {
		at = last.end;
		empty = false;
	}
	acr_secret_format(&made, "%s%s",
			  empty		   ? ""
			  : *manner.indent ? ","
					   : manner.comma,
			  manner.indent);
	quote(&made, key);
	acr_secret_format(&made, "%s%s", manner.colon, raw_value);
	if (empty) {
		/* The closing brace gets a line of its own. */
		size_t indent = strlen(manner.indent), unit = strlen(manner.unit);

		acr_secret_format(&made, "%.*s", (int)(indent - unit), manner.indent);
		acr_edit_splice(text, at, skip_space(bytes, at) - at, acr_secret_text(&made));
		return;
	}
	acr_edit_splice(text, at, 0, acr_secret_text(&made));
}

/* An empty object at `outer`, in what it is to be in. */
static void make_object(struct acr_edit *text, const char *outer)
{
	const char *slash = strrchr(outer, '/');
	auto_string parent = slash ? acr_copy_bytes(outer, (size_t)(slash - outer)) : NULL;
	struct member member;
	size_t object;

	if (find_object(acr_secret_text(&text->bytes), outer, &object))
		return;
	if (parent)
		make_object(text, parent);
	if (find_member(acr_secret_text(&text->bytes), parent, slash ? slash + 1 : outer, &member))
		acr_edit_splice(text, member.value, member.end - member.value, "{}"); /* null */
	else if (find_object(acr_secret_text(&text->bytes), parent, &object))
		add_member(text, object, depth_of(parent), slash ? slash + 1 : outer, "{}");
}

void acr_member_put(struct acr_edit *text, const char *outer, const char *key, const char *value)
{
	auto_secret raw = { 0 };
	struct member member;
	size_t object;

	/* Nothing there, or white space: what docker would write. */
	if (!find_object(acr_secret_text(&text->bytes), NULL, &object))
		acr_edit_splice(text, 0, text->bytes.length, "{}");
	if (outer)
		make_object(text, outer);
	quote(&raw, value);
	if (find_member(acr_secret_text(&text->bytes), outer, key, &member))
		acr_edit_splice(text, member.value, member.end - member.value,
				acr_secret_text(&raw));
	else if (find_object(acr_secret_text(&text->bytes), outer, &object))
		add_member(text, object, depth_of(outer), key, acr_secret_text(&raw));
}

bool acr_member_drop(struct acr_edit *text, const char *outer, const char *key)
{
	const char *bytes = acr_secret_text(&text->bytes);
	struct member member, before = { 0 };
	size_t object, from, to;

	if (!find_object(bytes, outer, &object) || !find(bytes, object, key, !outer, &member))
		return false;
	from = object + 1;
	for (size_t at = object + 1; next(bytes, at, &before) && before.key < member.key;
	     at = before.end)
		from = before.end;
	to = member.end;
	if (from == object + 1) {
		/* The first: with the comma behind it, or all that is between the braces. */
		to = skip_space(bytes, to);
		if (bytes[to] == ',') {
			to = skip_space(bytes, to + 1);
			from = member.key;
		}
	}
	acr_edit_splice(text, from, to - from, "");
	return true;
}

char *acr_member_string(const struct acr_secret *bytes, const char *outer, const char *key)
{
	struct member member;

	if (!find_member(acr_secret_text(bytes), outer, key, &member))
		return NULL;
	return unquote(acr_secret_text(bytes), member.value, member.end);
}

void acr_object_drop_empty(struct acr_edit *text, const char *outer)
{
	const char *bytes = acr_secret_text(&text->bytes), *slash = strrchr(outer, '/');
	auto_string parent = slash ? acr_copy_bytes(outer, (size_t)(slash - outer)) : NULL;
	size_t object;

	if (!find_object(bytes, outer, &object) || bytes[skip_space(bytes, object + 1)] != '}')
		return;
	acr_member_drop(text, parent, slash ? slash + 1 : outer);
	if (parent)
		acr_object_drop_empty(text, parent);
}

bool acr_object_there(const struct acr_secret *bytes, const char *outer)
{
	size_t object;

	return find_object(acr_secret_text(bytes), outer, &object);
}

bool acr_member_there(const struct acr_secret *bytes, const char *outer, const char *key)
{
	struct member member;

	return find_member(acr_secret_text(bytes), outer, key, &member);
}

static bool is_public(const char *text, const struct member *member)
{
	auto_string name = unquote(text, member->key, member->key_end);

	return name &&
	       (strcasecmp(name, "credHelpers") == 0 || strcasecmp(name, "credsStore") == 0);
}

void acr_member_values(const struct acr_secret *bytes,
		       void (*visit)(void *data, size_t from, size_t to), void *data)
{
	const char *text = acr_secret_text(bytes);
	struct member member;
	size_t at;

	if (!find_object(text, NULL, &at))
		return;
	for (at++; next(text, at, &member); at = member.end) {
		if (is_public(text, &member))
			continue;
		for (size_t c = member.value; c < member.end;) {
			size_t end;

			if (text[c] != '"') {
				c++;
				continue;
			}
			end = skip_string(text, c);
			/* Names of members are shown. */
			if (text[skip_space(text, end)] != ':' && end - c > 2)
				visit(data, c + 1, end - 1);
			c = end;
		}
	}
}
