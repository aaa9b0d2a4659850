/* SPDX-License-Identifier: Apache-2.0 */
/* Check: which helper does docker ask for this registry? "credHelpers" for exactly this host, else
 * "credsStore", else docker's own "auths" (docker/cli, cli/config/configfile/file.go). If it is not
 * this helper, no identity can help. */
#include <dirent.h>
#include <string.h>

#include "base/budget.h"
#include "base/file.h"
#include "diagnose/docker.h"
#include "explain/language.h"

#define OURS "acr"

/* Did `configure` set it up before? If DOCKER_CONFIG is set, older versions of podman and skopeo
 * rewrite docker's configuration without "credsStore". */
static bool was_set_up(const struct acr_app *app, const char *config)
{
	auto_string folder = acr_home_path(app, "XDG_DATA_HOME", ".local/share", "/configure");
	DIR *memos = folder ? opendir(folder) : NULL;
	struct dirent *entry;
	bool found = false;

	while (memos && !found && (entry = readdir(memos))) {
		auto_string path = acr_format("%s/%s", folder, entry->d_name);
		auto_secret text = { 0 };
		auto_json json = NULL;
		const char *of;

		if (acr_file_read(path, ACR_CONFIG_MAX, &text, NULL) ||
		    acr_json_parse(acr_secret_text(&text), text.length, &json, NULL))
			continue;
		of = acr_json_string(json, "path");
		found = of && strcmp(of, config) == 0;
	}
	if (memos)
		closedir(memos);
	return found;
}

static bool has_login(struct json_object *config, const char *host)
{
	struct json_object *entry = acr_docker_entry(acr_json_member(config, "auths"), host);
	const char *auth = acr_json_string(entry, "auth"),
		   *token = acr_json_string(entry, "identitytoken");

	return (auth && *auth) || (token && *token);
}

static void problem(const struct acr_case *subject, const char *check, const char *helper,
		    struct acr_check_result *ret)
{
	acr_check_facts(subject, NULL, ret);
	acr_facts_set(&ret->facts, ACR_FACT_CHECK, check);
	acr_facts_set(&ret->facts, ACR_FACT_FILE, acr_case_found(subject, ACR_FOUND_CONFIG_PATH));
	acr_facts_set(&ret->facts, ACR_FACT_SERVER, helper);
}

/* Reports that no helper is configured. */
static void tell_none(const struct acr_app *app, const struct acr_case *subject,
		      struct json_object *config, struct acr_check_result *ret)
{
	const char *host = subject->registry.host,
		   *path = acr_case_found(subject, ACR_FOUND_CONFIG_PATH);

	if (has_login(config, host)) {
		acr_check_say(ret, ACR_VERDICT_PROBLEM,
			      _("docker uses the login that is stored in %s"), path);
		problem(subject, "helper-config-auths", NULL, ret);
	} else if (was_set_up(app, path)) {
		acr_check_say(ret, ACR_VERDICT_PROBLEM,
			      _("%s no longer contains the setting for this helper"), path);
		problem(subject, "helper-config-lost", NULL, ret);
	} else {
		acr_check_say(ret, ACR_VERDICT_PROBLEM, _("%s has no helper for this registry"),
			      path);
		problem(subject, "wiring", NULL, ret);
	}
}

static void run(struct acr_app *app, const struct acr_case *subject, struct acr_check_result *ret)
{
	auto_json config = acr_case_json(subject, ACR_FOUND_CONFIG);
	struct json_object *helpers = acr_docker_member(config, "credHelpers");
	const char *of_host = acr_json_string(helpers, subject->registry.host);
	const char *store = acr_docker_string(config, "credsStore"),
		   *helper = of_host ? of_host : store;
	const char *key = of_host ? "credHelpers" : "credsStore";

	if (!*acr_case_found(subject, ACR_FOUND_DOCKER) &&
	    !*acr_case_found(subject, ACR_FOUND_ENGINE_INFO)) {
		acr_check_say(ret, ACR_VERDICT_SKIPPED, "%s", _("docker is not installed"));
		return;
	}
	/* An empty helper name for a host selects docker's own file. */
	if (!helper || !*helper) {
		tell_none(app, subject, config, ret);
		return;
	}
	acr_check_found(ret, ACR_FOUND_WIRED, helper);
	if (strcmp(helper, OURS) == 0) {
		acr_check_say(ret, ACR_VERDICT_OK, _("docker uses this helper (\"%s\")"), key);
		return;
	}
	acr_check_say(ret, ACR_VERDICT_PROBLEM, _("docker uses docker-credential-%s (\"%s\")"),
		      helper, key);
	problem(subject, "helper-config-other", helper, ret);
}

const struct acr_check_row acr_check_wiring = {
	.id = "wiring",
	.title = N_("docker setup"),
	.about = ACR_ABOUT_REGISTRY,
	.needs = "name docker-config",
	.after = "docker-command docker-engine",
	.likely = 70,
	.run = run,
};
