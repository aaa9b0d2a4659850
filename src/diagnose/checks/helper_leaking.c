/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Check: other helpers for Azure registries that match "azurecr.io" anywhere in a host name and
 * therefore send an Azure token to x.azurecr.io.evil.example: docker-credential-acr-env
 * (GO-2026-6225, no fix) and the fork of kaniko before 1.25.20 (CVE-2026-105769,
 * GHSA-5q7h-w9jf-cx97).
 */
#include <string.h>

#include "diagnose/docker.h"
#include "explain/language.h"

#define KANIKO_FIXED 25020 /* minor and patch of 1.25.20 */

static char *old_kaniko(const struct acr_app *app)
{
	auto_string path = acr_system_path(app, "/kaniko/executor");
	const char *const arguments[] = { path, "version", NULL };
	struct acr_error error = { 0 };
	auto_secret says = { 0 };
	const char *version;

	if (acr_look_ask(app, arguments, false, &says, &error))
		return NULL;
	version = strstr(acr_secret_text(&says), "1.");
	if (!version || acr_look_version(version + 2) >= KANIKO_FIXED)
		return NULL;
	return acr_format("%s (%s)", path, acr_secret_text(&says));
}

static void run(struct acr_app *app, const struct acr_case *subject, struct acr_check_result *ret)
{
	auto_string look_alike = acr_program_first(app, "docker-credential-acr-env");
	auto_string kaniko = old_kaniko(app);
	auto_json config = acr_case_json(subject, ACR_FOUND_CONFIG);

	if (look_alike && acr_docker_names(config, "acr-env")) {
		acr_check_say(ret, ACR_VERDICT_PROBLEM,
			      _("docker uses %s, which sends tokens to look-alike hosts"),
			      look_alike);
		acr_check_facts(subject, NULL, ret);
		acr_facts_set(&ret->facts, ACR_FACT_FILE, look_alike);
	} else if (look_alike) {
		acr_check_say(ret, ACR_VERDICT_WARNING,
			      _("%s sends tokens to look-alike hosts (GO-2026-6225)"), look_alike);
	} else if (kaniko) {
		acr_check_say(ret, ACR_VERDICT_WARNING,
			      _("%s sends tokens to look-alike hosts (CVE-2026-105769)"), kaniko);
	} else {
		acr_check_say(ret, ACR_VERDICT_OK, "%s", _("none in PATH"));
	}
}

const struct acr_check_row acr_check_helper_leaking = {
	.id = "helper-leaking",
	.title = N_("unsafe helpers"),
	.about = ACR_ABOUT_MACHINE,
	.after = "docker-config",
	.likely = 50,
	.run = run,
};
