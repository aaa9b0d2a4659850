/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Taking out what configure put in. While the file is as we left it, the splices run backwards give
 * the very bytes that were there. Otherwise somebody else wrote into it (a `docker login`): then
 * only those members go that still say what we made them say.
 */
#include <string.h>

#include "configure/configure.h"

static bool is_as_left(const struct acr_change *change, const struct acr_secret *bytes)
{
	return change->after != 0 &&
	       change->after == (change->hashed ? acr_edit_hash(bytes) : acr_edit_mark(bytes));
}

static bool undo_splices(const struct acr_change *change, struct acr_secret *bytes)
{
	for (size_t k = change->splice_count; k-- > 0;)
		if (!acr_edit_undo(bytes, &change->splices[k]))
			return false;
	return true;
}

static bool run_back(const struct acr_memo *memo, struct acr_secret *bytes)
{
	for (size_t i = memo->count; i-- > 0;)
		if (!is_as_left(&memo->changes[i], bytes) ||
		    !undo_splices(&memo->changes[i], bytes))
			return false;
	return true;
}

void acr_memo_unhash(struct acr_memo *memo, const struct acr_secret *bytes)
{
	auto_secret back = { 0 };
	bool goes = true;

	acr_secret_add_bytes(&back, acr_secret_text(bytes), bytes->length);
	for (size_t i = memo->count; i-- > 0;) {
		struct acr_change *change = &memo->changes[i];

		goes = goes && is_as_left(change, &back);
		if (change->hashed)
			change->after = goes ? acr_edit_mark(&back) : 0;
		change->hashed = false;
		goes = goes && undo_splices(change, &back);
	}
}

static void take_out_member(struct acr_edit *text, const struct acr_put *put)
{
	auto_string now = acr_member_string(&text->bytes, put->outer, put->key);

	if (!now || strcmp(now, put->value) != 0)
		return;
	if (put->before) {
		acr_member_put(text, put->outer, put->key, put->before);
		return;
	}
	acr_member_drop(text, put->outer, put->key);
	if (put->outer_made)
		acr_object_drop_empty(text, put->outer);
}

static int take_out_json(const struct acr_memo *memo, const struct acr_secret *bytes,
			 struct acr_secret *ret, bool *ret_gone, struct acr_error *error)
{
	auto_edit text = { 0 };
	auto_json json = NULL;

	if (acr_json_parse(acr_secret_text(bytes), bytes->length, &json, error))
		return acr_context(error, CONFIGURE_NOT_JSON, memo->path);
	acr_secret_add_bytes(&text.bytes, acr_secret_text(bytes), bytes->length);
	for (size_t i = memo->count; i-- > 0;)
		for (size_t k = memo->changes[i].put_count; k-- > 0;)
			take_out_member(&text, &memo->changes[i].puts[k]);
	acr_json_free(&json);
	if (acr_json_parse(acr_secret_text(&text.bytes), text.bytes.length, &json, error))
		return acr_context(error, CONFIGURE_UNDO_BREAKS, memo->path);
	*ret_gone = memo->made && json_object_is_type(json, json_type_object) &&
		    json_object_object_length(json) == 0;
	*ret = acr_secret_steal(&text.bytes);
	return 0;
}

int acr_memo_undo(const struct acr_memo *memo, const struct acr_secret *bytes,
		  struct acr_secret *ret, bool *ret_gone, struct acr_error *error)
{
	auto_secret back = { 0 };

	*ret_gone = false;
	acr_secret_add_bytes(&back, acr_secret_text(bytes), bytes->length);
	if (run_back(memo, &back)) {
		*ret_gone = memo->made && back.length == 0;
		*ret = acr_secret_steal(&back);
		return 0;
	}
	if (strcmp(memo->kind, "json") == 0)
		return take_out_json(memo, bytes, ret, ret_gone, error);
	if (!acr_containers_without(bytes, ret))
		acr_secret_add_bytes(ret, acr_secret_text(bytes), bytes->length);
	return 0;
}
