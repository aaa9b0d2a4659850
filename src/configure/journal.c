/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The journal of `configure`: what it did to each file, as one small private JSON file in our data
 * folder. It contains the members that were set, which are names of helpers, hosts and identities;
 * never the file itself, in which Docker may keep passwords, nor a hash of it, from which a
 * password could be guessed.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/budget.h"
#include "base/file.h"
#include "base/hash.h"
#include "configure/configure.h"

#define VERSION 2

void acr_memo_free(struct acr_memo *memo)
{
	acr_changes_free(&memo->changes);
	acr_taken_free(&memo->taken);
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
	return acr_format("%016" PRIx64 ".json", acr_hash(ACR_HASH_BASIS, path, strlen(path)));
}

/* ---- writing ---- */

/* A member, preceded by a comma unless it is the first. */
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

static void add_change(struct acr_secret *out, const struct acr_change *change)
{
	acr_secret_add(out, out->bytes[out->length - 1] == '[' ? "{" : ",{");
	add_text(out, "object", change->outer);
	add_text(out, "member", change->key);
	add_text(out, "before", change->before);
	add_text(out, "after", change->after);
	acr_secret_add(out, "}");
}

static void add_taken(struct acr_secret *out, const struct acr_taken *taken)
{
	add_key(out, "logins");
	acr_secret_add(out, "[");
	for (size_t i = 0; i < taken->count; i++) {
		acr_secret_add(out, i ? ",{" : "{");
		add_text(out, "key", taken->rows[i].key);
		add_text(out, "helper", taken->rows[i].helper);
		add_bool(out, "added", taken->rows[i].added);
		acr_secret_add(out, "}");
	}
	acr_secret_format(out, "],\"since\":%" PRId64, taken->since);
}

