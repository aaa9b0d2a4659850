/* SPDX-License-Identifier: Apache-2.0 */
/* Check: which docker-credential-acr do clients start? They start the first one on PATH, and other
 * programs have the same name (osscontainertools/docker-credential-acr,
 * siby-george/docker-credential-acr). The output of `version` identifies this one. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "diagnose/docker.h"
#include "explain/error_words.h"
#include "explain/language.h"

#define NAME "docker-credential-acr"
#define WORD "Azure Container Registry credential helper in C"

static bool is_this_file(const char *path)
{
	struct stat found, running;

	return stat(path, &found) == 0 && stat("/proc/self/exe", &running) == 0 &&
	       found.st_dev == running.st_dev && found.st_ino == running.st_ino;
}

static void tell_other(const struct acr_case *subject, const char *path, const char *says,
		       struct acr_check_result *ret)
{
	char self[PATH_MAX] = "";

	if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0)
		self[0] = '\0';
	acr_check_say(ret, ACR_VERDICT_PROBLEM,
		      _("%s is a different program with the same name and is found first"), path);
	acr_check_detail(ret, _("its output: %s"), says);
	acr_check_detail(ret, _("this program: %s"), self);
	acr_check_explain(subject, "helper-shadowed", ret);
	acr_facts_set(&ret->facts, ACR_FACT_FILE, path);
	acr_facts_set(&ret->facts, ACR_FACT_SERVER, self);
}

static void run(struct acr_app *app, const struct acr_case *subject, struct acr_check_result *ret)
{
	auto_string path = acr_program_first(app, NAME);
	const char *const arguments[] = { path, "version", NULL };
	auto_json config = acr_case_json(subject, ACR_FOUND_CONFIG);
	bool named = acr_docker_names(config, "acr");
	auto_string why = NULL;
	struct acr_error error = { 0 };
	char real[PATH_MAX] = "";
	auto_secret says = { 0 };

	if (!path) {
		acr_check_say(ret, named ? ACR_VERDICT_PROBLEM : ACR_VERDICT_WARNING, "%s",
			      _("docker-credential-acr is not in PATH"));
		if (!named)
			return;
		acr_check_explain(subject, "helper-not-found", ret);
		return;
	}
	if (!realpath(path, real))
		real[0] = '\0';
	if (is_this_file(path)) {
		acr_check_say(ret, ACR_VERDICT_OK, "%s%s%s, %s", path,
			      strcmp(real, path) ? " -> " : "", strcmp(real, path) ? real : "",
			      ACR_VERSION);
		return;
	}
	if (acr_look_ask(app, arguments, false, &says, &error)) {
		if (error.kind == ACR_UNAVAILABLE) { /* it is not permitted to run it */
			acr_check_say_error(ret, ACR_VERDICT_WARNING, &error);
			return;
		}
		why = acr_error_words(&error);
		acr_secret_add(&says, why);
	}
	if (!strstr(acr_secret_text(&says), WORD))
		tell_other(subject, path, acr_secret_text(&says), ret);
	else if (strstr(acr_secret_text(&says), ACR_VERSION))
		acr_check_say(ret, ACR_VERDICT_OK, "%s: %s", path, acr_secret_text(&says));
	else
		acr_check_say(ret, ACR_VERDICT_WARNING, _("%s is a different version: %s"), path,
			      acr_secret_text(&says));
}

const struct acr_check_row acr_check_helper_path = {
	.id = "helper-path",
	.title = N_("helper in PATH"),
	.about = ACR_ABOUT_MACHINE,
	.after = "docker-config",
	.likely = 60,
	.run = run,
};
