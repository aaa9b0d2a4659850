/* SPDX-License-Identifier: Apache-2.0 */
/* Checks who owns a path: opens each component relative to the previous one, so that what is
 * checked is what the next step uses. */
#include "base/owner.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

#define LINKS_MAX 40	/* as in the kernel */
#define OVERFLOW  65534 /* the owner that a user namespace shows if it does not map the real one */

/* In a user namespace that does not map root (bubblewrap, rootless Podman) root's folders have this
 * owner; outside of one it is the user nobody. */
static bool is_unmapped(uid_t owner)
{
	auto_secret map = { 0 };
	unsigned int inside, outside, count;

	return owner == OVERFLOW && acr_file_read("/proc/self/uid_map", 4096, &map, NULL) == 0 &&
	       sscanf(acr_secret_text(&map), "%u %u %u", &inside, &outside, &count) == 3 &&
	       count <= OVERFLOW;
}

static ssize_t path_of(int fd, char ret[static PATH_MAX])
{
	char link[40];
	ssize_t length;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	length = readlink(link, ret, PATH_MAX - 1);
	ret[length > 0 ? length : 0] = '\0';
	return length;
}

/* Is it below a directory that only root writes to? */
static bool is_of_system(int fd)
{
	static const char *const folders[] = { "/usr/", "/bin/", "/sbin/", "/etc/" };
	char path[PATH_MAX + 1];
	ssize_t length = path_of(fd, path);

	if (length <= 0)
		return false;
	memcpy(path + length, "/", 2); /* check the folder itself as well */
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		if (strncmp(path, folders[i], strlen(folders[i])) == 0)
			return true;
	return false;
}

bool acr_is_roots(int fd, const struct stat *status)
{
	return status->st_uid == 0 || (is_unmapped(status->st_uid) && is_of_system(fd));
}

/* `last`: this is the last component of the path. */
static bool is_fine(int fd, const struct stat *status, enum acr_claim claim, bool last)
{
	bool folder = S_ISDIR(status->st_mode), root = acr_is_roots(fd, status);

	if (!root && status->st_uid != geteuid() && (last || !is_unmapped(status->st_uid)))
		return false;
	if (claim == ACR_OWNED || S_ISLNK(status->st_mode))
		return true;
	/* In a sticky folder such as /tmp no user can move files of other users. */
	if (folder && !last && (status->st_mode & S_ISVTX))
		return true;
	return !(status->st_mode & S_IWOTH) && (!(status->st_mode & S_IWGRP) || root);
}

static char *name_of(int fd, const char *otherwise)
{
	char path[PATH_MAX];

	return acr_copy(path_of(fd, path) > 0 ? path : otherwise);
}

/* Prepend the target of the link `fd` to the rest of the path. */
static bool follow(int fd, char **rest)
{
	char target[PATH_MAX];
	ssize_t length = readlinkat(fd, "", target, sizeof(target) - 1);
	char *whole;

	if (length <= 0)
		return false;
	whole = acr_format("%.*s/%s", (int)length, target, *rest);
	acr_string_free(rest);
	*rest = whole;
	return true;
}

/* Take the next component off the path; false at its end. */
static bool take_name(char **rest, char ret[static NAME_MAX + 1])
{
	char *start = *rest + strspn(*rest, "/");
	size_t length = strcspn(start, "/");

	if (length == 0 || length > NAME_MAX)
		return false;
	memcpy(ret, start, length);
	ret[length] = '\0';
	memmove(*rest, start + length, strlen(start + length) + 1);
	return true;
}

/* Open it as a directory if it is one, so that an automount is triggered. */
static int step(int folder, const char *name)
{
	const int flags = O_PATH | O_NOFOLLOW | O_CLOEXEC;
	int fd = openat(folder, name, flags | O_DIRECTORY);

	return fd < 0 && errno == ENOTDIR ? openat(folder, name, flags) : fd;
}

char *acr_stranger(const char *path, enum acr_claim claim, uid_t *ret_owner)
{
	auto_fd folder = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	auto_string rest = acr_copy(path);
	char name[NAME_MAX + 1];
	int links = 0;

	while (take_name(&rest, name)) {
		auto_fd fd = step(folder, name);
		bool last = rest[strspn(rest, "/")] == '\0';
		struct stat status = { 0 };

		if (fd < 0)
			return NULL;
		if (fstat(fd, &status) || !is_fine(fd, &status, claim, last)) {
			*ret_owner = status.st_uid;
			return name_of(fd, path);
		}
		if (!S_ISLNK(status.st_mode)) {
			acr_fd_close(&folder);
			folder = fd;
			fd = -1;
		} else if (++links > LINKS_MAX || !follow(fd, &rest)) {
			return NULL;
		} else if (rest[0] == '/') {
			acr_fd_close(&folder);
			folder = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
		}
	}
	return NULL;
}

const char *acr_own_name(char ret[static 24])
{
	if (geteuid() == 0)
		return "root";
	snprintf(ret, 24, "uid %u", (unsigned int)geteuid());
	return ret;
}
