/* SPDX-License-Identifier: Apache-2.0 */
/* Runs child processes that cannot affect us: they inherit only the descriptors that they are
 * given, have a deadline, and end together with their process group. */
#include "base/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"

#define ERR_MAX 4096

/* The supervisor of the running program, which is ended when we get SIGTERM; 0: none. */
static volatile sig_atomic_t supervisor;

static const int ending_signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
#define ENDING_SIGNALS (sizeof(ending_signals) / sizeof(ending_signals[0]))

static void end_with_all(int number)
{
	if (supervisor > 0) {
		kill((pid_t)supervisor, SIGTERM);
		while (waitpid((pid_t)supervisor, NULL, 0) < 0 && errno == EINTR)
			;
	}
	signal(number, SIG_DFL);
	raise(number);
}

static void watch_signals(struct sigaction *saved)
{
	struct sigaction action = { .sa_handler = end_with_all };

	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < ENDING_SIGNALS; i++) {
		sigaction(ending_signals[i], NULL, &saved[i]);
		if (saved[i].sa_handler != SIG_IGN)
			sigaction(ending_signals[i], &action, NULL);
	}
}

static void forget_signals(const struct sigaction *saved)
{
	supervisor = 0;
	for (size_t i = 0; i < ENDING_SIGNALS; i++)
		sigaction(ending_signals[i], &saved[i], NULL);
}

void acr_process_settle(void)
{
	const struct rlimit no_core = { 0, 0 };
	sigset_t none;

	setrlimit(RLIMIT_CORE, &no_core);
	umask(077);
	/* Without this, exceeding the file size limit would end the process; now it is an error
	 * like a full disk. */
	signal(SIGXFSZ, SIG_IGN);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* If our parent ignored SIGCHLD, waitpid would find no child. */
static pid_t begin_fork(void)
{
	signal(SIGCHLD, SIG_DFL);
	return fork();
}

/* Close all descriptors from `first` up (close_range needs Linux 5.9, and some seccomp profiles
 * block it). */
static void close_from(int first)
{
	long most = sysconf(_SC_OPEN_MAX);

	if (syscall(SYS_close_range, (unsigned int)first, ~0U, 0U) == 0)
		return;
	for (int fd = first; fd < (most > 0 && most < 65536 ? most : 65536); fd++)
		close(fd);
}

/* In a new child: default signal handlers, no blocked signals, ends with the parent. */
static void begin_child(pid_t parent, bool group)
{
	sigset_t none;

	for (size_t i = 0; i < ENDING_SIGNALS; i++)
		signal(ending_signals[i], SIG_DFL);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGCHLD, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (group)
		setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(127);
}

static void stdio_from(int in, int out, int err)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	/* Duplicate above 2 first, so that none of the three is closed by another dup2. */
	in = fcntl(in < 0 ? null : in, F_DUPFD, 3);
	out = fcntl(out < 0 ? null : out, F_DUPFD, 3);
	err = fcntl(err < 0 ? null : err, F_DUPFD, 3);
	dup2(in, 0);
	dup2(out, 1);
	dup2(err, 2);
}

void acr_streams_close(void)
{
	stdio_from(-1, -1, -1);
	close_from(3);
}

struct stream {
	int fd;
	struct acr_secret *into;
	size_t limit;
	bool cut; /* more than the limit is dropped (stderr) rather than an error (stdout) */
};

/* ACR_FINE, also at the end of the stream, which is then closed; ACR_INVALID if the limit is
 * exceeded. */
static enum acr_kind take(struct stream *stream)
{
	char bytes[8192];
	ssize_t got = read(stream->fd, bytes, sizeof(bytes));
	size_t room = stream->limit - stream->into->length;

	if (got < 0)
		return errno == EINTR || errno == EAGAIN ? ACR_FINE : ACR_SYSTEM;
	if (got == 0) {
		close(stream->fd);
		stream->fd = -1;
		return ACR_FINE;
	}
	if ((size_t)got > room && !stream->cut)
		return ACR_INVALID;
	acr_secret_add_bytes(stream->into, bytes, (size_t)got < room ? (size_t)got : room);
	explicit_bzero(bytes, sizeof(bytes));
	return ACR_FINE;
}

