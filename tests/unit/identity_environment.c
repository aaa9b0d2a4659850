/* SPDX-License-Identifier: Apache-2.0 */
/* Tests the client secret of a service principal in the environment. */
#include "person.h"

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

static int ask(void)
{
	return person_ask(&p, &acr_identity_environment);
}

static void set_all(void)
{
	edges_set(&p.edges, "AZURE_CLIENT_ID", CLIENT);
	edges_set(&p.edges, "AZURE_TENANT_ID", TENANT);
	edges_set(&p.edges, "AZURE_CLIENT_SECRET", "a+b&c=d~e%");
}

static void client_and_tenant_alone_are_not_a_credential(void **state)
{
	(void)state;
	edges_set(&p.edges, "AZURE_CLIENT_ID", CLIENT);
	edges_set(&p.edges, "AZURE_TENANT_ID", TENANT);
	assert_int_equal(ask(), -1);
	assert_int_equal(p.error.kind, ACR_NOT_SET_UP);
}

static void a_secret_without_a_client_is_reported(void **state)
{
	(void)state;
	edges_set(&p.edges, "AZURE_CLIENT_SECRET", "x");
	edges_set(&p.edges, "AZURE_TENANT_ID", TENANT);
	assert_int_equal(ask(), -1);
	assert_int_equal(p.error.kind, ACR_INVALID);
	assert_true(acr_error_is(&p.error, CREDENTIAL_INCOMPLETE));
	assert_holds(edges_words(&p.error), "AZURE_CLIENT_ID");
}

static void the_secret_is_sent_unchanged(void **state)
{
	(void)state;
	set_all();
	edges_answer(&p.edges, ENTRA, 200,
		     person_token(&p, "\"appid\":\"" CLIENT "\",\"tid\":\"" TENANT "\""));
	assert_int_equal(ask(), 0);
	assert_holds(p.edges.sent[0], "grant_type=client_credentials&client_id=" CLIENT
				      "&client_secret=a%2Bb%26c%3Dd~e%25&scope=");
	assert_who(&p.token.who, "service principal " CLIENT ", tenant " TENANT);
}

static void the_config_chooses_tenant_and_client(void **state)
{
	(void)state;
	set_all();
	edges_set(&p.edges, "AZURE_CLIENT_ID", "");
	person_configure(&p,
			 "{\"tenant\":\"contoso.onmicrosoft.com\",\"client_id\":\"" OTHER "\"}");
	edges_answer(
		&p.edges,
		"POST https://login.microsoftonline.com/contoso.onmicrosoft.com/oauth2/v2.0/token",
		200, person_token(&p, ""));
	assert_int_equal(ask(), 0);
	assert_holds(p.edges.sent[0], "client_id=" OTHER);
}

/* A secret belongs to one application and is not sent for another. */
static void a_secret_is_not_used_for_another_application(void **state)
{
	(void)state;
	set_all();
	person_configure(&p, "{\"client_id\":\"" OTHER "\"}");
	assert_int_equal(ask(), -1);
	assert_true(acr_error_is(&p.error, CREDENTIAL_OF_ANOTHER));
	assert_int_equal(p.error.kind, ACR_INVALID);
	assert_holds(edges_words(&p.error), CLIENT);
	assert_holds(edges_words(&p.error), OTHER);
	assert_int_equal(p.edges.sent_count, 0);
}

static void a_secret_never_goes_to_an_authority_of_the_environment(void **state)
{
	(void)state;
	set_all();
	edges_set(&p.edges, "AZURE_AUTHORITY_HOST", "https://evil.example/");
	assert_int_equal(ask(), -1);
	assert_int_equal(p.error.kind, ACR_INVALID);
	assert_int_equal(p.edges.sent_count, 0);
}

static void another_cloud_is_reported_and_not_tried(void **state)
{
	(void)state;
	set_all();
	edges_set(&p.edges, "AZURE_AUTHORITY_HOST", "https://login.chinacloudapi.cn/");
	assert_int_equal(ask(), -1);
	assert_int_equal(p.error.kind, ACR_UNAVAILABLE);
	assert_holds(edges_words(&p.error), "AzureChinaCloud");
	assert_int_equal(p.edges.sent_count, 0);
}

static void a_token_for_a_registry_of_another_cloud_is_requested_there(void **state)
{
	(void)state;
	set_all();
	assert_true(acr_registry_parse(p.edges.config, "acme.azurecr.us", 15, &p.registry));
	edges_answer(&p.edges, "POST https://login.microsoftonline.us/" TENANT "/oauth2/v2.0/token",
		     200, person_token(&p, ""));
	assert_int_equal(ask(), 0);
}

static void no_error_contains_the_secret(void **state)
{
	(void)state;
	set_all();
	edges_answer(&p.edges, ENTRA, 401,
		     "{\"error\":\"invalid_client\",\"error_description\":\"AADSTS7000215: no\"}");
	assert_int_equal(ask(), -1);
	assert_lacks(edges_words(&p.error), "a+b");
	assert_lacks(p.error.sentence, "a+b");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(client_and_tenant_alone_are_not_a_credential),
		CASE(a_secret_without_a_client_is_reported),
		CASE(the_secret_is_sent_unchanged),
		CASE(the_config_chooses_tenant_and_client),
		CASE(a_secret_is_not_used_for_another_application),
		CASE(a_secret_never_goes_to_an_authority_of_the_environment),
		CASE(another_cloud_is_reported_and_not_tried),
		CASE(a_token_for_a_registry_of_another_cloud_is_requested_there),
		CASE(no_error_contains_the_secret),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
