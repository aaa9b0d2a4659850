/* SPDX-License-Identifier: Apache-2.0 */
/* Tests when a token is renewed, how a failed renewal affects the next `get`, which tokens are no
 * longer returned or cached, and what `status` reports about it. */
#include "acr/broker.h"
#include "acr/sign_in.h"
#include "base/jwt.h"
#include "broker/broker.h"
#include "edges.h"

#include <time.h>

#define TENANT	 "11111111-1111-1111-1111-111111111111"
#define CLIENT	 "22222222-2222-2222-2222-222222222222"
#define HOST	 "acme.azurecr.io"
#define ENTRA	 "POST https://login.microsoftonline.com/" TENANT "/oauth2/v2.0/token"
#define EXCHANGE "POST https://" HOST "/oauth2/exchange"
#define HOUR	 3600

static struct edges edges;
static char entra_answer[2048], answers[8][2048];
static size_t answer_count;
static struct acr_report report;
static struct acr_error error;
static struct acr_login login;
static const struct acr_who nobody;

static int setup(void **state)
{
	(void)state;
	edges_begin(&edges);
	edges_set(&edges, "DOCKER_CREDENTIAL_ACR_KEYCHAIN", "file");
	edges_configure(&edges);
	edges_set(&edges, "AZURE_TENANT_ID", TENANT);
	edges_set(&edges, "AZURE_CLIENT_ID", CLIENT);
	edges_set(&edges, "AZURE_CLIENT_SECRET", "s3cret");
	answer_count = 0;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	acr_login_wipe(&login);
	edges_end(&edges);
	return 0;
}

/* The Entra token expires too soon to be cached. */
static void add_jwt(char *into, size_t size, const char *before, int64_t ends, const char *mark)
{
	auto_string claims = acr_format("{\"aud\":\"" HOST "\",\"exp\":%lld,\"jti\":\"%s\"}",
					(long long)ends, mark);
	auto_secret token = { 0 };

	acr_secret_add(&token, "e30.");
	acr_base64url_encode(claims, strlen(claims), &token);
	snprintf(into, size, "{\"%s\":\"%s.c2ln\",\"expires_in\":200}", before,
		 acr_secret_text(&token));
}

static void expect_entra(void)
{
	add_jwt(entra_answer, sizeof(entra_answer), "access_token", edges.wall + HOUR, "entra");
	edges_answer(&edges, ENTRA, 200, entra_answer);
}

/* A token that is valid for `life` seconds, from a server whose Date header is `date`. */
static void expect_token(int64_t life, const char *mark, int64_t date)
{
	char *answer = answers[answer_count++];

	expect_entra();
	add_jwt(answer, sizeof(answers[0]), "refresh_token", (date ? date : edges.wall) + life,
		mark);
	edges_answer(&edges, EXCHANGE, 200, answer)->date = date;
}

static void expect_refusal(void)
{
	edges_answer(&edges, ENTRA, 401,
		     "{\"error\":\"invalid_client\",\"error_description\":"
		     "\"AADSTS7000222: expired.\",\"error_codes\":[7000222]}");
	/* Does the registry accept anonymous clients? */
	edges_answer(&edges, "GET https://" HOST "/oauth2/token", 401, "{}");
}

static void all_was_asked(void)
{
	for (size_t i = 0; i < edges.answer_count; i++)
		if (!edges.answers[i].asked)
			fail_msg("nobody asked for %s", edges.answers[i].prefix);
	edges.answer_count = edges.sent_count = 0;
}

static int get(void)
{
	auto_secret name = { 0 };

	report = (struct acr_report){ 0 };
	error = (struct acr_error){ 0 };
	acr_login_wipe(&login);
	edges.app.deadline = edges.boot + 30000;
	acr_secret_add(&name, HOST);
	return acr_get(&edges.app, &name, &login, &report, &error);
}

