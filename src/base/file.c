/* SPDX-License-Identifier: Apache-2.0 */
/* Reads files with a size limit, reads private files after checks of owner and mode, and writes
 * files so that they are never half-written. */
#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

void acr_fd_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static int too_large(struct acr_error *error, const char *path, size_t limit)
{
	return acr_raise(error, FILE_TOO_LARGE, path, acr_number((long long)limit).text);
}

/* As many bytes as `size`, the size that fstat reported; to the end of the file if there is no
 * size, as in /proc. */
static int read_up_to(int fd, const char *path, size_t size, size_t limit, struct acr_secret *ret,
		      struct acr_error *error)
{
	acr_secret_reserve(ret, size);
	for (;;) {
		ssize_t got = acr_read(fd, ret);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return acr_raise_errno(error, errno, FILE_INACCESSIBLE, path);
		if (ret->length > limit)
			return too_large(error, path, limit);
		if (got == 0 || (size > 0 && ret->length >= size))
			return 0;
	}
}

int acr_file_read_open(int fd, const char *path, size_t limit, struct acr_secret *ret,
		       struct acr_error *error)
{
	auto_secret bytes = { 0 };
	struct stat status;

	if (fstat(fd, &status) || !S_ISREG(status.st_mode))
		return acr_raise(error, FILE_NOT_REGULAR, path);
	if ((uint64_t)status.st_size > limit)
		return too_large(error, path, limit);
	if (read_up_to(fd, path, (size_t)status.st_size, limit, &bytes, error))
		return -1;
	acr_secret_wipe(ret);
	*ret = acr_secret_steal(&bytes);
	return 0;
}

int acr_file_unopened(int number, const char *path, struct acr_error *error)
{
	return number == ENOENT || number == ENOTDIR
		       ? acr_raise_errno(error, number, FILE_MISSING, path)
		       : acr_raise_errno(error, number, FILE_INACCESSIBLE, path);
}

int acr_file_read(const char *path, size_t limit, struct acr_secret *ret, struct acr_error *error)
{
	auto_fd fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		return acr_file_unopened(errno, path, error);
	return acr_file_read_open(fd, path, limit, ret, error);
}

int acr_private_read(const char *folder, const char *name, size_t limit, struct acr_secret *ret,
		     struct acr_error *error)
{
	auto_string path = acr_format("%s/%s", folder, name);
	auto_secret bytes = { 0 };
	auto_fd fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY);
	struct stat status;

	if (fd < 0 && errno == ELOOP)
		return acr_raise(error, FILE_LINK, path);
	if (fd < 0 || fstat(fd, &status))
		return acr_file_unopened(errno, path, error);
	/* There is no link if the file has just been replaced; the file that we have open is
	 * complete. */
	if (!S_ISREG(status.st_mode) || status.st_nlink > 1)
		return acr_raise(error, FILE_NOT_SINGLE, path);
	if (status.st_uid != geteuid() || (status.st_mode & 077))
		return acr_raise(error, FILE_NOT_PRIVATE, path, "0600");
	if ((uint64_t)status.st_size > limit)
		return too_large(error, path, limit);
	if (read_up_to(fd, path, (size_t)status.st_size, limit, &bytes, error))
		return -1;
	acr_secret_wipe(ret);
	*ret = acr_secret_steal(&bytes);
	return 0;
}

int acr_private_write_in(int folder, const char *path, const void *bytes, size_t length,
			 bool durable, struct acr_error *error)
{
	const struct acr_replacement file = {
		.bytes = bytes, .length = length, .mode = 0600, .durable = durable
	};

	return acr_file_replace(folder, path, &file, error);
}

int acr_private_write(const char *folder, const char *name, const void *bytes, size_t length,
		      bool durable, struct acr_error *error)
{
	auto_fd directory = acr_folder_open(folder, true, error);
	auto_string path = acr_format("%s/%s", folder, name);

	return directory < 0 ? -1
			     : acr_private_write_in(directory, path, bytes, length, durable, error);
}

int acr_private_drop(const char *folder, const char *name, struct acr_error *error)
{
	auto_fd directory = acr_folder_open(folder, false, error);
	auto_string path = NULL;
	int number;

	if (directory < 0)
		return -1;
	/* Removing a secret also removes unfinished copies of it. */
	acr_folder_sweep(directory);
	if (unlinkat(directory, name, 0) == 0)
		return 0;
	number = errno;
	path = acr_format("%s/%s", folder, name);
	return number == ENOENT ? acr_raise_errno(error, number, FILE_MISSING, path)
				: acr_raise_errno(error, number, FILE_UNREMOVABLE, path);
}

int acr_private_each(const char *folder, void (*visit)(void *data, const char *name), void *data,
		     struct acr_error *error)
{
	struct acr_error missing = { 0 };
	int fd = acr_folder_open(folder, false, &missing);
	struct dirent *row;
	DIR *names;
	int number;

	if (fd < 0 && missing.kind == ACR_NOT_FOUND)
		return 0;
	if (fd < 0) {
		if (error)
			*error = missing;
		return -1;
	}
	names = fdopendir(fd);
	if (!names) {
		close(fd);
		return acr_raise_errno(error, errno, FILE_INACCESSIBLE, folder);
	}
	/* readdir(3): errno does not change at the end. */
	while ((errno = 0, row = readdir(names)))
		if (row->d_name[0] != '.')
			visit(data, row->d_name);
	number = errno;
	closedir(names);
	return number ? acr_raise_errno(error, number, FILE_INACCESSIBLE, folder) : 0;
}
