/* SPDX-License-Identifier: Apache-2.0 */
/* Tests which identities are tried, in which order, for which audience, and how a failure affects
 * the next one. */
#include "acr/store.h"
#include "identity/internal.h"
#include "person.h"

#define WRONG_SECRET                                                                               \
	"{\"error\":\"invalid_client\",\"error_description\":\"AADSTS7000215: Invalid client "     \
	"secret provided.\\r\\nTrace ID: "                                                         \
	"x\",\"error_codes\":[7000215]}"
#define NO_RESOURCE                                                                                \
	"{\"error\":\"invalid_resource\",\"error_description\":\"AADSTS500011: The resource "      \
	"principal named "                                                                         \
	"https://containerregistry.azure.net was not found in the "                                \
	"tenant\",\"error_codes\":[500011]}"
#define NO_IDENTITY "{\"error\":\"invalid_request\",\"error_description\":\"Identity not found\"}"

static struct person p;

static int setup(void **state)
{
	(void)state;
	person_begin(&p);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	person_end(&p);
	return 0;
}

static void set_secret(void)
{
	edges_set(&p.edges, "AZURE_CLIENT_ID", CLIENT);
	edges_set(&p.edges, "AZURE_TENANT_ID", TENANT);
	edges_set(&p.edges, "AZURE_CLIENT_SECRET", "s3cret");
}

static void without_a_configured_identity_nothing_is_reported(void **state)
{
	(void)state;
	edges_write(&p.edges, TAG, "a desk\n");
	assert_int_equal(person_first(&p), -1);
	assert_int_equal(p.error.kind, ACR_NOT_SET_UP);
	assert_int_equal(p.trail.count, 0);
}

static void identities_of_the_environment_take_precedence_over_the_machine(void **state)
{
	(void)state;
	edges_write(&p.edges, TAG, AZURE);
	set_secret();
	edges_answer(&p.edges, ENTRA, 200,
		     person_token(&p, "\"appid\":\"" CLIENT "\",\"tid\":\"" TENANT "\""));
	assert_int_equal(person_first(&p), 0);
	assert_int_equal(p.trail.count, 1);
	assert_string_equal(p.trail.steps[0].identity->name, "environment");
	assert_int_equal(p.trail.steps[0].error.kind, ACR_FINE);
	assert_int_equal(p.trail.steps[0].who.type, ACR_WHO_SERVICE_PRINCIPAL);
	assert_string_equal(p.trail.steps[0].who.id, CLIENT);
	assert_string_equal(p.token.audience, ACR_AUDIENCE);
}

/* The chain works in the same way for other services: an incomplete identity is not skipped, and if
 * an identity is configured, no other one is tried. */
static void a_token_for_another_service_comes_from_the_same_chain(void **state)
{
	struct acr_token_request request = { .audience = "https://management.azure.com/" };

	(void)state;
	set_secret();
	edges_answer(&p.edges, ENTRA, 200, person_token(&p, "\"appid\":\"" CLIENT "\""));
	assert_int_equal(acr_chain_for(&p.edges.app, &p.registry, &request, &p.token, &p.error), 0);
	assert_string_equal(p.token.who.id, CLIENT);
	assert_holds(p.edges.sent[0], "scope=https%3A%2F%2Fmanagement.azure.com%2F.default");
	edges_set(&p.edges, "AZURE_TENANT_ID", "");
	edges_write(&p.edges, TAG, "a desk\n");
	assert_int_equal(acr_chain_for(&p.edges.app, &p.registry, &request, &p.token, &p.error),
			 -1);
	assert_true(acr_error_is(&p.error, CREDENTIAL_INCOMPLETE));
	edges_write(&p.edges, TAG, AZURE);
	request.source = "managed-identity";
	edges_answer(&p.edges, IMDS, 200, person_token(&p, "\"appid\":\"" OTHER "\""));
	assert_int_equal(acr_chain_for(&p.edges.app, &p.registry, &request, &p.token, &p.error), 0);
	assert_string_equal(p.token.who.id, OTHER);
}

