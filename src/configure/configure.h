/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of `configure` share. A file is edited as docker does it: read, members set, written
 * anew; what is not ours keeps its value and its place. What was set is remembered, so that it can be
 * removed again. `configure.c` decides what; these do it.
 */
#ifndef CONFIGURE_CONFIGURE_H
#define CONFIGURE_CONFIGURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "acr/app.h"
#include "acr/error.h"
#include "acr/secret.h"
#include "base/json.h"

#define ACR_HELPER_SUFFIX "acr" /* "docker-credential-" goes in front, in docker's mind */

/* ---- json_text.c: the text of a JSON object ---- */

/* Is this text a JSON object without duplicate names, or empty? Before anything else here. */
_checked_ int acr_members_check(const char *path, const struct acr_secret *bytes,
				struct acr_error *error);
/* Copy it; "{}" for an empty one. */
void acr_members_text(const struct acr_secret *bytes, struct acr_secret *ret);
/* Give the text the white space that docker writes, or the indentation that it has. */
void acr_members_layout(struct acr_secret *bytes);

/* ---- json_edit.c: members of the JSON object that a text is ---- */

/* One member that was set or removed: `key` of the object `outer` (NULL: of the whole;
 * "registries/contoso.azurecr.io": of an object in another). Values are JSON; NULL: it was not there.
 * Of a file that is no JSON, `key` is NULL and the values are all of its text. */
struct acr_change {
	char *outer, *key, *before, *after; /* owned */
};
struct acr_changes {
	struct acr_change *rows; /* owned; oldest first */
	size_t count;
};
void acr_changes_free(struct acr_changes *changes);
#define auto_changes __attribute__((cleanup(acr_changes_free))) struct acr_changes
void acr_changes_add(struct acr_changes *changes, const char *outer, const char *key,
		     const char *before, const char *after);

/* May the member become a string: is what is in its place, and in that of `outer`, of that kind? */
_checked_ int acr_member_check(const char *path, const struct acr_secret *bytes, const char *outer,
			       const char *key, struct acr_error *error);

/* The value as it stands (an empty object without white space), or what the string means; NULL where
 * the member is absent (or no string). Owned by the caller. */
char *acr_member_raw(const struct acr_secret *bytes, const char *outer, const char *key);
char *acr_member_string(const struct acr_secret *bytes, const char *outer, const char *key);

/* Set the member to `value` (JSON; NULL: remove it), making the objects that are missing. Each change
 * is added to `ret`, which goes into the memo and to the terminal: NULL for what may be a secret. */
void acr_member_set(struct acr_secret *bytes, const char *outer, const char *key, const char *value,
		    struct acr_changes *ret);
/* Take those changes back that are still in the text; what this changes is added to `ret`. */
void acr_changes_undo(const struct acr_changes *changes, struct acr_secret *bytes,
		      struct acr_changes *ret);
/* Is it an object without members? */
bool acr_members_are_none(const struct acr_secret *bytes);

/* ---- file.c: a file that belongs to somebody ---- */

struct acr_target {
	char *path;	    /* owned; the file itself, links followed */
	char *made;	    /* owned; the topmost folder that does not exist yet, or NULL */
	bool there;	    /* it exists */
	mode_t mode;	    /* for a new one: 0600 unless the caller says otherwise */
	struct stat status; /* as it was when it was read */
	struct acr_secret bytes;
};
void acr_target_free(struct acr_target *target);
#define auto_target __attribute__((cleanup(acr_target_free))) struct acr_target

/* Read it, with suspicion: someone else's, read-only, a Kubernetes secret, several names: refused
 * in words. */
_checked_ int acr_target_open(const char *path, struct acr_target *ret, struct acr_error *error);

/* Put `bytes` in its place, whole or not at all, with the mode and group that it had (0600 when it
 * is new). Refused when somebody changed it since it was read. */
_checked_ int acr_target_write(const struct acr_target *target, const struct acr_secret *bytes,
			       struct acr_error *error);

/* Make the folders on the way to `path`, with this mode. */
_checked_ int acr_target_folders(const char *path, mode_t mode, struct acr_error *error);

/* Remove it while it is what it `was`, and the folders up to `made` (may be NULL) that are empty. */
_checked_ int acr_target_remove(const char *path, const struct stat *was, const char *made,
				struct acr_error *error);

