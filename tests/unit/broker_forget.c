/* SPDX-License-Identifier: Apache-2.0 */
/* Tests what `erase`, `logout` and a sign-in remove, what remains if a store cannot be reached, and
 * what `list` then returns. */
#include "acr/sign_in.h"
#include "verbs.h"

#define URL	     "https://" HOST "/v1/"
#define STATES	     ".local/share/docker-credential-acr/registries/"
#define ACCESS_TOKEN "token_0000000000001234"

static void store_login(void)
{
	edges_answer(&edges, "GET " TOKEN, 200, "{\"access_token\":\"x.y.z\"}");
	assert_int_equal(store(HOST, "admin", "password"), 0);
	expect_nothing_more();
}

static void have_token(void)
{
	auto_login login = { 0 };

	sign_in();
	expect_entra();
	expect_exchange(3 * HOUR, "first");
	assert_int_equal(get(HOST, &login), 0);
	expect_nothing_more();
}

static void be_denied(void)
{
	auto_login login = { 0 };

	edges_set(&edges, "DOCKER_CREDENTIAL_ACR_IDENTITY", "environment");
	edges_configure(&edges);
	sign_in();
	expect_entra();
	edges_answer(&edges, EXCHANGE, 401,
		     "{\"errors\":[{\"code\":\"UNAUTHORIZED\",\"message\":\"no\"}]}");
	edges_answer(&edges, "GET " TOKEN, 401, "{}");
	assert_int_equal(get(HOST, &login), -1);
	expect_nothing_more();
}

static void an_erase_records_that_no_login_is_stored(void **state)
{
	(void)state;
	store_login();
	assert_true(decided(HOST).stored_login);
	assert_int_equal(erase(HOST), 0);
	assert_true(decided(HOST).decided);
	assert_false(decided(HOST).stored_login);
}

/* The login still exists and takes precedence: it is found once the keychain can be reached
 * again. */
static void a_failed_erase_records_no_decision(void **state)
{
	static const struct acr_state stored = { .stored_login = true };
	int bus;

	(void)state;
	assert_int_equal(acr_state_write(&edges.app, HOST, &stored, &error), 0);
	bus = silent_bus();
	assert_int_equal(erase(HOST), -1);
	assert_int_equal(error.kind, ACR_LOCKED);
	assert_true(decided(HOST).stored_login);
	/* A logout takes effect even if the keychain cannot be reached. */
	assert_int_equal(sign_out(HOST), -1);
	assert_true(decided(HOST).signed_out);
	close(bus);
}

static void an_erase_also_drops_the_login_under_the_verbatim_name(void **state)
{
	auto_login login = { 0 };

	(void)state;
	keep_in_keychain(URL, "admin", "password");
	assert_int_equal(get(URL, &login), 0);
	assert_string_equal(login.username, "admin");
	assert_int_equal(erase(URL), 0);
	assert_int_equal(acr_keychain_find(&edges.app, URL, &login, &error), -1);
	assert_int_equal(error.kind, ACR_NOT_FOUND);
}

static void erasing_an_unreadable_login_is_an_error_but_logging_out_is_not(void **state)
{
	(void)state;
	edges_write(&edges, STATES HOST, "garbage\n");
	assert_int_equal(erase(HOST), -1);
	assert_true(acr_error_is(&error, DECISION_UNUSABLE_EITHER));
	edges_write(&edges, STATES HOST, "garbage\n");
	assert_int_equal(sign_out(HOST), 0);
	assert_true(decided(HOST).signed_out);
}

static void after_an_erase_no_notice_mentions_the_clients_token(void **state)
{
	auto_login login = { 0 };

	(void)state;
	assert_int_equal(store(HOST, ACR_NULL_GUID, jwt(HOST, HOUR, "of a client")), 0);
	assert_int_equal(erase(HOST), 0);
	have_token();
	assert_null(notice(ACR_MESSAGE_TOKEN_OF_CLIENT_UNUSED));
	assert_int_equal(get(HOST, &login), 0);
}

static void after_an_erase_a_registry_that_denied_access_is_asked_again(void **state)
{
	auto_login login = { 0 };

	(void)state;
	be_denied();
	assert_int_equal(get(HOST, &login), -1);
	assert_int_equal(edges.sent_count, 0);
	assert_int_equal(erase(HOST), 0);
	expect_entra();
	expect_exchange(3 * HOUR, "first");
	assert_int_equal(get(HOST, &login), 0);
}

/* No decision can be stored then, and the missing file must not prevent that the denial is
 * forgotten. */
static void without_a_home_directory_a_registry_that_denied_access_is_asked_again(void **state)
{
	edges_set(&edges, "HOME", "");
	edges_set(&edges, "DOCKER_CREDENTIAL_ACR_KEYCHAIN", "auto");
	after_an_erase_a_registry_that_denied_access_is_asked_again(state);
}

/* ---- logout of everything ---- */

/* An Entra access token, for any registry. It is cached only in memory; the directory of a test is
 * on disk, so the test writes the token itself. */
