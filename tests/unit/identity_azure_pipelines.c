/* SPDX-License-Identifier: Apache-2.0 */
/* Tests the identity of an Azure Pipelines job with a service connection. */
#include "person.h"

#define URI                                                                                        \
	"https://dev.azure.com/contoso/1234/_apis/distributedtask/hubs/build/plans/p/jobs/j/"      \
	"oidctoken"
#define CONNECTION "44444444-4444-4444-4444-444444444444"

static struct person p;

static int setup(void **state)
{
	(void)state;
	person_begin(&p);
	edges_set(&p.edges, "AZURESUBSCRIPTION_CLIENT_ID", CLIENT);
	edges_set(&p.edges, "AZURESUBSCRIPTION_TENANT_ID", TENANT);
	edges_set(&p.edges, "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID", CONNECTION);
	edges_set(&p.edges, "SYSTEM_OIDCREQUESTURI", URI);
	edges_set(&p.edges, "SYSTEM_ACCESSTOKEN", "job-token");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	person_end(&p);
	return 0;
}

static int ask(void)
{
	return person_ask(&p, &acr_identity_azure_pipelines);
}

static void the_job_gets_an_assertion_and_entra_accepts_it(void **state)
{
	(void)state;
	edges_answer(&p.edges, "POST " URI "?api-version=7.1&serviceConnectionId=" CONNECTION, 200,
		     "{\"oidcToken\":\"as.ser.tion\"}");
	edges_answer(&p.edges, ENTRA, 200, person_token(&p, "\"appid\":\"" CLIENT "\""));
	assert_int_equal(ask(), 0);
	assert_holds(p.headers[0], "X-TFS-FedAuthRedirect: Suppress\n");
	assert_holds(p.headers[0], "Authorization: Bearer job-token\n");
	assert_holds(p.edges.sent[1], "client_id=" CLIENT);
	assert_holds(p.edges.sent[1], "client_assertion=as.ser.tion");
}

static void a_job_without_a_mapped_token_is_reported(void **state)
{
	(void)state;
	edges_set(&p.edges, "SYSTEM_ACCESSTOKEN", "");
	assert_int_equal(ask(), -1);
	assert_int_equal(p.error.kind, ACR_INVALID);
	assert_true(acr_error_is(&p.error, PIPELINES_NO_TOKEN));
}

static void without_a_service_connection_the_identity_is_not_configured(void **state)
{
	(void)state;
	edges_set(&p.edges, "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID", "");
	assert_int_equal(ask(), -1);
	assert_int_equal(p.error.kind, ACR_INVALID);
	assert_true(acr_error_is(&p.error, CREDENTIAL_INCOMPLETE));
	edges_set(&p.edges, "AZURESUBSCRIPTION_CLIENT_ID", "");
	edges_set(&p.edges, "AZURESUBSCRIPTION_TENANT_ID", "");
	assert_int_equal(ask(), -1);
	assert_int_equal(p.error.kind, ACR_NOT_SET_UP);
}

static const struct {
	const char *uri, *collection, *configured;
	bool allowed;
} hosts[] = {
	{ URI, NULL, NULL, true },
	{ "https://vsrm.dev.azure.com/contoso/oidctoken", NULL, NULL, true },
	{ "https://contoso.visualstudio.com/oidctoken", NULL, NULL, true },
	{ "https://contoso.vsrm.visualstudio.com/oidctoken", NULL, NULL, true },
	{ "https://visualstudio.com/oidctoken", NULL, NULL, false },
	{ "https://x-8080.rel.tunnels.api.visualstudio.com/oidctoken", NULL, NULL, false },
	{ "https://x.app.online.visualstudio.com/oidctoken", NULL, NULL, false },
	{ "https://dev.azure.com.evil.example/oidctoken", NULL, NULL, false },
	{ "https://dev.azure.com:444/oidctoken", NULL, NULL, false },
	{ "https://evildev.azure.com/oidctoken", NULL, NULL, false },
	{ "https://evil.azure.com/oidctoken", NULL, NULL, false },
	{ "http://dev.azure.com/oidctoken", NULL, NULL, false },
	{ "https://evil.com/x", "https://com/", NULL, false },
	{ "https://evil.example/x", "https://evil.example/Default/", NULL, false },
	{ "https://tfs.contoso.com/oidc?x=1", "https://tfs.contoso.com/Default/", NULL, false },
	{ "https://tfs.contoso.com/oidc?x=1", NULL, "tfs.contoso.com", true },
	{ "https://x.tfs.contoso.com/oidc", NULL, "tfs.contoso.com", false },
};

static void the_token_of_the_job_is_sent_only_to_known_hosts(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		auto_string config = acr_format("{\"ci_hosts\":\"%s\"}",
						hosts[i].configured ? hosts[i].configured : "");

		person_configure(&p, hosts[i].configured ? config : "{}");
		edges_set(&p.edges, "SYSTEM_OIDCREQUESTURI", hosts[i].uri);
		edges_set(&p.edges, "SYSTEM_COLLECTIONURI",
			  hosts[i].collection ? hosts[i].collection : "");
		p.edges.answer_count = p.edges.sent_count = 0;
		if (hosts[i].allowed) {
			edges_answer(&p.edges, "POST ", 200, "{\"oidcToken\":\"a.b.c\"}");
			edges_answer(&p.edges, ENTRA, 200, person_token(&p, ""));
		}
		if (ask() != (hosts[i].allowed ? 0 : -1) ||
		    p.edges.sent_count != (hosts[i].allowed ? 2 : 0))
			fail_msg("%s", hosts[i].uri);
		if (!hosts[i].allowed)
			assert_int_equal(p.error.kind, ACR_INVALID);
	}
}

static void a_service_connection_must_be_an_id(void **state)
{
	(void)state;
	edges_set(&p.edges, "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID", "x&y=z");
	assert_int_equal(ask(), -1);
	assert_int_equal(p.error.kind, ACR_INVALID);
	assert_int_equal(p.edges.sent_count, 0);
}

static void for_a_self_hosted_server_the_error_says_what_to_configure(void **state)
{
	(void)state;
	edges_set(&p.edges, "SYSTEM_OIDCREQUESTURI", "https://tfs.contoso.com/oidc");
	assert_int_equal(ask(), -1);
	assert_holds(edges_words(&p.error), "{\"ci_hosts\":\"tfs.contoso.com\"}");
}

static void a_sign_in_page_is_not_a_token(void **state)
{
	(void)state;
	edges_answer(&p.edges, "POST " URI, 302, "<html>");
	assert_int_equal(ask(), -1);
	assert_int_equal(p.error.status, 302);
	edges_answer(&p.edges, "POST " URI, 200, "<html>");
	assert_int_equal(ask(), -1);
	assert_int_equal(p.error.kind, ACR_INVALID);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(the_job_gets_an_assertion_and_entra_accepts_it),
		CASE(a_job_without_a_mapped_token_is_reported),
		CASE(without_a_service_connection_the_identity_is_not_configured),
		CASE(the_token_of_the_job_is_sent_only_to_known_hosts),
		CASE(a_service_connection_must_be_an_id),
		CASE(for_a_self_hosted_server_the_error_says_what_to_configure),
		CASE(a_sign_in_page_is_not_a_token),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