/* The topmost folder on the way to `path` that does not exist, owned by the caller; NULL: all
 * do. */
char *acr_target_missing(const char *path);

/* ---- logins_undo.c: logins that were taken over (logins.h) ---- */

/* One of them. What is noted is where it was, never its secret. */
struct acr_taken_login {
	char *key;    /* owned; as docker's file or the other helper has it */
	char *helper; /* owned; "pass"; NULL: it was in docker's own file */
	bool added;   /* it was not stored here before */
};
struct acr_taken {
	struct acr_taken_login *rows; /* owned */
	size_t count;
	int64_t since; /* seconds since 1970: when docker was told to ask us; 0: not known */
};
void acr_taken_free(struct acr_taken *taken);
void acr_taken_add(struct acr_taken *taken, const char *key, const char *helper, bool added);
/* What such a login is stored under here. Owned. */
char *acr_taken_server(const struct acr_app *app, const char *key);
/* Remove those from row `from` on from the list, and what was stored here for them. */
void acr_taken_drop(const struct acr_app *app, struct acr_taken *taken, size_t from);

/* ---- journal.c: what was done, for --undo ---- */

/* All that was done to one file. */
struct acr_memo {
	char *path, *kind; /* owned; kind "json", "toml" or "link" */
	bool made;	   /* it did not exist before */
	char *made_folder; /* owned, or NULL: see acr_target_missing */
	char *own_folder;  /* the same of the folder that these memos are in */
	struct acr_changes changes;
	struct acr_taken taken;
};
void acr_memo_free(struct acr_memo *memo);
#define auto_memo __attribute__((cleanup(acr_memo_free))) struct acr_memo

/* Where these memos are: of the person, or (`system`) of the machine. Owned; NULL without a
 * home. */
char *acr_memo_folder(const struct acr_app *app, bool system);
/* What was noted about `path`; 0 also when nothing is: `path` is NULL then. */
_checked_ int acr_memo_load(const char *folder, const char *path, struct acr_memo *ret,
			    struct acr_error *error);
_checked_ int acr_memo_save(const char *folder, const struct acr_memo *memo,
			    struct acr_error *error);
void acr_memo_forget(const char *folder, const char *path);
/* Wait for another `configure`, and hold the folder against it until the descriptor is closed; -1 with
 * errno where there is no folder. Who hangs for seconds is passed by. */
int acr_memo_lock(const char *folder);
/* Make the folder, and hold it like this.
 * `ret_made` is what had to be made of it, now or once before; owned. */
_checked_ int acr_memo_begin(const char *folder, char **ret_made, struct acr_error *error);
/* Take the folder away when nothing is left in it, and what was made for it. */
void acr_memo_end(const char *folder, const char *made);
/* Visit every memo. */
_checked_ int acr_memo_each(const char *folder,
			    int (*visit)(void *data, struct acr_memo *memo,
					 struct acr_error *error),
			    void *data, struct acr_error *error);

/* ---- undo.c ---- */

/* What `bytes` is without our changes, and what that changes. `ret_gone`: nothing is left of a file
 * that we made. */
_checked_ int acr_memo_undo(const struct acr_memo *memo, const struct acr_secret *bytes,
			    struct acr_secret *ret, bool *ret_gone, struct acr_changes *ret_changes,
			    struct acr_error *error);

/* ---- containers.c: containers-registries.conf(5) ---- */

/* The drop-in's text for the credential helpers in force and ours behind them. `before` is the
 * drop-in as it is, which does not count. */
void acr_containers_text(const struct acr_app *app, bool system, const char *drop_in,
			 struct acr_secret *ret);
/* The same text without our name in its list; false when it was not there. */
bool acr_containers_without(const struct acr_secret *bytes, struct acr_secret *ret);

/* ---- check.c: does it work? ---- */

struct acr_trial {
	char *name, *detail; /* owned */
	bool fine;
};
/* Is the program that docker would find by name this one? */
void acr_trial_path(const struct acr_app *app, struct acr_trial *ret);
/* Does `get` answer for this registry? The explanation goes to stderr. */
void acr_trial_get(struct acr_app *app, const char *host, struct acr_trial *ret);
/* What stands over our helper for this host (DOCKER_AUTH_CONFIG, buildx's configs); false when
 * nothing does. */
bool acr_trial_overridden(const struct acr_app *app, const char *folder, const char *host,
			  struct acr_trial *ret);

#endif