static int renew(bool force)
{
	struct acr_registry registry;

	report = (struct acr_report){ 0 };
	error = (struct acr_error){ 0 };
	edges.app.deadline = edges.boot + 30000;
	assert_true(acr_registry_parse(edges.app.config, HOST, strlen(HOST), &registry));
	return acr_renew(&edges.app, &registry, force ? ACR_RENEW_NOW : ACR_RENEW_DUE, &report,
			 &error);
}

static bool renewal_failed(struct acr_message *ret_why)
{
	struct acr_registry registry;

	assert_true(acr_registry_parse(edges.app.config, HOST, strlen(HOST), &registry));
	return acr_renewal_failed(&edges.app, &registry, ret_why);
}

static void pass(int64_t seconds)
{
	edges.boot += seconds * 1000;
	edges.wall += seconds;
}

static bool noticed(enum acr_message_id id)
{
	return acr_report_notes(&report, id);
}

static void begin(int64_t life)
{
	expect_token(life, "first", 0);
	assert_int_equal(get(), 0);
	all_was_asked();
}

/* ---- when tokens are renewed ---- */

static void a_token_is_served_then_renewed_in_the_background_then_renewed_first(void **state)
{
	(void)state;
	begin(3 * HOUR);
	pass(3 * HOUR * 49 / 100);
	assert_int_equal(get(), 0);
	assert_false(report.renew_behind);
	pass(3 * HOUR * 17 / 100); /* 66 % */
	assert_int_equal(get(), 0);
	assert_true(report.renew_behind);
	assert_int_equal(edges.sent_count, 0);
	pass(3 * HOUR * 2 / 100); /* 68 %: less than an hour is left */
	expect_token(3 * HOUR, "second", 0);
	assert_int_equal(get(), 0);
	assert_int_equal(report.left, 3 * HOUR);
	all_was_asked();
}

static void a_short_lifetime_limits_min_validity(void **state)
{
	(void)state;
	begin(600);
	pass(390);
	assert_int_equal(get(), 0);
	assert_int_equal(edges.sent_count, 0);
	pass(20);
	expect_token(600, "second", 0);
	assert_int_equal(get(), 0);
	all_was_asked();
}

static void the_renewal_times_of_a_thousand_tokens_are_spread_evenly(void **state)
{
	enum { NODES = 1000, BINS = 15 };
	size_t bins[BINS] = { 0 };
	struct acr_registry registry;
	auto_lookup lookup = { 0 };

	(void)state;
	assert_true(acr_registry_parse(edges.app.config, HOST, strlen(HOST), &registry));
	acr_lookup_begin(&edges.app, &registry, &lookup);
	for (int node = 0; node < NODES; node++) {
		auto_entry entry = { 0 };
		auto_secret token = { 0 };

		acr_secret_format(&token, "e30.node-%d.c2ln", node);
		acr_entry_begin(&edges.app, &lookup, "environment", &nobody, &token, 3 * HOUR,
				&entry);
		assert_in_range(entry.renew, 3 * HOUR * 50 / 100, 3 * HOUR * 65 / 100);
		bins[(entry.renew - 3 * HOUR / 2) * BINS / (3 * HOUR * 15 / 100 + 1)]++;
	}
	/* If all values were equal, they would be in one bin. An even distribution has 67 values in
	 * each. */
	for (size_t i = 0; i < BINS; i++)
		assert_in_range(bins[i], 30, 120);
}

/* ---- failures ---- */

static void if_renewal_fails_the_old_token_is_served_with_a_notice(void **state)
{
	(void)state;
	begin(3 * HOUR);
	pass(3 * HOUR * 70 / 100);
	expect_refusal();
	assert_int_equal(get(), 0);
	assert_true(noticed(ACR_MESSAGE_OLD_TOKEN));
	all_was_asked();
}

