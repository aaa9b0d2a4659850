/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fills struct acr_app with the real functions, and calls the command. Before that it makes the
 * process safe for secrets: it is not dumpable, and stdin, stdout and stderr are open, so that no
 * other file gets one of their numbers. acr_process_settle does what only longer runs need.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "acr/http.h"
#include "base/clock.h"
#include "base/process.h"
#include "front/front.h"

extern char **environ;

/* stdin, stdout and stderr, or -1 for those that the caller closed; these become /dev/null. */
static void take_streams(struct acr_app *app)
{
	struct pollfd streams[] = { { .fd = STDIN_FILENO },
				    { .fd = STDOUT_FILENO },
				    { .fd = STDERR_FILENO } };
	int *const places[] = { &app->in, &app->out, &app->err };

	while (poll(streams, 3, 0) < 0 && errno == EINTR)
		;
	for (int i = 0; i < 3; i++) {
		*places[i] = streams[i].revents & POLLNVAL ? -1 : streams[i].fd;
		if (*places[i] < 0 && open("/dev/null", O_RDWR) < 0)
			_exit(1);
	}
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

	/* setuid or with capabilities: this process has more privileges than its caller. */
	if (getauxval(AT_SECURE))
		return 1;
	prctl(PR_SET_DUMPABLE, 0);
	acr_environment_clean(environ);
	signal(SIGPIPE, SIG_IGN);
	take_streams(&app);
	return acr_front(&app, argc, argv);
}
