/* SPDX-License-Identifier: Apache-2.0 */
/* Tests what `store` decides, prints and leaves unchanged, and how a later `get` treats a login
 * that was moved or is stored under another name. */
#include "verbs.h"

#define URL	"https://" HOST "/v1/"
#define STATE	".local/share/docker-credential-acr/registries/" HOST
#define IN_FILE ".local/share/docker-credential-acr/logins/" HOST
#define DAY	(24 * HOUR)

static void decide(struct acr_state state)
{
	assert_int_equal(acr_state_write(&edges.app, HOST, &state, &error), 0);
}

static void configure(const char *variable, const char *value)
{
	edges_set(&edges, variable, value);
	edges_configure(&edges);
}

static void expect_verified(void)
{
	edges_answer(&edges, "GET " TOKEN, 200, "{\"access_token\":\"x.y.z\"}");
}

static void storing_a_clients_token_ends_the_signed_out_state(void **state)
{
	auto_login login = { 0 };

	(void)state;
	assert_int_equal(sign_out(HOST), 0);
	assert_int_equal(store(HOST, ACR_NULL_GUID, jwt(HOST, HOUR, "back")), 0);
	assert_false(decided(HOST).signed_out);
	assert_int_equal(get(HOST, &login), 0);
}

/* If the token could not be cached, nothing has changed: the user is still signed out. */
static void a_clients_token_that_cannot_be_kept_changes_nothing(void **state)
{
	(void)state;
	assert_int_equal(sign_out(HOST), 0);
	configure("DOCKER_CREDENTIAL_ACR_CACHE", "none");
	assert_int_equal(store(HOST, ACR_NULL_GUID, jwt(HOST, HOUR, "back")), -1);
	assert_true(acr_error_is(&error, TOKEN_NOT_CACHED));
	assert_true(decided(HOST).signed_out);
}

/* Registries issue tokens for three hours; a longer lifetime in a token is not trusted. */
static void a_clients_token_is_kept_for_three_hours_at_most(void **state)
{
	auto_login login = { 0 };

	(void)state;
	sign_in();
	assert_int_equal(store(HOST, ACR_NULL_GUID, jwt(HOST, 30 * DAY, "long")), 0);
	edges.boot += 1000LL * (3 * HOUR - 60);
	edges.wall += 3 * HOUR - 60;
	edges.app.deadline = edges.boot + 30000;
	assert_int_equal(get(HOST, &login), 0);
	edges.boot += 120000;
	edges.wall += 120;
	edges.app.deadline = edges.boot + 30000;
	expect_entra();
	expect_exchange(3 * HOUR, "mine");
	assert_int_equal(get(HOST, &login), 0);
}

static void storing_a_login_replaces_a_damaged_decision(void **state)
{
	(void)state;
	edges_write(&edges, STATE, "garbage\n");
	assert_int_equal(store(HOST, ACR_NULL_GUID, jwt(HOST, HOUR, "token")), 0);
	assert_true(decided(HOST).decided);
	edges_write(&edges, STATE, "garbage\n");
	expect_verified();
	assert_int_equal(store(HOST, "admin", "password"), 0);
	assert_true(decided(HOST).stored_login);
}

/* A client's token must not replace a login that only the damaged file listed. */
static void a_damaged_decision_may_hide_a_stored_login(void **state)
{
	int bus;

	(void)state;
	edges_write(&edges, STATE, "garbage\n");
	bus = silent_bus();
	assert_int_equal(store(HOST, ACR_NULL_GUID, jwt(HOST, HOUR, "token")), -1);
	assert_true(acr_error_is(&error, TOKEN_BEHIND_LOGIN));
	close(bus);
}

static void a_decision_file_that_others_could_read_is_repaired_with_a_notice(void **state)
{
	auto_string path = acr_format("%s/" STATE, edges.folder);
	auto_login login = { 0 };
	struct stat status;

	(void)state;
	decide((struct acr_state){ .signed_out = true });
	assert_int_equal(chmod(path, 0644), 0);
	assert_int_equal(get(HOST, &login), -1);
	assert_int_equal(error.kind, ACR_NOT_FOUND);
	assert_non_null(notice(ACR_MESSAGE_DECISION_REPAIRED));
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0600);
	assert_int_equal(get(HOST, &login), -1);
	assert_null(notice(ACR_MESSAGE_DECISION_REPAIRED));
}

