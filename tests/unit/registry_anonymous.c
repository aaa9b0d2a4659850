/* SPDX-License-Identifier: Apache-2.0 */
/* Tests whether a registry accepts clients without a login, and what their token allows. A wrong
 * "yes" would hide why access was denied, so both results are tested. */
#include "edges.h"

#include "acr/registry.h"
#include "base/budget.h"
#include "tokens.h"

#define HOST	"public.azurecr.io"
#define DOCKERS "GET https://" HOST "/oauth2/token?service=" HOST "&scope=repository%3A"
#define CATALOG "POST https://" HOST "/oauth2/token"
#define PULL	"[{\"type\":\"repository\",\"name\":\"hello-world\",\"actions\":[\"pull\"]}]"
#define ALL	"[{\"type\":\"registry\",\"name\":\"catalog\",\"actions\":[\"*\"]}]"

static struct acr_registry registry;
static struct edges edges;
static char bodies[4][1024];
static size_t body_count;

static int fresh(void **state)
{
	(void)state;
	edges_begin(&edges);
	body_count = 0;
	assert_true(acr_registry_parse(NULL, HOST, strlen(HOST), &registry));
	return 0;
}

static int clean(void **state)
{
	(void)state;
	edges_end(&edges);
	return 0;
}

/* A token with this `access` claim, as ACR issues it. */
static const char *token(const char *access)
{
	auto_string claims = acr_format("{\"access\":%s}", access);
	auto_secret body = { 0 };
	char *ret = bodies[body_count++];

	acr_secret_add(&body, "{\"access_token\":\"");
	token_add(&body, claims);
	acr_secret_add(&body, "\"}");
	snprintf(ret, sizeof(bodies[0]), "%s", acr_secret_text(&body));
	return ret;
}

static bool ask(void)
{
	struct acr_error error = { 0 };
	bool yes = false;

	if (acr_registry_is_public(&edges.app, &registry, &yes, &error))
		assert_false(yes || error.kind == ACR_FINE);

	for (size_t i = 0; i < edges.answer_count; i++)
		if (!edges.answers[i].asked)
			fail_msg("%s was not asked", edges.answers[i].prefix);
	edges.answer_count = 0;
	body_count = 0;
	return yes;
}

static void the_anonymous_token_that_docker_would_get_decides(void **state)
{
	(void)state;
	edges_answer(&edges, DOCKERS, 200, token(PULL));
	assert_true(ask());
	assert_int_equal(edges.sent_count, 1);
	edges_answer(&edges, DOCKERS, 200,
		     token("[{\"Type\":\"repository\",\"Name\":\"*\",\"Actions\":[\"*\"]}]"));
	assert_true(ask());
}

static void if_the_repository_does_not_exist_the_catalog_scope_is_requested(void **state)
{
	(void)state;
	edges_answer(&edges, DOCKERS, 200, token("[]"));
	edges_answer(&edges, CATALOG, 200, token(ALL));
	assert_true(ask());
	assert_string_equal(edges.sent[1],
			    CATALOG "\ngrant_type=password&refresh_token=&service=" HOST
				    "&scope=registry%3Acatalog%3A%2A");
}

static void a_token_without_access_means_not_public(void **state)
{
	static const char *const empty[] = {
		"[]", "null", "\"x\"",
		"{}", "[{}]", "[{\"type\":\"repository\",\"name\":\"hello-world\",\"actions\":[]}]",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(empty) / sizeof(empty[0]); i++) {
		edges_answer(&edges, DOCKERS, 200, token(empty[i]));
		edges_answer(&edges, CATALOG, 200, token(empty[i]));
		assert_false(ask());
	}
	edges_answer(&edges, DOCKERS, 200, "{\"access_token\":\"opaque\"}");
	edges_answer(&edges, CATALOG, 200, "{\"access_token\":\"e30.e30\"}");
	assert_false(ask());
	edges_answer(&edges, DOCKERS, 200, "{}");
	edges_answer(&edges, CATALOG, 401, token(ALL));
	assert_false(ask());
}

static void every_other_answer_means_not_public_without_a_retry(void **state)
{
	static const int statuses[] = { 204, 302, 400, 401, 403, 404, 408, 429, 500, 503 };

	(void)state;
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		edges.sent_count = 0;
		edges_answer(&edges, DOCKERS, statuses[i], token(PULL));
		assert_false(ask());
		assert_int_equal(edges.sent_count, 1);
	}
	edges_answer(&edges, DOCKERS, 0, NULL)->fails = ACR_TIMEOUT;
	assert_false(ask());
}

static int dawdle(struct acr_http *self, const struct acr_app *app,
		  const struct acr_request *request, int64_t budget, struct acr_response *ret,
		  struct acr_error *error)
{
	(void)self;
	(void)app;
	(void)request;
	(void)error;
	assert_in_range(budget, 1, ACR_BUDGET_ANONYMOUS);
	edges.sent_count++;
	edges.boot += budget - 100;
	ret->status = 200;
	acr_secret_add(&ret->body, token("[]"));
	return 0;
}

static void both_requests_share_three_seconds(void **state)
{
	int64_t began = edges.boot;

	(void)state;
	edges.http.send = dawdle;
	assert_false(ask());
	assert_int_equal(edges.sent_count, 2);
	assert_in_range(edges.boot - began, ACR_BUDGET_ANONYMOUS - 200, ACR_BUDGET_ANONYMOUS);
}

static void the_access_claim_is_read_in_both_forms(void **state)
{
	static const struct {
		const char *access, *repository, *allows;
	} rows[] = {
		{ PULL, "hello-world", "pull" },
		{ PULL, "other", "" },
		{ PULL, NULL, "pull" },
		{ "[{\"Type\":\"repository\",\"Name\":\"app\",\"Actions\":[\"pull\",\"push\"]}]",
		  "app", "pull,push" },
		{ "[{\"Type\":\"repository\",\"Name\":\"*\",\"Actions\":[\"*\"]}]", "app", "*" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		auto_string claims = acr_format("{\"access\":%s}", rows[i].access);
		auto_secret made = { 0 }, actions = { 0 };

		token_add(&made, claims);
		assert_true(acr_access_read(&made, rows[i].repository, &actions));
		assert_string_equal(acr_secret_text(&actions), rows[i].allows);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fresh, clean)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_anonymous_token_that_docker_would_get_decides),
		TEST(if_the_repository_does_not_exist_the_catalog_scope_is_requested),
		TEST(a_token_without_access_means_not_public),
		TEST(every_other_answer_means_not_public_without_a_retry),
		TEST(both_requests_share_three_seconds),
		TEST(the_access_claim_is_read_in_both_forms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