/* Read both streams until they end or until `until` (boot time). */
static enum acr_kind collect(const struct acr_app *app, struct stream *streams, size_t count,
			     int64_t until)
{
	for (;;) {
		struct pollfd ready[2];
		int64_t left = until - app->clock.boot(app);
		size_t open_count = 0;

		for (size_t i = 0; i < count; i++) {
			ready[i] = (struct pollfd){ .fd = streams[i].fd, .events = POLLIN };
			open_count += streams[i].fd >= 0;
		}
		if (open_count == 0)
			return ACR_FINE;
		if (left <= 0 || poll(ready, count, (int)left) == 0)
			return ACR_TIMEOUT;
		for (size_t i = 0; i < count; i++) {
			enum acr_kind kind = streams[i].fd >= 0 && ready[i].revents
						     ? take(&streams[i])
						     : ACR_FINE;
			if (kind != ACR_FINE)
				return kind;
		}
	}
}

/* Wait for the child to end; after `until`, send it the signal `number`, which ends it. Usually it
 * has ended already, or ends within a millisecond. */
static int reap(const struct acr_app *app, pid_t child, int64_t until, int number, bool *ret_killed)
{
	struct timespec pause = { .tv_nsec = 20000 };
	int status = 0;

	while (waitpid(child, &status, WNOHANG) == 0) {
		if (app->clock.boot(app) >= until) {
			kill(child, number);
			*ret_killed = true;
			waitpid(child, &status, 0);
			break;
		}
		nanosleep(&pause, NULL);
		if (pause.tv_nsec < 4000000)
			pause.tv_nsec *= 2;
	}
	return status;
}

struct start {
	const struct acr_run *run;
	char **environment;
	int in, out, err;
};

static void become(void *data)
{
	const struct start *start = data;

	begin_child(getppid(), true);
	stdio_from(start->in, start->out, start->err);
	close_from(3);
	if (chdir("/") == 0)
		execve(start->run->argv[0], (char *const *)(uintptr_t)start->run->argv,
		       start->environment);
}

/* A pipe from which `text` can be read; -1 on failure. */
static int give_input(const char *text, int *ret, struct acr_error *error)
{
	int in[2];

	*ret = -1;
	if (!text)
		return 0;
	if (strlen(text) > ACR_INPUT_MAX)
		return acr_raise_errno(error, E2BIG, PIPE_FAILED);
	if (pipe2(in, O_CLOEXEC))
		return acr_raise_errno(error, errno, PIPE_FAILED);
	if (acr_write(in[1], text, strlen(text))) {
		close(in[0]);
		in[0] = -1;
	}
	close(in[1]);
	*ret = in[0];
	return in[0] < 0 ? acr_raise_errno(error, EPIPE, PIPE_FAILED) : 0;
}

int acr_process_run(const struct acr_app *app, const struct acr_run *run, int *status,
		    struct acr_secret *ret_out, struct acr_secret *ret_err, struct acr_error *error)
{
	int64_t until = app->clock.boot(app) + acr_budget(app, run->budget);
	int out[2] = { -1, -1 }, err[2] = { -1, -1 };
	auto_environment environment = NULL;
	auto_fd in = -1;
	struct sigaction saved[ENDING_SIGNALS];
	pid_t parent = getpid(), child;
	enum acr_kind kind;
	bool killed = false;

