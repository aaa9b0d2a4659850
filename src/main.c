/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The real edges, and the way to a command. Before anything else the process is made one that does
 * not leak: not dumpable, no core, files for us alone, no signal inherited as ignored or blocked,
 * stdin, stdout and stderr never free for another file to land on.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "acr/http.h"
#include "base/clock.h"
#include "base/process.h"
#include "front/front.h"

extern char **environ;

/* The descriptor, or -1 when our caller closed it: then /dev/null holds its place. */
static int keep_place(int fd)
{
	if (fcntl(fd, F_GETFD) >= 0)
		return fd;
	if (open("/dev/null", O_RDWR) < 0)
		_exit(1);
	return -1;
}

static void harden(void)
{
	const struct rlimit no_core = { 0, 0 };
	sigset_t none;

	prctl(PR_SET_DUMPABLE, 0);
	setrlimit(RLIMIT_CORE, &no_core);
	umask(077);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGCHLD, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

int main(int argc, char **argv)
{
	struct acr_app app = {
		.program = "docker-credential-acr",
		.environment = (const char *const *)environ,
		.clock = { acr_clock_wall, acr_clock_boot },
		.http = acr_http_curl(),
		.run = acr_process_run,
		.root = "",
	};

	if (getauxval(
		    AT_SECURE)) /* setuid or with capabilities: whoever runs us is not who we are */
		return 1;
	harden();
	app.in = keep_place(STDIN_FILENO);
	app.out = keep_place(STDOUT_FILENO);
	app.err = keep_place(STDERR_FILENO);
	return acr_front(&app, argc, argv);
}
