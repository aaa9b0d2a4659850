/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of `configure` share. A change is made on the text of a file, as splices: every
 * byte that is not ours stays where it is, and what was put in is remembered, so that it can be
 * taken out again. `configure.c` decides what; these do it.
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

/* ---- edit.c: a text, and how it came to differ from what was read ---- */

struct acr_splice {
	size_t at;
	char *removed, *inserted; /* owned */
};

struct acr_edit {
	struct acr_secret bytes; /* docker's config may hold passwords */
	struct acr_splice *splices;
	size_t count;
};
void acr_edit_free(struct acr_edit *text);
#define auto_edit __attribute__((cleanup(acr_edit_free))) struct acr_edit

void acr_edit_splice(struct acr_edit *text, size_t at, size_t removed, const char *inserted);
/* Undo one splice on bytes; false when what it inserted is not there. */
bool acr_edit_undo(struct acr_secret *bytes, const struct acr_splice *splice);

/* Names a text among others (FNV-1a). Whoever has it can try what the text was: not for secrets. */
uint64_t acr_edit_hash(const struct acr_secret *bytes);
/* The same of a text in which every letter of what may be a password is an asterisk: is the file
 * still as we left it, passwords apart? 0 for an object that is no JSON. */
uint64_t acr_edit_mark(const struct acr_secret *bytes);

/* ---- json_edit.c: members of the JSON object that a text is ---- */

/* Give member `key` of the object `outer` (NULL: of the whole; "registries/contoso.azurecr.io": of an
 * object in another) the string `value`, making what is missing, in the text's own way of indenting
 * (docker's, with tabs, where it has none). */
void acr_member_put(struct acr_edit *text, const char *outer, const char *key, const char *value);

/* Take a member out; false when there is none. */
bool acr_member_drop(struct acr_edit *text, const char *outer, const char *key);

/* Its string value, owned by the caller; NULL where it is absent or no string. */
char *acr_member_string(const struct acr_secret *bytes, const char *outer, const char *key);

/* Is there such a member? Is there such an object? */
bool acr_member_there(const struct acr_secret *bytes, const char *outer, const char *key);
bool acr_object_there(const struct acr_secret *bytes, const char *outer);
/* Take an object out that has no members, and then what it was the only member of. */
void acr_object_drop_empty(struct acr_edit *text, const char *outer);

/* Offsets of every string value that is none of docker's helper names, for those who show the text
 * to a person: it may be a password. */
void acr_member_values(const struct acr_secret *bytes,
		       void (*visit)(void *data, size_t from, size_t to), void *data);

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

/* ---- journal.c: what was done, for --undo ---- */

/* One member that was set, and what it was before. */
struct acr_put {
	char *outer, *key, *value; /* owned; outer NULL: of the whole */
	char *before;		   /* owned; NULL: it was not there */
	bool outer_made;
};
struct acr_change {
	struct acr_put *puts;
	size_t put_count;
	struct acr_splice *splices;
	size_t splice_count;
	uint64_t after; /* the mark of what we left; 0: not known */
	bool hashed;	/* it is the hash, passwords included, as 0.1.0 wrote it */
};
/* All that was done to one file, oldest first. */
struct acr_memo {
	char *path, *kind; /* owned; kind "json", "toml" or "link" */
	bool made;	   /* it did not exist before */
	char *made_folder; /* owned, or NULL: see acr_target_missing */
	char *own_folder;  /* the same of the folder that these memos are in */
	struct acr_change *changes;
	size_t count;
};
void acr_memo_free(struct acr_memo *memo);
#define auto_memo __attribute__((cleanup(acr_memo_free))) struct acr_memo

/* Where these memos are: of the person, or (`system`) of the machine. Owned; NULL without a
 * home. */
char *acr_memo_folder(const struct acr_app *app, bool system);
/* What was noted about `path`; 0 also when nothing is: count is 0 then. */
_checked_ int acr_memo_load(const char *folder, const char *path, struct acr_memo *ret,
			    struct acr_error *error);
_checked_ int acr_memo_save(const char *folder, const struct acr_memo *memo,
			    struct acr_error *error);
void acr_memo_forget(const char *folder, const char *path);
/* Make the folder and hold it against another `configure` until the descriptor is closed.
 * `ret_made` is what had to be made of it, now or once before; owned. */
_checked_ int acr_memo_begin(const char *folder, char **ret_made, struct acr_error *error);
/* Take the folder away when nothing is left in it, and what was made for it. */
void acr_memo_end(const char *folder, const char *made);
/* Visit every memo. */
_checked_ int acr_memo_each(const char *folder,
			    int (*visit)(void *data, struct acr_memo *memo,
					 struct acr_error *error),
			    void *data, struct acr_error *error);

/* A change that has been made to `text`, moved into the memo. */
void acr_memo_add(struct acr_memo *memo, struct acr_edit *text, struct acr_put *puts,
		  size_t put_count);

/* ---- undo.c ---- */

/* Put marks in the place of the hashes of 0.1.0, now that the file reads `bytes`. */
void acr_memo_unhash(struct acr_memo *memo, const struct acr_secret *bytes);

/* What `bytes` is without our changes: the very bytes that were there, if nobody touched it since,
 * else what is there without what we put in. `ret_gone`: nothing is left of a file that we made. */
_checked_ int acr_memo_undo(const struct acr_memo *memo, const struct acr_secret *bytes,
			    struct acr_secret *ret, bool *ret_gone, struct acr_error *error);

/* ---- diff.c ---- */

/* A unified diff, with passwords masked when it is JSON. */
void acr_diff(const char *path, const struct acr_secret *before, const struct acr_secret *after,
	      bool json, struct acr_secret *out);

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
