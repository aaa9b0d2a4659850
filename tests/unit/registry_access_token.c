/* SPDX-License-Identifier: Apache-2.0 */
/* Tests the access token that is requested to verify a login. */
#include "edges.h"

#include "acr/registry.h"

static struct acr_registry registry;
static struct edges edges;
static struct acr_error error;

static int fresh(void **state)
{
	(void)state;
	edges_begin(&edges);
	assert_true(acr_registry_parse(NULL, "public.azurecr.io", 17, &registry));
	error = (struct acr_error){ 0 };
	return 0;
}

static int clean(void **state)
{
	(void)state;
	edges_end(&edges);
	return 0;
}

static void a_login_is_verified_as_docker_verifies_it(void **state)
{
	auto_secret password = { 0 };
	auto_secret access = { 0 };

	(void)state;
	acr_secret_add(&password, "p&w");
	edges_answer(&edges, "GET https://public.azurecr.io/oauth2/token?service=public.azurecr.io",
		     200, "{\"access_token\":\"a.b.c\"}");
	assert_int_equal(
		acr_scope_token(&edges.app, &registry, "admin", &password, NULL, &access, &error),
		0);
	assert_string_equal(acr_secret_text(&access), "a.b.c");
	assert_null(strstr(edges.sent[0], "p&w"));
	assert_null(strstr(edges.sent[0], "p%26w"));
	assert_int_equal(error.kind, ACR_FINE);
}

static void a_scope_is_requested_by_its_name(void **state)
{
	(void)state;
	edges_answer(&edges,
		     "GET https://public.azurecr.io/oauth2/token?service=public.azurecr.io&"
		     "scope=repository%3Aapp%3Apull",
		     200, "{\"token\":\"a.b.c\"}");
	assert_int_equal(acr_scope_token(&edges.app, &registry, NULL, NULL, "repository:app:pull",
					 NULL, &error),
			 0);
}

static void a_refresh_token_is_sent_in_the_body(void **state)
{
	auto_secret token = { 0 };

	(void)state;
	acr_secret_add(&token, "refresh.me");
	edges_answer(&edges, "POST https://public.azurecr.io/oauth2/token", 200,
		     "{\"access_token\":\"a\"}");
	assert_int_equal(
		acr_scope_token(&edges.app, &registry, "<token>", &token, NULL, NULL, &error), 0);
	assert_string_equal(edges.sent[0], "POST https://public.azurecr.io/oauth2/token\n"
					   "grant_type=refresh_token&service=public.azurecr.io&"
					   "refresh_token=refresh.me");
}

static void a_regional_endpoint_is_asked_for_tokens_of_the_login_server(void **state)
{
	(void)state;
	assert_true(acr_registry_parse(NULL, "public.eastus2.geo.azurecr.io", 29, &registry));
	edges_answer(&edges,
		     "GET https://public.eastus2.geo.azurecr.io/oauth2/token?"
		     "service=public.azurecr.io",
		     200, "{\"access_token\":\"a\"}");
	assert_int_equal(acr_scope_token(&edges.app, &registry, NULL, NULL, NULL, NULL, &error), 0);
}

static void a_wrong_password_is_a_denial(void **state)
{
	auto_secret password = { 0 };

	(void)state;
	acr_secret_add(&password, "wrong");
	edges_answer(&edges, "GET ", 401,
		     "{\"errors\":[{\"code\":\"UNAUTHORIZED\",\"message\":\"Invalid clientid or "
		     "client secret.\"}]}");
	assert_int_equal(
		acr_scope_token(&edges.app, &registry, "admin", &password, NULL, NULL, &error), -1);
	assert_int_equal(error.kind, ACR_REFUSED);
	assert_string_equal(error.code, "UNAUTHORIZED");
	assert_string_equal(error.sentence, "Invalid clientid or client secret.");
}

static void a_user_name_with_a_colon_is_not_sent(void **state)
{
	auto_secret password = { 0 };

	(void)state;
	assert_int_equal(
		acr_scope_token(&edges.app, &registry, "a:b", &password, NULL, NULL, &error), -1);
	assert_int_equal(error.kind, ACR_INVALID);
	assert_int_equal(edges.sent_count, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fresh, clean)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_login_is_verified_as_docker_verifies_it),
		TEST(a_scope_is_requested_by_its_name),
		TEST(a_refresh_token_is_sent_in_the_body),
		TEST(a_wrong_password_is_a_denial),
		TEST(a_user_name_with_a_colon_is_not_sent),
		TEST(a_regional_endpoint_is_asked_for_tokens_of_the_login_server),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