static bool has_access_token(void)
{
	auto_secret bytes = { 0 };

	return acr_cache_homes[0]->read(&edges.app, ACCESS_TOKEN, &bytes, NULL) == 0;
}

static void keep_access_token(void)
{
	auto_secret bytes = { 0 };

	acr_secret_add(&bytes, "access");
	assert_int_equal(acr_cache_homes[0]->write(&edges.app, ACCESS_TOKEN, &bytes, HOUR, &error),
			 0);
	assert_true(has_access_token());
}

static void keep_sign_in(const char *registry)
{
	struct acr_sign_in sign_in = { .registry = acr_copy(registry),
				       .who = acr_copy("developer@contoso.com"),
				       .tenant = acr_copy(TENANT),
				       .client_id = acr_copy(CLIENT),
				       .authority = acr_copy("login.microsoftonline.com"),
				       .id = acr_copy("one") };
	const struct acr_keychain *keeper = NULL;
	auto_secret token = { 0 };

	acr_secret_add(&token, "refresh");
	assert_int_equal(acr_sign_in_keeper(&edges.app, true, &keeper, &error), 0);
	assert_int_equal(acr_sign_in_keep(&edges.app, &sign_in, keeper, &token, &error), 0);
	acr_sign_in_wipe(&sign_in);
}

/* A registry with its own sign-in that was never used has neither a token nor a marker. Tokens that
 * other processes cached for it are still invalidated, because its state file changes. */
static void a_logout_of_everything_covers_registries_that_only_have_a_sign_in(void **state)
{
	struct acr_sign_out done;

	(void)state;
	keep_sign_in("lonely.azurecr.io");
	assert_int_equal(acr_sign_out_everywhere(&edges.app, &done, &error), 0);
	assert_int_equal(done.sign_ins, 1);
	assert_int_equal(done.registries, 1);
	assert_true(decided("lonely.azurecr.io").decided);
}

static void a_logout_of_everything_drops_access_tokens(void **state)
{
	struct acr_sign_out done;

	(void)state;
	keep_access_token();
	assert_int_equal(acr_sign_out_everywhere(&edges.app, &done, &error), 0);
	assert_false(has_access_token());
}

static void a_logout_of_everything_continues_and_reports_what_failed(void **state)
{
	struct acr_sign_out done;

	(void)state;
	have_token();
	edges_write(&edges, STATES HOST, "garbage\n");
	keep_sign_in("other.azurecr.io");
	assert_int_equal(acr_sign_out_everywhere(&edges.app, &done, &error), -1);
	assert_true(acr_error_is(&error, DECISION_UNUSABLE_EITHER));
	assert_int_equal(done.sign_ins, 1);
	assert_int_equal(done.registries, 2);
	assert_int_equal(entries(), 0);
	assert_true(decided("other.azurecr.io").decided);
}

/* ---- list ---- */

static void a_registry_that_just_denied_access_is_not_listed(void **state)
{
	(void)state;
	edges_write(&edges, ".config/docker-credential-acr/config.json",
		    "{\"registries\":{\"" HOST "\":{}}}");
	edges_configure(&edges);
	be_denied();
	assert_string_equal(listed(), "");
	edges.boot += 31000;
	assert_string_equal(listed(), HOST "=" ACR_NULL_GUID " ");
}

static void an_expired_token_is_not_listed(void **state)
{
	(void)state;
	have_token();
	acr_marker_clear(&edges.app, ACR_WORKED, HOST);
	assert_string_equal(listed(), HOST "=" ACR_NULL_GUID " ");
	edges.boot += 3001LL * HOUR;
	edges.wall += 3 * HOUR + 4;
	assert_string_equal(listed(), "");
}

static void list_fails_if_the_keychain_is_locked_and_nothing_else_is_known(void **state)
{
	char seen[64] = "";
	int bus = silent_bus();

	(void)state;
	assert_int_equal(acr_list(&edges.app, add, seen, &report, &error), -1);
	assert_int_equal(error.kind, ACR_LOCKED);
	assert_string_equal(seen, "");
	close(bus);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_erase_records_that_no_login_is_stored),
		TEST(a_failed_erase_records_no_decision),
		TEST(an_erase_also_drops_the_login_under_the_verbatim_name),
		TEST(erasing_an_unreadable_login_is_an_error_but_logging_out_is_not),
		TEST(after_an_erase_no_notice_mentions_the_clients_token),
		TEST(after_an_erase_a_registry_that_denied_access_is_asked_again),
		TEST(without_a_home_directory_a_registry_that_denied_access_is_asked_again),
		TEST(a_logout_of_everything_covers_registries_that_only_have_a_sign_in),
		TEST(a_logout_of_everything_drops_access_tokens),
		TEST(a_logout_of_everything_continues_and_reports_what_failed),
		TEST(a_registry_that_just_denied_access_is_not_listed),
		TEST(an_expired_token_is_not_listed),
		TEST(list_fails_if_the_keychain_is_locked_and_nothing_else_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
