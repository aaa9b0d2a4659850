/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `renew`: renews cached tokens before a client needs them: for a timer, for a script before a
 * long push, and for a registry whose role assignment mode has changed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acr/config.h"
#include "base/budget.h"
#include "base/columns.h"
#include "base/json.h"
#include "explain/error_words.h"
#include "explain/explain.h"
#include "explain/language.h"
#include "front/front.h"
#include "front/parallel.h"

enum { ALL, FORCE, QUIET, JSON };

static const struct acr_option options[] = {
	[ALL] = { "all", NULL, N_("also renew tokens that are not due yet") },
	[FORCE] = { "force", NULL,
		    N_("remove the cached tokens first, and also renew tokens that are not due "
		       "yet") },
	[QUIET] = { "quiet", NULL, N_("print only failures") },
	[JSON] = { "json", NULL, N_("print JSON") },
	{ 0 },
};

/* One registry: the state of its cached token, and the result. */
struct task {
	struct acr_registry registry;
	bool named;
	bool in_force, due; /* the cached token is of the current identity; it is due for renewal */
	int64_t left, renew;	/* seconds */
	const char *result;	/* "renewed", "fresh", "skipped", "failed" */
	struct acr_who who;	/* the identity of the token */
	struct acr_error error; /* why it was not renewed */
};

struct batch {
	const struct acr_app *app;
	struct task *tasks; /* owned */
	size_t count;
	size_t *order; /* owned; indices of the tasks that are renewed */
	size_t renewing;
	bool force;
};

static void free_batch(struct batch *batch)
{
	free(batch->tasks);
	free(batch->order);
}
#define auto_batch __attribute__((cleanup(free_batch))) struct batch

static struct task *task_of(struct batch *batch, const struct acr_registry *registry)
{
	struct task *task;

	for (size_t i = 0; i < batch->count; i++)
		if (strcmp(batch->tasks[i].registry.host, registry->host) == 0)
			return &batch->tasks[i];
	batch->tasks = acr_grow(batch->tasks, batch->count, sizeof(*task));
	task = &batch->tasks[batch->count++];
	*task = (struct task){ .registry = *registry };
	return task;
}

static void add_cached(void *data, const struct acr_cached *cached)
{
	struct batch *batch = data;
	struct task *task = task_of(batch, &cached->registry);

	if (!cached->in_force || task->in_force)
		return;
	task->in_force = true;
	task->left = cached->left;
	task->renew = cached->renew;
	task->due = cached->renew == 0;
	acr_who_read(cached->entry->who, &task->who);
}

static int by_host(const void *left, const void *right)
{
	const struct task *a = left, *b = right;

	return strcmp(a->registry.host, b->registry.host);
}

/* Selects the tasks to renew, and sets the result of the others. */
static void choose(struct batch *batch, bool all)
{
	batch->order = calloc(batch->count + 1, sizeof(*batch->order));
	if (!batch->order)
		acr_out_of_memory();
	if (batch->count > 0)
		qsort(batch->tasks, batch->count, sizeof(*batch->tasks), by_host);
	for (size_t i = 0; i < batch->count; i++) {
		struct task *task = &batch->tasks[i];

		if (task->named || (task->in_force && (all || task->due)))
			batch->order[batch->renewing++] = i;
		else if (task->in_force)
			task->result = "fresh";
		else {
			task->result = N_("skipped");
			(void)acr_raise(&task->error, RENEW_OTHER_IDENTITY);
		}
	}
}

static int64_t budget_of(const void *data, size_t index)
{
	const struct batch *batch = data;

	return acr_config_timeout(batch->app->config,
				  batch->tasks[batch->order[index]].registry.host);
}

/* ---- in a child ---- */

/* Lines: kind, seconds, who, message. */
static void renew_one(struct acr_app *app, void *data, size_t index, struct acr_secret *ret)
{
	const struct batch *batch = data;
	const struct task *task = &batch->tasks[batch->order[index]];
	struct acr_report report = { 0 };
	struct acr_error error = { 0 };
	struct acr_who who = task->who;

	app->interactive = task->named;
	/* Another process may have renewed a token that is due in the meantime. */
	if (acr_renew(app, &task->registry,
		      batch->force ? ACR_RENEW_AFRESH
		      : task->due  ? ACR_RENEW_DUE
				   : ACR_RENEW_NOW,
		      &report, &error))
		report.left = 0;
	for (size_t i = 0; i < report.trail.count; i++)
		if (report.trail.steps[i].error.kind == ACR_FINE)
			who = report.trail.steps[i].who;
	acr_secret_format(ret, "%d\n%lld\n%s\n%s\n", (int)error.kind, (long long)report.left,
			  acr_who_line(&who).text, error.message.value);
}

/* ---- back in the parent ---- */

static char *next_line(const char **at)
{
	size_t length = strcspn(*at, "\n");
	char *line = acr_copy_bytes(*at, length);

	*at += length + ((*at)[length] == '\n');
	return line;
}

