/* SPDX-License-Identifier: Apache-2.0 */
/* The command `diagnose`: runs all checks and prints one line for each result, then explains how to
 * fix the problems. */
#include "diagnose/diagnose.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "acr/config.h"
#include "base/file.h"
#include "explain/explain.h"
#include "explain/language.h"
#include "front/front.h"
#include "front/progress.h"

#define BUDGET	    28000  /* milliseconds for all checks: less than half a minute */
#define BUDGET_PULL 120000 /* when a test pull is requested */

enum { REPOSITORY, ACTION, PULL, VERBOSE, QUIET, AS_JSON, REPORT, SHOW_HOME, SHOW_ADDRESSES };

static const struct acr_option options[] = {
	[REPOSITORY] = { "repository", "NAME",
			 N_("the repository to check permissions for (or specify an image)") },
	[ACTION] = { "action", "ACTION",
		     N_("the action to check: pull (default), push or delete") },
	[PULL] = { "pull", "IMAGE", N_("also pull this image with docker as a test") },
	[VERBOSE] = { "verbose", NULL, N_("show every check"), .letter = 'v' },
	[QUIET] = { "quiet", NULL, N_("show only the result and the problems, one line each"),
		    .letter = 'q' },
	[AS_JSON] = { "json", NULL, N_("print JSON") },
	[REPORT] = { "report", "FILE",
		     N_("also write a report without secrets, for a support ticket") },
	[SHOW_HOME] = { "show-home", NULL,
			N_("keep the name of the home directory in the report") },
	[SHOW_ADDRESSES] = { "show-addresses", NULL, N_("keep IP addresses in the report") },
	{ 0 },
};

static void free_diagnosis(struct acr_diagnosis *diagnosis)
{
	acr_causes_wipe(&diagnosis->causes);
	for (size_t i = 0; i < diagnosis->count; i++) {
		for (size_t row = 0; diagnosis->results[i] && row < acr_check_count(); row++)
			acr_check_result_wipe(&diagnosis->results[i][row]);
		free(diagnosis->results[i]);
		acr_case_wipe(&diagnosis->cases[i]);
	}
}
#define auto_diagnosis __attribute__((cleanup(free_diagnosis))) struct acr_diagnosis

size_t acr_diagnosis_count(const struct acr_diagnosis *diagnosis, enum acr_verdict verdict)
{
	size_t count = 0;

	for (size_t i = 0; i < diagnosis->count; i++)
		for (size_t row = 0; row < acr_check_count(); row++)
			count += diagnosis->results[i][row].done &&
				 diagnosis->results[i][row].verdict == verdict;
	return count;
}

/* Parses the arguments. If they are invalid, prints an error, and the exit status is 2. */
static int read_arguments(struct acr_app *app, const char *typed, const char *const *values,
			  struct acr_diagnosis *diagnosis)
{
	const char *action = values[ACTION], *repository = values[REPOSITORY];
	struct acr_registry named;

	if (action && strcmp(action, "pull") != 0 && strcmp(action, "push") != 0 &&
	    strcmp(action, "delete") != 0) {
		acr_say(app, _("--action must be pull, push or delete, not \"%.40s\""), action);
		return ACR_EXIT_USAGE;
	}
	if ((values[SHOW_HOME] || values[SHOW_ADDRESSES]) && !values[REPORT]) {
		acr_say(app, "%s", _("--show-home and --show-addresses require --report"));
		return ACR_EXIT_USAGE;
	}
	if (!typed && (repository || action)) {
		acr_say(app, "%s", _("--repository and --action require a REGISTRY"));
		return ACR_EXIT_USAGE;
	}
	if (!typed) {
		diagnosis->count = acr_case_discover(app, diagnosis->cases, ACR_CASES_MOST);
		return 0;
	}
	/* A short name is completed. An address or an image is taken as it is: the checks report
	 * what is wrong with it. */
	if (!strpbrk(typed, ".:/@")) {
		if (!acr_front_registry(app, &acr_command_diagnose, typed, values[AS_JSON], &named))
			return ACR_EXIT_USAGE;
		typed = named.host;
	}
	acr_case_begin(app, "", NULL, NULL, &diagnosis->cases[0]);
	acr_case_begin(app, typed, repository, action, &diagnosis->cases[1]);
	diagnosis->count = 2;
	if (action && !*diagnosis->cases[1].repository) {
		acr_say(app, "%s",
			_("--action requires a repository: specify an image or --repository"));
		return ACR_EXIT_USAGE;
	}
	return 0;
}

