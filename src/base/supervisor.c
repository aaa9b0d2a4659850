/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The process between us and a program that we start. The program may start others (az is a script
 * that starts Python), and if we are killed with SIGKILL we cannot end them. The supervisor is
 * notified when we die, inherits the descendants of the program, even those in sessions of their
 * own, and ends all of them.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/process.h"

#define ROUNDS 1000 /* milliseconds until killed processes must be gone */

static void kill_children(void)
{
	auto_secret list = { 0 };
	const char *next;
	char *end;

	if (acr_file_read("/proc/thread-self/children", 64 * 1024, &list, NULL))
		return;
	next = acr_secret_text(&list);
	for (long child; (child = strtol(next, &end, 10)) > 0; next = end)
		kill((pid_t)child, SIGKILL);
}

/* The exit status of the program, once no descendant is left: orphans become our children. */
static int end_all(pid_t program)
{
	const struct timespec pause = { .tv_nsec = 1000000 };
	int status = SIGKILL, of_one;
	pid_t ended;

	/* The program has not been waited for yet, so its number is still that of its process
	 * group. */
	kill(-program, SIGKILL);
	for (int round = 0; round < ROUNDS; round++) {
		kill_children();
		while ((ended = waitpid(-1, &of_one, WNOHANG)) > 0)
			if (ended == program)
				status = of_one;
		if (ended < 0)
			break;
		nanosleep(&pause, NULL);
	}
	return status;
}

static void wait_for(pid_t program, const sigset_t *awaited)
{
	siginfo_t ended = { 0 };

	while (ended.si_pid != program) {
		if (sigwaitinfo(awaited, NULL) == SIGTERM)
			return;
		waitid(P_PID, (id_t)program, &ended, WEXITED | WNOHANG | WNOWAIT);
	}
}

void acr_supervise(pid_t parent, void (*start)(void *data), void *data)
{
	sigset_t awaited;
	pid_t program;
	int status;

	/* Before anything is started, so that no SIGTERM is lost. */
	sigemptyset(&awaited);
	sigaddset(&awaited, SIGCHLD);
	sigaddset(&awaited, SIGTERM);
	sigprocmask(SIG_SETMASK, &awaited, NULL);
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(127);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	program = fork();
	if (program == 0) {
		start(data);
		_exit(127);
	}
	if (program < 0)
		_exit(127);
	setpgid(program, program);
	acr_streams_close();
	wait_for(program, &awaited);
	status = end_all(program);
	if (WIFEXITED(status))
		_exit(WEXITSTATUS(status));
	/* End in the same way, so that the parent sees the same status. */
	signal(WTERMSIG(status), SIG_DFL);
	sigemptyset(&awaited);
	sigprocmask(SIG_SETMASK, &awaited, NULL);
	raise(WTERMSIG(status));
	_exit(127);
}
