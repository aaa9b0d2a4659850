/* SPDX-License-Identifier: Apache-2.0 */
/* Tests which requests are retried, and after how long. */
#include "edges.h"

/* The result of one attempt; the last row applies to all further attempts. */
struct outcome {
	int status;
	long retry_after;
	const char *body;
	enum acr_kind fails;
	enum acr_transport transport;
	int proxy_status;
	int64_t takes; /* ms */
	bool offline;
};

struct script {
	struct edges edges; /* must be first: &edges.app is cast back to the script */
	const struct outcome *outcomes;
	size_t count, tries, waits;
	int64_t waited[16], budgets[16];
};

static int send_scripted(struct acr_http *self, const struct acr_app *app,
			 const struct acr_request *request, int64_t budget,
			 struct acr_response *ret, struct acr_error *error)
{
	struct script *script = (struct script *)(uintptr_t)app;
	const struct outcome *outcome =
		&script->outcomes[script->tries < script->count ? script->tries
								: script->count - 1];

	(void)self;
	assert_int_equal(ret->status, 0);
	assert_int_equal(ret->body.length, 0);
	assert_true(script->tries < 16);
	script->budgets[script->tries++] = budget;
	script->edges.boot += outcome->takes;
	if (outcome->fails != ACR_FINE) {
		edges_fail(error, outcome->fails, request->url);
		if (outcome->offline)
			acr_raise(error, OFFLINE, request->url);
		error->transport = outcome->transport;
		error->status = outcome->proxy_status;
		return -1;
	}
	ret->status = outcome->status;
	ret->retry_after = outcome->retry_after;
	if (outcome->body)
		acr_secret_add(&ret->body, outcome->body);
	return 0;
}

static void wait_scripted(struct acr_http *self, const struct acr_app *app, int64_t milliseconds)
{
	struct script *script = (struct script *)(uintptr_t)app;

	(void)self;
	script->waited[script->waits++] = milliseconds;
	script->edges.boot += milliseconds;
}

static int run(struct script *script, const struct outcome *outcomes, size_t count,
	       const struct acr_service *service, struct acr_response *ret, struct acr_error *error)
{
	struct acr_request request = { .method = "GET",
				       .url = "https://acme.azurecr.io/",
				       .service = service };
	int result;

	memset(script, 0, sizeof(*script));
	edges_begin(&script->edges);
	script->edges.http.send = send_scripted;
	script->edges.http.wait = wait_scripted;
	script->outcomes = outcomes;
	script->count = count;
	*error = (struct acr_error){ 0 };
	result = acr_http_send(&script->edges.app, &request, ret, error);
	edges_end(&script->edges);
	return result;
}

#define RUN(service, ...)                                                                          \
	(answer = (struct acr_response){ 0 },                                                      \
	 run(&script, (const struct outcome[]){ __VA_ARGS__ },                                     \
	     sizeof((const struct outcome[]){ __VA_ARGS__ }) / sizeof(struct outcome), &service,   \
	     &answer, &error))

static struct script script;
static struct acr_response answer;
static struct acr_error error;

static void a_successful_request_is_sent_once(void **state)
{
	(void)state;
	assert_int_equal(RUN(acr_service_registry, { .status = 200, .body = "{}" }), 0);
	assert_int_equal(script.tries, 1);
	assert_int_equal(answer.status, 200);
	assert_int_equal(error.kind, ACR_FINE);
	acr_response_wipe(&answer);
}

static void a_busy_service_is_retried_and_its_last_answer_counts(void **state)
{
	(void)state;
	assert_int_equal(RUN(acr_service_registry, { .status = 503, .body = "busy" },
			     { .status = 429 }, { .status = 200, .body = "{}" }),
			 0);
	assert_int_equal(script.tries, 3);
	assert_int_equal(answer.status, 200);
	assert_string_equal(acr_secret_text(&answer.body), "{}");
	acr_response_wipe(&answer);
}

static void a_service_that_stays_busy_gets_three_requests(void **state)
{
	(void)state;
	assert_int_equal(RUN(acr_service_registry, { .status = 503 }), 0);
	assert_int_equal(script.tries, 3);
	assert_int_equal(answer.status, 503);
}