static void a_failing_identity_is_not_asked_at_every_get(void **state)
{
	(void)state;
	begin(3 * HOUR);
	pass(3 * HOUR * 70 / 100);
	expect_refusal();
	assert_int_equal(get(), 0);
	all_was_asked();
	pass(55);
	assert_int_equal(get(), 0);
	assert_true(noticed(ACR_MESSAGE_OLD_TOKEN));
	assert_int_equal(edges.sent_count, 0);
	pass(10);
	expect_refusal();
	assert_int_equal(get(), 0);
	all_was_asked();
	pass(100); /* the pause is twice as long now */
	assert_int_equal(get(), 0);
	assert_int_equal(edges.sent_count, 0);
	pass(25);
	expect_token(3 * HOUR, "second", 0);
	assert_int_equal(get(), 0);
	assert_false(noticed(ACR_MESSAGE_OLD_TOKEN));
	all_was_asked();
}

static void the_next_get_reports_a_failed_background_renewal(void **state)
{
	struct acr_message why;

	(void)state;
	begin(3 * HOUR);
	pass(3 * HOUR * 66 / 100);
	expect_refusal();
	assert_int_equal(renew(false), -1);
	assert_int_equal(get(), 0);
	assert_true(noticed(ACR_MESSAGE_RENEWAL_FAILED));
	/* No other renewal starts during the pause. */
	assert_false(report.renew_behind);
	assert_true(renewal_failed(&why));
	assert_non_null(strstr(why.value, "AADSTS7000222"));
	pass(61);
	assert_int_equal(get(), 0);
	assert_true(report.renew_behind);
	expect_token(3 * HOUR, "second", 0);
	assert_int_equal(renew(false), 0);
	assert_false(renewal_failed(&why));
}

static void a_failed_renewal_leaves_the_registry_in_the_list(void **state)
{
	struct acr_registry registry;
	struct acr_error refusal;
	auto_lookup lookup = { 0 };

	(void)state;
	begin(3 * HOUR);
	pass(3 * HOUR * 66 / 100);
	expect_refusal();
	assert_int_equal(renew(false), -1);
	assert_true(acr_registry_parse(edges.app.config, HOST, strlen(HOST), &registry));
	acr_lookup_begin(&edges.app, &registry, &lookup);
	assert_false(acr_refusal_find(&edges.app, &lookup, &report.trail, &refusal));
}

static void a_denial_after_which_docker_continues_anonymously_is_remembered(void **state)
{
	(void)state;
	edges_set(&edges, "DOCKER_CREDENTIAL_ACR_ON_REFUSAL", "not-found");
	edges_set(&edges, "DOCKER_CREDENTIAL_ACR_IDENTITY", "environment");
	edges_configure(&edges);
	expect_entra();
	edges_answer(&edges, EXCHANGE, 401,
		     "{\"errors\":[{\"code\":\"UNAUTHORIZED\",\"message\":\"no\"}]}");
	assert_int_equal(get(), -1);
	assert_int_equal(error.kind, ACR_NOT_FOUND);
	all_was_asked();
	assert_int_equal(get(), -1);
	assert_int_equal(error.kind, ACR_NOT_FOUND);
	assert_int_equal(edges.sent_count, 0);
}

static void a_service_that_sends_retry_after_is_not_asked_earlier(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		edges_answer(&edges, ENTRA, 429, "{\"error\":\"slow_down\"}")->retry_after = 300;
		assert_int_equal(get(), -1);
		all_was_asked();
		pass(299);
		assert_int_equal(get(), -1);
		assert_int_equal(edges.sent_count, 0);
		pass(2);
	}
	/* The pause is limited even if the service asks for a day. */
	edges_answer(&edges, ENTRA, 429, "{\"error\":\"slow_down\"}")->retry_after = 24 * HOUR;
	assert_int_equal(get(), -1);
	all_was_asked();
	pass(HOUR + 1);
	expect_token(3 * HOUR, "first", 0);
	assert_int_equal(get(), 0);
}

/* An identity that can no longer authenticate fails for days: the pause never gets longer, and does
 * not start again at one minute. */
