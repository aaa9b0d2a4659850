/* SPDX-License-Identifier: Apache-2.0 */
/* Private folders, their paths by the XDG base directory specification, and reading and writing of
 * descriptors. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/budget.h"
#include "base/file.h"
#include "base/owner.h"

int acr_folder_check(const char *path, struct acr_error *error)
{
	uid_t owner = 0;
	auto_string foreign = acr_stranger(path, ACR_OWNED, &owner);
	char self[24];

	if (!foreign)
		return 0;
	return acr_raise(error, FOLDER_FOREIGN, foreign, acr_number(owner).text,
			 acr_own_name(self));
}

/* Existing parents are not changed. */
static int make(char *path, mode_t mode)
{
	for (char *slash = strchr(path + 1, '/');; slash = strchr(slash + 1, '/')) {
		int made;

		if (slash)
			*slash = '\0';
		made = mkdir(path, 0700);
		/* The umask would clear bits of the mode. */
		if (made == 0 && mode != 0700 && chmod(path, mode))
			return -1;
		/* An existing folder is reported as EEXIST even if nothing could be created. */
		if (made && errno != EEXIST)
			return -1;
		if (!slash)
			return 0;
		*slash = '/';
	}
}

int acr_folder_make(const char *path, mode_t mode, struct acr_error *error)
{
	auto_string copy = acr_copy(path);

	if (acr_folder_check(path, error))
		return -1;
	if (make(copy, mode))
		return acr_raise_errno(error, errno, FOLDER_NOT_CREATED, path);
	/* Another process may have created it meanwhile. */
	return acr_folder_check(path, error);
}

int acr_folder_open(const char *path, bool create, struct acr_error *error)
{
	auto_fd fd = -1;
	struct stat status;
	int taken;

	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 && errno == ENOENT && create) {
		if (acr_folder_make(path, 0700, error))
			return -1;
		fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	}
	if (fd < 0 && errno == ENOENT)
		return acr_raise_errno(error, ENOENT, FILE_MISSING, path);
	if (fd < 0 && (errno == ELOOP || errno == ENOTDIR))
		return acr_raise(error, FOLDER_INVALID, path);
	if (fd < 0 || fstat(fd, &status))
		return acr_raise_errno(error, errno, FILE_INACCESSIBLE, path);
	if (status.st_uid != geteuid() || (status.st_mode & 022))
		return acr_raise(error, FOLDER_NOT_OURS, path);
	if (acr_folder_check(path, error))
		return -1;
	taken = fd;
	fd = -1;
	return taken;
}

int acr_write(int fd, const void *bytes, size_t length)
{
	return acr_write_within(fd, bytes, length, -1);
}

/* 0 if the next PIPE_BUF bytes would not block; -1 with errno. */
static int wait_for_room(int fd, int patience)
{
	struct pollfd ready = { .fd = fd, .events = POLLOUT };
	int polled;

	do
		polled = poll(&ready, 1, patience);
	while (polled < 0 && errno == EINTR);
	if (polled == 0)
		errno = ETIMEDOUT;
	return polled > 0 ? 0 : -1;
}

/* Like write(2), but does not block if the kernel supports that (for pipes since Linux 6.4), so
 * that an answer for Docker needs no additional system call. */
static ssize_t write_now(int fd, const void *bytes, size_t length)
{
	const struct iovec piece = { (void *)(uintptr_t)bytes, length };

	return pwritev2(fd, &piece, 1, -1, RWF_NOWAIT);
}

int acr_write_within(int fd, const void *bytes, size_t length, int patience)
{
	bool waits = patience >= 0;
	const char *next = bytes;

	while (length > 0) {
		ssize_t written = waits ? write_now(fd, next, length) : write(fd, next, length);
		int why = written < 0 ? errno : 0; /* isatty() sets errno */

		/* No timeout: a user who stopped a terminal (Ctrl-S) will resume it. */
		if (why == EOPNOTSUPP && isatty(fd)) {
			waits = false;
			continue;
		}
		if (why == EAGAIN || why == EOPNOTSUPP) {
			if (wait_for_room(fd, patience))
				return -1;
			written = write(fd, next, length < PIPE_BUF ? length : PIPE_BUF);
		}
		if (written < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (written <= 0)
			return -1;
		next += written;
		length -= (size_t)written;
	}
	return 0;
}

ssize_t acr_read(int fd, struct acr_secret *ret)
{
	ssize_t got;

	if (ret->capacity <= ret->length + 1)
		acr_secret_reserve(ret, ret->length + 1);
	got = read(fd, ret->bytes + ret->length, ret->capacity - ret->length - 1);
	if (got > 0)
		ret->length += (size_t)got;
	ret->bytes[ret->length] = '\0';
	return got;
}

int acr_read_all(const struct acr_app *app, int fd, size_t limit, int64_t patience,
		 struct acr_secret *ret, struct acr_error *error)
{
	for (;;) {
		struct pollfd ready = { .fd = fd, .events = POLLIN };
		ssize_t got;
		int polled = poll(&ready, 1, (int)acr_budget(app, patience));

		if (polled < 0 && errno == EINTR)
			continue;
		if (polled == 0)
			return acr_raise(error, STDIN_TIMEOUT);
		got = acr_read(fd, ret);
		if (got < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (got < 0)
			return acr_raise_errno(error, errno, STDIN_UNREADABLE);
		if (got == 0)
			return 0;
		if (ret->length > limit)
			return acr_raise(error, STDIN_TOO_LARGE, acr_number((long long)limit).text);
	}
}

char *acr_home_path(const struct acr_app *app, const char *variable, const char *otherwise,
		    const char *below)
{
	const char *base = acr_env(app, variable);
	const char *home = acr_env(app, "HOME");

	if (base && base[0] == '/')
		return acr_format("%s/docker-credential-acr%s", base, below);
	if (!otherwise || !home || home[0] != '/')
		return NULL;
	return acr_format("%s/%s/docker-credential-acr%s", home, otherwise, below);
}
