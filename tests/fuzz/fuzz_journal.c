/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes the journal of `configure` and, after a separator line, the file that it describes: the
 * file is valid JSON after the undo, and a journal that is written can be read. */
#include "configure/journal.c"
#include "world.h"

static void check(const struct acr_memo *memo, const struct acr_secret *text)
{
	struct acr_error error = { 0 };
	auto_changes changes = { 0 };
	auto_secret back = { 0 };
	bool gone = false;

	if (acr_memo_undo(memo, text, &back, &gone, &changes, &error))
		must_be_told(&error);
	else if (strcmp(memo->kind, "json") == 0)
		must(acr_members_check(memo->path, &back, NULL) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *line = memchr(data, '\n', size);
	size_t length = line ? (size_t)(line - data) : size;
	struct world *world = world_begin();
	struct acr_error error = { 0 };
	auto_secret text = { 0 };
	auto_memo memo = { 0 }, again = { 0 };
	auto_string name = NULL;
	auto_string folder = acr_format("%s/journal", world->folder);

	world_write(world, "journal/memo", data, length);
	if (line)
		acr_secret_add_bytes(&text, line + 1, size - length - 1);
	if (read_memo(folder, "memo", &memo, &error)) {
		must_be_told(&error);
		return 0;
	}
	must(memo.path && memo.kind);
	check(&memo, &text);
	if (acr_memo_save(folder, &memo, &error))
		return 0;
	name = name_of(memo.path);
	must(read_memo(folder, name, &again, &error) == 0);
	must(again.changes.count == memo.changes.count && strcmp(again.path, memo.path) == 0);
	acr_memo_forget(folder, memo.path);
	return 0;
}