static void each_service_has_its_own_retry_statuses(void **state)
{
	static const struct {
		const struct acr_service *service;
		int status;
		size_t tries;
	} rows[] = {
		{ &acr_service_entra, 429, 3 },	   { &acr_service_entra, 500, 3 },
		{ &acr_service_entra, 504, 3 },	   { &acr_service_entra, 408, 1 },
		{ &acr_service_entra, 400, 1 },	   { &acr_service_entra, 401, 1 },
		{ &acr_service_entra, 404, 1 },	   { &acr_service_entra, 200, 1 },
		{ &acr_service_registry, 408, 3 }, { &acr_service_registry, 429, 3 },
		{ &acr_service_registry, 502, 3 }, { &acr_service_registry, 401, 1 },
		{ &acr_service_registry, 403, 1 }, { &acr_service_registry, 404, 1 },
		{ &acr_service_registry, 307, 1 }, { &acr_service_imds, 404, 5 },
		{ &acr_service_imds, 410, 5 },	   { &acr_service_imds, 429, 5 },
		{ &acr_service_imds, 500, 5 },	   { &acr_service_imds, 400, 1 },
		{ &acr_service_imds, 403, 1 },	   { &acr_service_probe, 404, 1 },
		{ &acr_service_probe, 503, 1 },	   { &acr_service_endpoint, 503, 3 },
		{ &acr_service_endpoint, 404, 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(RUN(*rows[i].service, { .status = rows[i].status }), 0);
		if (script.tries != rows[i].tries)
			fail_msg("%s, %d: tried %zu times", rows[i].service->name, rows[i].status,
				 script.tries);
	}
}

static void a_transient_error_of_entra_in_a_400_is_retried(void **state)
{
	(void)state;
	assert_int_equal(RUN(acr_service_entra,
			     { .status = 400, .body = "{\"error\":\"temporarily_unavailable\"}" },
			     { .status = 200 }),
			 0);
	assert_int_equal(script.tries, 2);
	assert_int_equal(
		RUN(acr_service_entra, { .status = 400, .body = "{\"error\":\"invalid_client\"}" }),
		0);
	assert_int_equal(script.tries, 1);
	acr_response_wipe(&answer);
	assert_int_equal(RUN(acr_service_entra,
			     { .status = 401, .body = "{\"error\":\"temporarily_unavailable\"}" }),
			 0);
	assert_int_equal(script.tries, 1);
	acr_response_wipe(&answer);
	/* This word has no meaning in the response of a registry. */
	assert_int_equal(RUN(acr_service_registry,
			     { .status = 400, .body = "{\"error\":\"temporarily_unavailable\"}" }),
			 0);
	assert_int_equal(script.tries, 1);
	acr_response_wipe(&answer);
}

static void a_failed_connection_is_retried(void **state)
{
	static const enum acr_transport ends[] = { ACR_TRANSPORT_CONNECTION, ACR_TRANSPORT_TLS };

	(void)state;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		assert_int_equal(RUN(acr_service_registry,
				     { .fails = ACR_UNREACHABLE, .transport = ends[i] }),
				 -1);
		assert_int_equal(script.tries, 3);
		assert_int_equal(error.kind, ACR_UNREACHABLE);
		assert_int_equal(error.transport, ends[i]);
		assert_int_equal(error.origin, ACR_ORIGIN_REGISTRY);
	}
}

static void a_permanent_failure_is_not_retried(void **state)
{
	static const enum acr_transport ends[] = { ACR_TRANSPORT_CERTIFICATE, ACR_TRANSPORT_PROXY };

	(void)state;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		assert_int_equal(RUN(acr_service_registry,
				     { .fails = ACR_UNREACHABLE, .transport = ends[i] }),
				 -1);
		assert_int_equal(script.tries, 1);
	}
	assert_int_equal(RUN(acr_service_registry, { .fails = ACR_INVALID }), -1);
	assert_int_equal(script.tries, 1);
	assert_int_equal(RUN(acr_service_registry, { .fails = ACR_SYSTEM }), -1);
	assert_int_equal(script.tries, 1);
	assert_int_equal(RUN(acr_service_registry, { .fails = ACR_TIMEOUT }), -1);
	assert_int_equal(script.tries, 1);
}

static void a_connection_that_failed_after_a_long_wait_or_offline_is_not_retried(void **state)
{
	(void)state;
	assert_int_equal(RUN(acr_service_registry, { .fails = ACR_UNREACHABLE,
						     .transport = ACR_TRANSPORT_CONNECTION,
						     .takes = 3001 }),
			 -1);
	assert_int_equal(script.tries, 1);
	assert_int_equal(RUN(acr_service_registry, { .fails = ACR_UNREACHABLE,
						     .transport = ACR_TRANSPORT_CONNECTION,
						     .takes = 2999 }),
			 -1);
	assert_int_equal(script.tries, 3);
	assert_int_equal(RUN(acr_service_registry, { .fails = ACR_UNREACHABLE,
						     .transport = ACR_TRANSPORT_CONNECTION,
						     .offline = true }),
			 -1);
	assert_int_equal(script.tries, 1);
}