static void collect(void *data, size_t index, const struct acr_secret *output)
{
	struct batch *batch = data;
	struct task *task = &batch->tasks[batch->order[index]];
	const char *at = acr_secret_text(output);
	auto_string kind = next_line(&at);
	auto_string left = next_line(&at);
	auto_string who = next_line(&at);
	auto_string message = next_line(&at);

	task->result = N_("failed");
	if (output->length == 0) {
		(void)acr_raise(&task->error, RENEW_TIMEOUT);
		return;
	}
	task->left = strtoll(left, NULL, 10);
	acr_who_read(who, &task->who);
	task->error.kind = (enum acr_kind)strtol(kind, NULL, 10);
	(void)acr_message_read(message, &task->error.message);
	if (task->error.kind == ACR_FINE)
		task->result = "renewed";
	else if (task->error.kind == ACR_NOT_SET_UP)
		task->result = "skipped";
}

static void print_row(const struct task *task, size_t width, struct acr_secret *out)
{
	char left[24], renew[24];
	auto_string text = NULL;

	acr_columns_duration(task->left, left);
	acr_columns_duration(task->renew, renew);
	if (strcmp(task->result, "renewed") == 0)
		text = acr_format(_("renewed, expires in %s (%s)"), left,
				  acr_who_short(&task->who));
	else if (strcmp(task->result, "fresh") == 0)
		text = acr_format(_("expires in %s, renewed in %s"), left, renew);
	else {
		auto_string why = acr_error_words(&task->error);

		text = acr_format(_("%s: %s"), acr_text(task->result), why);
	}
	acr_columns_cell(out, task->registry.host, width, false);
	acr_secret_add(out, "  ");
	acr_columns_wrap(out, text, width + 2, width + 2);
}

static void print_json(const struct batch *batch, struct acr_secret *out)
{
	acr_secret_add(out, "{\"version\":1,\"registries\":[");
	for (size_t i = 0; i < batch->count; i++) {
		const struct task *task = &batch->tasks[i];
		auto_string who = acr_who_is_known(&task->who) ? acr_who_text(&task->who, NULL)
							       : acr_copy("");
		auto_string why = acr_error_text(&task->error);
		const bool failed =
			strcmp(task->result, "failed") == 0 || strcmp(task->result, "skipped") == 0;
		const char *const texts[][2] = {
			{ "{\"registry\":", task->registry.host },
			{ ",\"result\":", task->result },
			{ ",\"who\":", who },
			{ ",\"why\":", failed ? why : "" },
			{ ",\"kind\":", failed ? acr_kind_name(task->error.kind) : "" },
			{ ",\"id\":",
			  failed ? acr_message_name(acr_message_id(&task->error.message)) : "" },
		};

		acr_secret_add(out, i ? "," : "");
		for (size_t k = 0; k < sizeof(texts) / sizeof(texts[0]); k++) {
			acr_secret_add(out, texts[k][0]);
			acr_json_quote(out, texts[k][1], strlen(texts[k][1]));
		}
		acr_secret_format(out, ",\"expires_in\":%lld}",
				  (long long)(failed ? 0 : task->left));
	}
	acr_secret_add(out, "]}\n");
}

static int print_all(struct acr_app *app, const struct batch *batch, const char *const *values)
{
	auto_secret out = { 0 };
	size_t width = 0;
	int status = 0;

	for (size_t i = 0; i < batch->count; i++) {
		const struct task *task = &batch->tasks[i];
		size_t wide = acr_columns_width(task->registry.host);

		width = wide > width ? wide : width;
		if (strcmp(task->result, "failed") == 0 ||
		    (task->named && strcmp(task->result, "skipped") == 0))
			status = 1;
	}
	width = width < 38 ? width : 38;
	if (values[JSON]) {
		print_json(batch, &out);
	} else {
		for (size_t i = 0; i < batch->count; i++)
			if (!values[QUIET] || strcmp(batch->tasks[i].result, "failed") == 0)
				print_row(&batch->tasks[i], width, &out);
		if (batch->count == 0 && !values[QUIET])
			acr_secret_add(&out, _("No token is cached: nothing to renew\n"));
	}
	return acr_docker_answer(app, &out) ? 1 : status;
}

static int renew(struct acr_app *app, char *const *arguments, const char *const *values)
{
	auto_batch batch = { .app = app, .force = values[FORCE] };
	struct acr_error error = { 0 };

	if (acr_front_begin(app, &error)) {
		acr_say_error(app, &error);
		return 1;
	}
	for (size_t i = 0; arguments[i]; i++) {
		struct acr_registry registry;

		if (!acr_front_registry(app, &acr_command_renew, arguments[i],
					values[QUIET] || values[JSON], &registry))
			return ACR_EXIT_USAGE;
		task_of(&batch, &registry)->named = true;
	}
	if (batch.count == 0)
		acr_cached_each(app, add_cached, &batch);
	choose(&batch, values[ALL] || values[FORCE]);
	const struct acr_parallel work = {
		.count = batch.renewing,
		.doing = _("renewing"),
		.budget = budget_of,
		.work = renew_one,
		.done = collect,
		.data = &batch,
	};
	acr_parallel(app, &work);
	return print_all(app, &batch, values);
}

const struct acr_command acr_command_renew = {
	.name = "renew",
	.arguments = "[REGISTRY...]",
	.summary = N_("renew cached tokens before they expire"),
	.about = N_("Renews the cached tokens that are due, or those of the specified registries, "
		    "several at once. Exit status 1 means that at least one renewal failed. "
		    "--force also removes the old tokens: use it for a registry that no longer "
		    "accepts them because its role assignment mode has changed."),
	.options = options,
	.most = 64,
	.run = renew,
};
