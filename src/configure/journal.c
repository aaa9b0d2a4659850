/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What `configure` did to each file, kept as one small private JSON file beside our other state.
 * It holds what was taken out and put in, which are names of helpers and hosts, and a mark of what
 * was left: never the file itself, in which docker may keep passwords, nor a hash of it, by which a
 * password could be guessed.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "base/budget.h"
#include "base/file.h"
#include "configure/configure.h"

#define MARK "mark:"

static void free_change(struct acr_change *change)
{
	for (size_t i = 0; i < change->put_count; i++) {
		acr_string_free(&change->puts[i].outer);
		acr_string_free(&change->puts[i].key);
		acr_string_free(&change->puts[i].value);
		acr_string_free(&change->puts[i].before);
	}
	for (size_t i = 0; i < change->splice_count; i++) {
		acr_string_free(&change->splices[i].removed);
		acr_string_free(&change->splices[i].inserted);
	}
	free(change->puts);
	free(change->splices);
}

void acr_memo_free(struct acr_memo *memo)
{
	for (size_t i = 0; i < memo->count; i++)
		free_change(&memo->changes[i]);
	free(memo->changes);
	acr_string_free(&memo->path);
	acr_string_free(&memo->kind);
	acr_string_free(&memo->made_folder);
	acr_string_free(&memo->own_folder);
	*memo = (struct acr_memo){ 0 };
}

char *acr_memo_folder(const struct acr_app *app, bool system)
{
	if (system)
		return acr_system_path(app, "/var/lib/docker-credential-acr/configure");
	return acr_home_path(app, "XDG_DATA_HOME", ".local/share", "/configure");
}

static char *name_of(const char *path)
{
	auto_secret bytes = { 0 };

	acr_secret_add(&bytes, path);
	return acr_format("%016llx.json", (unsigned long long)acr_edit_hash(&bytes));
}

static struct acr_change *grow(struct acr_memo *memo)
{
	memo->changes = acr_grow(memo->changes, memo->count, sizeof(*memo->changes));
	memo->changes[memo->count] = (struct acr_change){ 0 };
	return &memo->changes[memo->count++];
}

void acr_memo_add(struct acr_memo *memo, struct acr_edit *text, struct acr_put *puts,
		  size_t put_count)
{
	*grow(memo) = (struct acr_change){
		.puts = puts,
		.put_count = put_count,
		.splices = text->splices,
		.splice_count = text->count,
		.after = acr_edit_mark(&text->bytes),
	};
	text->splices = NULL;
	text->count = 0;
}

/* ---- writing ---- */

/* A member, and the comma in front of all but the first. */
static void add_key(struct acr_secret *out, const char *key)
{
	if (out->length > 0 && !strchr("{[", out->bytes[out->length - 1]))
		acr_secret_add(out, ",");
	acr_secret_format(out, "\"%s\":", key);
}

static void add_text(struct acr_secret *out, const char *key, const char *text)
{
	add_key(out, key);
	if (text)
		acr_json_quote(out, text, strlen(text));
	else
		acr_secret_add(out, "null");
}

static void add_bool(struct acr_secret *out, const char *key, bool value)
{
	add_key(out, key);
	acr_secret_add(out, value ? "true" : "false");
}

static void add_puts(struct acr_secret *out, const struct acr_change *change)
{
	add_key(out, "puts");
	acr_secret_add(out, "[");
	for (size_t i = 0; i < change->put_count; i++) {
		const struct acr_put *put = &change->puts[i];

		acr_secret_add(out, i ? ",{" : "{");
		add_text(out, "outer", put->outer);
		add_text(out, "key", put->key);
		add_text(out, "value", put->value);
		add_text(out, "before", put->before);
		add_bool(out, "outer_made", put->outer_made);
		acr_secret_add(out, "}");
	}
	acr_secret_add(out, "]");
}