static void a_proxy_that_denies_a_request_is_not_retried(void **state)
{
	static const struct {
		int status;
		size_t tries;
	} rows[] = { { 407, 1 }, { 403, 1 }, { 502, 3 }, { 503, 3 }, { 429, 3 } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(RUN(acr_service_entra, { .fails = ACR_UNREACHABLE,
							  .transport = ACR_TRANSPORT_CONNECTION,
							  .proxy_status = rows[i].status }),
				 -1);
		assert_int_equal(script.tries, rows[i].tries);
		assert_int_equal(error.status, rows[i].status);
	}
}

static void retry_pauses_grow_and_are_randomized(void **state)
{
	int64_t first = -1;
	bool varied = false;

	(void)state;
	for (int round = 0; round < 50; round++) {
		assert_int_equal(RUN(acr_service_imds, { .status = 500 }), 0);
		assert_int_equal(script.waits, 4);
		for (size_t i = 0; i < script.waits; i++)
			assert_in_range(script.waited[i], 0, 500u << i);
		varied |= first >= 0 && script.waited[3] != first;
		first = script.waited[3];
	}
	assert_true(varied);
}

static void retry_after_is_respected(void **state)
{
	(void)state;
	assert_int_equal(
		RUN(acr_service_registry, { .status = 429, .retry_after = 7 }, { .status = 200 }),
		0);
	assert_int_equal(script.tries, 2);
	assert_in_range(script.waited[0], 7000, 7500);
	assert_int_equal(answer.status, 200);
}

static void a_pause_beyond_the_deadline_is_not_started(void **state)
{
	(void)state;
	assert_int_equal(
		RUN(acr_service_registry, { .status = 429, .retry_after = 30 }, { .status = 200 }),
		0);
	assert_int_equal(script.tries, 1);
	assert_int_equal(script.waits, 0);
	assert_int_equal(answer.status, 429);
	assert_int_equal(answer.retry_after, 30);
}

static void no_attempt_gets_more_time_than_is_left(void **state)
{
	(void)state;
	assert_int_equal(RUN(acr_service_registry, { .status = 503, .takes = 12000 }), 0);
	assert_int_equal(script.tries, 3);
	assert_int_equal(script.budgets[0], 30000);
	assert_in_range(script.budgets[1], 17500, 18000);
	assert_in_range(script.budgets[2], 4500, 6000);
	assert_int_equal(RUN(acr_service_registry, { .fails = ACR_UNREACHABLE,
						     .transport = ACR_TRANSPORT_CONNECTION,
						     .takes = 31000 }),
			 -1);
	assert_int_equal(script.tries, 1);
}

static void no_request_is_sent_after_the_deadline(void **state)
{
	struct acr_request request = { .method = "GET",
				       .url = "https://x/",
				       .service = &acr_service_entra };
	struct edges edges;

	(void)state;
	edges_begin(&edges);
	edges.boot = edges.app.deadline;
	assert_int_equal(acr_http_send(&edges.app, &request, &answer, &error), -1);
	assert_int_equal(error.kind, ACR_TIMEOUT);
	assert_int_equal(edges.sent_count, 0);
	edges_end(&edges);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_successful_request_is_sent_once),
		cmocka_unit_test(a_busy_service_is_retried_and_its_last_answer_counts),
		cmocka_unit_test(a_service_that_stays_busy_gets_three_requests),
		cmocka_unit_test(each_service_has_its_own_retry_statuses),
		cmocka_unit_test(a_transient_error_of_entra_in_a_400_is_retried),
		cmocka_unit_test(a_failed_connection_is_retried),
		cmocka_unit_test(
			a_connection_that_failed_after_a_long_wait_or_offline_is_not_retried),
		cmocka_unit_test(a_permanent_failure_is_not_retried),
		cmocka_unit_test(a_proxy_that_denies_a_request_is_not_retried),
		cmocka_unit_test(retry_pauses_grow_and_are_randomized),
		cmocka_unit_test(retry_after_is_respected),
		cmocka_unit_test(a_pause_beyond_the_deadline_is_not_started),
		cmocka_unit_test(no_attempt_gets_more_time_than_is_left),
		cmocka_unit_test(no_request_is_sent_after_the_deadline),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
