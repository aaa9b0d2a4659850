/* SPDX-License-Identifier: Apache-2.0 */
/* Tests the request to /oauth2/exchange, and how each kind of response is handled. */
#include "edges.h"

#include "acr/identity.h"
#include "base/budget.h"
#include "registry/error_body.h"
#include "registry/refresh_token.h"
#include "tokens.h"

#define NOW 1750000000

static struct acr_registry registry;
static struct acr_response answer;
static struct acr_grant grant;
static struct acr_error error;

static void be(const char *server)
{
	assert_true(acr_registry_parse(NULL, server, strlen(server), &registry));
}

static int fresh(void **state)
{
	(void)state;
	be("acme.azurecr.io");
	answer = (struct acr_response){ .status = 200, .type = "application/json", .date = NOW };
	grant = (struct acr_grant){ 0 };
	error = (struct acr_error){ 0 };
	return 0;
}

static int clean(void **state)
{
	(void)state;
	acr_response_wipe(&answer);
	acr_grant_wipe(&grant);
	return 0;
}

/* The registry returns a token with these claims. */
static int read_claims(const char *claims)
{
	acr_secret_wipe(&answer.body);
	acr_grant_wipe(&grant);
	acr_secret_add(&answer.body, "{\"refresh_token\":\"");
	token_add(&answer.body, claims);
	acr_secret_add(&answer.body, "\"}");
	return acr_grant_read(&registry, &answer, NOW + 100000, &grant, &error);
}

static int read_body(const char *body)
{
	acr_secret_wipe(&answer.body);
	acr_grant_wipe(&grant);
	acr_secret_add(&answer.body, body);
	return acr_grant_read(&registry, &answer, NOW, &grant, &error);
}

static void the_token_is_sent_only_to_the_registry(void **state)
{
	auto_secret body = { 0 };
	auto_token token = { 0 };
	struct edges edges;

	(void)state;
	edges_begin(&edges);
	acr_secret_add(&body, "{\"refresh_token\":\"");
	token_add(&body, "{\"aud\":\"acme.azurecr.io\",\"exp\":1750010800}");
	acr_secret_add(&body, "\"}");
	edges_answer(&edges, "POST https://acme.azurecr.io/oauth2/exchange", 200,
		     acr_secret_text(&body))
		->date = NOW;
	acr_secret_add(&token.access, "entra+token");
	strcpy(token.tenant, "contoso.example");
	assert_int_equal(acr_exchange(&edges.app, &registry, &token, &grant, &error), 0);
	assert_int_equal(edges.sent_count, 1);
	assert_string_equal(
		edges.sent[0],
		"POST https://acme.azurecr.io/oauth2/exchange\n"
		"grant_type=access_token&service=acme.azurecr.io&tenant=contoso.example&"
		"access_token=entra%2Btoken");
	assert_int_equal(grant.life, 10800);
	assert_int_equal(grant.obtained, edges.boot);
	assert_string_equal(grant.audience, "acme.azurecr.io");
	assert_int_equal(error.kind, ACR_FINE);
	edges_end(&edges);
}

/* The challenge of a regional endpoint names the login server. */
static void at_a_regional_endpoint_the_service_is_the_login_server(void **state)
{
	static const struct {
		const char *host, *service;
	} rows[] = {
		{ "contoso.eastus2.geo.azurecr.io", "&service=contoso.azurecr.io&" },
		{ "contoso-e7ggejfuhzhgedc8.eastus2.geo.azurecr.us",
		  "&service=contoso-e7ggejfuhzhgedc8.azurecr.us&" },
		{ "contoso.azurecr.cn", "&service=contoso.azurecr.cn&" },
	};
	struct edges edges;

	(void)state;
	edges_begin(&edges);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		auto_string url = acr_format("POST https://%s/oauth2/exchange\n", rows[i].host);
		auto_token token = { 0 };

		assert_true(
			acr_registry_parse(NULL, rows[i].host, strlen(rows[i].host), &registry));
		edges_answer(&edges, "POST ", 401, "");
		acr_secret_add(&token.access, "t");
		assert_int_equal(acr_exchange(&edges.app, &registry, &token, &grant, &error), -1);
		assert_int_equal(strncmp(edges.sent[i], url, strlen(url)), 0);
		assert_non_null(strstr(edges.sent[i], rows[i].service));
	}
	edges_end(&edges);
}

