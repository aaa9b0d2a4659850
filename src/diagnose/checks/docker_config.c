/* SPDX-License-Identifier: Apache-2.0 */
/* Check: docker's config.json: where it is, whether it can be read, and which helpers it names.
 * What that means for a registry is evaluated in wiring.c. */
#include <stdio.h>
#include <string.h>

#include "base/budget.h"
#include "base/file.h"
#include "diagnose/docker.h"
#include "explain/error_words.h"
#include "explain/language.h"

static void broken(const struct acr_case *subject, const char *path, const struct acr_error *error,
		   struct acr_check_result *ret)
{
	auto_string why = acr_error_words(error);

	acr_check_say(ret, ACR_VERDICT_PROBLEM, _("%s cannot be used: %s"), path, why);
	acr_check_facts(subject, NULL, ret);
	acr_facts_set(&ret->facts, ACR_FACT_FILE, path);
	acr_facts_set(&ret->facts, ACR_FACT_REASON, error->message.value);
}

static void run(struct acr_app *app, const struct acr_case *subject, struct acr_check_result *ret)
{
	auto_string path = acr_docker_config_path(app);
	struct json_object *helpers;
	struct acr_error error = { 0 };
	auto_secret text = { 0 };
	auto_json json = NULL;
	const char *store;

	if (!path) {
		acr_check_say(ret, ACR_VERDICT_WARNING, "%s",
			      _("HOME is not set, so docker finds no configuration file"));
		return;
	}
	acr_check_found(ret, ACR_FOUND_CONFIG_PATH, path);
	if (acr_file_read(path, ACR_CONFIG_MAX, &text, &error)) {
		if (error.kind == ACR_NOT_FOUND)
			acr_check_say(ret, ACR_VERDICT_SKIPPED, _("%s does not exist"), path);
		else
			broken(subject, path, &error, ret);
		return;
	}
	/* docker treats an empty file as a missing one. */
	if (strspn(acr_secret_text(&text), " \t\r\n") == text.length) {
		acr_check_say(ret, ACR_VERDICT_OK, "%s: %s", path, _("no credsStore"));
		return;
	}
	if (acr_json_parse(acr_secret_text(&text), text.length, &json, &error)) {
		broken(subject, path, &error, ret);
		return;
	}
	acr_check_found(ret, ACR_FOUND_CONFIG, acr_secret_text(&text));
	store = acr_docker_string(json, "credsStore");
	helpers = acr_docker_member(json, "credHelpers");
	acr_check_say(ret, ACR_VERDICT_OK, "%s%s: %s%s%s", path,
		      acr_env(app, "DOCKER_CONFIG") ? " (DOCKER_CONFIG)" : "",
		      store && *store ? "credsStore " : _("no credsStore"), store ? store : "",
		      json_object_is_type(helpers, json_type_object) &&
				      json_object_object_length(helpers) > 0
			      ? ", credHelpers"
			      : "");
}

const struct acr_check_row acr_check_docker_config = {
	.id = "docker-config",
	.title = N_("docker config"),
	.about = ACR_ABOUT_MACHINE,
	.likely = 64,
	.run = run,
};
