/* SPDX-License-Identifier: Apache-2.0 */
/* Check: is docker installed from snap? It then runs in a sandbox and cannot start programs outside
 * of it, so no credential helper works. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "diagnose/docker.h"
#include "explain/language.h"

static void run(struct acr_app *app, const struct acr_case *subject, struct acr_check_result *ret)
{
	auto_string path = acr_program_first(app, "docker");
	char real[PATH_MAX];

	if (!path) {
		acr_check_say(ret, ACR_VERDICT_SKIPPED, "%s", _("docker is not installed"));
		return;
	}
	if (!realpath(path, real))
		real[0] = '\0';
	if (strncmp(path, "/snap/", 6) != 0 && strncmp(real, "/snap/", 6) != 0 &&
	    strcmp(real, "/usr/bin/snap") != 0) {
		acr_check_say(ret, ACR_VERDICT_OK, "%s",
			      _("not a snap package, so it can start helpers"));
		return;
	}
	acr_check_say(ret, ACR_VERDICT_PROBLEM,
		      _("%s is a snap package and cannot start helpers installed on this machine"),
		      path);
	acr_check_facts(subject, NULL, ret);
	acr_facts_set(&ret->facts, ACR_FACT_FILE, path);
}

const struct acr_check_row acr_check_docker_snap = {
	.id = "docker-snap",
	.title = N_("docker package"),
	.about = ACR_ABOUT_MACHINE,
	.likely = 58,
	.run = run,
};