static void a_login_kept_in_a_file_is_reported_unless_configured(void **state)
{
	(void)state;
	expect_verified();
	assert_int_equal(store(HOST, "admin", "password"), 0);
	assert_null(notice(ACR_MESSAGE_LOGIN_IN_FILE));
	configure("DOCKER_CREDENTIAL_ACR_KEYCHAIN", "auto");
	expect_verified();
	assert_int_equal(store(HOST, "admin", "password"), 0);
	assert_non_null(notice(ACR_MESSAGE_LOGIN_IN_FILE));
	assert_true(decided(HOST).in_file);
}

/* If the file does not exist, the user removed it: the login is not unreachable. */
static void a_login_kept_in_a_file_is_not_expected_in_the_keychain(void **state)
{
	auto_string path = acr_format("%s/" IN_FILE, edges.folder);
	auto_login login = { 0 };

	(void)state;
	configure("DOCKER_CREDENTIAL_ACR_KEYCHAIN", "auto");
	expect_verified();
	assert_int_equal(store(HOST, "admin", "password"), 0);
	expect_nothing_more();
	assert_int_equal(unlink(path), 0);
	sign_in();
	expect_entra();
	expect_exchange(3 * HOUR, "mine");
	assert_int_equal(get(HOST, &login), 0);
	assert_null(notice(ACR_MESSAGE_IDENTITY_OUT_OF_REACH));
}

static void a_login_under_the_verbatim_name_is_found(void **state)
{
	auto_login login = { 0 };

	(void)state;
	sign_in();
	keep_in_keychain(URL, "admin", "password");
	assert_int_equal(get(URL, &login), 0);
	assert_string_equal(login.username, "admin");
	assert_int_equal(edges.sent_count, 0);
}

static void trailing_blanks_of_a_password_are_reported_and_kept(void **state)
{
	static const char *const passwords[] = { "password\n", "password ", "password\t" };
	auto_login login = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(passwords) / sizeof(passwords[0]); i++) {
		expect_verified();
		assert_int_equal(store(HOST, "admin", passwords[i]), 0);
		assert_non_null(notice(ACR_MESSAGE_TRAILING_SPACE));
		assert_int_equal(get(HOST, &login), 0);
		assert_string_equal(acr_secret_text(&login.secret), passwords[i]);
	}
	expect_verified();
	assert_int_equal(store(HOST, "admin", " pass word"), 0);
	assert_null(notice(ACR_MESSAGE_TRAILING_SPACE));
}

static void without_verification_a_login_is_stored_as_given(void **state)
{
	auto_login login = { 0 };

	(void)state;
	configure("DOCKER_CREDENTIAL_ACR_VERIFY_ON_STORE", "false");
	assert_int_equal(store(HOST, "admin", "password"), 0);
	assert_int_equal(edges.sent_count, 0);
	assert_null(notice(ACR_MESSAGE_LOGIN_UNVERIFIED));
	assert_int_equal(get(HOST, &login), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(storing_a_clients_token_ends_the_signed_out_state),
		TEST(a_clients_token_that_cannot_be_kept_changes_nothing),
		TEST(a_clients_token_is_kept_for_three_hours_at_most),
		TEST(storing_a_login_replaces_a_damaged_decision),
		TEST(a_damaged_decision_may_hide_a_stored_login),
		TEST(a_decision_file_that_others_could_read_is_repaired_with_a_notice),
		TEST(a_login_kept_in_a_file_is_reported_unless_configured),
		TEST(a_login_kept_in_a_file_is_not_expected_in_the_keychain),
		TEST(a_login_under_the_verbatim_name_is_found),
		TEST(trailing_blanks_of_a_password_are_reported_and_kept),
		TEST(without_verification_a_login_is_stored_as_given),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
