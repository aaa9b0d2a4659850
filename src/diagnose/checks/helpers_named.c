/* SPDX-License-Identifier: Apache-2.0 */
/* Check: are all helpers in docker's configuration installed? A configuration that was copied from
 * Docker Desktop, or from Windows into WSL or a dev container, often names a helper that is
 * missing; docker then fails for every registry. */
#include <stdio.h>
#include <string.h>

#include "diagnose/docker.h"
#include "explain/language.h"

static const struct {
	const char *suffix, *whose;
} known[] = {
	{ "desktop", N_("the helper of Docker Desktop") },
	{ "desktop.exe", N_("the helper of Docker Desktop for Windows, used from WSL") },
	{ "wincred.exe", N_("the helper of Windows, used from WSL") },
	{ "wincred", N_("the helper of Windows") },
	{ "osxkeychain", N_("the helper of macOS") },
};

static const char *whose(const char *suffix)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(known[i].suffix, suffix) == 0)
			return acr_text(known[i].whose);
	return strncmp(suffix, "dev-containers-", 15) == 0 ? _("the helper of a dev container")
							   : "";
}

static void look_for(const struct acr_app *app, const struct acr_case *subject, const char *suffix,
		     size_t *count, struct acr_check_result *ret)
{
	auto_string name = acr_format("docker-credential-%s", suffix);
	auto_string path = NULL;
	const char *owner = whose(suffix);

	if (!*suffix || strchr(suffix, '/'))
		return;
	path = acr_program_first(app, name);
	*count += 1;
	if (path) {
		acr_check_detail(ret, "%s: %s", name, path);
		return;
	}
	acr_check_say(ret, ACR_VERDICT_PROBLEM,
		      _("docker's configuration lists %s, which is not in PATH%s%s"), name,
		      *owner ? "; " : "", owner);
	acr_check_explain(
		subject, strcmp(suffix, "acr") == 0 ? "helper-not-found" : "other-helper-not-found",
		ret);
}

static void run(struct acr_app *app, const struct acr_case *subject, struct acr_check_result *ret)
{
	auto_json config = acr_case_json(subject, ACR_FOUND_CONFIG);
	struct json_object *helpers = acr_docker_member(config, "credHelpers");
	const char *store = acr_docker_string(config, "credsStore");
	size_t count = 0;

	acr_check_say(ret, ACR_VERDICT_OK, "%s", "");
	if (json_object_is_type(helpers, json_type_object)) {
		json_object_object_foreach(helpers, key, value)
		{
			(void)key;
			if (json_object_is_type(value, json_type_string))
				look_for(app, subject, json_object_get_string(value), &count, ret);
		}
	}
	if (store)
		look_for(app, subject, store, &count, ret);
	if (ret->verdict != ACR_VERDICT_OK)
		return;
	if (count == 0)
		acr_check_say(ret, ACR_VERDICT_SKIPPED, "%s",
			      _("docker's configuration lists no helper"));
	else
		acr_check_say(ret, ACR_VERDICT_OK, "%s",
			      _("all helpers in docker's configuration are in PATH"));
}

const struct acr_check_row acr_check_helpers_named = {
	.id = "helpers-named",
	.title = N_("configured helpers"),
	.about = ACR_ABOUT_MACHINE,
	.needs = "docker-config",
	.likely = 62,
	.run = run,
};