static void add_splices(struct acr_secret *out, const struct acr_change *change)
{
	add_key(out, "splices");
	acr_secret_add(out, "[");
	for (size_t i = 0; i < change->splice_count; i++) {
		const struct acr_splice *splice = &change->splices[i];

		acr_secret_format(out, "%s{\"at\":%zu", i ? "," : "", splice->at);
		add_text(out, "removed", splice->removed);
		add_text(out, "inserted", splice->inserted);
		acr_secret_add(out, "}");
	}
	acr_secret_add(out, "]");
}

/* Written without json-c, which leaves out what it has no memory for. */
int acr_memo_save(const char *folder, const struct acr_memo *memo, struct acr_error *error)
{
	auto_string name = name_of(memo->path);
	auto_secret json = { 0 };

	acr_secret_add(&json, "{\"version\":1");
	add_text(&json, "path", memo->path);
	add_text(&json, "kind", memo->kind);
	add_bool(&json, "made", memo->made);
	add_text(&json, "made_folder", memo->made_folder);
	add_text(&json, "own_folder", memo->own_folder);
	add_key(&json, "changes");
	acr_secret_add(&json, "[");
	for (size_t i = 0; i < memo->count; i++) {
		const struct acr_change *change = &memo->changes[i];
		/* 0.1.0 takes this for a hash of 0, and so undoes member by member. */
		auto_string mark = acr_format(MARK "%016llx", (unsigned long long)change->after);

		acr_secret_add(&json, i ? ",{" : "{");
		add_puts(&json, change);
		add_splices(&json, change);
		add_text(&json, "after", mark);
		acr_secret_add(&json, "}");
	}
	acr_secret_add(&json, "]}");
	return acr_private_write(folder, name, acr_secret_text(&json), json.length, true, error);
}

/* ---- reading ---- */

static char *copy_of(struct json_object *object, const char *key)
{
	const char *text = acr_json_string(object, key);

	return text ? acr_copy(text) : NULL;
}

static size_t rows_of(struct json_object *list)
{
	return json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;
}

static void *room(size_t count, size_t size)
{
	void *made = calloc(count ? count : 1, size);

	if (!made)
		acr_out_of_memory();
	return made;
}

static bool read_change(struct json_object *json, struct acr_change *ret)
{
	struct json_object *puts = acr_json_member(json, "puts");
	struct json_object *splices = acr_json_member(json, "splices");
	const char *after = acr_json_string(json, "after");
	bool fine = after != NULL;

	ret->hashed = after && strncmp(after, MARK, strlen(MARK)) != 0;
	ret->after = after ? strtoull(after + (ret->hashed ? 0 : strlen(MARK)), NULL, 16) : 0;
	ret->put_count = rows_of(puts);
	ret->puts = room(ret->put_count, sizeof(*ret->puts));
	for (size_t i = 0; i < ret->put_count; i++) {
		struct json_object *row = json_object_array_get_idx(puts, i);

		ret->puts[i] = (struct acr_put){ copy_of(row, "outer"), copy_of(row, "key"),
						 copy_of(row, "value"), copy_of(row, "before"),
						 acr_json_bool(row, "outer_made", false) };
		fine = fine && ret->puts[i].key && ret->puts[i].value;
	}
	ret->splice_count = rows_of(splices);
	ret->splices = room(ret->splice_count, sizeof(*ret->splices));
	for (size_t i = 0; i < ret->splice_count; i++) {
		struct json_object *row = json_object_array_get_idx(splices, i);
		int64_t at = acr_json_int(row, "at", -1);

		ret->splices[i] = (struct acr_splice){ (size_t)at, copy_of(row, "removed"),
						       copy_of(row, "inserted") };
		fine = fine && at >= 0 && ret->splices[i].removed && ret->splices[i].inserted;
	}
	return fine;
}

static int read_memo(const char *folder, const char *name, struct acr_memo *ret,
		     struct acr_error *error)
{
	auto_string path = acr_format("%s/%s", folder, name);
	auto_secret bytes = { 0 };
	auto_json json = NULL;
	struct json_object *changes;
	bool fine;

