/* SPDX-License-Identifier: Apache-2.0 */
/* Check: in a pipeline, are the prerequisites for a sign-in without a secret met? GitHub gives a
 * job its token only with "permissions: id-token: write", Azure Pipelines only if
 * SYSTEM_ACCESSTOKEN is passed to the step, and GitLab only with "id_tokens". */
#include <string.h>

#include "acr/check.h"
#include "acr/identity.h"
#include "explain/language.h"

static void github(const struct acr_app *app, const struct acr_case *subject,
		   struct acr_check_result *ret)
{
	bool wants = acr_env(app, "AZURE_CLIENT_ID") && !acr_env(app, "AZURE_CLIENT_SECRET") &&
		     !acr_env(app, "AZURE_CLIENT_CERTIFICATE_PATH") &&
		     !acr_federated_token_is_set(app);

	if (acr_env(app, "ACTIONS_ID_TOKEN_REQUEST_URL") &&
	    acr_env(app, "ACTIONS_ID_TOKEN_REQUEST_TOKEN")) {
		acr_check_say(ret, ACR_VERDICT_OK, "%s",
			      _("GitHub Actions: the job can request an ID token"));
		return;
	}
	if (!wants) {
		acr_check_say(ret, ACR_VERDICT_OK, "%s",
			      _("GitHub Actions: the job cannot request an ID token and does not "
				"need one"));
		return;
	}
	acr_check_say(ret, ACR_VERDICT_PROBLEM, "%s",
		      _("GitHub Actions: the job cannot request an ID token"));
	acr_check_facts(subject, NULL, ret);
	acr_facts_set(&ret->facts, ACR_FACT_CHECK, "github-token-unavailable");
	acr_facts_set(&ret->facts, ACR_FACT_CLIENT_ID, acr_env(app, "AZURE_CLIENT_ID"));
}

static void azure(const struct acr_app *app, const struct acr_case *subject,
		  struct acr_check_result *ret)
{
	bool connection = acr_env(app, "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID");

	if (!connection) {
		acr_check_say(ret, ACR_VERDICT_WARNING, "%s",
			      _("Azure Pipelines: no service connection; the tasks AzureCLI@2 and "
				"AzurePowerShell@5 provide one"));
		return;
	}
	if (acr_env(app, "SYSTEM_ACCESSTOKEN") && acr_env(app, "SYSTEM_OIDCREQUESTURI")) {
		acr_check_say(ret, ACR_VERDICT_OK, "%s",
			      _("Azure Pipelines: the job can request an ID token"));
		return;
	}
	acr_check_say(ret, ACR_VERDICT_PROBLEM, "%s",
		      _("Azure Pipelines: SYSTEM_ACCESSTOKEN is not passed to this step"));
	acr_check_facts(subject, NULL, ret);
	acr_facts_set(&ret->facts, ACR_FACT_CHECK, "pipelines-token-unavailable");
}

static void gitlab(const struct acr_app *app, const struct acr_case *subject,
		   struct acr_check_result *ret)
{
	const char *variable = acr_env(app, "DOCKER_AUTH_CONFIG");

	(void)subject;
	/* Affects GitLab Runner 19.4, 19.3.2, 19.2.4 and 19.1.3. */
	if (variable && (strstr(variable, "credHelpers") || strstr(variable, "credsStore")))
		acr_check_say(ret, ACR_VERDICT_WARNING, "%s",
			      _("GitLab: DOCKER_AUTH_CONFIG contains a helper, which runners start "
				"only if allowed_docker_credential_helpers lists it"));
	else if (acr_federated_token_is_set(app) || acr_env(app, "AZURE_CLIENT_SECRET"))
		acr_check_say(ret, ACR_VERDICT_OK, "%s", _("GitLab: the job has a credential"));
	else
		acr_check_say(ret, ACR_VERDICT_WARNING, "%s",
			      _("GitLab: no credential; add a token named AZURE_FEDERATED_TOKEN to "
				"the job's \"id_tokens\""));
}

static const struct {
	const char *variable;
	void (*look)(const struct acr_app *app, const struct acr_case *subject,
		     struct acr_check_result *ret);
} pipelines[] = { { "GITHUB_ACTIONS", github }, { "TF_BUILD", azure }, { "GITLAB_CI", gitlab } };

static void run(struct acr_app *app, const struct acr_case *subject, struct acr_check_result *ret)
{
	for (size_t i = 0; i < sizeof(pipelines) / sizeof(pipelines[0]); i++)
		if (acr_env(app, pipelines[i].variable)) {
			pipelines[i].look(app, subject, ret);
			return;
		}
	acr_check_say(ret, ACR_VERDICT_SKIPPED, "%s", _("not a supported CI pipeline"));
}

const struct acr_check_row acr_check_pipeline = {
	.id = "pipeline",
	.title = N_("pipeline"),
	.about = ACR_ABOUT_MACHINE,
	.likely = 86,
	.run = run,
};
