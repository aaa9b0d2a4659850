/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files that hold secrets, and files that another user may have created. Private files are opened
 * without following links, must be regular, owned by us, with one link and no access for others,
 * and are read up to a limit. They are written to a temporary file in the same folder, synced and
 * renamed, and the folder is synced, so that a reader sees either the old content or the new.
 */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "acr/app.h"
#include "acr/error.h"
#include "acr/secret.h"

void acr_fd_close(int *fd);
#define auto_fd __attribute__((cleanup(acr_fd_close))) int

/* Whole file, at most `limit` bytes. ACR_NOT_FOUND when absent; ACR_INVALID when too large or not
 * regular; ACR_SYSTEM otherwise. Follows links (kubelet's tokens are links). Never blocks on a
 * FIFO. */
_checked_ int acr_file_read(const char *path, size_t limit, struct acr_secret *ret,
			    struct acr_error *error);

/* The same from a descriptor; `path` is for the error's text. */
_checked_ int acr_file_read_open(int fd, const char *path, size_t limit, struct acr_secret *ret,
				 struct acr_error *error);

/* Why a file could not be opened, by the errno: ACR_NOT_FOUND when absent, else ACR_SYSTEM. Always
 * returns -1. */
int acr_file_unopened(int number, const char *path, struct acr_error *error);

/* The same for a file that decides where tokens are sent: ACR_INVALID unless it, every folder of
 * its path and every link belong to root or us, and no other user can write to them (the group may
 * if it is the owner's private group). The error about a mode names the chmod command that fixes
 * it. */
_checked_ int acr_trusted_read(const char *path, size_t limit, struct acr_secret *ret,
			       struct acr_error *error);

/* The same for a private file below the folder `folder`: ACR_INVALID unless it is a regular file
 * that belongs to us, has one link, and is not accessible to group and others. */
_checked_ int acr_private_read(const char *folder, const char *name, size_t limit,
			       struct acr_secret *ret, struct acr_error *error);

/* A file that is replaced as a whole. */
struct acr_replacement {
	const void *bytes;
	size_t length;
	mode_t mode;
	bool durable;		/* fsync file and folder */
	const struct stat *was; /* replace only exactly this file, and keep its group */
	bool is_new;		/* create only if nothing exists there */
};
/* Write it to `folder`, an open directory, under the last component of `path`; errors name `path`.
 * Atomic: a writer that is killed leaves the old content or the new, and an unfinished file of mode
 * 0600, which the next writer in this folder removes. ACR_INVALID if the file is not the same as
 * `was`, or exists despite `is_new`: what another program wrote is kept. */
_checked_ int acr_file_replace(int folder, const char *path, const struct acr_replacement *file,
			       struct acr_error *error);

/* Remove the last component of `path` from `folder` if it is still the same file as `was`:
 * ACR_INVALID, and nothing is lost, if another program has written it since. Returns 0 if there is
 * no such file. */
_checked_ int acr_file_remove(int folder, const char *path, const struct stat *was,
			      struct acr_error *error);

/* Remove what killed writers left in `folder`, and hold its lock, shared, until it is closed. */
void acr_folder_sweep(int folder);

/* Write `folder`/`name` atomically with mode 0600, creating the folder (0700, with parents) first.
 * `durable`: fsync file and folder. Removes leftovers of killed writers. */
_checked_ int acr_private_write(const char *folder, const char *name, const void *bytes,
				size_t length, bool durable, struct acr_error *error);
/* The same in a folder that is already open and checked. */
_checked_ int acr_private_write_in(int folder, const char *path, const void *bytes, size_t length,
				   bool durable, struct acr_error *error);

/* Remove; ACR_NOT_FOUND when absent. Also removes leftovers of killed writers. */
_checked_ int acr_private_drop(const char *folder, const char *name, struct acr_error *error);

/* Visit the names of everything in a private folder except temporary files; the visitor must reject
 * names that are not regular files. 0 also if the folder does not exist; an error also if only some
 * of the names could be read. */
_checked_ int acr_private_each(const char *folder, void (*visit)(void *data, const char *name),
			       void *data, struct acr_error *error);

/* May we write to this path, or below it? ACR_INVALID if a folder or link of the path belongs to a
 * user other than root and us. */
_checked_ int acr_folder_check(const char *path, struct acr_error *error);

/* Create a folder and its parents with `mode`; no other function creates folders. ACR_INVALID if
 * any part of the path belongs to a user other than root and us: then nothing is written. */
_checked_ int acr_folder_make(const char *path, mode_t mode, struct acr_error *error);

/* Open a private folder of mode 0700, created with its parents if it does not exist and `make` is
 * set. ACR_NOT_FOUND, ACR_INVALID (it or a parent belongs to another user, it is accessible to
 * others, or it is a link) or ACR_SYSTEM. Returns a descriptor (O_CLOEXEC) or -1. */
_checked_ int acr_folder_open(const char *path, bool make, struct acr_error *error);

/* Write everything (handles short writes, EINTR, and EAGAIN with poll); -1 with errno. */
_checked_ int acr_write(int fd, const void *bytes, size_t length);
/* The same for a pipe whose reader may have stopped: ETIMEDOUT after `patience` ms without progress
 * (-1: never). There is no timeout for a terminal. */
_checked_ int acr_write_within(int fd, const void *bytes, size_t length, int patience);

/* read(2), appended to `ret`, as many bytes as fit into its capacity. */
ssize_t acr_read(int fd, struct acr_secret *ret);

/* Read a descriptor until EOF, at most `limit` bytes (more: ACR_INVALID), with at most `patience`
 * ms between two bytes. */
_checked_ int acr_read_all(const struct acr_app *app, int fd, size_t limit, int64_t patience,
			   struct acr_secret *ret, struct acr_error *error);

/* "$XDG_xxx_HOME" (absolute) or $HOME/`otherwise`, followed by "/docker-credential-acr" and
 * `below`; NULL without a home directory. Owned by the caller. Relative XDG variables are ignored,
 * as the specification requires. */
char *acr_home_path(const struct acr_app *app, const char *variable, const char *otherwise,
		    const char *below);

#endif
