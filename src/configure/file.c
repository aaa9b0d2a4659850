/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Edits files of the user and of other programs: they are read after checks, and replaced
 * atomically, with the same mode and group, at the target of a link. If that is not possible, an
 * error is reported and nothing is changed.
 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/budget.h"
#include "base/file.h"
#include "base/owner.h"
#include "configure/configure.h"

void acr_target_free(struct acr_target *target)
{
	acr_string_free(&target->path);
	acr_string_free(&target->made);
	acr_secret_wipe(&target->bytes);
	*target = (struct acr_target){ 0 };
}

static char *folder_of(const char *path)
{
	auto_string copy = acr_copy(path);

	return acr_copy(dirname(copy));
}

char *acr_target_missing(const char *path)
{
	auto_string folder = folder_of(path);
	char *missing = NULL;

	while (access(folder, F_OK) && errno == ENOENT) {
		char *above = folder_of(folder);

		acr_string_free(&missing);
		missing = folder;
		folder = above;
	}
	return missing;
}

static int belongs_to(const char *path, uid_t user, struct acr_error *error)
{
	struct passwd entry, *found = NULL;
	char bytes[4096];

	if (getpwuid_r(user, &entry, bytes, sizeof(bytes), &found) || !found)
		return acr_raise(error, CONFIGURE_OWNER_NAMELESS, path, acr_number(user).text);
	return acr_raise(error, CONFIGURE_OWNER, path, entry.pw_name);
}

/* May we create a file in the nearest existing folder of `path`? */
static int check_folder(const char *path, const char *missing, struct acr_error *error)
{
	auto_string folder = folder_of(missing ? missing : path);
	struct statvfs system;
	struct stat status;

	if (stat(folder, &status))
		return acr_raise_errno(error, errno, FILE_INACCESSIBLE, folder);
	if (!S_ISDIR(status.st_mode))
		return acr_raise(error, CONFIGURE_NOT_A_FOLDER, folder);
	if (statvfs(folder, &system) == 0 && (system.f_flag & ST_RDONLY))
		return acr_raise(error, CONFIGURE_READ_ONLY_SYSTEM, path);
	if (access(folder, W_OK | X_OK))
		return acr_raise_errno(error, errno, FILE_UNWRITABLE, folder);
	return 0;
}

static int check_file(const char *path, const struct stat *status, struct acr_error *error)
{
	auto_string mode = acr_format("%04o", (unsigned int)status->st_mode & 07777);

	if (strstr(path, "/.."))
		return acr_raise(error, CONFIGURE_SECRET_MOUNT, path);
	if (!S_ISREG(status->st_mode))
		return acr_raise(error, FILE_NOT_REGULAR, path);
	if (status->st_uid != geteuid())
		return belongs_to(path, status->st_uid, error);
	if (!(status->st_mode & S_IWUSR))
		return acr_raise(error, CONFIGURE_READ_ONLY, path, mode);
	if (status->st_nlink > 1)
		return acr_raise(error, CONFIGURE_HARD_LINKS, path,
				 acr_number((long long)status->st_nlink).text);
	return 0;
}

/* Check the file, its folders and all links of the path. */
static int check_owners(const char *path, struct acr_error *error)
{
	uid_t owner = 0;
	auto_string foreign = acr_stranger(path, ACR_OWNED, &owner);

	return !foreign ? 0 : belongs_to(foreign, owner, error);
}

/* Removes unfinished copies of the file, which contain its passwords: even if nothing will be
 * written. */
static void sweep(const char *path)
{
	auto_string folder = folder_of(path);
	auto_fd directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (directory >= 0)
		acr_folder_sweep(directory);
}

int acr_target_open(const char *path, struct acr_target *ret, struct acr_error *error)
{
	char *real = realpath(path, NULL);
	struct stat link;
	auto_fd fd = -1;

	*ret = (struct acr_target){ .path = real ? real : acr_copy(path), .mode = 0600 };
	if (check_owners(path, error))
		return -1;
	if (!real && errno == ENOENT) {
		if (lstat(path, &link) == 0)
			return acr_raise(error, CONFIGURE_DEAD_LINK, path);
		ret->made = acr_target_missing(path);
		return check_folder(path, ret->made, error);
	}
	if (!real)
		return acr_raise_errno(error, errno, FILE_INACCESSIBLE, path);
	ret->there = true;
	fd = open(real, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW);
	if (fd < 0 || fstat(fd, &ret->status))
		return acr_raise_errno(error, errno, FILE_INACCESSIBLE, real);
	if (check_file(real, &ret->status, error) || check_folder(real, NULL, error))
		return -1;
	sweep(real);
	return acr_file_read_open(fd, real, ACR_CONFIG_MAX, &ret->bytes, error);
}

int acr_target_folders(const char *path, mode_t mode, struct acr_error *error)
{
	auto_string folder = folder_of(path);

	return acr_folder_make(folder, mode, error);
}

int acr_target_write(const struct acr_target *target, const struct acr_secret *bytes,
		     struct acr_error *error)
{
	const struct acr_replacement file = {
		.bytes = acr_secret_text(bytes),
		.length = bytes->length,
		.mode = target->there ? target->status.st_mode & 07777 : target->mode,
		.durable = true,
		.was = target->there ? &target->status : NULL,
		.is_new = !target->there,
	};
	auto_string folder = folder_of(target->path);
	auto_fd directory = -1;

	/* Users who can read the file need access to its folder. */
	if (acr_target_folders(target->path, target->mode | (target->mode & 0444) >> 2, error))
		return -1;
	directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (directory < 0)
		return acr_raise_errno(error, errno, FILE_UNWRITABLE, folder);
	return acr_file_replace(directory, target->path, &file, error);
}

int acr_target_remove(const char *path, const struct stat *was, const char *made,
		      struct acr_error *error)
{
	auto_string folder = folder_of(path);
	auto_fd directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (directory < 0)
		return acr_raise_errno(error, errno, FILE_UNREMOVABLE, path);
	if (acr_file_remove(directory, path, was, error))
		return -1;
	if (!made)
		return 0;
	while (strncmp(folder, made, strlen(made)) == 0 && rmdir(folder) == 0) {
		char *above = folder_of(folder);

		acr_string_free(&folder);
		folder = above;
	}
	return 0;
}