static void the_pause_after_failed_renewals_is_at_most_a_quarter_of_an_hour(void **state)
{
	static const int64_t pauses[] = { 60, 120, 240, 480, 900 };
	const size_t count = sizeof(pauses) / sizeof(pauses[0]);
	struct acr_error why = { 0 }, told;
	struct acr_registry registry;
	auto_lookup lookup = { 0 };

	(void)state;
	assert_true(acr_registry_parse(edges.app.config, HOST, strlen(HOST), &registry));
	acr_lookup_begin(&edges.app, &registry, &lookup);
	edges_fail(&why, ACR_UNREACHABLE, "no network");
	for (size_t i = 0; i < 80; i++) {
		acr_renewal_note(&edges.app, &lookup, &why);
		pass((i < count ? pauses[i] : pauses[count - 1]) - 1);
		assert_true(acr_renewal_pauses(&edges.app, &lookup, &told));
		pass(2);
		assert_false(acr_renewal_pauses(&edges.app, &lookup, &told));
	}
	/* A service cannot make the pause longer. */
	why.retry_after = 24 * HOUR;
	acr_renewal_note(&edges.app, &lookup, &why);
	pass(901);
	assert_false(acr_renewal_pauses(&edges.app, &lookup, &told));
}

static void a_forced_renewal_is_never_answered_with_the_old_token(void **state)
{
	struct acr_registry registry;

	(void)state;
	begin(3 * HOUR);
	assert_true(acr_registry_parse(edges.app.config, HOST, strlen(HOST), &registry));
	expect_refusal();
	assert_int_equal(acr_renew(&edges.app, &registry, ACR_RENEW_AFRESH, &report, &error), -1);
	all_was_asked();
	assert_int_equal(get(), -1);
}

/* ---- changes by other processes ---- */

/* The holder may never finish: half of the time is reserved to renew without the lock. */
static void a_process_that_waits_for_the_lock_keeps_time_to_renew_without_it(void **state)
{
	struct acr_registry registry;
	struct timespec begun, ended;
	auto_lookup lookup = { 0 };
	auto_string about = NULL;
	auto_lock held = -1, lock = -1;

	(void)state;
	assert_true(acr_registry_parse(edges.app.config, HOST, strlen(HOST), &registry));
	acr_lookup_begin(&edges.app, &registry, &lookup);
	about = acr_lookup_subject(&lookup);
	held = acr_lock_take(&edges.app, about, 0);
	assert_true(held >= 0);
	edges.app.deadline = edges.boot + 2000;
	clock_gettime(CLOCK_MONOTONIC, &begun);
	lock = acr_lookup_lock(&edges.app, &lookup);
	clock_gettime(CLOCK_MONOTONIC, &ended);
	assert_int_equal(lock, -1);
	assert_in_range((ended.tv_sec - begun.tv_sec) * 1000 +
				(ended.tv_nsec - begun.tv_nsec) / 1000000,
			900, 1700);
}

static void a_token_that_another_process_renewed_is_not_renewed_again(void **state)
{
	(void)state;
	begin(3 * HOUR);
	assert_int_equal(renew(false), 0);
	assert_int_equal(edges.sent_count, 0);
	assert_true(report.left > 2 * HOUR);
}

static void a_renewal_does_not_undo_an_erase_that_happened_meanwhile(void **state)
{
	auto_secret name = { 0 };
	struct acr_report erased = { 0 };

	(void)state;
	begin(3 * HOUR);
	pass(2 * HOUR);
	acr_secret_add(&name, HOST);
	assert_int_equal(acr_erase(&edges.app, &name, &erased, &error), 0);
	assert_int_equal(renew(false), -1);
	assert_int_equal(error.kind, ACR_NOT_SET_UP);
	assert_int_equal(edges.sent_count, 0);
}