static void a_rejected_explicit_identity_ends_the_chain(void **state)
{
	(void)state;
	edges_write(&p.edges, TAG, AZURE);
	set_secret();
	edges_answer(&p.edges, ENTRA, 401, WRONG_SECRET);
	assert_int_equal(person_first(&p), -1);
	assert_int_equal(p.error.kind, ACR_REFUSED);
	assert_string_equal(p.error.code, "AADSTS7000215");
	assert_int_equal(p.trail.count, 1);
	assert_int_equal(p.edges.sent_count, 1);
	assert_int_equal(person_next(&p), -1);
	assert_int_equal(p.error.kind, ACR_NOT_SET_UP);
}

/* IMDS would return a token in all rows, but is used only for the application that was
 * configured. */
static void an_incomplete_identity_is_skipped_only_for_the_same_application(void **state)
{
	static const struct {
		const char *set[8];
		bool same; /* AZURE_CLIENT_ID also selects the managed identity */
	} rows[] = {
		{ { "AZURE_CLIENT_SECRET", "s3cret", "AZURE_CLIENT_ID", CLIENT }, true },
		{ { "AZURE_CLIENT_SECRET", "s3cret", "AZURE_TENANT_ID", TENANT }, false },
		{ { "AZURE_CLIENT_CERTIFICATE_PATH", "/c.pem", "AZURE_TENANT_ID", TENANT }, false },
		{ { "AZURE_FEDERATED_TOKEN_FILE", "/none", "AZURE_TENANT_ID", TENANT }, false },
		{ { "AZURE_FEDERATED_TOKEN_FILE", "/none", "AZURE_CLIENT_ID", CLIENT,
		    "AZURE_TENANT_ID", TENANT },
		  true },
		{ { "GITHUB_ACTIONS", "true", "AZURE_CLIENT_ID", CLIENT, "AZURE_TENANT_ID",
		    TENANT },
		  true },
		{ { "AZURESUBSCRIPTION_CLIENT_ID", OTHER, "AZURE_CLIENT_ID", CLIENT }, false },
		{ { "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID", "c" }, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		person_end(&p);
		person_begin(&p);
		edges_write(&p.edges, TAG, AZURE);
		for (size_t k = 0; k < 8 && rows[i].set[k]; k += 2)
			edges_set(&p.edges, rows[i].set[k], rows[i].set[k + 1]);
		if (rows[i].same)
			edges_answer(&p.edges, IMDS, 200,
				     person_token(&p, "\"appid\":\"" CLIENT "\""));
		assert_int_equal(person_first(&p), rows[i].same ? 0 : -1);
		assert_int_equal(p.trail.steps[0].error.kind, ACR_INVALID);
		assert_int_equal(p.trail.count, rows[i].same ? 2 : 1);
		if (!rows[i].same)
			assert_int_equal(p.error.kind, ACR_INVALID);
		/* If the registry denies access, no other identity may be used either. */
		edges_write(&p.edges, PROFILE, "not JSON");
		assert_int_equal(person_next(&p), -1);
		assert_int_equal(p.error.kind, ACR_NOT_SET_UP);
	}
}

static void az_that_is_signed_in_as_the_same_application_serves_for_a_step_without_a_token(
	void **state)
{
#define SIGNED_IN(client)                                                                          \
	"{\"subscriptions\":[{\"id\":\"1\",\"tenantId\":\"" TENANT                                 \
	"\",\"isDefault\":true,\"environmentName\":\"AzureCloud\",\"user\":{\"name\":\"" client    \
	"\",\"type\":\"servicePrincipal\"}}]}"

	(void)state;
	edges_write(&p.edges, TAG, "a desk\n");
	edges_set(&p.edges, "SYSTEM_OIDCREQUESTURI", "https://dev.azure.com/x");
	edges_set(&p.edges, "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID", "c");
	edges_set(&p.edges, "AZURESUBSCRIPTION_CLIENT_ID", CLIENT);
	edges_set(&p.edges, "AZURESUBSCRIPTION_TENANT_ID", TENANT);
	person_install(&p, "az");
	auto_string answer = acr_format("{\"accessToken\":\"%s\",\"expires_on\":%lld}",
					person_jwt(&p, "\"appid\":\"" CLIENT "\""),
					(long long)(p.edges.wall + 3600));
	p.prints = answer;
	edges_write(&p.edges, PROFILE, SIGNED_IN(OTHER));
	assert_int_equal(person_first(&p), -1);
	assert_true(acr_error_is(&p.error, PIPELINES_NO_TOKEN));
	assert_int_equal(p.runs, 0);
	edges_write(&p.edges, PROFILE, SIGNED_IN(CLIENT));
	assert_int_equal(person_first(&p), 0);
	assert_string_equal(p.trail.steps[1].identity->name, "azure-cli");
}

static void the_most_serious_failure_is_reported(void **state)
{
	(void)state;
	edges_write(&p.edges, TAG, AZURE);
	edges_write(&p.edges, PROFILE,
		    "{\"subscriptions\":[{\"environmentName\":\"AzureChinaCloud\"}]}");
	edges_answer(&p.edges, IMDS, 418, "{\"error\":\"teapot\"}");
	edges_answer(&p.edges, IMDS, 418, "{\"error\":\"teapot\"}");
	assert_int_equal(person_first(&p), -1);
	assert_int_equal(p.error.kind, ACR_REFUSED);
	assert_string_equal(p.error.code, "teapot");
	assert_int_equal(p.trail.count, 2);
}

static void the_chain_can_continue_after_an_identity_that_worked(void **state)
{
	(void)state;
	edges_write(&p.edges, TAG, AZURE);
	set_secret();
	edges_answer(&p.edges, ENTRA, 200, person_token(&p, "\"appid\":\"" CLIENT "\""));
	edges_answer(&p.edges, IMDS, 200, person_token(&p, "\"appid\":\"" OTHER "\""));
	assert_int_equal(person_first(&p), 0);
	assert_int_equal(person_next(&p), 0);
	assert_string_equal(p.token.who.id, OTHER);
	assert_int_equal(person_next(&p), -1);
	assert_int_equal(p.error.kind, ACR_NOT_SET_UP);
	assert_int_equal(p.trail.count, 2);
}

static void the_value_none_tries_no_identity(void **state)
{
	(void)state;
	set_secret();
	person_configure(&p, "{\"identity\":\"none\"}");
	assert_int_equal(person_first(&p), -1);
	assert_int_equal(p.error.kind, ACR_NOT_SET_UP);
}

static void the_config_chooses_identities_and_their_order(void **state)
{
	(void)state;
	set_secret();
	person_configure(&p, "{\"registries\":{\"" HOST
			     "\":{\"identity\":[\"azure-cli\",\" managed-identity\"]}}}");
	edges_answer(&p.edges, IMDS, 200, person_token(&p, "\"appid\":\"" CLIENT "\""));
	assert_int_equal(person_first(&p), 0);
	assert_int_equal(p.trail.count, 2);
	assert_string_equal(p.trail.steps[0].identity->name, "azure-cli");
	assert_int_equal(p.trail.steps[0].error.kind, ACR_NOT_SET_UP);
	assert_true(acr_error_is(&p.trail.steps[0].error, NOT_SIGNED_IN));
	assert_string_equal(p.trail.steps[1].identity->name, "managed-identity");
}

static void a_rejected_identity_of_the_config_ends_the_chain(void **state)
{
	(void)state;
	set_secret();
	person_configure(&p, "{\"identity\":[\"managed-identity\",\"environment\"]}");
	edges_answer(&p.edges, IMDS, 403, "{\"error\":\"forbidden\"}");
	edges_answer(&p.edges, IMDS, 403, "{\"error\":\"forbidden\"}");
	assert_int_equal(person_first(&p), -1);
	assert_int_equal(p.error.kind, ACR_REFUSED);
	assert_int_equal(p.trail.count, 1);
}

static void an_unknown_name_is_an_error_that_lists_the_known_names(void **state)
{
	(void)state;
	person_configure(&p, "{\"identity\":\"somebody\"}");
	assert_int_equal(person_first(&p), -1);
	assert_int_equal(p.error.kind, ACR_INVALID);
	assert_true(acr_error_is(&p.error, IDENTITY_NAME_UNKNOWN));
	assert_holds(edges_words(&p.error), "somebody");
	assert_holds(edges_words(&p.error), "azure-cli, azd");
}

static void a_misspelled_name_is_an_error_with_the_file_and_a_suggestion(void **state)
{
	(void)state;
	person_configure(&p, "{\"identity\":[\"login\",\"azurecli\"]}");
	assert_int_equal(person_first(&p), -1);
	assert_int_equal(p.error.kind, ACR_INVALID);
	assert_true(acr_error_is(&p.error, IDENTITY_NAME_NEAR));
	assert_holds(edges_words(&p.error), "config.json: \"identity\" names \"azurecli\"; "
					    "did you mean \"azure-cli\"?");
	edges_set(&p.edges, "DOCKER_CREDENTIAL_ACR_IDENTITY", "managed_identity");
	edges_configure(&p.edges);
	p.error = (struct acr_error){ 0 };
	assert_int_equal(person_first(&p), -1);
	assert_holds(edges_words(&p.error), "DOCKER_CREDENTIAL_ACR_IDENTITY names "
					    "\"managed_identity\"; did you mean "
					    "\"managed-identity\"?");
}

static void azure_token_credentials_prod_excludes_developer_tools(void **state)
{
	(void)state;
	edges_write(&p.edges, TAG, "a desk\n");
	edges_set(&p.edges, "AZURE_TOKEN_CREDENTIALS", " Prod\n");
	edges_write(&p.edges, PROFILE, "not JSON");
	assert_int_equal(person_first(&p), -1);
	assert_int_equal(p.error.kind, ACR_NOT_SET_UP);
	assert_int_equal(p.trail.count, 0);
}

static void azure_token_credentials_dev_means_only_developer_tools(void **state)
{
	(void)state;
	edges_write(&p.edges, TAG, AZURE);
	set_secret();
	edges_set(&p.edges, "AZURE_TOKEN_CREDENTIALS", "DEV");
	assert_int_equal(person_first(&p), -1);
	assert_int_equal(p.error.kind, ACR_NOT_SET_UP);
	assert_int_equal(p.edges.sent_count, 0);
}

static void azure_token_credentials_can_name_one_identity_and_skip_its_probe(void **state)
{
	(void)state;
	edges_write(&p.edges, TAG, "another cloud's\n");
	set_secret();
	edges_set(&p.edges, "AZURE_TOKEN_CREDENTIALS", "managedidentitycredential");
	edges_answer(&p.edges, IMDS, 200, person_token(&p, "\"appid\":\"" CLIENT "\""));
	assert_int_equal(person_first(&p), 0);
	assert_string_equal(p.trail.steps[0].identity->name, "managed-identity");
}

static void an_unknown_azure_token_credentials_value_is_an_error_with_the_allowed_values(
	void **state)
{
	(void)state;
	edges_set(&p.edges, "AZURE_TOKEN_CREDENTIALS", "PowerShellCredential");
	assert_int_equal(person_first(&p), -1);
	assert_int_equal(p.error.kind, ACR_INVALID);
	assert_true(acr_error_is(&p.error, TOKEN_CREDENTIALS_UNKNOWN));
	assert_holds(edges_words(&p.error), "\"PowerShellCredential\"");
	assert_holds(edges_words(&p.error),
		     "prod, dev, EnvironmentCredential, WorkloadIdentityCredential, "
		     "ManagedIdentityCredential, "
		     "AzureCliCredential, AzureDeveloperCliCredential");
}

static void the_config_takes_precedence_over_azure_token_credentials(void **state)
{
	(void)state;
	set_secret();
	edges_set(&p.edges, "AZURE_TOKEN_CREDENTIALS", "nonsense");
	person_configure(&p, "{\"identity\":\"environment\"}");
	edges_answer(&p.edges, ENTRA, 200, person_token(&p, ""));
	assert_int_equal(person_first(&p), 0);
}

static void the_arm_audience_is_used_if_the_first_is_unknown_and_is_remembered(void **state)
{
	(void)state;
	set_secret();
	edges_answer(&p.edges, ENTRA, 400, NO_RESOURCE);
	edges_answer(&p.edges, ENTRA, 200, person_token(&p, "\"appid\":\"" CLIENT "\""));
	assert_int_equal(person_first(&p), 0);
	assert_int_equal(p.trail.count, 1);
	assert_holds(p.edges.sent[0], "scope=https%3A%2F%2Fcontainerregistry.azure.net%2F.default");
	assert_holds(p.edges.sent[1], "scope=https%3A%2F%2Fmanagement.azure.com%2F.default");
	assert_string_equal(p.token.audience, p.registry.cloud->arm_audience);

	edges_answer(&p.edges, ENTRA, 200, person_token(&p, "\"appid\":\"" CLIENT "\""));
	assert_int_equal(person_first(&p), 0);
	assert_int_equal(p.edges.sent_count, 3);
	assert_holds(p.edges.sent[2], "management.azure.com");
}

/* All error codes of Entra ID which mean that no token can be issued for this audience. */
static void each_code_for_an_unknown_audience_leads_to_the_arm_audience(void **state)
{
	static const char *const answers[] = {
		"{\"error\":\"invalid_resource\"}",
		"{\"error\":\"invalid_scope\"}",
		"{\"error\":\"x\",\"error_codes\":[50001]}",
		"{\"error\":\"x\",\"error_codes\":[500011]}",
		"{\"error\":\"x\",\"error_codes\":[500014]}",
		"{\"error\":\"x\",\"error_codes\":[650052]}",
		"{\"error\":\"x\",\"error_codes\":[650057]}",
		"{\"error\":\"x\",\"error_codes\":[65002]}",
	};

	(void)state;
	set_secret();
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		edges_answer(&p.edges, ENTRA, 400, answers[i]);
		edges_answer(&p.edges, ENTRA, 200, person_token(&p, "\"appid\":\"" CLIENT "\""));
		if (person_first(&p) || p.edges.sent_count != 2)
			fail_msg("%s", answers[i]);
		assert_string_equal(p.token.audience, p.registry.cloud->arm_audience);
		acr_audience_forget(&p.edges.app, &p.registry, &acr_identity_environment);
		acr_cache_drop(&p.edges.app, "");
		acr_cache_drop(&p.edges.app, HOST);
		p.edges.answer_count = p.edges.sent_count = 0;
	}
}

