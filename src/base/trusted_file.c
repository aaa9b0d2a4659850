/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads files that decide where tokens are sent. Only root and the current user may have written
 * such a file, selected it by a link, or be able to change it. Owner and mode are those of the
 * descriptor that is read, and each link is read from the descriptor that was checked, so that
 * nothing can be exchanged between check and use.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/owner.h"

#define LINKS_MOST 16

static bool is_trusted(int fd, const struct stat *status)
{
	return status->st_uid == geteuid() || acr_is_roots(fd, status);
}

/* The target of the link `name` in `folder`, owned by the caller. */
static char *follow(int folder, const char *name, const char *path, struct acr_error *error)
{
	auto_fd link = openat(folder, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct stat status, above;
	char target[PATH_MAX];
	ssize_t length;

	if (link < 0 || fstat(link, &status) || fstat(folder, &above) ||
	    (length = readlinkat(link, "", target, sizeof(target) - 1)) < 0) {
		acr_raise_errno(error, errno, FILE_INACCESSIBLE, path);
		return NULL;
	}
	if (!is_trusted(link, &status) || !is_trusted(folder, &above)) {
		acr_raise(error, FILE_LINK_FOREIGN, path);
		return NULL;
	}
	target[length] = '\0';
	return acr_copy(target);
}

/* Open the file at the end of `path`, following links; -1 with an error. */
static int open_file(const char *path, struct acr_error *error)
{
	auto_string rest = acr_copy(path);
	auto_fd at = AT_FDCWD;

	for (int links = 0; links < LINKS_MOST; links++) {
		char *slash = strrchr(rest, '/'), *name = slash ? slash + 1 : rest;
		auto_string above = slash == rest ? acr_copy("/")
				    : slash	  ? acr_format("%.*s", (int)(slash - rest), rest)
						  : acr_copy(".");
		int folder = openat(at, above, O_PATH | O_DIRECTORY | O_CLOEXEC), fd;
		char *next;

		if (folder < 0) {
			acr_file_unopened(errno, path, error);
			return -1;
		}
		acr_fd_close(&at);
		at = folder;
		fd = openat(at, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW);
		if (fd >= 0)
			return fd;
		if (errno != ELOOP)
			return acr_file_unopened(errno, path, error);
		next = follow(at, name, path, error);
		if (!next)
			return -1;
		acr_string_free(&rest);
		rest = next;
	}
	return acr_raise_errno(error, ELOOP, FILE_INACCESSIBLE, path);
}

/* Is `gid` the private group that a system creates for each user: with the same name, and no other
 * members? */
static bool is_private_group(gid_t gid, uid_t owner)
{
	struct passwd *user = getpwuid(owner);
	struct group *group = user ? getgrgid(gid) : NULL;
	auto_string name = user ? acr_copy(user->pw_name) : NULL;
	bool alone = group && strcmp(group->gr_name, name) == 0;

	for (char **member = group ? group->gr_mem : NULL; alone && *member; member++)
		alone = strcmp(*member, name) == 0;
	/* Users whose primary group it is are not among its members. */
	setpwent();
	while (alone && (user = getpwent()))
		alone = user->pw_gid != gid || user->pw_uid == owner;
	endpwent();
	return alone;
}

static int check(int fd, const struct stat *status, const char *path, struct acr_error *error)
{
	if (!S_ISREG(status->st_mode))
		return acr_raise(error, FILE_NOT_REGULAR, path);
	if (!is_trusted(fd, status))
		return acr_raise(error, FILE_FOREIGN, path, acr_number(status->st_uid).text);
	if (status->st_mode & S_IWOTH)
		return acr_raise(error, FILE_WORLD_WRITABLE, path);
	if ((status->st_mode & S_IWGRP) && !is_private_group(status->st_gid, status->st_uid))
		return acr_raise(error, FILE_GROUP_WRITABLE, path, acr_number(status->st_gid).text);
	return 0;
}

int acr_trusted_read(const char *path, size_t limit, struct acr_secret *ret,
		     struct acr_error *error)
{
	auto_fd fd = open_file(path, error);
	auto_string foreign = NULL;
	struct stat status;
	uid_t owner = 0;

	if (fd < 0)
		return -1;
	if (fstat(fd, &status))
		return acr_raise_errno(error, errno, FILE_INACCESSIBLE, path);
	if (check(fd, &status, path, error))
		return -1;
	/* In another user's home directory, even a file that belongs to us was selected by that
	 * user. */
	foreign = acr_stranger(path, ACR_OWNED, &owner);
	if (foreign)
		return acr_raise(error, FILE_IN_FOREIGN_HOME, foreign, acr_number(owner).text,
				 path);
	return acr_file_read_open(fd, path, limit, ret, error);
}
