/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shared by the files of `configure`. A file is edited in the way Docker does it: it is read,
 * members are set, and it is written again; values and order of all other members are kept. Changes
 * are recorded, so that they can be undone. `configure.c` makes the decisions.
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

#define ACR_HELPER_SUFFIX "acr" /* Docker prepends "docker-credential-" */

/* ---- json_text.c: the text of a JSON object ---- */

/* Is this text empty, or a JSON object without duplicate names? Must be called first. */
_checked_ int acr_members_check(const char *path, const struct acr_secret *bytes,
				struct acr_error *error);
/* Copy the text; "{}" if it is empty. */
void acr_members_text(const struct acr_secret *bytes, struct acr_secret *ret);
/* Format the text with Docker's white space, or with the indentation that it has. */
void acr_members_layout(struct acr_secret *bytes);

/* ---- json_edit.c: members of a JSON object, as text ---- */

/* One member that was set or removed: `key` of the object `outer` (NULL: the whole;
 * "registries/contoso.azurecr.io": an object inside another one). Values are JSON; NULL: it did not
 * exist. For a file that is not JSON, `key` is NULL and the values are its whole text. */
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

/* May the member be set to a string: have it and `outer`, if they exist, the right types? */
_checked_ int acr_member_check(const char *path, const struct acr_secret *bytes, const char *outer,
			       const char *key, struct acr_error *error);

/* The value as in the text (an empty object without white space), or the decoded string; NULL if
 * the member is absent (or not a string). Owned by the caller. */
char *acr_member_raw(const struct acr_secret *bytes, const char *outer, const char *key);
char *acr_member_string(const struct acr_secret *bytes, const char *outer, const char *key);

/* Set the member to `value` (JSON; NULL: remove it), and create missing objects. Each change is
 * added to `ret`, which is recorded in the journal and printed: NULL for values that may be
 * secrets. */
void acr_member_set(struct acr_secret *bytes, const char *outer, const char *key, const char *value,
		    struct acr_changes *ret);
/* Undo those changes that are still in the text; adds what this changes to `ret`. */
void acr_changes_undo(const struct acr_changes *changes, struct acr_secret *bytes,
		      struct acr_changes *ret);
/* Does the object have no members? */
bool acr_members_are_none(const struct acr_secret *bytes);

/* ---- file.c: a file of the user or of another program ---- */

struct acr_target {
	char *path;	    /* owned; links are resolved */
	char *made;	    /* owned; the topmost folder that does not exist, or NULL */
	bool there;	    /* it exists */
	mode_t mode;	    /* for a new file: 0600 unless the caller sets another one */
	struct stat status; /* when it was read */
	struct acr_secret bytes;
};
void acr_target_free(struct acr_target *target);
#define auto_target __attribute__((cleanup(acr_target_free))) struct acr_target

/* Read it after checks: a file of another user, a read-only file, a mounted Kubernetes secret, and
 * a file with several links are rejected with an error. */
_checked_ int acr_target_open(const char *path, struct acr_target *ret, struct acr_error *error);

/* Replace it atomically with `bytes`, keeping mode and group (0600 if it is new). Fails if another
 * program has changed it since it was read. */
_checked_ int acr_target_write(const struct acr_target *target, const struct acr_secret *bytes,
			       struct acr_error *error);

/* Create the parent folders of `path`, with this mode. */
_checked_ int acr_target_folders(const char *path, mode_t mode, struct acr_error *error);

/* Remove it if it is still the same file as `was`, and its empty folders up to `made` (may be
 * NULL). */
_checked_ int acr_target_remove(const char *path, const struct stat *was, const char *made,
				struct acr_error *error);

/* The topmost folder of `path` that does not exist, owned by the caller; NULL: all exist. */
char *acr_target_missing(const char *path);

/* ---- logins_undo.c: logins that were taken over (logins.h) ---- */