static void an_unknown_tenant_is_not_sent(void **state)
{
	auto_token token = { 0 };
	struct edges edges;

	(void)state;
	edges_begin(&edges);
	edges_answer(&edges, "POST ", 401, "{}");
	acr_secret_add(&token.access, "t");
	assert_int_equal(acr_exchange(&edges.app, &registry, &token, &grant, &error), -1);
	assert_null(strstr(edges.sent[0], "tenant"));
	assert_int_equal(error.kind, ACR_REFUSED);
	assert_int_equal(error.status, 401);
	edges_end(&edges);
}

static char warmed[64];

static void note_warm(struct acr_http *self, const struct acr_app *app, const char *url)
{
	(void)self;
	(void)app;
	snprintf(warmed, sizeof(warmed), "%s", url);
}

static void a_connection_is_opened_before_any_secret_is_sent(void **state)
{
	struct edges edges;

	(void)state;
	edges_begin(&edges);
	acr_exchange_warm(&edges.app, &registry);
	edges.http.warm = note_warm;
	acr_exchange_warm(&edges.app, &registry);
	assert_string_equal(warmed, "https://acme.azurecr.io/v2/");
	edges_end(&edges);
}

static void the_lifetime_is_computed_with_the_clock_of_the_server(void **state)
{
	(void)state;
	/* The local clock is a day ahead, which has no effect. */
	assert_int_equal(read_claims("{\"aud\":\"acme.azurecr.io\",\"exp\":1750005000}"), 0);
	assert_int_equal(grant.life, 5000);
	assert_int_equal(read_claims("{\"aud\":\"acme.azurecr.io\",\"exp\":\"1750005000\"}"), 0);
	assert_int_equal(grant.life, 5000);
}

static void without_a_date_header_the_local_clock_is_used(void **state)
{
	(void)state;
	answer.date = 0;
	assert_int_equal(read_claims("{\"exp\":1750105000}"), 0);
	assert_int_equal(grant.life, 5000);
	/* By the local clock it has expired although it was just issued: then the local clock is
	 * wrong. */
	assert_int_equal(read_claims("{\"iat\":1750000000,\"exp\":1750004000}"), 0);
	assert_int_equal(grant.life, 4000);
	assert_int_equal(read_claims("{\"exp\":1750004000}"), 0);
	assert_int_equal(grant.life, 300);
}

static void a_lifetime_is_limited_to_three_hours(void **state)
{
	(void)state;
	assert_int_equal(read_claims("{\"exp\":4102444800}"), 0);
	assert_int_equal(grant.life, 10800);
	assert_int_equal(read_claims("{\"exp\":9223372036854775807}"), 0);
	assert_int_equal(grant.life, 10800);
}

static void a_token_without_an_expiry_lives_five_minutes(void **state)
{
	static const char *const claims[] = { "{}",
					      "{\"exp\":0}",
					      "{\"exp\":-5}",
					      "{\"exp\":null}",
					      "{\"exp\":\"soon\"}",
					      "{\"exp\":[]}",
					      "{\"exp\":true}" };

	(void)state;
	for (size_t i = 0; i < sizeof(claims) / sizeof(claims[0]); i++) {
		assert_int_equal(read_claims(claims[i]), 0);
		assert_int_equal(grant.life, 300);
	}
	assert_int_equal(read_body("{\"refresh_token\":\"not-a-jwt\"}"), 0);
	assert_int_equal(grant.life, 300);
	assert_string_equal(acr_secret_text(&grant.token), "not-a-jwt");
	assert_string_equal(grant.audience, "");
}

static void a_token_that_expired_by_the_clock_of_the_server_is_an_error(void **state)
{
	(void)state;
	assert_int_equal(read_claims("{\"exp\":1750000000}"), -1);
	assert_int_equal(error.kind, ACR_INVALID);
	assert_int_equal(read_claims("{\"exp\":1000000000}"), -1);
	assert_null(grant.token.bytes);
}

