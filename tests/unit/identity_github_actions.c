/* SPDX-License-Identifier: Apache-2.0 */
/* Tests the identity of a GitHub Actions job: its token is exchanged for an assertion, and the
 * assertion for an Entra token. */
#include "person.h"

#define URL                                                                                        \
	"https://run-actions-1-azure-eastus.actions.githubusercontent.com/12/34/"                  \
	"idtoken?api-version=2.0"

static struct person p;

static int setup(void **state)
{
	(void)state;
	person_begin(&p);
	edges_set(&p.edges, "AZURE_CLIENT_ID", CLIENT);
	edges_set(&p.edges, "AZURE_TENANT_ID", TENANT);
	edges_set(&p.edges, "ACTIONS_ID_TOKEN_REQUEST_URL", URL);
	edges_set(&p.edges, "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "job-token");
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
	return person_ask(&p, &acr_identity_github_actions);
}

static void the_job_gets_an_assertion_and_entra_accepts_it(void **state)
{
	(void)state;
	edges_answer(&p.edges, "GET " URL "&audience=api%3A%2F%2FAzureADTokenExchange\n", 200, NULL)
		->prefix = "GET " URL "&audience=api%3A%2F%2FAzureADTokenExchange";
	p.edges.answers[0].body = "{\"value\":\"as.ser.tion\"}";
	edges_answer(&p.edges, ENTRA, 200, person_token(&p, "\"appid\":\"" CLIENT "\""));
	assert_int_equal(ask(), 0);
	assert_holds(p.headers[0], "Authorization: Bearer job-token\n");
	assert_false(p.local[0]);
	assert_holds(p.edges.sent[1], "client_assertion=as.ser.tion");
	assert_lacks(p.edges.sent[1], "job-token");
	assert_lacks(p.headers[1], "job-token");
}

static void a_job_with_the_permission_but_an_incomplete_client_is_reported(void **state)
{
	(void)state;
	edges_set(&p.edges, "AZURE_CLIENT_ID", "");
	assert_int_equal(ask(), -1);
	assert_true(acr_error_is(&p.error, CREDENTIAL_INCOMPLETE));
	assert_holds(edges_words(&p.error), "AZURE_CLIENT_ID");
	edges_set(&p.edges, "AZURE_TENANT_ID", "");
	assert_int_equal(ask(), -1);
	assert_int_equal(p.error.kind, ACR_NOT_SET_UP);
}

static void a_job_with_a_client_but_without_the_permission_is_reported(void **state)
{
	(void)state;
	edges_set(&p.edges, "ACTIONS_ID_TOKEN_REQUEST_URL", "");
	assert_int_equal(ask(), -1);
	assert_int_equal(p.error.kind, ACR_INVALID);
	edges_set(&p.edges, "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "");
	assert_int_equal(ask(), -1);
	assert_int_equal(p.error.kind, ACR_NOT_SET_UP);
	edges_set(&p.edges, "GITHUB_ACTIONS", "true");
	edges_write(&p.edges, TAG, "another cloud's\n");
	assert_int_equal(person_first(&p), -1);
	assert_int_equal(p.error.kind, ACR_INVALID);
	assert_true(acr_error_is(&p.error, GITHUB_NO_ID_TOKEN));
	edges_set(&p.edges, "AZURE_TENANT_ID", "");
	assert_int_equal(ask(), -1);
	assert_int_equal(p.error.kind, ACR_NOT_SET_UP);
}

/* The hosts to which the token of the job may be sent, given the URL, the server of the job, and
 * the configuration file. */
static const struct {
	const char *url, *server, *configured;
	bool allowed;
} hosts[] = {
	{ URL, NULL, NULL, true },
	{ URL, "https://github.com", NULL, true },
	{ "https://token.ACTIONS.githubusercontent.com/", NULL, NULL, true },
	{ "https://evil.example/idtoken", NULL, NULL, false },
	{ "https://actions.githubusercontent.com.evil.example/", NULL, NULL, false },
	{ "https://evilactions.githubusercontent.com/", NULL, NULL, false },
	{ "https://raw.githubusercontent.com/", NULL, NULL, false },
	{ "https://.actions.githubusercontent.com/", NULL, NULL, false },
	{ "https://x..actions.githubusercontent.com/", NULL, NULL, false },
	{ "https://actions.githubusercontent.com@evil.example/", NULL, NULL, false },
	{ "https://x.actions.githubusercontent.com:444/", NULL, NULL, false },
	{ "https://x.actions.githubusercontent.com./", NULL, NULL, false },
	{ "https://x.actions.githubusercontent.com?@evil.example/", NULL, NULL, false },
	{ "http://x.actions.githubusercontent.com/", NULL, NULL, false },
	{ "https://evil.example\\.actions.githubusercontent.com/", NULL, NULL, false },
	{ "https://", NULL, NULL, false },
	/* The two variables do not prove that the host is trusted, even if they match. */
	{ "https://evil.com/t", "https://com", NULL, false },
	{ "https://evil.example/t", "https://evil.example", NULL, false },
	{ "https://github.contoso.com/_services/token", "https://github.contoso.com", NULL, false },
	/* A tenant with data residency: its own hosts, and no other tenant's. */
	{ "https://token.actions.contoso.ghe.com/t", "https://contoso.ghe.com", NULL, true },
	{ "https://contoso.ghe.com/t", "https://contoso.ghe.com/", NULL, true },
	{ "https://token.actions.CONTOSO.ghe.com/t", "https://contoso.GHE.com", NULL, true },
	{ "https://token.actions.contoso.ghe.com/t", NULL, NULL, false },
	{ "https://token.actions.contoso.ghe.com/t", "https://github.com", NULL, false },
	{ "https://attacker.ghe.com/t", "https://contoso.ghe.com", NULL, false },
	{ "https://token.actions.attacker.ghe.com/t", "https://contoso.ghe.com", NULL, false },
	{ "https://pages.contoso.ghe.com/t", "https://contoso.ghe.com", NULL, false },
	{ "https://attacker.ghe.com/t", "https://ghe.com", NULL, false },
	{ "https://attacker.ghe.com/t", "https://x.attacker.ghe.com", NULL, false },
	{ "https://token.actions.contoso.ghe.com/t", "http://contoso.ghe.com", NULL, false },
	{ "https://token.actions.contoso.ghe.com/t", "https://u@contoso.ghe.com", NULL, false },
	{ "https://token.actions.contoso.ghe.com/t", "https://contoso.ghe.com:1", NULL, false },
	/* A self-hosted server from a configuration file: exactly that host. */
	{ "https://github.contoso.com/_services/token", NULL, "github.contoso.com", true },
	{ "https://github.contoso.com/_services/token", NULL, "a.example,GITHUB.contoso.com",
	  true },
	{ "https://x.github.contoso.com/", NULL, "github.contoso.com", false },
	{ "https://evil-github.contoso.com/", NULL, "github.contoso.com", false },
	{ "https://contoso.com/", NULL, "github.contoso.com", false },
	{ "http://github.contoso.com/", NULL, "github.contoso.com", false },
};

static void the_token_of_the_job_is_sent_only_to_known_hosts(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		auto_string config = acr_format("{\"ci_hosts\":\"%s\"}",
						hosts[i].configured ? hosts[i].configured : "");

		person_configure(&p, hosts[i].configured ? config : "{}");
		edges_set(&p.edges, "ACTIONS_ID_TOKEN_REQUEST_URL", hosts[i].url);
		edges_set(&p.edges, "GITHUB_SERVER_URL", hosts[i].server ? hosts[i].server : "");
		p.edges.answer_count = p.edges.sent_count = 0;
		if (hosts[i].allowed) {
			edges_answer(&p.edges, "GET ", 200, "{\"value\":\"a.b.c\"}");
			edges_answer(&p.edges, ENTRA, 200, person_token(&p, ""));
		}
		if (ask() != (hosts[i].allowed ? 0 : -1) ||
		    p.edges.sent_count != (hosts[i].allowed ? 2 : 0))
			fail_msg("%s with %s", hosts[i].url,
				 hosts[i].server ? hosts[i].server : "no server");
		if (!hosts[i].allowed)
			assert_int_equal(p.error.kind, ACR_INVALID);
	}
}

static void for_a_self_hosted_server_the_error_says_what_to_configure(void **state)
{
	(void)state;
	edges_set(&p.edges, "ACTIONS_ID_TOKEN_REQUEST_URL", "https://github.contoso.com/token");
	assert_int_equal(ask(), -1);
	assert_holds(edges_words(&p.error), "{\"ci_hosts\":\"github.contoso.com\"}");
	assert_holds(edges_words(&p.error), "/docker-credential-acr/config.json");
	assert_holds(edges_words(&p.error), "configure --ci-host github.contoso.com");
}

static void no_variable_adds_a_trusted_host(void **state)
{
	(void)state;
	edges_set(&p.edges, "DOCKER_CREDENTIAL_ACR_CI_HOSTS", "github.contoso.com");
	edges_configure(&p.edges);
	edges_set(&p.edges, "ACTIONS_ID_TOKEN_REQUEST_URL", "https://github.contoso.com/token");
	assert_int_equal(ask(), -1);
	assert_int_equal(p.edges.sent_count, 0);
}

static void another_cloud_has_another_audience(void **state)
{
	(void)state;
	assert_true(acr_registry_parse(p.edges.config, "acme.azurecr.us", 15, &p.registry));
	edges_answer(&p.edges, "GET " URL "&audience=api%3A%2F%2FAzureADTokenExchangeUSGov", 200,
		     "{\"value\":\"a.b.c\"}");
	edges_answer(&p.edges, "POST https://login.microsoftonline.us/", 200, person_token(&p, ""));
	assert_int_equal(ask(), 0);
}

static void the_answer_of_github_must_be_a_token(void **state)
{
	static const char *const bodies[] = { "", "[]", "{}", "{\"value\":1}",
					      "{\"value\":\"a b\"}" };

	(void)state;
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		edges_answer(&p.edges, "GET ", 200, bodies[i]);
		assert_int_equal(ask(), -1);
		assert_int_equal(p.error.kind, ACR_INVALID);
	}
	edges_answer(&p.edges, "GET ", 403, "{\"message\":\"no\"}");
	assert_int_equal(ask(), -1);
	assert_int_equal(p.error.kind, ACR_REFUSED);
	assert_int_equal(p.error.status, 403);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(the_job_gets_an_assertion_and_entra_accepts_it),
		CASE(a_job_with_the_permission_but_an_incomplete_client_is_reported),
		CASE(a_job_with_a_client_but_without_the_permission_is_reported),
		CASE(the_token_of_the_job_is_sent_only_to_known_hosts),
		CASE(for_a_self_hosted_server_the_error_says_what_to_configure),
		CASE(no_variable_adds_a_trusted_host),
		CASE(another_cloud_has_another_audience),
		CASE(the_answer_of_github_must_be_a_token),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