/* Another account signs in while the request to Entra ID is running. */
static int change_and_send(struct acr_http *self, const struct acr_app *app,
			   const struct acr_request *request, int64_t budget,
			   struct acr_response *ret, struct acr_error *ret_error)
{
	if (strstr(request->url, "/oauth2/exchange"))
		edges_set(&edges, "AZURE_CLIENT_ID", "another");
	return edges_send(self, app, request, budget, ret, ret_error);
}

static void a_token_is_not_kept_if_the_account_changed_meanwhile(void **state)
{
	(void)state;
	edges.http.send = change_and_send;
	expect_token(3 * HOUR, "first", 0);
	assert_int_equal(get(), 0);
	all_was_asked();
	edges.http.send = edges_send;
	/* Nothing was cached, neither for the old identity nor for the new one. */
	edges_set(&edges, "AZURE_CLIENT_ID", CLIENT);
	expect_token(3 * HOUR, "second", 0);
	assert_int_equal(get(), 0);
	all_was_asked();
	edges_set(&edges, "AZURE_CLIENT_ID", "another");
	expect_token(3 * HOUR, "third", 0);
	assert_int_equal(get(), 0);
	all_was_asked();
}

static void no_token_is_renewed_after_a_sign_out_or_a_stored_login(void **state)
{
	struct acr_state decided = { .signed_out = true };

	(void)state;
	assert_int_equal(acr_state_write(&edges.app, HOST, &decided, &error), 0);
	assert_int_equal(renew(true), -1);
	assert_int_equal(error.kind, ACR_NOT_SET_UP);
	decided = (struct acr_state){ .stored_login = true };
	assert_int_equal(acr_state_write(&edges.app, HOST, &decided, &error), 0);
	auto_login own = { .username = acr_copy("admin") };
	acr_secret_add(&own.secret, "a password");
	assert_int_equal(acr_keychain_keep(&edges.app, HOST, &own, NULL, &error), 0);
	assert_int_equal(renew(true), -1);
	assert_int_equal(error.kind, ACR_NOT_SET_UP);
	assert_int_equal(edges.sent_count, 0);
}

/* ---- clocks ---- */

static void setting_the_clock_changes_nothing_within_a_boot(void **state)
{
	static const int64_t jumps[] = { -400 * 86400, 400 * 86400, -1750000000 };

	(void)state;
	begin(3 * HOUR);
	for (size_t i = 0; i < sizeof(jumps) / sizeof(jumps[0]); i++) {
		edges.wall = 1750000000 + jumps[i];
		assert_int_equal(get(), 0);
		assert_false(report.renew_behind);
	}
	assert_int_equal(edges.sent_count, 0);
}

static void a_token_expires_while_the_machine_is_suspended(void **state)
{
	(void)state;
	begin(3 * HOUR);
	edges.boot += 8LL * HOUR * 1000; /* while the wall clock stays the same */
	expect_token(3 * HOUR, "second", 0);
	assert_int_equal(get(), 0);
	all_was_asked();
}

static void the_clock_of_the_server_decides(void **state)
{
	(void)state;
	/* The local clock is ten minutes fast: by that clock the token has expired. */
	expect_token(500, "first", edges.wall - 600);
	assert_int_equal(get(), 0);
	assert_int_equal(report.left, 500);
	all_was_asked();
	pass(100);
	assert_int_equal(get(), 0);
	/* The local clock is a year slow: that does not extend the token by a year. */
	pass(1000);
	expect_token(600, "second", edges.wall + 400 * 86400);
	assert_int_equal(get(), 0);
	pass(601);
	expect_token(600, "third", 0);
	assert_int_equal(get(), 0);
	all_was_asked();
}

