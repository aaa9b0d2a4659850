/* SPDX-License-Identifier: Apache-2.0 */
/* Runs every check for every case, each as soon as the checks that it needs have finished. A check
 * of a registry may need a check of the machine. */
#include "diagnose/scheduler.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "explain/language.h"
#include "explain/sanitize.h"

#define PLACES 12   /* child processes at a time: most of them wait for the network */
#define BUDGET 8000 /* milliseconds, unless the row of the check sets another value */

enum state { WAITING, RUNNING, ENDED };

struct job {
	const struct acr_check_row *row;
	size_t row_index, case_index;
	enum state state;
	int64_t begun;
	struct acr_check_child child;
};

struct round {
	struct acr_app *app;
	struct acr_case *cases;
	struct acr_check_result *const *results;
	struct job *jobs;
	size_t count, ended, running;
	void (*tell)(void *data, size_t done, size_t all, const char *waiting);
	void *data;
};

static struct acr_check_result *result_of(const struct round *round, const struct job *job)
{
	return &round->results[job->case_index][job->row_index];
}

/* Finds the job with that ID for the same case, or for the machine. */
static struct job *find(const struct round *round, const struct job *from, const char *id,
			size_t length)
{
	for (size_t i = 0; i < round->count; i++) {
		struct job *job = &round->jobs[i];

		if ((job->case_index == from->case_index || job->case_index == 0) &&
		    strlen(job->row->id) == length && strncmp(job->row->id, id, length) == 0)
			return job;
	}
	return NULL;
}

/* Have all of these finished? *ret_bad (ret_bad may be NULL) is the first one that found a problem
 * or was skipped because of one. */
static bool ended(const struct round *round, const struct job *job, const char *ids,
		  const struct job **ret_bad)
{
	for (; ids && *ids; ids += strspn(ids, " ")) {
		size_t length = strcspn(ids, " ");
		const struct job *other = find(round, job, ids, length);

		ids += length;
		if (!other)
			continue;
		if (other->state != ENDED)
			return false;
		if (ret_bad && !*ret_bad &&
		    (result_of(round, other)->verdict == ACR_VERDICT_PROBLEM ||
		     result_of(round, other)->blocked_by))
			*ret_bad = other;
	}
	return true;
}

static void end(struct round *round, struct job *job)
{
	struct acr_check_result *result = result_of(round, job);
	struct acr_case *subject = &round->cases[job->case_index];

	if (job->state == RUNNING)
		round->running--;
	job->state = ENDED;
	round->ended++;
	result->done = true;
	result->took = round->app->clock.boot(round->app) - job->begun;
	if (result->verdict == ACR_VERDICT_PROBLEM &&
	    !*acr_facts_get(&result->facts, ACR_FACT_CHECK))
		acr_facts_set(&result->facts, ACR_FACT_CHECK, job->row->id);
	for (size_t i = 0; i < ACR_FOUND_COUNT; i++)
		if (result->found[i].length > 0) {
			acr_secret_wipe(&subject->found[i]);
			subject->found[i] = acr_secret_steal(&result->found[i]);
		}
}

/* Marks a job as skipped. Names the check that failed, not one that was skipped itself. */
static void block(struct round *round, struct job *job, const struct job *by)
{
	struct acr_check_result *result = result_of(round, job);
	const struct acr_check_row *first = result_of(round, by)->blocked_by;

	first = first ? first : by->row;
	acr_check_say(result, ACR_VERDICT_SKIPPED, _("skipped because the \"%s\" check failed"),
		      acr_text(first->title));
	result->blocked_by = first;
	end(round, job);
}

static void begin(struct round *round, struct job *job)
{
	struct acr_check_result *result = result_of(round, job);
	struct acr_case *subject = &round->cases[job->case_index];
	int64_t budget = job->row->budget ? job->row->budget : BUDGET;

	job->begun = round->app->clock.boot(round->app);
	if (!acr_check_child_begin(round->app, job->row, subject, budget, &job->child)) {
		acr_check_say(result, ACR_VERDICT_SKIPPED,
			      _("no process could be started for this check"));
		end(round, job);
		return;
	}
	job->state = RUNNING;
	round->running++;
}

/* Starts all jobs that can run; true if a job finished without a child process. */
static bool start(struct round *round)
{
	bool changed = false;

	for (size_t i = 0; i < round->count; i++) {
		struct job *job = &round->jobs[i];
		const struct job *bad = NULL;

		if (job->state != WAITING || !ended(round, job, job->row->needs, &bad) ||
		    !ended(round, job, job->row->after, NULL))
			continue;
		if (bad) {
			job->begun = round->app->clock.boot(round->app);
			block(round, job, bad);
			changed = true;
		} else if (round->running < PLACES) {
			begin(round, job);
			changed |= job->state == ENDED;
		}
	}
	return changed;
}

static void collect(struct round *round, struct job *job)
{
	acr_check_child_end(&job->child, result_of(round, job));
	end(round, job);
}

static void listen_to_all(struct round *round)
{
	struct pollfd ready[PLACES];
	struct job *jobs[PLACES];
	nfds_t count = 0;

	for (size_t i = 0; i < round->count; i++)
		if (round->jobs[i].state == RUNNING) {
			jobs[count] = &round->jobs[i];
			ready[count++] = (struct pollfd){ round->jobs[i].child.pipe, POLLIN, 0 };
		}
	if (count == 0)
		return;
	if (poll(ready, count, 200) < 0)
		return;
	for (nfds_t i = 0; i < count; i++)
		if (acr_check_child_hear(round->app, &jobs[i]->child, ready[i].revents != 0))
			collect(round, jobs[i]);
}

/* Shows the titles of the running checks. */
static void tell_waiting(const struct round *round)
{
	auto_secret waiting = { 0 };
	size_t told = 0;

	for (size_t i = 0; i < round->count; i++)
		if (round->jobs[i].state == RUNNING)
			acr_secret_format(&waiting, "%s%s", told++ ? ", " : "",
					  acr_text(round->jobs[i].row->title));
	if (round->tell)
		round->tell(round->data, round->ended, round->count, acr_secret_text(&waiting));
}

static size_t add_jobs(struct job *jobs, size_t cases)
{
	size_t count = 0;

	for (size_t c = 0; c < cases; c++)
		for (size_t row = 0; acr_check_rows[row]; row++) {
			bool machine = acr_check_rows[row]->about == ACR_ABOUT_MACHINE;

			if (machine == (c == 0))
				jobs[count++] = (struct job){ .row = acr_check_rows[row],
							      .row_index = row,
							      .case_index = c };
		}
	return count;
}

void acr_checks_run(struct acr_app *app, struct acr_case *cases, size_t count,
		    struct acr_check_result *const *results,
		    void (*tell)(void *data, size_t done, size_t all, const char *waiting),
		    void *data)
{
	struct round round = {
		.app = app, .cases = cases, .results = results, .tell = tell, .data = data
	};

	round.jobs = calloc(count * acr_check_count(), sizeof(*round.jobs));
	if (!round.jobs)
		acr_out_of_memory();
	round.count = add_jobs(round.jobs, count);
	for (size_t i = 1; i < count; i++)
		cases[i].machine = &cases[0];
	while (round.ended < round.count) {
		while (start(&round))
			;
		/* Rows that wait for each other would never start. */
		if (round.running == 0)
			break;
		tell_waiting(&round);
		listen_to_all(&round);
	}
	free(round.jobs);
}
