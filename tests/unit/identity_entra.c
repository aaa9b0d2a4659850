/* SPDX-License-Identifier: Apache-2.0 */
/* Tests the token endpoint of Entra ID: what is sent, which responses are tokens, how errors are
 * reported, and when nothing is sent. */
#include "identity/internal.h"
#include "person.h"

static struct person p;
static const struct acr_ask ask = { .registry = &p.registry, .audience = ACR_AUDIENCE };

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

static int redeem_at(const char *tenant)
{
	auto_secret form = { 0 };

	memset(&p.error, 0, sizeof(p.error));
	acr_form_add(&form, "grant_type", "client_credentials");
	acr_form_add(&form, "client_secret", "a+b&c=d %");
	return acr_entra_redeem(&p.edges.app, "login.microsoftonline.com", tenant, &ask, &form,
				&p.token, &p.error);
}

static int redeem(int status, const char *body)
{
	edges_answer(&p.edges, ENTRA, status, body);
	return redeem_at(TENANT);
}

static void the_form_is_sent_with_a_scope_and_a_request_id(void **state)
{
	(void)state;
	assert_int_equal(redeem(200, person_token(&p, "\"tid\":\"" OTHER "\"")), 0);
	assert_string_equal(p.edges.sent[0], ENTRA
			    "\ngrant_type=client_credentials&client_secret=a%2Bb%26c%3Dd%20%25"
			    "&scope=https%3A%2F%2Fcontainerregistry.azure.net%2F.default");
	assert_holds(p.headers[0], "client-request-id: ");
	assert_holds(p.headers[0], "return-client-request-id: true");
	assert_int_equal(p.token.life, 3599);
	assert_string_equal(p.token.tenant, OTHER);
	assert_false(p.local[0]);
}

static void a_lifetime_may_be_a_string_or_missing(void **state)
{
	(void)state;
	assert_int_equal(redeem(200, "{\"access_token\":\"opaque\",\"expires_in\":\"4000\"}"), 0);
	assert_int_equal(p.token.life, 4000);
	assert_string_equal(p.token.tenant, TENANT);
	assert_int_equal(redeem(200, "{\"access_token\":\"opaque\",\"expires_in\":\"\"}"), 0);
	assert_int_equal(p.token.life, 0);
	auto_string body = acr_format("{\"access_token\":\"%s\"}", person_jwt(&p, ""));
	assert_int_equal(redeem(200, body), 0);
	assert_int_equal(p.token.life, 3600);
}

static void a_person_is_shown_by_name_and_an_application_by_id(void **state)
{
	(void)state;
	assert_int_equal(
		redeem(200,
		       person_token(&p,
				    "\"upn\":\"user@contoso.com\",\"appid\":\"x\",\"tid\":\"" TENANT
				    "\"")),
		0);
	assert_who(&p.token.who, "user user@contoso.com, tenant " TENANT);
	assert_int_equal(
		redeem(200,
		       person_token(&p, "\"idtyp\":\"app\",\"unique_name\":\"x\",\"azp\":\"" CLIENT
					"\"")),
		0);
	assert_who(&p.token.who, "service principal " CLIENT ", tenant " TENANT);
}

/* The object ID becomes part of commands that users paste. */
static void an_object_id_that_is_not_a_guid_is_ignored(void **state)
{
	static const char *const wrong[] = { "x", "$(reboot)", TENANT "0",
					     "1111111111111111111111111111111111;id",
					     "11111111-1111-1111-1111-11111111111g" };

	(void)state;
	assert_int_equal(redeem(200, person_token(&p, "\"oid\":\"" TENANT "\"")), 0);
	assert_string_equal(p.token.who.object, TENANT);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		auto_string claims =
			acr_format("\"appid\":\"" CLIENT "\",\"oid\":\"%s\"", wrong[i]);

		assert_int_equal(redeem(200, person_token(&p, claims)), 0);
		assert_string_equal(p.token.who.object, "");
	}
}

static void a_name_in_a_token_cannot_control_a_terminal(void **state)
{
	(void)state;
	assert_int_equal(redeem(200, person_token(&p, "\"upn\":\"a\\u001b[31m\\u009b\\nb\"")), 0);
	assert_string_equal(p.token.who.name, "a?[31m? b");
	for (const char *c = p.token.who.name; *c; c++)
		assert_true((unsigned char)*c >= 0x20);
}

