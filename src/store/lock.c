/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Single flight: the process that exchanges a token holds a flock, which the kernel releases when
 * the process dies. Waiting is one blocking flock with a timer, not a poll, so that many waiters
 * cost nothing and continue at once. A holder that is running is waited for, however slow it is,
 * because another process would not be faster. A holder that is stopped (Ctrl-Z, a frozen
 * container) is not waited for. Where locks do not work (NFS without lockd, some FUSE), every
 * process continues without one: files are replaced as a whole.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <unistd.h>

#include "acr/store.h"
#include "base/budget.h"
#include "base/file.h"
#include "store/private_dir.h"

#define AGAIN	  20000 /* microseconds until the alarm repeats, if it came before flock blocked */
#define LOCKS_MAX (1024 * 1024)

static volatile sig_atomic_t rung;

static void ring(int number)
{
	(void)number;
	rung = 1;
}

/* flock, but not for longer than `patience` ms. While libcurl's threads look names up, the alarm is
 * still this thread's: Linux gives a signal of the whole process to its first thread unless that
 * one blocks it (kernel/signal.c, complete_signal), and it is not blocked here. */
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
	auto_string safe = acr_private_dir_name(key);
	auto_string name = acr_format("lock_%s", safe);

	for (size_t i = 0; acr_cache_homes[i]; i++) {
		auto_string folder = acr_cache_homes[i]->folder(app);
		auto_fd directory = -1;
		struct stat status;
		int fd;

		if (!folder || acr_private_dir_make(folder, NULL))
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

/* Is a cache in use? If not, there is no result to wait for. */
static bool shared(const struct acr_app *app)
{
	for (size_t i = 0; acr_cache_homes[i]; i++)
		if (acr_cache_allows(app, acr_cache_homes[i]))
			return true;
	return false;
}

/* Does the file still have its name? Releasing the lock removes the name, and a lock on a file
 * without a name has no effect on other processes. */
static bool is_current(int fd)
{
	struct stat status;

	return fstat(fd, &status) == 0 && status.st_nlink > 0;
}

/* Which process has the lock? 0: not known, for example because it is in another container. */
static int find_holder(const struct acr_app *app, int fd)
{
	auto_string path = acr_system_path(app, "/proc/locks");
	auto_secret locks = { 0 };
	struct stat status;
	int pid;

	if (fstat(fd, &status) || acr_file_read(path, LOCKS_MAX, &locks, NULL))
		return 0;
	auto_string file = acr_format("%02x:%02x:%ju", major(status.st_dev), minor(status.st_dev),
				      (uintmax_t)status.st_ino);
	for (const char *line = acr_secret_text(&locks); line; line = strchr(line, '\n')) {
		char name[64];

		line += *line == '\n';
		/* A line with "->" is for a waiting process. */
		if (sscanf(line, "%*d: FLOCK %*s %*s %d %63s", &pid, name) == 2 &&
		    strcmp(name, file) == 0)
			return pid;
	}
	return 0;
}

/* Is the holder stopped, so that it will not release the lock? */
static bool is_stopped(const struct acr_app *app, int fd)
{
	int pid = find_holder(app, fd);
	auto_string name = acr_format("/proc/%d/stat", pid);
	auto_string path = acr_system_path(app, name);
	auto_secret text = { 0 };
	const char *state;

	if (pid <= 0 || acr_file_read(path, LOCKS_MAX, &text, NULL))
		return false;
	/* proc(5): the name of the program, in parentheses, may contain any characters. */
	state = strrchr(acr_secret_text(&text), ')');
	return state && (strncmp(state, ") T", 3) == 0 || strncmp(state, ") t", 3) == 0);
}

/* 0 if the lock was acquired, otherwise -1. */
static int take(const struct acr_app *app, int fd, int64_t patience)
{
	int64_t wait;

	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return 0;
	for (; errno == EWOULDBLOCK && patience > 0; patience -= wait) {
		wait = patience < ACR_BUDGET_LOOK ? patience : ACR_BUDGET_LOOK;
		if (lock_within(fd, wait) == 0)
			return 0;
		if (errno != EINTR || is_stopped(app, fd))
			return -1;
		errno = EWOULDBLOCK;
	}
	return -1;
}

int acr_lock_take(const struct acr_app *app, const char *key, int64_t patience)
{
	int64_t until = app->clock.boot(app) + acr_budget(app, patience);
	int fd = shared(app) ? open_lock(app, key) : -1;

	while (fd >= 0 && take(app, fd, until - app->clock.boot(app)) == 0) {
		if (is_current(fd))
			return fd;
		acr_fd_close(&fd);
		fd = open_lock(app, key);
	}
	if (fd >= 0)
		acr_debug(app, "continuing without the lock for %s", key);
	acr_fd_close(&fd);
	return -1;
}

/* The file is removed while the lock is held, so that no lock file is left: only the holder removes
 * it, and a process that waited notices this and locks a new file. */
void acr_lock_release(int *lock)
{
	struct stat held, named;
	char link[32], path[PATH_MAX];
	ssize_t length;

	if (*lock < 0)
		return;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", *lock);
	length = readlink(link, path, sizeof(path) - 1);
	path[length < 0 ? 0 : length] = '\0';
	if (length > 0 && fstat(*lock, &held) == 0 && lstat(path, &named) == 0 &&
	    held.st_ino == named.st_ino && held.st_dev == named.st_dev)
		unlink(path);
	acr_fd_close(lock);
}
