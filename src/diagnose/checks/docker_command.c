/* SPDX-License-Identifier: Apache-2.0 */
/* Check: is docker installed, and is it version 18.03 or later (learn.microsoft.com,
 * container-registry-troubleshoot-login)? If another client is installed, docker is not
 * required. */
#include <string.h>

#include "diagnose/docker.h"
#include "explain/error_words.h"
#include "explain/language.h"

#define OLDEST 18003

static const char *const others[] = { "podman", "buildah", "skopeo", "nerdctl", "buildctl", "crane",
				      "oras",	"helm",	   "ctr",    "kubelet", "kaniko",   NULL };

static void tell_absent(const struct acr_app *app, const struct acr_case *subject,
			struct acr_check_result *ret)
{
	auto_secret found = { 0 };

	for (const char *const *name = others; *name; name++) {
		auto_string path = acr_program_first(app, *name);

		if (path)
			acr_secret_format(&found, "%s%s", found.length ? ", " : "", *name);
	}
	if (found.length > 0) {
		acr_check_say(ret, ACR_VERDICT_SKIPPED, _("docker is not installed; found: %s"),
			      acr_secret_text(&found));
		return;
	}
	acr_check_say(ret, ACR_VERDICT_PROBLEM, "%s",
		      _("docker is not in PATH, and neither is any other client"));
	acr_check_explain(subject, "docker-not-found", ret);
}

static void run(struct acr_app *app, const struct acr_case *subject, struct acr_check_result *ret)
{
	auto_string path = acr_program_first(app, "docker");
	const char *const arguments[] = { path, "--version", NULL };
	auto_string why = NULL;
	struct acr_error error = { 0 };
	auto_secret says = { 0 };
	long version;

	if (!path) {
		tell_absent(app, subject, ret);
		return;
	}
	acr_check_found(ret, ACR_FOUND_DOCKER, path);
	if (acr_look_ask(app, arguments, false, &says, &error)) {
		if (error.kind == ACR_UNAVAILABLE) { /* it is not permitted to run it */
			acr_check_say_error(ret, ACR_VERDICT_WARNING, &error);
			return;
		}
		why = acr_error_words(&error);
		acr_check_say(ret, ACR_VERDICT_PROBLEM, _("%s cannot run: %s"), path, why);
		acr_check_explain(subject, "docker-version-mismatch", ret);
		return;
	}
	version = acr_look_version(acr_secret_text(&says));
	acr_check_say(ret, ACR_VERDICT_OK, "%s: %s", path, acr_secret_text(&says));
	if (version > 0 && version < OLDEST && !strstr(acr_secret_text(&says), "podman")) {
		acr_check_say(ret, ACR_VERDICT_PROBLEM, _("%s is older than 18.03: %s"), path,
			      acr_secret_text(&says));
		acr_check_explain(subject, "docker-version-mismatch", ret);
	}
}

const struct acr_check_row acr_check_docker_command = {
	.id = "docker-command",
	.title = N_("docker command"),
	.alias = "DOCKER_COMMAND_ERROR DOCKER_VERSION_ERROR",
	.about = ACR_ABOUT_MACHINE,
	.likely = 45,
	.run = run,
};