static void a_rejection_is_parsed_into_code_message_and_correlation_id(void **state)
{
	(void)state;
	assert_int_equal(redeem(401, "{\"error\":\"invalid_client\",\"error_description\":"
				     "\"AADSTS7000222: The provided client "
				     "secret keys for app are expired.\\r\\nTrace ID: "
				     "t\\r\\nCorrelation ID: c\",\"error_codes\":[7000222],"
				     "\"correlation_id\":\"" OTHER "\"}"),
			 -1);
	assert_int_equal(p.error.kind, ACR_REFUSED);
	assert_int_equal(p.error.origin, ACR_ORIGIN_ENTRA);
	assert_int_equal(p.error.status, 401);
	assert_string_equal(p.error.code, "AADSTS7000222");
	assert_string_equal(p.error.sentence,
			    "AADSTS7000222: The provided client secret keys for app are expired.");
	assert_string_equal(p.error.correlation, OTHER);
	assert_string_equal(p.error.host, "login.microsoftonline.com");
	assert_true(acr_error_is(&p.error, SERVICE_REJECTED_CODE));
}

/* Entra ID appends the IDs to its message, since 2023 on the same line
 * (AzureAD/microsoft-identity-web#2796). */
static void ids_and_time_are_removed_from_the_message(void **state)
{
	static const char *const between[] = { " ", "\\r\\n", "\\n" };

	(void)state;
	for (size_t i = 0; i < sizeof(between) / sizeof(between[0]); i++) {
		auto_string body = acr_format(
			"{\"error\":\"invalid_resource\",\"error_description\":\"AADSTS500011: The "
			"resource principal named X was not found.%sTrace ID: " OTHER
			"%sCorrelation ID: " OTHER "%sTimestamp: 2024-04-24 17:54:15Z\"}",
			between[i], between[i], between[i]);

		assert_int_equal(redeem(400, body), -1);
		assert_string_equal(p.error.code, "AADSTS500011");
		assert_string_equal(p.error.sentence,
				    "AADSTS500011: The resource principal named X was not found.");
	}
}

static void a_code_is_found_without_a_description_and_an_error_name_without_a_code(void **state)
{
	(void)state;
	assert_int_equal(redeem(400, "{\"error\":\"invalid_grant\",\"error_codes\":[70008]}"), -1);
	assert_string_equal(p.error.code, "AADSTS70008");
	assert_int_equal(redeem(400, "{\"error\":\"interaction_required\"}"), -1);
	assert_string_equal(p.error.code, "interaction_required");
	assert_int_equal(p.error.kind, ACR_REFUSED);
	/* The program generates one itself, so that users can give it to Microsoft support. */
	assert_int_equal(strlen(p.error.correlation), 36);
	assert_int_equal(redeem(400, "{\"error\":\"\\u001b[2J evil\"}"), -1);
	assert_string_equal(p.error.code, "");
}

static void an_unavailable_service_is_not_a_rejection(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++)
		edges_answer(&p.edges, ENTRA, 503, "{\"error\":\"temporarily_unavailable\"}");
	assert_int_equal(redeem_at(TENANT), -1);
	assert_int_equal(p.error.kind, ACR_UNREACHABLE);
	assert_int_equal(p.edges.sent_count, 3);
}

static void a_page_of_a_proxy_is_not_a_rejection_by_entra(void **state)
{
	(void)state;
	assert_int_equal(redeem(403, "<html>Blocked by policy</html>"), -1);
	assert_int_equal(p.error.kind, ACR_UNREACHABLE);
	assert_true(acr_error_is(&p.error, SERVICE_IMPERSONATED));
	assert_int_equal(redeem(302, ""), -1);
	assert_int_equal(p.error.kind, ACR_UNREACHABLE);
}

static void an_answer_that_is_not_a_token_is_an_error(void **state)
{
	static const char *const bodies[] = {
		"",
		"<html>",
		"[]",
		"null",
		"{}",
		"{\"access_token\":7}",
		"{\"access_token\":\"\"}",
		"{\"access_token\":\"a b\"}",
		"{\"access_token\":\"a\\r\\nX: y\"}",
		"{\"access_token\":\"x\",\"token_type\":\"pop\"}",
		"{\"access_token\":\"x\"",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		assert_int_equal(redeem(200, bodies[i]), -1);
		assert_int_equal(p.error.kind, ACR_INVALID);
		assert_int_equal(p.error.origin, ACR_ORIGIN_ENTRA);
	}
}

