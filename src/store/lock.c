/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Single flight: who exchanges holds a flock, which the kernel takes back from the killed. Waiting
 * is one blocking flock under a timer, not a poll: twenty waiters cost nothing and go on at once.
 * A holder that hangs is passed by, and where locks do not work (NFS without lockd, some FUSE)
 * everybody simply goes ahead: what they write is renamed into place whole.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "acr/store.h"
#include "base/file.h"
#include "store/private_dir.h"

#define AGAIN 20000 /* microseconds until a ring that came before flock was asleep is repeated */

static volatile sig_atomic_t rung;

static void ring(int number)
{
	(void)number;
	rung = 1;
}

/* flock, but not for longer than `patience` ms. */
static int lock_within(int fd, int64_t patience)
{
	struct itimerval timer = { { 0, AGAIN }, { patience / 1000, patience % 1000 * 1000 } };
	struct itimerval silent = { 0 };
	struct sigaction action = { .sa_handler = ring }, saved_action; /* no SA_RESTART */
	sigset_t alarm_only, saved_mask;
	int result;

	rung = 0;
	sigemptyset(&action.sa_mask);
	sigemptyset(&alarm_only);
	sigaddset(&alarm_only, SIGALRM);
	sigaction(SIGALRM, &action, &saved_action);
	sigprocmask(SIG_UNBLOCK, &alarm_only, &saved_mask);
	setitimer(ITIMER_REAL, &timer, NULL);
	do
		result = flock(fd, LOCK_EX);
	while (result && errno == EINTR && !rung);
	setitimer(ITIMER_REAL, &silent, NULL);
	sigprocmask(SIG_SETMASK, &saved_mask, NULL);
	sigaction(SIGALRM, &saved_action, NULL);
	return result;
}

static int open_lock(const struct acr_app *app, const char *key)
{
	auto_string safe = acr_place_name(key);
	auto_string name = acr_format("lock_%s", safe);

	for (size_t i = 0; acr_cache_homes[i]; i++) {
		auto_string folder = acr_cache_homes[i]->folder(app);
		auto_fd directory = -1;
		struct stat status;
		int fd;

		if (!folder || acr_place_make(folder, NULL))
			continue;
		directory = acr_folder_open(folder, false, NULL);
		fd = directory < 0
			     ? -1
			     : openat(directory, name,
				      O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
		if (fd >= 0 && fstat(fd, &status) == 0 && S_ISREG(status.st_mode) &&
		    status.st_uid == geteuid())
			return fd;
		acr_fd_close(&fd);
	}
	return -1;
}

/* Is anything kept at all? If not, there is no result to wait for. */
static bool shared(const struct acr_app *app)
{
	for (size_t i = 0; acr_cache_homes[i]; i++)
		if (acr_cache_allows(app, acr_cache_homes[i]))
			return true;
	return false;
}

/* Does the file still have its name? Whoever ends a turn takes the name away, and a lock on a file
 * without one keeps nobody out. */
static bool is_current(int fd)
{
	struct stat status;

	return fstat(fd, &status) == 0 && status.st_nlink > 0;
}

/* 0 with the lock, -1 without. */
static int take(int fd, int64_t patience)
{
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return 0;
	return errno == EWOULDBLOCK && patience > 0 ? lock_within(fd, patience) : -1;
}

int acr_turn_take(const struct acr_app *app, const char *key, int64_t patience)
{
	int64_t until = app->clock.boot(app) + acr_budget(app, patience);
	int fd = shared(app) ? open_lock(app, key) : -1;

	while (fd >= 0 && take(fd, until - app->clock.boot(app)) == 0) {
		if (is_current(fd))
			return fd;
		acr_fd_close(&fd);
		fd = open_lock(app, key);
	}
	if (fd >= 0)
		acr_debug(app, "going on without the lock for %s", key);
	acr_fd_close(&fd);
	return -1;
}

/* The name goes while the lock is held, so that no lock file stays: only its holder takes it away,
 * and who waited for it sees that and takes the next. */
void acr_turn_end(int *turn)
{
	struct stat held, named;
	char link[32], path[PATH_MAX];
	ssize_t length;

	if (*turn < 0)
		return;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", *turn);
	length = readlink(link, path, sizeof(path) - 1);
	path[length < 0 ? 0 : length] = '\0';
	if (length > 0 && fstat(*turn, &held) == 0 && lstat(path, &named) == 0 &&
	    held.st_ino == named.st_ino && held.st_dev == named.st_dev)
		unlink(path);
	acr_fd_close(turn);
}