	if (acr_program_check(run->argv[0], run->environment, error))
		return -1;
	environment = acr_environment_for_child(run->environment);
	if (give_input(run->input, &in, error))
		return -1;
	if (pipe2(out, O_CLOEXEC))
		return acr_raise_errno(error, errno, PIPE_FAILED);
	if (pipe2(err, O_CLOEXEC)) {
		close(out[0]);
		close(out[1]);
		return acr_raise_errno(error, errno, PIPE_FAILED);
	}
	watch_signals(saved);
	child = begin_fork();
	if (child == 0) {
		struct start start = { run, environment, in, out[1], err[1] };

		acr_supervise(parent, become, &start);
	}
	close(out[1]);
	close(err[1]);
	if (child < 0) {
		forget_signals(saved);
		close(out[0]);
		close(err[0]);
		return acr_raise_errno(error, errno, PROGRAM_START_FAILED, run->argv[0]);
	}
	supervisor = child;
	struct stream streams[] = { { out[0], ret_out, run->limit, false },
				    { err[0], ret_err, ERR_MAX, true } };
	kind = collect(app, streams, 2, until);
	if (kind != ACR_FINE)
		kill(child, SIGTERM);
	*status = reap(app, child, until, SIGTERM, &killed);
	forget_signals(saved);
	for (size_t i = 0; i < 2; i++)
		acr_fd_close(&streams[i].fd);
	if (kind == ACR_TIMEOUT || killed)
		return acr_raise(error, PROGRAM_TIMEOUT, run->argv[0]);
	if (kind == ACR_INVALID)
		return acr_raise(error, PROGRAM_OUTPUT_TOO_LARGE, run->argv[0],
				 acr_number((long long)run->limit).text);
	if (kind == ACR_SYSTEM)
		return acr_raise(error, PROGRAM_OUTPUT_UNREADABLE, run->argv[0]);
	return 0;
}

int acr_fork_ask(const struct acr_app *app, int (*work)(void *data, int out), void *data,
		 int64_t budget, size_t limit, struct acr_secret *ret, struct acr_error *error)
{
	int64_t until = app->clock.boot(app) + acr_budget(app, budget);
	pid_t parent = getpid(), child;
	bool killed = false;
	enum acr_kind kind;
	int pipes[2], status;

	if (pipe2(pipes, O_CLOEXEC))
		return acr_raise_errno(error, errno, PIPE_FAILED);
	child = begin_fork();
	if (child == 0) {
		begin_child(parent, false);
		stdio_from(-1, -1, -1);
		if (pipes[1] != 3)
			dup3(pipes[1], 3, O_CLOEXEC);
		close_from(4);
		_exit(work(data, 3) ? 1 : 0);
	}
	close(pipes[1]);
	if (child < 0) {
		close(pipes[0]);
		return acr_raise_errno(error, errno, CHILD_START_FAILED);
	}
	struct stream stream = { pipes[0], ret, limit, false };
	kind = collect(app, &stream, 1, until);
	if (kind != ACR_FINE)
		kill(child, SIGKILL);
	status = reap(app, child, until, SIGKILL, &killed);
	acr_fd_close(&stream.fd);
	if (kind == ACR_TIMEOUT || killed)
		return acr_raise(error, CHILD_TIMEOUT);
	if (kind == ACR_INVALID)
		return acr_raise(error, CHILD_ANSWER_TOO_LARGE, acr_number((long long)limit).text);
	if (kind == ACR_SYSTEM || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return acr_raise(error, CHILD_FAILED, acr_number(status).text);
	return 0;
}

bool acr_fork_away(void (*work)(void *data), void *data)
{
	pid_t child = begin_fork();

	if (child < 0)
		return false;
	if (child > 0) {
		/* The intermediate process exits at once, so that init inherits the worker, not our
		 * parent. */
		while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
			;
		return true;
	}
	setsid();
	child = begin_fork();
	if (child != 0)
		_exit(child < 0);
	acr_process_settle();
	stdio_from(-1, -1, -1);
	close_from(3);
	work(data);
	_exit(0);
}

void acr_process_become(const char *const *arguments, const char *const *environment)
{
	auto_environment rows = acr_environment_for_child(environment);

	if (acr_program_check(arguments[0], environment, NULL) == 0)
		execve(arguments[0], (char *const *)(uintptr_t)arguments, rows);
}