static void no_request_is_sent_for_an_invalid_tenant(void **state)
{
	static const char *const tenants[] = { "",    "common", "Organizations", "consumers", "..",
					       "a/b", "a?b",	"a..b",		 ".a",	      "a b",
					       "a#b", "a%2fb",	"contoso\n" };

	(void)state;
	for (size_t i = 0; i < sizeof(tenants) / sizeof(tenants[0]); i++) {
		assert_int_equal(redeem_at(tenants[i]), -1);
		assert_int_equal(p.error.kind, ACR_INVALID);
	}
	assert_int_equal(p.edges.sent_count, 0);
	assert_true(acr_tenant_fits("contoso.onmicrosoft.com"));
}

static int authority(const char *variable, const char **ret)
{
	memset(&p.error, 0, sizeof(p.error));
	edges_set(&p.edges, "AZURE_AUTHORITY_HOST", variable);
	return acr_entra_authority(&p.edges.app, &p.registry, ret, &p.error);
}

static void the_cloud_of_the_registry_decides_the_authority(void **state)
{
	const char *host = NULL;

	(void)state;
	assert_int_equal(acr_entra_authority(&p.edges.app, &p.registry, &host, &p.error), 0);
	assert_string_equal(host, "login.microsoftonline.com");
	assert_int_equal(authority("https://login.microsoftonline.com/", &host), 0);
	assert_string_equal(host, "login.microsoftonline.com");
	assert_int_equal(authority("LOGIN.microsoft.com", &host), 0);
	assert_string_equal(host, "login.microsoft.com");
	assert_int_equal(authority("https://login.microsoftonline.us/", &host), -1);
	assert_int_equal(p.error.kind, ACR_UNAVAILABLE);
	assert_true(acr_error_is(&p.error, AUTHORITY_OF_ANOTHER_CLOUD));
	assert_holds(edges_words(&p.error), "AzureUSGovernment");
	assert_holds(edges_words(&p.error), HOST);
}

static void an_unknown_authority_gets_no_request(void **state)
{
	static const char *const hosts[] = { "https://evil.example/",
					     "http://login.microsoftonline.com/",
					     "https://login.microsoftonline.com.evil.example",
					     "https://login.microsoftonline.com@evil.example/",
					     "https://login.microsoftonline.com:444/",
					     "https://login.microsoftonline.com/../x",
					     "https://login.microsoftonline.com\\@evil.example",
					     "//login.microsoftonline.com",
					     "https://" };
	const char *host = NULL;

	(void)state;
	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		assert_int_equal(authority(hosts[i], &host), -1);
		assert_int_equal(p.error.kind, ACR_INVALID);
	}
}

static void the_authority_of_the_config_takes_precedence_over_the_variable(void **state)
{
	const char *host = NULL;

	(void)state;
	person_configure(&p, "{\"registries\":{\"" HOST
			     "\":{\"authority\":\"login.contoso.internal\"}}}");
	assert_int_equal(authority("https://login.contoso.internal", &host), 0);
	assert_string_equal(host, "login.contoso.internal");
	assert_int_equal(authority("login.microsoftonline.com", &host), 0);
	assert_string_equal(host, "login.contoso.internal");
}

static void ids_are_random_and_well_formed(void **state)
{
	char one[37], two[37];

	(void)state;
	acr_uuid_make(one);
	acr_uuid_make(two);
	assert_string_not_equal(one, two);
	assert_int_equal(one[14], '4');
	assert_int_equal(strspn(one, "0123456789abcdef-"), 36);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(the_form_is_sent_with_a_scope_and_a_request_id),
		CASE(a_lifetime_may_be_a_string_or_missing),
		CASE(a_person_is_shown_by_name_and_an_application_by_id),
		CASE(an_object_id_that_is_not_a_guid_is_ignored),
		CASE(a_name_in_a_token_cannot_control_a_terminal),
		CASE(a_rejection_is_parsed_into_code_message_and_correlation_id),
		CASE(ids_and_time_are_removed_from_the_message),
		CASE(a_code_is_found_without_a_description_and_an_error_name_without_a_code),
		CASE(an_unavailable_service_is_not_a_rejection),
		CASE(a_page_of_a_proxy_is_not_a_rejection_by_entra),
		CASE(an_answer_that_is_not_a_token_is_an_error),
		CASE(no_request_is_sent_for_an_invalid_tenant),
		CASE(the_cloud_of_the_registry_decides_the_authority),
		CASE(an_unknown_authority_gets_no_request),
		CASE(the_authority_of_the_config_takes_precedence_over_the_variable),
		CASE(ids_are_random_and_well_formed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
