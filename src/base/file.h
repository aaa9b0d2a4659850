/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files that hold secrets, and files that other people may have put in our way. Private files are
 * opened without following links, must be regular, ours, of one link and closed to others, and are
 * read up to a limit; they are written to a temporary name beside, synced, renamed, and the folder
 * synced, so that a reader sees the old bytes or the new.
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

/* The same for a file that decides where tokens go: ACR_INVALID unless it, every folder on the way
 * and every link belong to root or us, and nobody else can write it (its group may where that is
 * the owner's private one). The text of a mode names the chmod to run. */
_checked_ int acr_trusted_read(const char *path, size_t limit, struct acr_secret *ret,
			       struct acr_error *error);

/* The same for a file of our own below the folder `folder`: ACR_INVALID unless it is a regular file
 * of ours, one link, mode without group and others, not a link. */
_checked_ int acr_private_read(const char *folder, const char *name, size_t limit,
			       struct acr_secret *ret, struct acr_error *error);

/* A file to be put in place whole. */
struct acr_replacement {
	const void *bytes;
	size_t length;
	mode_t mode;
	bool durable;		/* fsync file and folder */
	const struct stat *was; /* only in the place of this very file, and with its group */
	bool is_new;		/* only where nothing is */
};
/* Put it in `folder`, an open one, under the last name of `path`, which errors name. Atomic; a
 * killed writer leaves the old bytes or the new, and an unfinished file of mode 0600 that the next
 * writer in this folder sweeps. ACR_INVALID where it is not what it `was`, or not new: what
 * somebody else wrote stays. */
_checked_ int acr_file_replace(int folder, const char *path, const struct acr_replacement *file,
			       struct acr_error *error);

/* Remove the last name of `path` from `folder` while it is what it `was`: ACR_INVALID, and nothing
 * lost, where somebody else wrote it since. 0 also where nothing is. */
_checked_ int acr_file_remove(int folder, const char *path, const struct stat *was,
			      struct acr_error *error);

/* Take away what killed writers left in `folder`, and hold its lock, shared, until it is closed. */
void acr_folder_sweep(int folder);

/* Write `folder`/`name` atomically with mode 0600, making the folder (0700, with parents) first.
 * `durable`: fsync file and folder. Sweeps leftovers of killed writers. */
_checked_ int acr_private_write(const char *folder, const char *name, const void *bytes,
				size_t length, bool durable, struct acr_error *error);
/* The same in a folder that is open and was looked at. */
_checked_ int acr_private_write_in(int folder, const char *path, const void *bytes, size_t length,
				   bool durable, struct acr_error *error);

/* Remove; ACR_NOT_FOUND when absent. Sweeps leftovers, too. */
_checked_ int acr_private_drop(const char *folder, const char *name, struct acr_error *error);

/* Names of all that is in a folder of ours, temporary ones left out: what should be a file and is
 * none is for the visitor to refuse. 0 also when the folder is absent; an error also when only some
 * of the names could be read. */
_checked_ int acr_private_each(const char *folder, void (*visit)(void *data, const char *name),
			       void *data, struct acr_error *error);

/* May something be written at this path, or below it? ACR_INVALID where a folder or link on the way
 * belongs to another user than root and us. */
_checked_ int acr_folder_check(const char *path, struct acr_error *error);

/* Make a folder and its parents with `mode`; the only function that makes one. ACR_INVALID where
 * anything on the way belongs to another user than root and us: nothing is written there. */
_checked_ int acr_folder_make(const char *path, mode_t mode, struct acr_error *error);

/* A folder of ours, 0700, made with its parents if absent (`make`). ACR_NOT_FOUND, ACR_INVALID
 * (someone else's, in someone else's, open to others, a link) or ACR_SYSTEM. Returns a descriptor
 * (O_CLOEXEC) or -1. */
_checked_ int acr_folder_open(const char *path, bool make, struct acr_error *error);

/* Write all, whatever it takes (short writes, EINTR, EAGAIN with poll); -1 with errno. */
_checked_ int acr_write(int fd, const void *bytes, size_t length);
/* The same to a pipe whose reader may have stopped: ETIMEDOUT after `patience` ms without progress
 * (-1: never). A terminal is waited for. */
_checked_ int acr_write_within(int fd, const void *bytes, size_t length, int patience);

/* read(2), behind what `ret` holds already, into as much room as it has. */
ssize_t acr_read(int fd, struct acr_secret *ret);

/* Descriptor input until EOF, at most `limit` bytes (more: ACR_INVALID), at most `patience` ms
 * between two bytes. */
_checked_ int acr_read_all(const struct acr_app *app, int fd, size_t limit, int64_t patience,
			   struct acr_secret *ret, struct acr_error *error);

/* "$XDG_xxx_HOME" (absolute) or $HOME/`otherwise`, with "/docker-credential-acr" and `below`
 * behind; NULL without a home. Owned by the caller. XDG variables that are relative are ignored, as
 * the specification says. */
char *acr_home_path(const struct acr_app *app, const char *variable, const char *otherwise,
		    const char *below);

#endif
