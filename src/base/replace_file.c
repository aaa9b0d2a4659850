/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes all files of this program, and the files of other programs that it edits. The bytes are
 * written to a temporary file in the same folder, which is then renamed. A writer holds a shared
 * lock on the folder; a process that gets the exclusive lock knows that every temporary file there
 * was left by a killed writer, and removes it.
 *
 * If a file must still be the one that was read, the new file is exchanged with it, and the old
 * file is checked afterwards: if another program wrote meanwhile, the exchange is undone.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"

#define UNFINISHED ".docker-credential-acr-"
#define NAME_SIZE  48
#define LEFTOVER   60 /* seconds until a file is a leftover, if the folder cannot be locked */
#define TRIES	   50 /* times one millisecond, to wait until another process has cleaned up */
#define EXCHANGES  16 /* with more concurrent writers than this we give up */

static bool is_leftover(int folder, const char *name, bool alone)
{
	struct timespec now;
	struct stat status;

	if (strncmp(name, UNFINISHED, strlen(UNFINISHED)) != 0 ||
	    fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) || !S_ISREG(status.st_mode) ||
	    status.st_uid != geteuid())
		return false;
	clock_gettime(CLOCK_REALTIME, &now);
	return alone || now.tv_sec - status.st_ctim.tv_sec > LEFTOVER;
}

void acr_folder_sweep(int folder)
{
	const struct timespec pause = { 0, 1000 * 1000 };
	bool alone = flock(folder, LOCK_EX | LOCK_NB) == 0;
	int copy = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *names = copy >= 0 ? fdopendir(copy) : NULL;
	struct dirent *row;

	while (names && (row = readdir(names)))
		if (is_leftover(folder, row->d_name, alone))
			unlinkat(folder, row->d_name, 0);
	if (names)
		closedir(names);
	else
		acr_fd_close(&copy);
	/* From here on no other process gets the exclusive lock. */
	for (int i = 0; i < TRIES && flock(folder, LOCK_SH | LOCK_NB) && errno == EWOULDBLOCK; i++)
		nanosleep(&pause, NULL);
}

/* The name cannot be predicted. */
static void name_unfinished(char ret[static NAME_SIZE], int tries)
{
	uint64_t random;

	if (getrandom(&random, sizeof(random), GRND_NONBLOCK) != (ssize_t)sizeof(random))
		random = (uint64_t)getpid() << 32 ^ (uint64_t)time(NULL) ^ (uint64_t)tries;
	snprintf(ret, NAME_SIZE, UNFINISHED "%016llx", (unsigned long long)random);
}

static int unfinished(int folder, char ret_name[static NAME_SIZE])
{
	for (int tries = 0; tries < 8; tries++) {
		int fd;

		name_unfinished(ret_name, tries);
		fd = openat(folder, ret_name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
			    0600);
		if (fd >= 0 || errno != EEXIST)
			return fd;
	}
	return -1;
}

static int fill(int fd, const struct acr_replacement *file)
{
	struct stat made;

	if (fstat(fd, &made))
		return -1;
	/* The mode is set last, so that the wrong group can never read the file. */
	if (file->was && made.st_gid != file->was->st_gid &&
	    fchown(fd, (uid_t)-1, file->was->st_gid))
		return -1;
	if (file->mode != 0600 && fchmod(fd, file->mode))
		return -1;
	return acr_write(fd, file->bytes, file->length) || (file->durable && fsync(fd)) ? -1 : 0;
}