static void an_outdated_remembered_audience_is_corrected(void **state)
{
	(void)state;
	set_secret();
	acr_audience_note(&p.edges.app, &p.registry, &acr_identity_environment);
	edges_answer(&p.edges, ENTRA, 400, NO_RESOURCE);
	edges_answer(&p.edges, ENTRA, 200, person_token(&p, ""));
	assert_int_equal(person_first(&p), 0);
	assert_string_equal(p.token.audience, ACR_AUDIENCE);
	assert_false(acr_audience_is_noted(&p.edges.app, &p.registry, &acr_identity_environment));
}

static void an_endpoint_that_cannot_issue_the_audience_is_asked_for_the_arm_audience(void **state)
{
	(void)state;
	edges_write(&p.edges, TAG, "a desk\n");
	edges_set(&p.edges, "MSI_ENDPOINT", "http://127.0.0.1:46808/MSI/auth");
	edges_set(&p.edges, "MSI_SECRET", "hush");
	edges_answer(&p.edges,
		     "GET "
		     "http://127.0.0.1:46808/MSI/"
		     "auth?api-version=2017-09-01&resource=https%3A%2F%2Fcontainerreg",
		     400, "audience not supported");
	edges_answer(&p.edges,
		     "GET "
		     "http://127.0.0.1:46808/MSI/"
		     "auth?api-version=2017-09-01&resource=https%3A%2F%2Fmanagement",
		     200, person_token(&p, ""));
	assert_int_equal(person_first(&p), 0);
}

