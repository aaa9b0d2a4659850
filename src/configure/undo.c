/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Removes the changes of configure. Other programs may have written to the file since (`docker
 * login`), so only members that still have the value that configure set are removed.
 */
#include <string.h>

#include "configure/configure.h"

static int undo_json(const struct acr_memo *memo, struct acr_secret *text, bool *ret_gone,
		     struct acr_changes *ret_changes, struct acr_error *error)
{
	if (acr_members_check(memo->path, text, error))
		return -1;
	acr_changes_undo(&memo->changes, text, ret_changes);
	acr_members_layout(text);
	if (acr_members_check(memo->path, text, NULL)) /* not a file of the journal */
		return acr_raise(error, CONFIGURE_UNSAFE, memo->path);
	*ret_gone = memo->made && acr_members_are_none(text);
	return 0;
}

/* The drop-in for container tools: the whole file, or our name in its list. */
static void undo_text(const struct acr_memo *memo, struct acr_secret *text, bool *ret_gone,
		      struct acr_changes *ret_changes)
{
	auto_string was = acr_copy(acr_secret_text(text));
	const struct acr_change *row = memo->changes.rows + memo->changes.count;
	auto_secret without = { 0 };

	while (row-- > memo->changes.rows) {
		if (strcmp(acr_secret_text(text), row->after) != 0)
			break;
		acr_secret_wipe(text);
		acr_secret_add(text, row->before ? row->before : "");
	}
	if (acr_containers_without(text, &without)) {
		acr_secret_wipe(text);
		*text = acr_secret_steal(&without);
	}
	*ret_gone = memo->made && text->length == 0;
	if (strcmp(was, acr_secret_text(text)) != 0)
		acr_changes_add(ret_changes, NULL, NULL, was,
				text->length ? acr_secret_text(text) : NULL);
}

int acr_memo_undo(const struct acr_memo *memo, const struct acr_secret *bytes,
		  struct acr_secret *ret, bool *ret_gone, struct acr_changes *ret_changes,
		  struct acr_error *error)
{
	acr_secret_add_bytes(ret, acr_secret_text(bytes), bytes->length);
	if (strcmp(memo->kind, "json") == 0)
		return undo_json(memo, ret, ret_gone, ret_changes, error);
	undo_text(memo, ret, ret_gone, ret_changes);
	return 0;
}
