/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sets and removes members of a JSON object in its text. json-c would change numbers beyond 2^63,
 * so values that are not ours are copied unchanged, and only the white space between values is
 * rewritten (acr_members_layout).
 *
 * Docker's decoder (Go's encoding/json) accepts "credsstore" for "credsStore"; so does this code.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "configure/json_text.h"

/* `object` is the offset of a brace. */
static bool find(const char *text, size_t object, const char *key, bool any_case,
		 struct acr_text_member *ret)
{
	struct acr_text_member here;
	bool found = false;

	for (size_t at = object + 1; acr_text_next(text, at, &here); at = here.end) {
		auto_string name = acr_text_string(text, here.key, here.key_end);

		if (!name || (any_case ? strcasecmp(name, key) : strcmp(name, key)) != 0)
			continue;
		*ret = here;
		found = true;
	}
	return found;
}

/* The offset of the brace of the object `outer` ("registries/contoso.azurecr.io"; NULL: the whole);
 * false if it, or an object that contains it, is absent or not an object. */
static bool find_object(const char *text, const char *outer, size_t *ret)
{
	*ret = acr_text_skip_space(text, 0);
	if (text[*ret] != '{')
		return false;
	for (const char *step = outer; step && *step; step += *step == '/') {
		auto_string name = acr_copy_bytes(step, strcspn(step, "/"));
		struct acr_text_member member;

		if (!find(text, *ret, name, true, &member) || text[member.value] != '{')
			return false;
		*ret = member.value;
		step += strlen(name);
	}
	return true;
}

static bool find_member(const char *text, const char *outer, const char *key,
			struct acr_text_member *ret)
{
	size_t object;

	return find_object(text, outer, &object) && find(text, object, key, !outer, ret);
}

char *acr_member_raw(const struct acr_secret *bytes, const char *outer, const char *key)
{
	const char *text = acr_secret_text(bytes);
	struct acr_text_member member;

	if (!find_member(text, outer, key, &member))
		return NULL;
	if (text[member.value] == '{' && text[acr_text_skip_space(text, member.value + 1)] == '}')
		return acr_copy("{}");
	return acr_copy_bytes(text + member.value, member.end - member.value);
}

char *acr_member_string(const struct acr_secret *bytes, const char *outer, const char *key)
{
	auto_string raw = acr_member_raw(bytes, outer, key);

	return raw ? acr_text_string(raw, 0, strlen(raw)) : NULL;
}

/* Split "registries/contoso.azurecr.io" into the containing object ("registries"; NULL: the whole;
 * owned by the caller) and the name in it. */
static const char *split(const char *outer, char **ret_parent)
{
	const char *slash = strrchr(outer, '/');

	*ret_parent = slash ? acr_copy_bytes(outer, (size_t)(slash - outer)) : NULL;
	return slash ? slash + 1 : outer;
}

static int check_kind(const char *path, const struct acr_secret *bytes, const char *outer,
		      const char *key, char kind, struct acr_error *error)
{
	auto_string raw = acr_member_raw(bytes, outer, key);

	if (!raw || *raw == kind || *raw == 'n')
		return 0;
	return kind == '{' ? acr_raise(error, CONFIGURE_MEMBER_NOT_AN_OBJECT, path, key)
			   : acr_raise(error, CONFIGURE_MEMBER_NOT_A_STRING, path, key);
}

static int check_outer(const char *path, const struct acr_secret *bytes, const char *outer,
		       struct acr_error *error)
{
	auto_string parent = NULL;
	const char *name;

	if (!outer)
		return 0;
	name = split(outer, &parent);
	return check_outer(path, bytes, parent, error)
		       ? -1
		       : check_kind(path, bytes, parent, name, '{', error);
}

int acr_member_check(const char *path, const struct acr_secret *bytes, const char *outer,
		     const char *key, struct acr_error *error)
{
	return check_outer(path, bytes, outer, error)
		       ? -1
		       : check_kind(path, bytes, outer, key, '"', error);
}

/* ---- changes ---- */

void acr_changes_free(struct acr_changes *changes)
{
	for (size_t i = 0; i < changes->count; i++) {
		acr_string_free(&changes->rows[i].outer);
		acr_string_free(&changes->rows[i].key);
		acr_string_free(&changes->rows[i].before);
		acr_string_free(&changes->rows[i].after);
	}
	free(changes->rows);
	*changes = (struct acr_changes){ 0 };
}

