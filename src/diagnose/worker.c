/* SPDX-License-Identifier: Apache-2.0 */
/* Runs one check in a child process, which exits with its parent, is killed when it times out, and
 * cannot corrupt the memory or the connections of other checks. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/budget.h"
#include "base/file.h"
#include "diagnose/scheduler.h"
#include "explain/language.h"

#define GRACE  1500 /* milliseconds after its budget, so that it can report a timeout itself */
#define SAYING (4 * ACR_ANSWER_MAX)

_Noreturn static void work(struct acr_app *app, const struct acr_check_row *row,
			   const struct acr_case *subject, int64_t budget, int out)
{
	struct acr_check_result result = { 0 };
	auto_secret said = { 0 };
	int64_t end = app->clock.boot(app) + budget;

	if (app->deadline == 0 || app->deadline > end)
		app->deadline = end;
	row->run(app, subject, &result);
	acr_check_result_write(&result, &said);
	_exit(acr_write(out, acr_secret_text(&said), said.length) ? 1 : 0);
}

bool acr_check_child_begin(struct acr_app *app, const struct acr_check_row *row,
			   const struct acr_case *subject, int64_t budget,
			   struct acr_check_child *ret)
{
	pid_t parent = getpid(), child;
	int ends[2];

	if (pipe2(ends, O_CLOEXEC))
		return false;
	child = fork();
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(1);
		close(ends[0]);
		/* What the child writes to stdout (such as "out of memory") must not appear on the
		 * page. */
		dup2(STDERR_FILENO, STDOUT_FILENO);
		work(app, row, subject, budget, ends[1]);
	}
	close(ends[1]);
	if (child < 0) {
		close(ends[0]);
		return false;
	}
	*ret = (struct acr_check_child){ .process = child,
					 .pipe = ends[0],
					 .until = app->clock.boot(app) + budget + GRACE };
	return true;
}

bool acr_check_child_hear(const struct acr_app *app, struct acr_check_child *child, bool readable)
{
	char bytes[16 * 1024];
	ssize_t got;

	if (app->clock.boot(app) > child->until) {
		child->late = true;
		return true;
	}
	if (!readable)
		return false;
	got = read(child->pipe, bytes, sizeof(bytes));
	if (got > 0 && child->said.length + (size_t)got <= SAYING) {
		acr_secret_add_bytes(&child->said, bytes, (size_t)got);
		explicit_bzero(bytes, sizeof(bytes));
		return false;
	}
	return got >= 0 || errno != EINTR;
}

/* Reports why there is no result. `status` comes from waitpid. */
static void tell_silence(const struct acr_check_child *child, int status,
			 struct acr_check_result *ret)
{
	acr_check_result_wipe(ret);
	*ret = (struct acr_check_result){ 0 };
	if (child->late)
		acr_check_say(ret, ACR_VERDICT_WARNING, _("timed out"));
	/* SIGKILL was sent by the parent, or by the kernel when it ran out of memory. */
	else if (WIFSIGNALED(status) && WTERMSIG(status) != SIGKILL)
		acr_check_say(ret, ACR_VERDICT_WARNING, _("crashed (signal %d)"), WTERMSIG(status));
	else
		acr_check_say(ret, ACR_VERDICT_WARNING, _("no output"));
}

void acr_check_child_end(struct acr_check_child *child, struct acr_check_result *ret)
{
	int status = 0;

	close(child->pipe);
	/* A child that timed out or wrote too much is still running. */
	kill(child->process, SIGKILL);
	while (waitpid(child->process, &status, 0) < 0 && errno == EINTR)
		;
	if (!acr_check_result_read(&child->said, ret))
		tell_silence(child, status, ret);
	acr_secret_wipe(&child->said);
	*child = (struct acr_check_child){ 0 };
}
