/* SPDX-License-Identifier: Apache-2.0 */
/* A pool of child processes. Each processes one item and returns the result through a pipe. */
#include "front/parallel.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/budget.h"
#include "base/file.h"
#include "front/progress.h"

#define WORKERS 8
#define GRACE	2000 /* milliseconds after its budget until a child is killed */
#define QUIET	1000 /* milliseconds until progress is shown */

struct worker {
	pid_t child; /* 0: this worker is idle */
	int fd;
	size_t index;
	int64_t until; /* when it is killed: boot time in ms */
	struct acr_secret output;
};

struct pool {
	struct acr_app *app;
	const struct acr_parallel *what;
	struct worker workers[WORKERS];
	size_t started, finished;
	int64_t since;
};

static void start(struct pool *pool, struct worker *worker)
{
	const struct acr_parallel *what = pool->what;
	size_t index = pool->started++;
	int64_t budget = what->budget(what->data, index);
	pid_t parent = getpid();
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) == 0) {
		*worker = (struct worker){ .fd = ends[0],
					   .index = index,
					   .until = pool->app->clock.boot(pool->app) + budget +
						    GRACE };
		worker->child = fork();
	}
	if (worker->child == 0 && worker->until > 0) {
		auto_secret output = { 0 };

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(1);
		/* What the child itself prints (for example "out of memory") is not part of the
		 * results. */
		dup2(STDERR_FILENO, STDOUT_FILENO);
		pool->app->deadline = pool->app->clock.boot(pool->app) + budget;
		what->work(pool->app, what->data, index, &output);
		_exit(acr_write(ends[1], acr_secret_text(&output), output.length) ? 1 : 0);
	}
	if (worker->until > 0)
		close(ends[1]);
	if (worker->child <= 0) { /* no pipe or no child: process the item here, in sequence */
		auto_secret output = { 0 };

		if (worker->until > 0)
			close(ends[0]);
		*worker = (struct worker){ .fd = -1 };
		pool->app->deadline = pool->app->clock.boot(pool->app) + budget;
		what->work(pool->app, what->data, index, &output);
		what->done(what->data, index, &output);
		pool->finished++;
	}
}

static void finish(struct pool *pool, struct worker *worker)
{
	close(worker->fd);
	while (waitpid(worker->child, NULL, 0) < 0 && errno == EINTR)
		;
	pool->what->done(pool->what->data, worker->index, &worker->output);
	acr_secret_wipe(&worker->output);
	*worker = (struct worker){ .fd = -1 };
	pool->finished++;
}

static void receive(struct pool *pool, struct worker *worker)
{
	char bytes[4096];
	ssize_t got = read(worker->fd, bytes, sizeof(bytes));

	if (got > 0 && worker->output.length + (size_t)got <= ACR_ANSWER_MAX)
		acr_secret_add_bytes(&worker->output, bytes, (size_t)got);
	else if (got >= 0 || errno != EINTR)
		finish(pool, worker);
}

static void show_progress(const struct pool *pool)
{
	auto_string line = NULL;

	if (!pool->what->doing || pool->app->clock.boot(pool->app) - pool->since < QUIET)
		return;
	line = acr_format("%s: %zu/%zu", pool->what->doing, pool->finished, pool->what->count);
	acr_progress_show(pool->app, line);
}

static void poll_workers(struct pool *pool)
{
	struct pollfd ready[WORKERS];

	for (size_t i = 0; i < WORKERS; i++)
		ready[i] = (struct pollfd){ pool->workers[i].child ? pool->workers[i].fd : -1,
					    POLLIN, 0 };
	poll(ready, WORKERS, 200);
	for (size_t i = 0; i < WORKERS; i++) {
		struct worker *worker = &pool->workers[i];

		if (worker->child == 0)
			continue;
		if (ready[i].fd == worker->fd && ready[i].revents)
			receive(pool, worker);
		else if (pool->app->clock.boot(pool->app) > worker->until)
			kill(worker->child, SIGKILL);
	}
}

void acr_parallel(struct acr_app *app, const struct acr_parallel *what)
{
	struct pool pool = { .app = app, .what = what, .since = app->clock.boot(app) };

	while (pool.finished < what->count) {
		for (size_t i = 0; i < WORKERS && pool.started < what->count; i++)
			if (pool.workers[i].child == 0)
				start(&pool, &pool.workers[i]);
		if (pool.finished < pool.started)
			poll_workers(&pool);
		show_progress(&pool);
	}
	acr_progress_end(app);
}