/* Written without json-c, which omits data if memory runs out. */
int acr_memo_save(const char *folder, const struct acr_memo *memo, struct acr_error *error)
{
	auto_string name = name_of(memo->path);
	auto_secret json = { 0 };

	acr_secret_format(&json, "{\"version\":%d", VERSION);
	add_text(&json, "path", memo->path);
	add_text(&json, "kind", memo->kind);
	add_bool(&json, "made", memo->made);
	add_text(&json, "made_folder", memo->made_folder);
	add_text(&json, "own_folder", memo->own_folder);
	add_key(&json, "changes");
	acr_secret_add(&json, "[");
	for (size_t i = 0; i < memo->changes.count; i++)
		add_change(&json, &memo->changes.rows[i]);
	acr_secret_add(&json, "]");
	add_taken(&json, &memo->taken);
	acr_secret_add(&json, "}");
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

static bool read_change(struct json_object *row, struct acr_changes *ret)
{
	const char *key = acr_json_string(row, "member"), *after = acr_json_string(row, "after");

	acr_changes_add(ret, acr_json_string(row, "object"), key, acr_json_string(row, "before"),
			after);
	return after != NULL;
}

/* ---- version 0.1.0 recorded members of strings, and its edits of the text ---- */

static char *quoted(const char *text)
{
	auto_secret json = { 0 };

	if (!text)
		return NULL;
	acr_json_quote(&json, text, strlen(text));
	return acr_copy(acr_secret_text(&json));
}

static bool read_first_version(struct json_object *json, struct acr_changes *ret)
{
	struct json_object *puts = acr_json_member(json, "puts");
	struct json_object *splices = acr_json_member(json, "splices");

	for (size_t i = 0; i < rows_of(puts); i++) {
		struct json_object *row = json_object_array_get_idx(puts, i);
		const char *outer = acr_json_string(row, "outer");
		const char *key = acr_json_string(row, "key");
		auto_string before = quoted(acr_json_string(row, "before"));
		auto_string after = quoted(acr_json_string(row, "value"));
		auto_secret made = { 0 };

		if (!key || !after)
			return false;
		/* Repeating the edit on an empty object shows which objects were created for it. */
		acr_secret_add(&made, "{}");
		if (outer && acr_json_bool(row, "outer_made", false))
			acr_member_set(&made, outer, key, after, ret);
		acr_changes_add(ret, outer, key, before, after);
	}
	for (size_t i = 0; i < rows_of(splices) && rows_of(puts) == 0; i++) {
		struct json_object *row = json_object_array_get_idx(splices, i);
		const char *before = acr_json_string(row, "removed");
		const char *after = acr_json_string(row, "inserted");

		if (!after)
			return false;
		acr_changes_add(ret, NULL, NULL, before && *before ? before : NULL, after);
	}
	return true;
}

static bool read_taken(struct json_object *json, struct acr_taken *ret)
{
	struct json_object *rows = acr_json_member(json, "logins");

	ret->since = acr_json_int(json, "since", 0);
	for (size_t i = 0; i < rows_of(rows); i++) {
		struct json_object *row = json_object_array_get_idx(rows, i);
		const char *key = acr_json_string(row, "key");

		if (!key)
			return false;
		acr_taken_add(ret, key, acr_json_string(row, "helper"),
			      acr_json_bool(row, "added", false));
	}
	return true;
}

static int read_memo(const char *folder, const char *name, struct acr_memo *ret,
		     struct acr_error *error)
{
	auto_string path = acr_format("%s/%s", folder, name);
	auto_secret bytes = { 0 };
	auto_json json = NULL;
	struct json_object *changes;
	int64_t version;
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
	version = acr_json_int(json, "version", 0);
	fine = ret->path && ret->kind && (version == 1 || version == VERSION);
	for (size_t i = 0; fine && i < rows_of(changes); i++) {
		struct json_object *row = json_object_array_get_idx(changes, i);

		fine = version == 1 ? read_first_version(row, &ret->changes)
				    : read_change(row, &ret->changes);
	}
	fine = fine && read_taken(json, &ret->taken);
	for (size_t i = 0; fine && i < ret->changes.count; i++)
		fine = !ret->changes.rows[i].key == (strcmp(ret->kind, "toml") == 0);
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

/* Does the locked folder still have its name? */
static bool is_there(int fd, const char *path)
{
	struct stat held, now;

	return fstat(fd, &held) == 0 && stat(path, &now) == 0 && held.st_ino == now.st_ino &&
	       held.st_dev == now.st_dev;
}

int acr_memo_lock(const char *folder)
{
	const struct timespec pause = { 0, 50 * 1000 * 1000 };
	/* The parent folder is used as the lock: no lock file remains, and the folder itself is
	 * locked by its writers. A process that hangs is not waited for. */
	auto_string above = acr_format("%s/..", folder);
	int fd;

	while ((fd = open(above, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) >= 0) {
		for (int tries = 0; flock(fd, LOCK_EX | LOCK_NB) && tries < 100; tries++)
			nanosleep(&pause, NULL);
		/* The previous holder may have removed the folder, and another process created it
		 * again. */
		if (is_there(fd, above))
			break;
		close(fd);
	}
	return fd;
}

static int try_to_begin(const char *folder, char **ret_made, struct acr_error *error)
{
	auto_string inside = acr_format("%s/.", folder);
	auto_string missing = acr_target_missing(inside);
	auto_fd made = acr_folder_open(folder, true, error);
	int fd = made < 0 ? -1 : acr_memo_lock(folder);

	if (made >= 0 && fd < 0)
		return acr_raise_errno(error, errno, FILE_INACCESSIBLE, folder);
	if (fd >= 0) {
		*ret_made = missing;
		missing = NULL;
	}
	return fd;
}

int acr_memo_begin(const char *folder, char **ret_made, struct acr_error *error)
{
	int fd = -1;

	/* Another process may remove the folder while we create it or wait for it. */
	for (int tries = 0; fd < 0 && tries < 20; tries++)
		fd = try_to_begin(folder, ret_made, error);
	if (fd >= 0 && !*ret_made && acr_memo_each(folder, take_own_folder, ret_made, error))
		acr_fd_close(&fd);
	return fd;
}

void acr_memo_end(const char *folder, const char *made)
{
	auto_string parent = acr_copy(folder);

	while (made && strncmp(parent, made, strlen(made)) == 0 && rmdir(parent) == 0)
		*strrchr(parent, '/') = '\0';
}