	if (acr_private_read(folder, name, ACR_CONFIG_MAX, &bytes, error))
		return -1;
	if (acr_json_parse(acr_secret_text(&bytes), bytes.length, &json, error))
		return acr_context(error, CONFIGURE_NOT_JSON, path);
	changes = acr_json_member(json, "changes");
	*ret = (struct acr_memo){ .path = copy_of(json, "path"),
				  .kind = copy_of(json, "kind"),
				  .made = acr_json_bool(json, "made", false),
				  .made_folder = copy_of(json, "made_folder"),
				  .own_folder = copy_of(json, "own_folder") };
	fine = ret->path && ret->kind && acr_json_int(json, "version", 0) == 1;
	for (size_t i = 0; i < rows_of(changes); i++)
		fine = read_change(json_object_array_get_idx(changes, i), grow(ret)) && fine;
	if (fine)
		return 0;
	acr_memo_free(ret);
	return acr_raise(error, CONFIGURE_JOURNAL_INVALID, path);
}

int acr_memo_load(const char *folder, const char *path, struct acr_memo *ret,
		  struct acr_error *error)
{
	auto_string name = name_of(path);
	struct acr_error missing = { 0 };

	if (read_memo(folder, name, ret, &missing) == 0 || missing.kind == ACR_NOT_FOUND)
		return 0;
	*error = missing;
	return -1;
}

void acr_memo_forget(const char *folder, const char *path)
{
	auto_string name = name_of(path);

	(void)!acr_private_drop(folder, name, NULL);
}

struct walk {
	char **names;
	size_t count;
};

static void take_name(void *data, const char *name)
{
	struct walk *walk = data;

	walk->names = acr_grow(walk->names, walk->count, sizeof(*walk->names));
	walk->names[walk->count++] = acr_copy(name);
}

int acr_memo_each(const char *folder,
		  int (*visit)(void *data, struct acr_memo *memo, struct acr_error *error),
		  void *data, struct acr_error *error)
{
	struct walk walk = { 0 };
	int failed = acr_private_each(folder, take_name, &walk, error);

	for (size_t i = 0; i < walk.count; i++) {
		auto_memo memo = { 0 };

		if (!failed)
			failed = read_memo(folder, walk.names[i], &memo, error) ||
				 visit(data, &memo, error);
		free(walk.names[i]);
	}
	free(walk.names);
	return failed ? -1 : 0;
}

static int take_own_folder(void *data, struct acr_memo *memo, struct acr_error *error)
{
	char **made = data;

	(void)error;
	if (!*made && memo->own_folder)
		*made = acr_copy(memo->own_folder);
	return 0;
}

int acr_memo_begin(const char *folder, char **ret_made, struct acr_error *error)
{
	const struct timespec pause = { 0, 50 * 1000 * 1000 };
	auto_string inside = acr_format("%s/.", folder);
	auto_string above = acr_format("%s/..", folder);
	auto_fd made = -1;
	int fd;

	*ret_made = acr_target_missing(inside);
	made = acr_folder_open(folder, true, error);
	if (made < 0)
		return -1;
	/* The folder above is the lock: no file stays, and that of the folder itself is taken by
	 * whoever writes in it. Whoever hangs is passed by. */
	fd = open(above, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return acr_raise_errno(error, errno, FILE_INACCESSIBLE, above);
	for (int tries = 0; flock(fd, LOCK_EX | LOCK_NB) && tries < 100; tries++)
		nanosleep(&pause, NULL);
	if (!*ret_made && acr_memo_each(folder, take_own_folder, ret_made, error)) {
		close(fd);
		return -1;
	}
	return fd;
}

void acr_memo_end(const char *folder, const char *made)
{
	auto_string parent = acr_copy(folder);

	while (made && strncmp(parent, made, strlen(made)) == 0 && rmdir(parent) == 0)
		*strrchr(parent, '/') = '\0';
}