void acr_changes_add(struct acr_changes *changes, const char *outer, const char *key,
		     const char *before, const char *after)
{
	changes->rows = acr_grow(changes->rows, changes->count, sizeof(*changes->rows));
	changes->rows[changes->count++] = (struct acr_change){
		.outer = outer ? acr_copy(outer) : NULL,
		.key = key ? acr_copy(key) : NULL,
		.before = before ? acr_copy(before) : NULL,
		.after = after ? acr_copy(after) : NULL,
	};
}

static void replace(struct acr_secret *bytes, size_t at, size_t removed, const char *inserted)
{
	auto_secret made = { 0 };

	acr_secret_reserve(&made, bytes->length + strlen(inserted));
	acr_secret_add_bytes(&made, acr_secret_text(bytes), at);
	acr_secret_add(&made, inserted);
	acr_secret_add_bytes(&made, acr_secret_text(bytes) + at + removed,
			     bytes->length - at - removed);
	acr_secret_wipe(bytes);
	*bytes = acr_secret_steal(&made);
}

/* After the last member of the object. */
static void add_member(struct acr_secret *bytes, size_t object, const char *key, const char *value)
{
	const char *text = acr_secret_text(bytes);
	auto_secret made = { 0 };
	struct acr_text_member last = { .end = object + 1 };

	while (acr_text_next(text, last.end, &last))
		;
	acr_secret_add(&made, last.end == object + 1 ? "" : ",");
	acr_json_quote(&made, key, strlen(key));
	acr_secret_format(&made, ":%s", value);
	replace(bytes, last.end, 0, acr_secret_text(&made));
}

/* With the comma before it; for the first member, with the comma after it. */
static void remove_member(struct acr_secret *bytes, size_t object,
			  const struct acr_text_member *member)
{
	const char *text = acr_secret_text(bytes);
	size_t from = object + 1, to = member->end;

	for (struct acr_text_member before = { .end = from };
	     acr_text_next(text, before.end, &before) && before.key < member->key;)
		from = before.end;
	if (from == object + 1) {
		from = member->key;
		to = acr_text_skip_space(text, to);
		to = text[to] == ',' ? acr_text_skip_space(text, to + 1) : to;
	}
	replace(bytes, from, to - from, "");
}

void acr_member_set(struct acr_secret *bytes, const char *outer, const char *key, const char *value,
		    struct acr_changes *ret)
{
	auto_string before = NULL;
	struct acr_text_member member;
	size_t object;

	if (value && outer && !find_object(acr_secret_text(bytes), outer, &object)) {
		auto_string parent = NULL;
		const char *name = split(outer, &parent);

		acr_member_set(bytes, parent, name, "{}", ret);
	}
	before = acr_member_raw(bytes, outer, key);
	if (!find_object(acr_secret_text(bytes), outer, &object) || (!before && !value))
		return;
	if (ret)
		acr_changes_add(ret, outer, key, before, value);
	if (!find(acr_secret_text(bytes), object, key, !outer, &member))
		add_member(bytes, object, key, value);
	else if (value)
		replace(bytes, member.value, member.end - member.value, value);
	else
		remove_member(bytes, object, &member);
}

/* Is it the same value, even if the string is escaped differently? */
static bool is_still(const char *now, const char *value)
{
	auto_string a = acr_text_string(now, 0, strlen(now));
	auto_string b = acr_text_string(value, 0, strlen(value));

	return strcmp(a && b ? a : now, a && b ? b : value) == 0;
}

void acr_changes_undo(const struct acr_changes *changes, struct acr_secret *bytes,
		      struct acr_changes *ret)
{
	for (size_t i = changes->count; i-- > 0;) {
		const struct acr_change *row = &changes->rows[i];
		auto_string now = acr_member_raw(bytes, row->outer, row->key);

		if (now && row->after && is_still(now, row->after))
			acr_member_set(bytes, row->outer, row->key, row->before, ret);
	}
}

bool acr_members_are_none(const struct acr_secret *bytes)
{
	const char *text = acr_secret_text(bytes);
	size_t whole;

	return find_object(text, NULL, &whole) && text[acr_text_skip_space(text, whole + 1)] == '}';
}
