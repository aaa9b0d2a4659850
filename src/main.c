/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The real edges, and the way to a command. Before anything else the process is made one that does
 * not leak: not dumpable, stdin, stdout and stderr never free for another file to land on. What
 * only a longer run needs is done when one begins (acr_process_settle).
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

/* stdin, stdout and stderr, or -1 for what our caller closed: then /dev/null holds its place. */
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

	if (getauxval(
		    AT_SECURE)) /* setuid or with capabilities: whoever runs us is not who we are */
		return 1;
	prctl(PR_SET_DUMPABLE, 0);
	acr_environment_clean(environ);
	signal(SIGPIPE, SIG_IGN);
	take_streams(&app);
	return acr_front(&app, argc, argv);
}
