/* SPDX-License-Identifier: Apache-2.0 */
/* Check: a test pull, if the user asks for it. Runs docker with its usual environment, and explains
 * its output as `explain` does. */
#include <string.h>
#include <sys/wait.h>

#include "diagnose/docker.h"
#include "explain/language.h"

#define PATIENCE 100000 /* milliseconds */
#define SAYING	 (256 * 1024)

static void fail(struct acr_app *app, const struct acr_case *subject, const struct acr_secret *said,
		 struct acr_check_result *ret)
{
	auto_findings findings = { 0 };
	const char *text = acr_secret_text(said), *last = text;

	/* The last line contains the reason. */
	for (const char *at = text; *at; at += strcspn(at, "\n"), at += *at == '\n')
		last = at;
	acr_check_say(ret, ACR_VERDICT_PROBLEM, "%.*s", (int)strcspn(last, "\n"), last);
	acr_check_explain(subject, "docker-pull-sample", ret);
	acr_findings_read(app, text, said->length, &findings);
	if (findings.count == 0)
		return;
	for (int fact = 0; fact < ACR_FACT_COUNT; fact++)
		acr_facts_set(&ret->facts, (enum acr_fact)fact,
			      acr_facts_get(&findings.list[0].facts, (enum acr_fact)fact));
}

static void run(struct acr_app *app, const struct acr_case *subject, struct acr_check_result *ret)
{
	auto_string docker = acr_program_first(app, "docker");
	const char *const arguments[] = { docker, "pull", "--quiet", subject->pull, NULL };
	const struct acr_run pull = { arguments, app->environment, PATIENCE, SAYING };
	int64_t begun = app->clock.boot(app);
	auto_secret out = { 0 }, err = { 0 };
	struct acr_error error = { 0 };
	int status = -1;

	if (!*subject->pull)
		acr_check_say(ret, ACR_VERDICT_SKIPPED, "%s",
			      _("not requested; use --pull IMAGE to test a pull"));
	else if (!docker)
		acr_check_say(ret, ACR_VERDICT_SKIPPED, "%s", _("docker is not installed"));
	else if (app->run(app, &pull, &status, &out, &err, &error) &&
		 error.kind == ACR_UNAVAILABLE) /* it is not permitted to run it */
		acr_check_say_error(ret, ACR_VERDICT_SKIPPED, &error);
	else if (error.kind != ACR_FINE)
		acr_check_fail(app, subject, ACR_VERDICT_PROBLEM, &error, ret);
	else if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		acr_check_say(ret, ACR_VERDICT_OK, _("%s, pulled in %.1f s"), subject->pull,
			      (double)(app->clock.boot(app) - begun) / 1000);
	else
		fail(app, subject, err.length ? &err : &out, ret);
}

const struct acr_check_row acr_check_pull = {
	.id = "pull",
	.title = N_("pull"),
	.alias = "DOCKER_PULL_ERROR",
	.about = ACR_ABOUT_MACHINE,
	.after = "docker-engine",
	.budget = PATIENCE,
	.likely = 30,
	.run = run,
};