static void after_a_reboot_into_1970_a_token_is_neither_served_nor_lost(void **state)
{
	(void)state;
	begin(3 * HOUR);
	edges_write(&edges, "proc/sys/kernel/random/boot_id", "another-boot\n");
	edges.boot = 5000;
	edges.wall = 100;
	expect_token(3 * HOUR, "in-1970", edges.wall);
	/* Caching a token of another registry must not remove entries that only look invalid. */
	edges_set(&edges, "AZURE_CLIENT_ID", "another");
	assert_int_equal(get(), 0);
	all_was_asked();
	edges_set(&edges, "AZURE_CLIENT_ID", CLIENT);
	edges.wall = 1750000000 + 600;
	assert_int_equal(get(), 0);
	assert_int_equal(edges.sent_count, 0);
}

static int64_t slow_by;

static int slow_send(struct acr_http *self, const struct acr_app *app,
		     const struct acr_request *request, int64_t budget, struct acr_response *ret,
		     struct acr_error *ret_error)
{
	int result = edges_send(self, app, request, budget, ret, ret_error);

	edges.boot += slow_by;
	return result;
}

static void a_slow_answer_does_not_extend_the_life_of_a_token(void **state)
{
	(void)state;
	edges.http.send = slow_send;
	slow_by = 20000;
	expect_token(60, "first", edges.wall);
	assert_int_equal(get(), 0);
	slow_by = 0;
	edges.boot += 30000; /* 50 s after the request: 10 s are left, but 20 s are required */
	edges.http.send = edges_send;
	expect_token(60, "second", 0);
	assert_int_equal(get(), 0);
	all_was_asked();
}

/* ---- the sign-in of this program, and its removal ---- */

static void the_credential_helper_protocol_does_not_expose_the_sign_in(void **state)
{
	static const char name_text[] = "docker-credential-acr://login/default";
	auto_secret name = { 0 };
	auto_login given = { .username = acr_copy("u") };
	bool any;

	(void)state;
	acr_secret_add(&name, name_text);
	acr_secret_add(&given.secret, "refresh-token");
	assert_int_equal(acr_keychain_keep(&edges.app, name_text, &given, NULL, &error), 0);
	assert_int_equal(acr_get(&edges.app, &name, &login, &report, &error), -1);
	assert_int_equal(error.kind, ACR_NOT_FOUND);
	assert_int_equal(acr_store(&edges.app, &name, &given, &report, &error), -1);
	assert_int_equal(acr_erase(&edges.app, &name, &report, &error), 0);
	assert_int_equal(acr_keychain_drop(&edges.app, name_text, &any, &error), 0);
	assert_true(any);
}

static void signing_out_everywhere_covers_a_token_that_is_being_renewed(void **state)
{
	struct acr_sign_out done;
	struct acr_registry registry;
	auto_lookup under_way = { 0 };
	auto_entry entry = { 0 };
	auto_secret token = { 0 };

	(void)state;
	begin(3 * HOUR);
	assert_true(acr_registry_parse(edges.app.config, HOST, strlen(HOST), &registry));
	acr_lookup_begin(&edges.app, &registry, &under_way);
	assert_int_equal(acr_sign_out_everywhere(&edges.app, &done, &error), 0);
	assert_int_equal(done.sign_ins, 0);
	assert_int_equal(done.registries, 1);
	acr_secret_add(&token, "late");
	acr_entry_begin(&edges.app, &under_way, "environment", &nobody, &token, 3 * HOUR, &entry);
	acr_cache_keep(&edges.app, under_way.fingerprint.hash, &entry);
	expect_token(3 * HOUR, "second", 0);
	assert_int_equal(get(), 0);
	assert_false(acr_secret_equals(&login.secret, "late"));
	all_was_asked();
}

/* ---- status ---- */

