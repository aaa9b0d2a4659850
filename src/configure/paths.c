/* SPDX-License-Identifier: Apache-2.0 */
/* The paths of the files that configure writes. */
#include <stdlib.h>
#include <unistd.h>

#include "acr/app.h"
#include "configure/plan.h"

char *acr_plan_home(const struct acr_app *app, const char *variable, const char *otherwise,
		    const char *below)
{
	const char *folder = variable ? acr_env(app, variable) : NULL;
	const char *home = acr_env(app, "HOME");

	if (folder && folder[0] == '/')
		return acr_format("%s/%s", folder, below);
	if (!home || home[0] != '/')
		return NULL;
	return acr_format("%s/%s/%s", home, otherwise, below);
}

/* A relative path would be different when --undo runs in another directory. */
static char *absolute(const char *folder, const char *below)
{
	auto_string here = folder[0] == '/' ? NULL : getcwd(NULL, 0);

	return acr_format("%s%s%s%s", here ? here : "", here ? "/" : "", folder, below);
}

char *acr_plan_docker(const struct acr_app *app)
{
	const char *folder = acr_env(app, "DOCKER_CONFIG");

	if (folder)
		return absolute(folder, "/config.json");
	return acr_plan_home(app, NULL, ".docker", "config.json");
}

char *acr_plan_podman(const struct acr_app *app)
{
	const char *file = acr_env(app, "REGISTRY_AUTH_FILE");

	if (file)
		return absolute(file, "");
	return acr_plan_home(app, "XDG_CONFIG_HOME", ".config", "containers/auth.json");
}