static void no_other_rejection_leads_to_the_arm_audience(void **state)
{
	(void)state;
	set_secret();
	edges_answer(&p.edges, ENTRA, 401, WRONG_SECRET);
	assert_int_equal(person_first(&p), -1);
	assert_int_equal(p.edges.sent_count, 1);
}

static void a_configured_host_never_gets_an_arm_token(void **state)
{
	(void)state;
	set_secret();
	snprintf(p.registry.host, sizeof(p.registry.host), "registry.contoso.internal");
	person_configure(&p, "{\"hosts\":[\"registry.contoso.internal\"]}");
	assert_false(p.registry.genuine);
	edges_answer(&p.edges, ENTRA, 400, NO_RESOURCE);
	assert_int_equal(person_first(&p), -1);
	assert_string_equal(p.error.code, "AADSTS500011");
	assert_int_equal(p.edges.sent_count, 1);
}

static void only_the_configured_audience_is_requested(void **state)
{
	(void)state;
	set_secret();
	person_configure(&p, "{\"registries\":{\"" HOST
			     "\":{\"audience\":\"https://acr.contoso.internal\"}}}");
	edges_answer(&p.edges, ENTRA, 400, NO_RESOURCE);
	assert_int_equal(person_first(&p), -1);
	assert_holds(p.edges.sent[0], "scope=https%3A%2F%2Facr.contoso.internal%2F.default");
	assert_int_equal(p.edges.sent_count, 1);
}