static void status_shows_what_is_stored_and_what_is_in_use(void **state)
{
	struct acr_state decided = { .signed_out = true };
	auto_login stored = { .username = acr_copy("admin") };
	auto_status status = { 0 };

	(void)state;
	begin(3 * HOUR);
	assert_int_equal(acr_state_write(&edges.app, "public.azurecr.io", &decided, &error), 0);
	acr_secret_add(&stored.secret, "password");
	assert_int_equal(acr_keychain_keep(&edges.app, "admin.azurecr.io", &stored, NULL, &error),
			 0);
	assert_int_equal(acr_keychain_keep(&edges.app, "ghcr.io", &stored, NULL, &error), 0);
	acr_status_take(&edges.app, NULL, &status);
	assert_int_equal(status.count, 3);
	assert_int_equal(status.rows[0].kind, ACR_STATUS_TOKEN);
	assert_string_equal(status.rows[0].registry, HOST);
	assert_string_equal(status.rows[0].source, "environment");
	assert_string_equal(status.rows[0].kept, "runtime-folder");
	assert_int_equal(status.rows[0].left, 3 * HOUR);
	assert_true(status.rows[0].renew > HOUR);
	assert_true(status.rows[0].in_force);
	assert_int_equal(status.rows[1].kind, ACR_STATUS_LOGIN);
	assert_string_equal(status.rows[1].username, "admin");
	assert_int_equal(status.rows[2].kind, ACR_STATUS_SIGNED_OUT);
	assert_string_equal(status.rows[2].registry, "public.azurecr.io");
	assert_int_equal(edges.sent_count, 0);
}

static void status_shows_which_token_is_no_longer_found(void **state)
{
	auto_status status = { 0 };

	(void)state;
	begin(3 * HOUR);
	edges_set(&edges, "AZURE_CLIENT_ID", "another");
	acr_status_take(&edges.app, HOST, &status);
	assert_int_equal(status.count, 1);
	assert_false(status.rows[0].in_force);
}

static void status_shows_why_a_renewal_failed(void **state)
{
	auto_status status = { 0 };

	(void)state;
	begin(3 * HOUR);
	pass(2 * HOUR);
	expect_refusal();
	assert_int_equal(renew(true), -1);
	acr_status_take(&edges.app, NULL, &status);
	assert_int_equal(status.count, 1);
	assert_true(acr_message_id(&status.rows[0].failed) != ACR_MESSAGE_NONE);
	assert_int_equal(status.rows[0].renew, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_token_is_served_then_renewed_in_the_background_then_renewed_first),
		TEST(a_short_lifetime_limits_min_validity),
		TEST(the_renewal_times_of_a_thousand_tokens_are_spread_evenly),
		TEST(if_renewal_fails_the_old_token_is_served_with_a_notice),
		TEST(a_failing_identity_is_not_asked_at_every_get),
		TEST(the_next_get_reports_a_failed_background_renewal),
		TEST(a_failed_renewal_leaves_the_registry_in_the_list),
		TEST(a_denial_after_which_docker_continues_anonymously_is_remembered),
		TEST(a_service_that_sends_retry_after_is_not_asked_earlier),
		TEST(the_pause_after_failed_renewals_is_at_most_a_quarter_of_an_hour),
		TEST(a_forced_renewal_is_never_answered_with_the_old_token),
		TEST(a_process_that_waits_for_the_lock_keeps_time_to_renew_without_it),
		TEST(a_token_that_another_process_renewed_is_not_renewed_again),
		TEST(a_renewal_does_not_undo_an_erase_that_happened_meanwhile),
		TEST(a_token_is_not_kept_if_the_account_changed_meanwhile),
		TEST(no_token_is_renewed_after_a_sign_out_or_a_stored_login),
		TEST(setting_the_clock_changes_nothing_within_a_boot),
		TEST(a_token_expires_while_the_machine_is_suspended),
		TEST(the_clock_of_the_server_decides),
		TEST(after_a_reboot_into_1970_a_token_is_neither_served_nor_lost),
		TEST(a_slow_answer_does_not_extend_the_life_of_a_token),
		TEST(the_credential_helper_protocol_does_not_expose_the_sign_in),
		TEST(signing_out_everywhere_covers_a_token_that_is_being_renewed),
		TEST(status_shows_what_is_stored_and_what_is_in_use),
		TEST(status_shows_which_token_is_no_longer_found),
		TEST(status_shows_why_a_renewal_failed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
