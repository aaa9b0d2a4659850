/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one writer of every file of this program, and of other programs' files that it edits. The
 * bytes go to an unfinished file beside, which is put in place by one rename. Whoever writes in a
 * folder holds its lock shared; who gets it alone knows that every unfinished file there was left
 * by a killed writer, and takes it away.
 *
 * Where a file must still be what was read, the new one is exchanged for it and what came out is
 * looked at: if somebody wrote meanwhile, it is put back.
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
#define LEFTOVER   60 /* where a folder cannot be locked: seconds after which nobody writes it */
#define TRIES	   50 /* times a millisecond for whoever sweeps to end */
#define EXCHANGES  16 /* more writers than that in one moment are none that can be waited for */

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
	/* From here on nobody else is alone. */
	for (int i = 0; i < TRIES && flock(folder, LOCK_SH | LOCK_NB) && errno == EWOULDBLOCK; i++)
		nanosleep(&pause, NULL);
}

/* That nobody can foresee. */
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
	/* The mode last: a group that is not the one meant may not read it for a moment. */
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

/* Can the file system not do what was asked of renameat2? */
static bool is_lacking(int number)
{
	return number == EINVAL || number == ENOSYS || number == EOPNOTSUPP;
}

/* 0, or -1 with errno; EEXIST where something is there. */
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

/* `made` holds what somebody wrote and our file stands in its place: undo that. What comes out must
 * be what was put in last; else it is newer, and belongs there. The inode alone would not tell: that
 * of a file which is gone is soon a newer file's. */
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

/* 0, or -1 with errno; EEXIST where what is there is not what was read. */
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
	/* Somebody wrote since: back with it, unless something newer is there by now. */
	if (fstatat(folder, taken, &out, AT_SYMLINK_NOFOLLOW) == 0 && !is_same(&out, was)) {
		if (renameat2(folder, taken, folder, name, RENAME_NOREPLACE))
			unlinkat(folder, taken, 0);
		return acr_raise(error, FILE_CHANGED, path);
	}
	unlinkat(folder, taken, 0);
	return 0;
}