static void show(void *data, size_t done, size_t all, const char *waiting)
{
	auto_string line = acr_format(_("%zu/%zu checks; waiting for %s"), done, all, waiting);

	acr_progress_show(data, line);
}

static bool has_colour(const struct acr_app *app)
{
	const char *terminal = acr_env(app, "TERM");

	return app->out >= 0 && isatty(app->out) && !acr_env(app, "NO_COLOR") && terminal &&
	       strcmp(terminal, "dumb") != 0;
}

/* Reads the configuration. If it cannot be read, the check own-config reports that, and the other
 * checks use the defaults. */
static void begin(struct acr_app *app)
{
	static const char *const nothing[] = { NULL };
	struct acr_config *config = NULL;
	struct acr_error error = { 0 };
	struct acr_app bare = *app;

	if (acr_front_begin(app, &error) == 0)
		return;
	bare.environment = nothing;
	bare.root = "/nonexistent";
	if (acr_config_load(&bare, &config, &error))
		acr_debug_error(app, "configuration", &error);
	app->config = config;
}

static int answer(const struct acr_app *app, const struct acr_diagnosis *diagnosis,
		  const char *const *values)
{
	const struct acr_diagnosis_report report = { values[REPORT], values[SHOW_HOME],
						     values[SHOW_ADDRESSES] };
	bool well = acr_diagnosis_count(diagnosis, ACR_VERDICT_PROBLEM) == 0;
	struct acr_error error = { 0 };
	auto_secret out = { 0 };

	if (values[AS_JSON])
		acr_diagnosis_json(app, diagnosis, &out);
	else
		acr_diagnosis_page(app, diagnosis, has_colour(app),
				   values[QUIET]     ? ACR_PAGE_QUIET
				   : values[VERBOSE] ? ACR_PAGE_VERBOSE
						     : ACR_PAGE_SHORT,
				   &out);
	if (acr_docker_answer(app, &out))
		return 1;
	if (report.path && acr_diagnosis_report(app, diagnosis, &report, &error)) {
		acr_say_error(app, &error);
		return 1;
	}
	return well ? 0 : 1;
}

static int diagnose(struct acr_app *app, char *const *arguments, const char *const *values)
{
	auto_diagnosis diagnosis = { 0 };
	int64_t begun = app->clock.boot(app);
	int status;

	acr_language_begin(app);
	begin(app);
	status = read_arguments(app, arguments[0], values, &diagnosis);
	if (status)
		return status;
	if (values[PULL] && (!*values[PULL] || *values[PULL] == '-')) {
		acr_say(app, _("--pull requires the name of an image, not \"%.40s\""),
			values[PULL]);
		return ACR_EXIT_USAGE;
	}
	app->interactive = true;
	app->deadline = begun + (values[PULL] ? BUDGET_PULL : BUDGET);
	if (values[PULL]) {
		acr_string_free(&diagnosis.cases[0].pull);
		diagnosis.cases[0].pull = acr_copy(values[PULL]);
	}
	for (size_t i = 0; i < diagnosis.count; i++) {
		diagnosis.results[i] = calloc(acr_check_count(), sizeof(struct acr_check_result));
		if (!diagnosis.results[i])
			acr_out_of_memory();
	}
	acr_checks_run(app, diagnosis.cases, diagnosis.count, diagnosis.results, show, app);
	acr_progress_end(app);
	acr_causes_find(diagnosis.cases, diagnosis.count, diagnosis.results, &diagnosis.causes);
	for (size_t i = 0; i < diagnosis.causes.count; i++)
		acr_facts_of_situation(app, &diagnosis.causes.list[i].facts);
	diagnosis.took = app->clock.boot(app) - begun;
	return answer(app, &diagnosis, values);
}

const struct acr_command acr_command_diagnose = {
	.name = "diagnose",
	.arguments = "[REGISTRY|IMAGE]",
	.summary = N_("find out why docker cannot sign in, pull or push"),
	.about = N_("Checks docker and its configuration, the network connection to the registry, "
		    "your identity and its permissions, and explains what is wrong. Without a "
		    "registry, checks every Azure registry in docker's configuration, this "
		    "helper's configuration or its cache. Changes nothing.\n\nExit status 0: no "
		    "problem found; 1: at least one problem; 2: invalid command line."),
	.options = options,
	.most = 1,
	.run = diagnose,
};
