/* SPDX-License-Identifier: Apache-2.0 */
/* Children that each do one thing and say through a pipe what came of it. */
#include "front/at_once.h"

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

#define PLACES 8
#define GRACE  2000 /* milliseconds over its budget until a child is killed */
#define QUIET  1000 /* milliseconds that nobody needs to be told about */

struct worker {
	pid_t child; /* 0: the place is free */
	int fd;
	size_t index;
	int64_t until; /* when it is killed: boot time in ms */
	struct acr_secret said;
};

struct shop {
	struct acr_app *app;
	const struct acr_at_once *what;
	struct worker workers[PLACES];
	size_t started, ended;
	int64_t begun;
	bool shown;
};

static void begin(struct shop *shop, struct worker *worker)
{
	const struct acr_at_once *what = shop->what;
	size_t index = shop->started++;
	int64_t budget = what->budget(what->data, index);
	pid_t parent = getpid();
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) == 0) {
		*worker = (struct worker){ .fd = ends[0],
					   .index = index,
					   .until = shop->app->clock.boot(shop->app) + budget +
						    GRACE };
		worker->child = fork();
	}
	if (worker->child == 0 && worker->until > 0) {
		auto_secret said = { 0 };

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(1);
		/* What it says for itself (out of memory) is no part of the page. */
		dup2(STDERR_FILENO, STDOUT_FILENO);
		shop->app->deadline = shop->app->clock.boot(shop->app) + budget;
		what->work(shop->app, what->data, index, &said);
		_exit(acr_write(ends[1], acr_secret_text(&said), said.length) ? 1 : 0);
	}
	if (worker->until > 0)
		close(ends[1]);
	if (worker->child <= 0) { /* no pipe, no child: one after the other, then */
		auto_secret said = { 0 };

		if (worker->until > 0)
			close(ends[0]);
		*worker = (struct worker){ .fd = -1 };
		shop->app->deadline = shop->app->clock.boot(shop->app) + budget;
		what->work(shop->app, what->data, index, &said);
		what->done(what->data, index, &said);
		shop->ended++;
	}
}

static void end(struct shop *shop, struct worker *worker)
{
	close(worker->fd);
	while (waitpid(worker->child, NULL, 0) < 0 && errno == EINTR)
		;
	shop->what->done(shop->what->data, worker->index, &worker->said);
	acr_secret_wipe(&worker->said);
	*worker = (struct worker){ .fd = -1 };
	shop->ended++;
}

static void hear(struct shop *shop, struct worker *worker)
{
	char bytes[4096];
	ssize_t got = read(worker->fd, bytes, sizeof(bytes));

	if (got > 0 && worker->said.length + (size_t)got <= ACR_ANSWER_MAX)
		acr_secret_add_bytes(&worker->said, bytes, (size_t)got);
	else if (got >= 0 || errno != EINTR)
		end(shop, worker);
}

static void show(struct shop *shop)
{
	auto_secret line = { 0 };

	if (!shop->what->doing || shop->app->err < 0 || !isatty(shop->app->err) ||
	    shop->app->clock.boot(shop->app) - shop->begun < QUIET)
		return;
	shop->shown = true;
	acr_secret_format(&line, "\r%s: %zu/%zu", shop->what->doing, shop->ended,
			  shop->what->count);
	if (acr_write(shop->app->err, acr_secret_text(&line), line.length))
		shop->shown = false;
}

static void listen_to_all(struct shop *shop)
{
	struct pollfd ready[PLACES];

	for (size_t i = 0; i < PLACES; i++)
		ready[i] = (struct pollfd){ shop->workers[i].child ? shop->workers[i].fd : -1,
					    POLLIN, 0 };
	poll(ready, PLACES, 200);
	for (size_t i = 0; i < PLACES; i++) {
		struct worker *worker = &shop->workers[i];

		if (worker->child == 0)
			continue;
		if (ready[i].fd == worker->fd && ready[i].revents)
			hear(shop, worker);
		else if (shop->app->clock.boot(shop->app) > worker->until)
			kill(worker->child, SIGKILL);
	}
}

void acr_at_once(struct acr_app *app, const struct acr_at_once *what)
{
	struct shop shop = { .app = app, .what = what, .begun = app->clock.boot(app) };

	while (shop.ended < what->count) {
		for (size_t i = 0; i < PLACES && shop.started < what->count; i++)
			if (shop.workers[i].child == 0)
				begin(&shop, &shop.workers[i]);
		if (shop.ended < shop.started)
			listen_to_all(&shop);
		show(&shop);
	}
	if (shop.shown && acr_write(app->err, "\r\033[K", 4))
		acr_debug(app, "stderr went away");
}