/* One of them. Records where it was, never its secret. */
struct acr_taken_login {
	char *key;    /* owned; as in Docker's file or the other helper */
	char *helper; /* owned; "pass"; NULL: it was in docker's own file */
	bool added;   /* it did not exist here before */
};
struct acr_taken {
	struct acr_taken_login *rows; /* owned */
	size_t count;
	int64_t since; /* when Docker was configured to use us, since 1970; 0: unknown */
};
void acr_taken_free(struct acr_taken *taken);
void acr_taken_add(struct acr_taken *taken, const char *key, const char *helper, bool added);
/* The key of such a login here. Owned. */
char *acr_taken_server(const struct acr_app *app, const char *key);
/* Remove the rows from `from` on from the list, and the logins that were stored here for them. */
void acr_taken_drop(const struct acr_app *app, struct acr_taken *taken, size_t from);

/* ---- journal.c: the record of changes, for --undo ---- */

/* All changes to one file. */
struct acr_memo {
	char *path, *kind; /* owned; kind "json", "toml" or "link" */
	bool made;	   /* it did not exist before */
	char *made_folder; /* owned, or NULL: see acr_target_missing */
	char *own_folder;  /* the same for the folder of the journal */
	struct acr_changes changes;
	struct acr_taken taken;
};
void acr_memo_free(struct acr_memo *memo);
#define auto_memo __attribute__((cleanup(acr_memo_free))) struct acr_memo

/* The folder of the journal: of the user, or (`system`) of the machine. Owned; NULL without a home
 * directory. */
char *acr_memo_folder(const struct acr_app *app, bool system);
/* The record for `path`; returns 0 also if there is none: `path` of the record is NULL then. */
_checked_ int acr_memo_load(const char *folder, const char *path, struct acr_memo *ret,
			    struct acr_error *error);
_checked_ int acr_memo_save(const char *folder, const struct acr_memo *memo,
			    struct acr_error *error);
void acr_memo_forget(const char *folder, const char *path);
/* Wait for another `configure`, and lock the folder until the descriptor is closed; -1 with errno
 * if the folder does not exist. A process that hangs for seconds is not waited for. */
int acr_memo_lock(const char *folder);
/* Create the folder, and lock it in the same way.
 * `ret_made` is what had to be made of it, now or once before; owned. */
_checked_ int acr_memo_begin(const char *folder, char **ret_made, struct acr_error *error);
/* Remove the folder if it is empty, and the folders that were created for it. */
void acr_memo_end(const char *folder, const char *made);
/* Visit every record. */
_checked_ int acr_memo_each(const char *folder,
			    int (*visit)(void *data, struct acr_memo *memo,
					 struct acr_error *error),
			    void *data, struct acr_error *error);

/* ---- undo.c ---- */

/* The content of the file without our changes, and what that changes. `ret_gone`: nothing is left
 * of a file that we created. */
_checked_ int acr_memo_undo(const struct acr_memo *memo, const struct acr_secret *bytes,
			    struct acr_secret *ret, bool *ret_gone, struct acr_changes *ret_changes,
			    struct acr_error *error);

/* ---- containers.c: containers-registries.conf(5) ---- */

/* The text of the drop-in: the credential helpers in use, followed by ours. `drop_in` is its path:
 * the current file is ignored when determining those in use. */
void acr_containers_text(const struct acr_app *app, bool system, const char *drop_in,
			 struct acr_secret *ret);
/* The same text without our name in its list; false if it was not there. */
bool acr_containers_without(const struct acr_secret *bytes, struct acr_secret *ret);

/* ---- check.c: tests of the result ---- */

struct acr_trial {
	char *name, *detail; /* owned */
	bool fine;
};
/* Is this the program that Docker finds by name? */
void acr_trial_path(const struct acr_app *app, struct acr_trial *ret);
/* Does `get` work for this registry? The explanation is printed to stderr. */
void acr_trial_get(struct acr_app *app, const char *host, struct acr_trial *ret);
/* What overrides our helper for this host (DOCKER_AUTH_CONFIG, the configuration of buildx); false
 * if nothing does. */
bool acr_trial_overridden(const struct acr_app *app, const char *folder, const char *host,
			  struct acr_trial *ret);

#endif