static void an_endpoint_without_an_identity_is_asked_once(void **state)
{
	(void)state;
	edges_write(&p.edges, TAG, AZURE);
	edges_answer(&p.edges, IMDS, 400, NO_IDENTITY);
	assert_int_equal(person_first(&p), -1);
	assert_int_equal(p.error.kind, ACR_UNAVAILABLE);
	assert_int_equal(p.edges.sent_count, 1);
}

static void no_identity_is_tried_after_the_deadline(void **state)
{
	(void)state;
	set_secret();
	p.edges.boot += 60000;
	assert_int_equal(person_first(&p), -1);
	assert_int_equal(p.error.kind, ACR_TIMEOUT);
	assert_int_equal(p.edges.sent_count, 0);
}

static void every_row_has_a_name_and_a_description(void **state)
{
	(void)state;
	for (size_t i = 0; acr_identities[i]; i++) {
		assert_ptr_equal(acr_identity_by_name(acr_identities[i]->name), acr_identities[i]);
		assert_true(strlen(acr_identities[i]->summary) > 20);
		assert_null(strchr(acr_identities[i]->summary, '\n'));
	}
	assert_null(acr_identity_by_name("auto"));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(without_a_configured_identity_nothing_is_reported),
		CASE(identities_of_the_environment_take_precedence_over_the_machine),
		CASE(a_token_for_another_service_comes_from_the_same_chain),
		CASE(a_rejected_explicit_identity_ends_the_chain),
		CASE(an_incomplete_identity_is_skipped_only_for_the_same_application),
		CASE(az_that_is_signed_in_as_the_same_application_serves_for_a_step_without_a_token),
		CASE(the_most_serious_failure_is_reported),
		CASE(the_chain_can_continue_after_an_identity_that_worked),
		CASE(the_value_none_tries_no_identity),
		CASE(the_config_chooses_identities_and_their_order),
		CASE(a_rejected_identity_of_the_config_ends_the_chain),
		CASE(an_unknown_name_is_an_error_that_lists_the_known_names),
		CASE(a_misspelled_name_is_an_error_with_the_file_and_a_suggestion),
		CASE(azure_token_credentials_prod_excludes_developer_tools),
		CASE(azure_token_credentials_dev_means_only_developer_tools),
		CASE(azure_token_credentials_can_name_one_identity_and_skip_its_probe),
		CASE(an_unknown_azure_token_credentials_value_is_an_error_with_the_allowed_values),
		CASE(the_config_takes_precedence_over_azure_token_credentials),
		CASE(the_arm_audience_is_used_if_the_first_is_unknown_and_is_remembered),
		CASE(each_code_for_an_unknown_audience_leads_to_the_arm_audience),
		CASE(an_outdated_remembered_audience_is_corrected),
		CASE(an_endpoint_that_cannot_issue_the_audience_is_asked_for_the_arm_audience),
		CASE(no_other_rejection_leads_to_the_arm_audience),
		CASE(a_configured_host_never_gets_an_arm_token),
		CASE(only_the_configured_audience_is_requested),
		CASE(an_endpoint_without_an_identity_is_asked_once),
		CASE(no_identity_is_tried_after_the_deadline),
		CASE(every_row_has_a_name_and_a_description),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