static void a_token_for_another_registry_is_an_error(void **state)
{
	static const char *const others[] = {
		"{\"aud\":\"evil.azurecr.io\",\"exp\":1750005000}",
		"{\"aud\":\"\"}",
		"{\"aud\":[]}",
		"{\"aud\":[\"evil.azurecr.io\"]}",
		"{\"aud\":7}",
		"{\"aud\":{\"acme.azurecr.io\":1}}",
		"{\"aud\":\"acme.azurecr.io.evil.com\"}",
		"{\"aud\":\"acme.azurecr.cn\"}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		if (read_claims(others[i]) == 0)
			fail_msg("taken: %s", others[i]);
		assert_int_equal(error.kind, ACR_INVALID);
		assert_int_equal(error.origin, ACR_ORIGIN_REGISTRY);
		assert_null(grant.token.bytes);
	}
	assert_int_equal(read_claims("{\"aud\":[\"x\",\"ACME.azurecr.io\"]}"), 0);
	assert_string_equal(grant.audience, "ACME.azurecr.io");
	assert_int_equal(read_claims("{\"exp\":1750005000}"), 0);
}

static void a_regional_endpoint_issues_tokens_of_its_registry(void **state)
{
	(void)state;
	be("acme.eastus.geo.azurecr.io");
	assert_int_equal(read_claims("{\"aud\":\"acme.eastus.geo.azurecr.io\"}"), 0);
	assert_int_equal(read_claims("{\"aud\":\"acme.azurecr.io\"}"), 0);
	assert_int_equal(read_claims("{\"aud\":\"acmes.azurecr.io\"}"), -1);
	assert_int_equal(read_claims("{\"aud\":\"acme.westus.geo.azurecr.io\"}"), -1);
	be("acme-e7ggejfuhzhgedc8.eastus.geo.azurecr.io");
	assert_int_equal(read_claims("{\"aud\":\"acme-e7ggejfuhzhgedc8.azurecr.io\"}"), 0);
	assert_int_equal(read_claims("{\"aud\":\"acme.azurecr.io\"}"), -1);
}

static void a_custom_domain_may_issue_tokens_of_any_registry(void **state)
{
	(void)state;
	strcpy(registry.host, "registry.contoso.internal");
	registry.genuine = false;
	assert_int_equal(read_claims("{\"aud\":\"registry.contoso.internal\"}"), 0);
	assert_int_equal(read_claims("{\"aud\":\"acme.azurecr.io\"}"), 0);
	assert_int_equal(read_claims("{\"aud\":\"evil.example\"}"), -1);
}

static void an_answer_that_is_not_a_token_is_an_error(void **state)
{
	static const char *const bodies[] = {
		"",
		"{}",
		"[]",
		"null",
		"\"token\"",
		"{\"refresh_token\":null}",
		"{\"refresh_token\":\"\"}",
		"{\"refresh_token\":7}",
		"{\"refresh_token\":[\"a\"]}",
		"{\"refresh_token\":{\"a\":\"b\"}}",
		"{\"access_token\":\"a\"}",
		"{\"Refresh_Token\":\"a\"}",
		"{\"refresh_token\":\"a b\"}",
		"{\"refresh_token\":\"a\\r\\nX: y\"}",
		"{\"refresh_token\":\"a\\\"b\"}",
		"{\"refresh_token\":\"\\u00e9\"}",
		"{\"refresh_token\":\"a\\u0000b\"}",
		"{\"refresh_token\":\"a\"",
		"{\"refresh_token\":\"a\"} trailing",
		"refresh_token=a",
		"<html></html>",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		if (read_body(bodies[i]) == 0)
			fail_msg("taken: %s", bodies[i]);
		assert_int_equal(error.kind, ACR_INVALID);
		assert_string_equal(error.host, "acme.azurecr.io");
		assert_int_equal(error.status, 200);
		assert_null(grant.token.bytes);
	}
}

static void a_token_has_a_maximum_size(void **state)
{
	char *body = malloc(ACR_TOKEN_MAX + 100);
	int length = sprintf(body, "{\"refresh_token\":\"");

	(void)state;
	memset(body + length, 'a', ACR_TOKEN_MAX);
	strcpy(body + length + ACR_TOKEN_MAX, "\"}");
	assert_int_equal(read_body(body), 0);
	strcpy(body + length + ACR_TOKEN_MAX, "a\"}");
	assert_int_equal(read_body(body), -1);
	assert_int_equal(error.kind, ACR_INVALID);
	free(body);
}