static bool is_same(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_dev == b->st_dev && a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* Does the file system not support this operation of renameat2? */
static bool is_lacking(int number)
{
	return number == EINVAL || number == ENOSYS || number == EOPNOTSUPP;
}

/* 0, or -1 with errno; EEXIST if the file exists. */
static int put_new(int folder, const char *made, const char *name)
{
	if (renameat2(folder, made, folder, name, RENAME_NOREPLACE) == 0)
		return 0;
	if (!is_lacking(errno))
		return -1;
	if (linkat(folder, made, folder, name, 0) == 0)
		return unlinkat(folder, made, 0);
	return errno == EEXIST ? -1 : renameat(folder, made, folder, name);
}

/* `made` holds what another program wrote, and our file has its name: undo that. The file that
 * comes out must be the one that we put in last; otherwise it is newer, and must stay. Comparing
 * inodes alone would not be enough, since the inode of a removed file is soon used again. */
static int put_back(int folder, const char *made, const char *name, const struct stat *ours)
{
	struct stat before = *ours, in, out;

	for (int i = 0; i < EXCHANGES; i++) {
		if (fstatat(folder, made, &in, AT_SYMLINK_NOFOLLOW) ||
		    renameat2(folder, made, folder, name, RENAME_EXCHANGE) ||
		    fstatat(folder, made, &out, AT_SYMLINK_NOFOLLOW))
			return -1;
		if (is_same(&out, &before))
			break;
		before = in;
	}
	errno = EEXIST;
	return -1;
}

/* 0, or -1 with errno; EEXIST if the file is not the one that was read. */
static int put_for(int folder, const char *made, const char *name, const struct stat *was)
{
	struct stat now, ours;

	if (fstatat(folder, made, &ours, AT_SYMLINK_NOFOLLOW))
		return -1;
	if (fstatat(folder, name, &now, AT_SYMLINK_NOFOLLOW) || !is_same(&now, was)) {
		errno = EEXIST;
		return -1;
	}
	if (renameat2(folder, made, folder, name, RENAME_EXCHANGE))
		return is_lacking(errno) ? renameat(folder, made, folder, name) : -1;
	if (fstatat(folder, made, &now, AT_SYMLINK_NOFOLLOW) == 0 && !is_same(&now, was))
		return put_back(folder, made, name, &ours);
	unlinkat(folder, made, 0);
	return 0;
}

int acr_file_replace(int folder, const char *path, const struct acr_replacement *file,
		     struct acr_error *error)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	char made[NAME_SIZE];
	auto_fd fd = -1;
	int number = 0;

	acr_folder_sweep(folder);
	fd = unfinished(folder, made);
	if (fd < 0)
		return acr_raise_errno(error, errno, FILE_UNWRITABLE, path);
	if (fill(fd, file))
		number = errno;
	if (close(fd) && !number)
		number = errno;
	fd = -1;
	if (!number && (file->was      ? put_for(folder, made, name, file->was)
			: file->is_new ? put_new(folder, made, name)
				       : renameat(folder, made, folder, name)))
		number = errno;
	if (number) {
		unlinkat(folder, made, 0);
		if (number == EEXIST || (number == ENOENT && file->was))
			return acr_raise(error, FILE_CHANGED, path);
		if (number == EBUSY)
			return acr_raise(error, FILE_MOUNTED, path);
		return acr_raise_errno(error, number, FILE_UNWRITABLE, path);
	}
	if (file->durable && fsync(folder) && errno != EINVAL && errno != EROFS)
		return acr_raise_errno(error, errno, FILE_UNWRITABLE, path);
	return 0;
}

int acr_file_remove(int folder, const char *path, const struct stat *was, struct acr_error *error)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	char taken[NAME_SIZE];
	struct stat out;

	acr_folder_sweep(folder);
	for (int tries = 0; tries < 8; tries++) {
		name_unfinished(taken, tries);
		if (renameat2(folder, name, folder, taken, RENAME_NOREPLACE) == 0)
			break;
		if (is_lacking(errno))
			return unlinkat(folder, name, 0) == 0
				       ? 0
				       : acr_raise_errno(error, errno, FILE_UNREMOVABLE, path);
		if (errno == ENOENT)
			return 0;
		if (errno != EEXIST)
			return acr_raise_errno(error, errno, FILE_UNREMOVABLE, path);
	}
	/* Another program has written since: restore its file, unless there is an even newer
	 * one. */
	if (fstatat(folder, taken, &out, AT_SYMLINK_NOFOLLOW) == 0 && !is_same(&out, was)) {
		if (renameat2(folder, taken, folder, name, RENAME_NOREPLACE))
			unlinkat(folder, taken, 0);
		return acr_raise(error, FILE_CHANGED, path);
	}
	unlinkat(folder, taken, 0);
	return 0;
}
