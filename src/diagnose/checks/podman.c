/* SPDX-License-Identifier: Apache-2.0 */
/* Check: podman, skopeo and buildah use their own configuration: "credHelpers" in the first auth
 * file that has one for the registry, or "credential-helpers" in registries.conf. They ignore
 * docker's credsStore (containers-auth.json(5), containers-registries.conf(5)). */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/budget.h"
#include "base/file.h"
#include "diagnose/containers.h"
#include "diagnose/docker.h"
#include "explain/language.h"

enum { FILES_MOST = 5 };

/* Returns the auth files in the order in which they are read; owned by the caller. */
static size_t auth_files(const struct acr_app *app, char *ret[static FILES_MOST])
{
	const char *named = acr_env(app, "REGISTRY_AUTH_FILE"),
		   *runtime = acr_env(app, "XDG_RUNTIME_DIR");
	const char *config = acr_env(app, "XDG_CONFIG_HOME"), *home = acr_env(app, "HOME");
	size_t count = 0;

	if (named)
		ret[count++] = acr_copy(named);
	ret[count++] =
		runtime ? acr_format("%s/containers/auth.json", runtime)
			: acr_format("%s/run/containers/%ld/auth.json", app->root, (long)getuid());
	if (config || home)
		ret[count++] = config ? acr_format("%s/containers/auth.json", config)
				      : acr_format("%s/.config/containers/auth.json", home);
	ret[count] = acr_docker_config_path(app);
	return ret[count] ? count + 1 : count;
}

/* Evaluates one file; true if it names a helper or contains a login for the registry. */
static bool look(const char *path, const struct acr_case *subject, struct acr_check_result *ret)
{
	const char *host = subject->registry.host, *helper, *auth;
	auto_secret text = { 0 };
	auto_json json = NULL;

	if (acr_file_read(path, ACR_CONFIG_MAX, &text, NULL) ||
	    acr_json_parse(acr_secret_text(&text), text.length, &json, NULL))
		return false;
	helper = acr_json_string(acr_json_member(json, "credHelpers"), host);
	auth = acr_json_string(acr_json_member(acr_json_member(json, "auths"), host), "auth");
	if (helper && strcmp(helper, "acr") == 0)
		acr_check_say(ret, ACR_VERDICT_OK, _("use this helper, configured in %s"), path);
	else if (helper && *helper)
		acr_check_say(ret, ACR_VERDICT_WARNING,
			      _("use docker-credential-%s, configured in %s"), helper, path);
	else if (auth && *auth)
		acr_check_say(ret, ACR_VERDICT_WARNING, _("use a login that is stored in %s"),
			      path);
	else
		return false;
	return true;
}

static bool is_here(const struct acr_app *app)
{
	static const char *const names[] = { "podman", "skopeo", "buildah", NULL };

	for (const char *const *name = names; *name; name++) {
		auto_string path = acr_program_first(app, *name);

		if (path)
			return true;
	}
	return false;
}

static void not_set_up(const struct acr_case *subject, struct acr_check_result *ret)
{
	bool docker = *acr_case_found(subject, ACR_FOUND_DOCKER);

	acr_check_say(ret, docker ? ACR_VERDICT_WARNING : ACR_VERDICT_PROBLEM, "%s",
		      _("do not use this helper: add it to credHelpers or registries.conf"));
	if (!docker)
		acr_check_facts(subject, NULL, ret);
}

static void run(struct acr_app *app, const struct acr_case *subject, struct acr_check_result *ret)
{
	char *files[FILES_MOST];
	auto_string by = NULL;
	size_t count;
	bool found = false;

	if (!is_here(app)) {
		acr_check_say(ret, ACR_VERDICT_SKIPPED, "%s",
			      _("podman, skopeo and buildah are not installed"));
		return;
	}
	count = auth_files(app, files);
	for (size_t i = 0; i < count; i++) {
		found = found || look(files[i], subject, ret);
		acr_string_free(&files[i]);
	}
	if (found)
		return;
	by = acr_containers_helper(app, "acr");
	if (by)
		acr_check_say(ret, ACR_VERDICT_OK, _("use this helper, configured in %s"), by);
	else
		not_set_up(subject, ret);
}

const struct acr_check_row acr_check_podman = {
	.id = "podman",
	.title = N_("podman, skopeo"),
	.about = ACR_ABOUT_REGISTRY,
	.needs = "name",
	.after = "docker-command",
	.likely = 68,
	.run = run,
};