static void a_web_page_is_reported_as_a_web_page(void **state)
{
	(void)state;
	strcpy(answer.type, "text/html");
	assert_int_equal(read_body("<html>Please sign in</html>"), -1);
	assert_int_equal(error.kind, ACR_INVALID);
	assert_non_null(strstr(edges_words(&error), "web page"));
	/* Its message is not attributed to the registry either, even if it has the right format. */
	answer.status = 403;
	acr_secret_wipe(&answer.body);
	acr_secret_add(&answer.body, "{\"errors\":[{\"code\":\"DENIED\",\"message\":\"no\"}]}");
	acr_refusal(&registry, &answer, &error);
	assert_int_equal(error.kind, ACR_INVALID);
	assert_non_null(strstr(edges_words(&error), "web page"));
	assert_string_equal(error.sentence, "");
	assert_string_equal(error.code, "");
}

static void each_denial_has_its_own_error(void **state)
{
	static const struct {
		int status;
		const char *body;
		enum acr_kind kind;
		const char *code, *sentence, *text;
	} rows[] = {
		{ 401,
		  "{\"errors\":[{\"code\":\"UNAUTHORIZED\",\"message\":\"authentication required, "
		  "visit "
		  "https://aka.ms/acr/authorization for more information.\",\"detail\":null}]}",
		  ACR_REFUSED, "UNAUTHORIZED",
		  "authentication required, visit https://aka.ms/acr/authorization for more "
		  "information.",
		  "acme.azurecr.io denied access (status 401, UNAUTHORIZED)" },
		{ 403,
		  "{\"errors\":[{\"code\":\"DENIED\",\"message\":\"client with IP "
		  "\\u0027203.0.113.7\\u0027 is not "
		  "allowed access. Refer https://aka.ms/acr/firewall to grant access.\"}]}",
		  ACR_REFUSED, "DENIED",
		  "client with IP '203.0.113.7' is not allowed access. Refer "
		  "https://aka.ms/acr/firewall to grant "
		  "access.",
		  "the network rules of acme.azurecr.io do not allow this machine (status 403)" },
		{ 403,
		  "{\"errors\":[{\"code\":\"DENIED\",\"message\":\"requested access to the "
		  "resource is denied\"}]}",
		  ACR_REFUSED, "DENIED", "requested access to the resource is denied",
		  "acme.azurecr.io denied access (status 403, DENIED)" },
		{ 401, "", ACR_REFUSED, "", "", "acme.azurecr.io denied access (status 401)" },
		{ 403, "<html>", ACR_REFUSED, "", "",
		  "acme.azurecr.io denied access (status 403)" },
		{ 400,
		  "{\"error\":\"invalid_request\",\"error_description\":\"a field is missing\"}",
		  ACR_REFUSED, "invalid_request", "a field is missing",
		  "acme.azurecr.io denied access (status 400, invalid_request)" },
		{ 400, "?", ACR_INVALID, "", "",
		  "unexpected response from acme.azurecr.io (status 400)" },
		{ 404, "404 page not found", ACR_INVALID, "", "",
		  "acme.azurecr.io does not support signing in to an Azure container registry "
		  "(status 404)" },
		{ 404, "{\"errors\":[{\"code\":\"NAME_UNKNOWN\",\"message\":\"no\"}]}", ACR_REFUSED,
		  "NAME_UNKNOWN", "no",
		  "acme.azurecr.io denied access (status 404, NAME_UNKNOWN)" },
		{ 429, "{\"errors\":[{\"code\":\"TOOMANYREQUESTS\",\"message\":\"slow down\"}]}",
		  ACR_UNREACHABLE, "TOOMANYREQUESTS", "slow down",
		  "acme.azurecr.io is throttling requests (status 429)" },
		{ 408, "", ACR_UNREACHABLE, "", "",
		  "acme.azurecr.io is temporarily unavailable (status 408)" },
		{ 500, "", ACR_UNREACHABLE, "", "",
		  "acme.azurecr.io is temporarily unavailable (status 500)" },
		{ 503, "{\"errors\":[{\"code\":\"UNAVAILABLE\"}]}", ACR_UNREACHABLE, "UNAVAILABLE",
		  "", "acme.azurecr.io is temporarily unavailable (status 503)" },
		{ 307, "", ACR_INVALID, "", "",
		  "acme.azurecr.io redirected to evil.example (status 307); redirects are never "
		  "followed" },
		{ 204, "", ACR_INVALID, "", "",
		  "unexpected response from acme.azurecr.io (status 204)" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		fresh(state);
		answer.status = rows[i].status;
		strcpy(answer.location, "https://evil.example/oauth2/exchange");
		acr_secret_add(&answer.body, rows[i].body);
		assert_int_equal(acr_refusal(&registry, &answer, &error), -1);
		assert_string_equal(edges_words(&error), rows[i].text);
		assert_int_equal(error.kind, rows[i].kind);
		assert_string_equal(error.code, rows[i].code);
		assert_string_equal(error.sentence, rows[i].sentence);
		assert_int_equal(error.status, rows[i].status);
		assert_int_equal(error.origin, ACR_ORIGIN_REGISTRY);
		assert_string_equal(error.host, "acme.azurecr.io");
		clean(state);
	}
}

static void the_error_keeps_the_retry_after_time(void **state)
{
	(void)state;
	answer.status = 429;
	answer.retry_after = 42;
	acr_refusal(&registry, &answer, &error);
	assert_int_equal(error.retry_after, 42);
	assert_string_equal(
		edges_words(&error),
		"acme.azurecr.io is throttling requests (status 429) and asks to retry after 42 s");
}

static void the_correlation_id_comes_from_the_header_or_from_the_message(void **state)
{
	static const char body[] =
		"{\"errors\":[{\"code\":\"DENIED\",\"message\":\"no. CorrelationId: "
		"0a374444-0000-4000-8000-000000000001.\"}]}";

	(void)state;
	answer.status = 403;
	acr_secret_add(&answer.body, body);
	acr_refusal(&registry, &answer, &error);
	assert_string_equal(error.correlation, "0a374444-0000-4000-8000-000000000001");
	strcpy(answer.correlation, "from-the-header");
	acr_refusal(&registry, &answer, &error);
	assert_string_equal(error.correlation, "from-the-header");
}

static void a_service_cannot_control_the_terminal(void **state)
{
	(void)state;
	answer.status = 401;
	acr_secret_add(&answer.body,
		       "{\"errors\":[{\"code\":\"BAD "
		       "CODE\\u001b[31m\",\"message\":\"a\\u001b]0;b\\u0007\\nc\"}]}");
	acr_refusal(&registry, &answer, &error);
	assert_string_equal(error.code, "");
	assert_string_equal(error.sentence, "a?]0;b? c");
}

static void the_error_argument_may_be_null(void **state)
{
	(void)state;
	answer.status = 401;
	assert_int_equal(acr_refusal(&registry, &answer, NULL), -1);
	assert_int_equal(
		acr_refusal_of_content(&registry, &answer, ACR_MESSAGE_TOKEN_MISSING, NULL), -1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fresh, clean)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_token_is_sent_only_to_the_registry),
		TEST(at_a_regional_endpoint_the_service_is_the_login_server),
		TEST(an_unknown_tenant_is_not_sent),
		TEST(a_connection_is_opened_before_any_secret_is_sent),
		TEST(the_lifetime_is_computed_with_the_clock_of_the_server),
		TEST(without_a_date_header_the_local_clock_is_used),
		TEST(a_lifetime_is_limited_to_three_hours),
		TEST(a_token_without_an_expiry_lives_five_minutes),
		TEST(a_token_that_expired_by_the_clock_of_the_server_is_an_error),
		TEST(a_token_for_another_registry_is_an_error),
		TEST(a_regional_endpoint_issues_tokens_of_its_registry),
		TEST(a_custom_domain_may_issue_tokens_of_any_registry),
		TEST(an_answer_that_is_not_a_token_is_an_error),
		TEST(a_token_has_a_maximum_size),
		TEST(a_web_page_is_reported_as_a_web_page),
		TEST(each_denial_has_its_own_error),
		TEST(the_error_keeps_the_retry_after_time),
		TEST(the_correlation_id_comes_from_the_header_or_from_the_message),
		TEST(a_service_cannot_control_the_terminal),
		TEST(the_error_argument_may_be_null),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
