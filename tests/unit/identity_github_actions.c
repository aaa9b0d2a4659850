/* SPDX-License-Identifier: Apache-2.0 */
/* A GitHub Actions job: its own token for an assertion, and the assertion for a token. */
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

static void the_job_gets_an_assertion_and_entra_takes_it(void **state)
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

static void a_job_with_the_right_but_without_a_client_is_not_set_up(void **state)
{
	(void)state;
	edges_set(&p.edges, "AZURE_CLIENT_ID", "");
	assert_int_equal(ask(), -1);
	assert_int_equal(p.error.kind, ACR_NOT_SET_UP);
}

static void a_job_without_the_right_is_not_set_up_or_told_when_pinned(void **state)
{
	(void)state;
	edges_set(&p.edges, "ACTIONS_ID_TOKEN_REQUEST_URL", "");
	edges_set(&p.edges, "GITHUB_ACTIONS", "true");
	assert_int_equal(ask(), -1);
	assert_int_equal(p.error.kind, ACR_NOT_SET_UP);
	person_configure(&p, "{\"identity\":\"github-actions\"}");
	assert_int_equal(person_first(&p), -1);
	assert_int_equal(p.error.kind, ACR_UNAVAILABLE);
	assert_holds(p.error.text, "id-token: write");
}

static void the_jobs_token_goes_to_github_alone(void **state)
{
	static const char *const urls[] = {
		"https://evil.example/idtoken",
		"https://actions.githubusercontent.com.evil.example/",
		"https://evilactions.githubusercontent.com/",
		"https://actions.githubusercontent.com@evil.example/",
		"https://actions.githubusercontent.com:444/",
		"http://x.actions.githubusercontent.com/",
		"https://evil.example\\.actions.githubusercontent.com/",
		"https://",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
		edges_set(&p.edges, "ACTIONS_ID_TOKEN_REQUEST_URL", urls[i]);
		assert_int_equal(ask(), -1);
		assert_int_equal(p.error.kind, ACR_INVALID);
	}
	assert_int_equal(p.edges.sent_count, 0);
}

static void a_server_of_ones_own_is_known_by_its_url(void **state)
{
	(void)state;
	edges_set(&p.edges, "ACTIONS_ID_TOKEN_REQUEST_URL",
		  "https://github.contoso.internal/_services/token");
	assert_int_equal(ask(), -1);
	edges_set(&p.edges, "GITHUB_SERVER_URL", "https://github.contoso.internal");
	edges_answer(&p.edges, "GET https://github.contoso.internal/_services/token?audience=", 200,
		     "{\"value\":\"a.b.c\"}");
	edges_answer(&p.edges, ENTRA, 200, person_token(&p, ""));
	assert_int_equal(ask(), 0);
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

static void what_github_answers_must_be_a_token(void **state)
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
		CASE(the_job_gets_an_assertion_and_entra_takes_it),
		CASE(a_job_with_the_right_but_without_a_client_is_not_set_up),
		CASE(a_job_without_the_right_is_not_set_up_or_told_when_pinned),
		CASE(the_jobs_token_goes_to_github_alone),
		CASE(a_server_of_ones_own_is_known_by_its_url),
		CASE(another_cloud_has_another_audience),
		CASE(what_github_answers_must_be_a_token),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
