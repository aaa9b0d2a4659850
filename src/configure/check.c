/* SPDX-License-Identifier: Apache-2.0 */
/* Checks the result of `configure`: Docker finds this program by name, nothing overrides it, and
 * `get` works. */
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/wait.h>
#include <unistd.h>

#include "acr/broker.h"
#include "base/budget.h"
#include "base/process.h"
#include "configure/configure.h"
#include "explain/error_words.h"
#include "explain/explain.h"
#include "explain/language.h"

#define NAME "docker-credential-" ACR_HELPER_SUFFIX

static bool is_this_file(const char *path)
{
	struct stat found, running;

	return stat(path, &found) == 0 && stat("/proc/self/exe", &running) == 0 &&
	       found.st_dev == running.st_dev && found.st_ino == running.st_ino;
}

/* A wrapper of this program is accepted if its `version` has the same name. Other programs use the
 * same file name. */
static bool says_our_name(const struct acr_app *app, const char *path)
{
	static const char *const names[] = { "PATH", "HOME", NULL };
	const char *const arguments[] = { path, "version", NULL };
	auto_environment environment = acr_environment_pick(app, names);
	const struct acr_run run = {
		.argv = arguments,
		.environment = (const char *const *)environment,
		.budget = ACR_BUDGET_KEYCHAIN,
		.limit = 4096,
	};
	auto_secret out = { 0 }, err = { 0 };
	int status = -1;

	return app->run(app, &run, &status, &out, &err, NULL) == 0 && WIFEXITED(status) &&
	       WEXITSTATUS(status) == 0 &&
	       strstr(acr_secret_text(&out), "Azure Container Registry credential helper in C");
}

void acr_trial_path(const struct acr_app *app, struct acr_trial *ret)
{
	auto_string found = acr_program_first(app, NAME);
	char self[4096] = "";

	*ret = (struct acr_trial){ .name = acr_copy("path") };
	if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0)
		self[0] = '\0';
	if (!found) {
		ret->detail = acr_format(_("no directory of PATH contains %s (this program is %s): "
					   "docker will not find it"),
					 NAME, self);
	} else if (is_this_file(found) || says_our_name(app, found)) {
		ret->fine = true;
		ret->detail = acr_format(_("docker finds %s"), found);
	} else {
		ret->detail = acr_format(_("docker would run %s, another program with the same "
					   "name: put the directory of %s before it in PATH"),
					 found, self);
	}
}

void acr_trial_get(struct acr_app *app, const char *host, struct acr_trial *ret)
{
	struct acr_report report = { 0 };
	struct acr_error error = { 0 };
	auto_secret server = { 0 };
	auto_login login = { 0 };

	*ret = (struct acr_trial){ .name = acr_format("get %s", host) };
	acr_secret_add(&server, host);
	app->interactive = true;
	app->deadline = app->clock.boot(app) + ACR_BUDGET_GET;
	ret->fine = acr_get(app, &server, &login, &report, &error) == 0;
	if (ret->fine) {
		const struct acr_trail *trail = &report.trail;
		const struct acr_who nobody = { 0 }, *served = &nobody;
		auto_string who = NULL;

		if (trail->count)
			served = &trail->steps[trail->count - 1].who;
		who = acr_who_text(served, acr_text);
		ret->detail = acr_who_is_known(served)
				      ? acr_format(_("%s issued a login to %s"), host, who)
				      : acr_format(_("%s issued a login"), host);
	} else {
		auto_string why = acr_error_words(&error);

		ret->detail = acr_format(_("no login for %s: %s"), host, why);
		acr_explain(app, &report, &error);
	}
}

/* Docker prefers "auths" in this variable to any helper (docker/cli, cli/config/configfile). */
static bool in_variable(const struct acr_app *app, const char *host)
{
	const char *text = acr_env(app, "DOCKER_AUTH_CONFIG");
	auto_json json = NULL;

	return text && acr_json_parse(text, strlen(text), &json, NULL) == 0 &&
	       acr_json_member(acr_json_member(json, "auths"), host);
}

bool acr_trial_overridden(const struct acr_app *app, const char *folder, const char *host,
			  struct acr_trial *ret)
{
	auto_string buildx = acr_format("%s/buildx/config/%s", folder, host);
	const char *by = in_variable(app, host)	     ? _("DOCKER_AUTH_CONFIG in the environment")
			 : access(buildx, F_OK) == 0 ? buildx
						     : NULL;

	if (!by)
		return false;
	*ret = (struct acr_trial){
		.name = acr_format("override %s", host),
		.detail = acr_format(_("%s takes precedence over this helper for %s"), by, host)
	};
	return true;
}
