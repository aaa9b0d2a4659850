/* SPDX-License-Identifier: Apache-2.0 */
/* Tests the verbs as a whole, with a table of responses instead of a network, and a clock that the
 * test sets. */
#include "verbs.h"

/* An identity is configured and gets its first token. */
static void get_first(struct acr_login *login)
{
	sign_in();
	expect_entra();
	expect_exchange(3 * HOUR, "first");
	assert_int_equal(get(HOST, login), 0);
}

static void a_token_is_fetched_once_and_then_served_from_the_cache(void **state)
{
	auto_login login = { 0 };

	(void)state;
	get_first(&login);
	assert_string_equal(login.username, ACR_NULL_GUID);
	expect_nothing_more();
	assert_int_equal(get("https://" HOST "/v2/", &login), 0);
	assert_int_equal(get("ACME.azurecr.io:443", &login), 0);
	assert_false(report.renew_behind);
	assert_int_equal(edges.sent_count, 0);
}

static void past_half_its_life_a_token_is_served_and_renewed_in_the_background(void **state)
{
	auto_login login = { 0 };

	(void)state;
	get_first(&login);
	expect_nothing_more();
	edges.boot += 1000LL * (3 * HOUR * 65 / 100 + 2);
	assert_int_equal(get(HOST, &login), 0);
	assert_true(report.renew_behind);
	assert_int_equal(edges.sent_count, 0);
}

static void close_to_its_expiry_a_token_is_renewed_first(void **state)
{
	auto_login login = { 0 };

	(void)state;
	get_first(&login);
	expect_nothing_more();
	edges.boot += 1000LL * (2 * HOUR + 60);
	edges.app.deadline = edges.boot + 30000;
	edges.wall += 2 * HOUR + 60;
	expect_entra();
	expect_exchange(3 * HOUR, "second");
	assert_int_equal(get(HOST, &login), 0);
	assert_string_equal(acr_secret_text(&login.secret), jwt(HOST, 3 * HOUR, "second"));
}

static void the_old_token_is_served_if_renewal_fails_and_never_after_expiry(void **state)
{
	auto_login login = { 0 };

	(void)state;
	get_first(&login);
	expect_nothing_more();
	edges.boot += 1000LL * (2 * HOUR + 60);
	edges.app.deadline = edges.boot + 30000;
	edges_answer(&edges, ENTRA, 0, NULL)->fails = ACR_UNREACHABLE;
	assert_int_equal(get(HOST, &login), 0);
	assert_non_null(notice(ACR_MESSAGE_OLD_TOKEN));
	expect_nothing_more();
	edges.boot += 1000LL * HOUR;
	edges.app.deadline = edges.boot + 30000;
	edges_answer(&edges, ENTRA, 0, NULL)->fails = ACR_UNREACHABLE;
	assert_int_equal(get(HOST, &login), -1);
	assert_int_equal(error.kind, ACR_UNREACHABLE);
	assert_null(login.username);
}

static void setting_the_clock_back_or_forward_changes_nothing_within_a_boot(void **state)
{
	auto_login login = { 0 };

	(void)state;
	get_first(&login);
	expect_nothing_more();
	edges.wall = 0;
	assert_int_equal(get(HOST, &login), 0);
	edges.wall = 4000000000;
	assert_int_equal(get(HOST, &login), 0);
	assert_int_equal(edges.sent_count, 0);
}

static void another_identity_never_gets_the_token_of_the_first(void **state)
{
	auto_login login = { 0 };

	(void)state;
	get_first(&login);
	expect_nothing_more();
	edges_set(&edges, "AZURE_CLIENT_ID", "33333333-3333-3333-3333-333333333333");
	expect_entra();
	expect_exchange(3 * HOUR, "second");
	assert_int_equal(get(HOST, &login), 0);
	assert_non_null(strstr(edges.sent[0], "33333333"));
}

/* A remembered denial lists the identities that were tried and their results as the first time:
 * with message and code, not only as text. */
static void a_remembered_denial_lists_the_identities_tried(void **state)
{
	auto_login login = { 0 };
	struct acr_trail first;

	(void)state;
	sign_in();
	edges_set(&edges, "DOCKER_CREDENTIAL_ACR_IDENTITY", "environment");
	edges_configure(&edges);
	expect_entra();
	edges_answer(&edges, EXCHANGE, 401,
		     "{\"errors\":[{\"code\":\"UNAUTHORIZED\",\"message\":\"no\"}]}");
	edges_answer(&edges, "GET " TOKEN, 401, "{}");
	assert_int_equal(get(HOST, &login), -1);
	first = report.trail;
	assert_true(first.count > 0);
	assert_true(first.steps[0].refused_by_registry);
	assert_int_equal(first.steps[0].error.status, 401);
	expect_nothing_more();
	assert_int_equal(get(HOST, &login), -1);
	assert_int_equal(edges.sent_count, 0);
	assert_int_equal(report.trail.count, first.count);
	for (size_t i = 0; i < first.count; i++) {
		const struct acr_step *was = &first.steps[i], *is = &report.trail.steps[i];

		assert_ptr_equal(is->identity, was->identity);
		assert_int_equal(is->refused_by_registry, was->refused_by_registry);
		assert_memory_equal(&is->who, &was->who, sizeof(is->who));
		assert_int_equal(is->error.kind, was->error.kind);
		assert_int_equal(is->error.status, was->error.status);
		assert_string_equal(is->error.code, was->error.code);
		assert_string_equal(is->error.message.value, was->error.message.value);
	}
	/* It does not apply to another identity at the same registry. */
	edges_set(&edges, "AZURE_CLIENT_ID", "33333333-3333-3333-3333-333333333333");
	expect_entra();
	expect_exchange(3 * HOUR, "another");
	assert_int_equal(get(HOST, &login), 0);
	assert_int_equal(report.trail.steps[0].error.kind, ACR_FINE);
}

#define REGIONAL "acme.westeurope.geo.azurecr.io"

static void expect_regional(const char *mark)
{
	snprintf(exchange_answer, sizeof(exchange_answer), "{\"refresh_token\":\"%s\"}",
		 jwt(HOST, 3 * HOUR, mark));
	edges_answer(&edges, "POST https://" REGIONAL "/oauth2/exchange", 200, exchange_answer);
}

static void a_logout_covers_the_regional_endpoints(void **state)
{
	auto_login login = { 0 };

	(void)state;
	sign_in();
	expect_entra();
	expect_regional("first");
	assert_int_equal(get(REGIONAL, &login), 0);
	expect_nothing_more();
	assert_int_equal(sign_out(HOST), 0);
	assert_int_equal(get(REGIONAL, &login), -1);
	assert_int_equal(error.kind, ACR_NOT_FOUND);
	assert_int_equal(edges.sent_count, 0);
	/* A decision about the endpoint itself takes precedence. */
	assert_int_equal(acr_signed_in(&edges.app, REGIONAL, NULL, &error), 0);
	expect_entra();
	expect_regional("second");
	assert_int_equal(get(REGIONAL, &login), 0);
	expect_nothing_more();
	assert_int_equal(get(HOST, &login), -1);
}

static void a_logout_of_a_regional_endpoint_does_not_log_out_of_the_registry(void **state)
{
	auto_login login = { 0 };

	(void)state;
	sign_in();
	assert_int_equal(sign_out(REGIONAL), 0);
	assert_int_equal(get(REGIONAL, &login), -1);
	expect_entra();
	expect_exchange(3 * HOUR, "whole");
	assert_int_equal(get(HOST, &login), 0);
	/* Signing in to the registry again is no decision about the endpoint. */
	assert_int_equal(sign_out(HOST), 0);
	assert_int_equal(acr_signed_in(&edges.app, HOST, NULL, &error), 0);
	edges.sent_count = 0;
	assert_int_equal(get(REGIONAL, &login), -1);
	assert_int_equal(edges.sent_count, 0);
}

static void a_denial_is_remembered_for_half_a_minute(void **state)
{
	auto_login login = { 0 };

	(void)state;
	sign_in();
	edges_answer(&edges, ENTRA, 401,
		     "{\"error\":\"invalid_client\",\"error_description\":\"AADSTS7000215: Invalid "
		     "client secret provided.\\r\\nTrace ID: x\","
		     "\"error_codes\":[7000215],\"correlation_id\":\"44444444-4444-4444-4444-"
		     "444444444444\"}");
	edges_answer(&edges, "GET " TOKEN, 401, "{}");
	assert_int_equal(get(HOST, &login), -1);
	assert_int_equal(error.kind, ACR_REFUSED);
	assert_string_equal(error.code, "AADSTS7000215");
	assert_non_null(strstr(error.sentence, "Invalid client secret provided"));
	expect_nothing_more();
	assert_int_equal(get(HOST, &login), -1);
	assert_int_equal(error.kind, ACR_REFUSED);
	assert_string_equal(error.code, "AADSTS7000215");
	assert_int_equal(edges.sent_count, 0);
	edges.boot += 31000;
	edges.app.deadline = edges.boot + 30000;
	edges_answer(&edges, ENTRA, 401, "{\"error\":\"invalid_client\"}");
	edges_answer(&edges, "GET " TOKEN, 401, "{}");
	assert_int_equal(get(HOST, &login), -1);
}

static void if_the_registry_serves_anonymous_clients_a_denial_is_not_found(void **state)
{
	static const char rights[] =
		"{\"access\":[{\"type\":\"repository\",\"name\":\"app\",\"actions\":[\"pull\"]}]}";
	auto_login login = { 0 };
	auto_string answer = NULL;
	auto_secret claims = { 0 };

	(void)state;
	edges_set(&edges, "DOCKER_CREDENTIAL_ACR_IDENTITY", "environment");
	edges_configure(&edges);
	sign_in();
	acr_base64url_encode(rights, strlen(rights), &claims);
	answer = acr_format("{\"access_token\":\"e30.%s.c2ln\"}", acr_secret_text(&claims));
	expect_entra();
	edges_answer(&edges, EXCHANGE, 401,
		     "{\"errors\":[{\"code\":\"UNAUTHORIZED\",\"message\":\"authentication "
		     "required\"}]}");
	edges_answer(&edges, "GET " TOKEN, 200, answer);
	assert_int_equal(get(HOST, &login), -1);
	assert_int_equal(error.kind, ACR_NOT_FOUND);
	assert_non_null(notice(ACR_MESSAGE_ANONYMOUS));
	assert_true(report.anonymous);
	expect_nothing_more();
	assert_int_equal(get(HOST, &login), -1);
	assert_int_equal(error.kind, ACR_NOT_FOUND);
	assert_true(report.anonymous);
	assert_int_equal(edges.sent_count, 0);
}

/* One request an hour: does the registry accept clients without a login? */
static void without_an_identity_the_answer_is_not_found(void **state)
{
	auto_login login = { 0 };

	(void)state;
	edges_set(&edges, "DOCKER_CREDENTIAL_ACR_IDENTITY", "environment,workload-identity");
	edges_configure(&edges);
	for (int hour = 0; hour < 2; hour++) {
		edges_answer(&edges, "GET " TOKEN, 401, "");
		for (int again = 0; again < 3; again++) {
			assert_int_equal(get(HOST, &login), -1);
			assert_int_equal(error.kind, ACR_NOT_FOUND);
			assert_false(report.anonymous);
			assert_int_equal(edges.sent_count, 1);
		}
		expect_nothing_more();
		edges.boot += HOUR * 1000 + 1000;
		edges.app.deadline = edges.boot + 30000;
	}
}

static void logins_of_other_servers_are_kept_verbatim_and_never_verified(void **state)
{
	auto_login login = { 0 };

	(void)state;
	sign_in();
	assert_int_equal(get("ghcr.io", &login), -1);
	assert_int_equal(error.kind, ACR_NOT_FOUND);
	assert_int_equal(store("https://index.docker.io/v1/", "someone", "p\xc3\xa4ss\n\"word\" "),
			 0);
	assert_int_equal(get("https://index.docker.io/v1/", &login), 0);
	assert_string_equal(login.username, "someone");
	assert_string_equal(acr_secret_text(&login.secret), "p\xc3\xa4ss\n\"word\" ");
	assert_int_equal(get("index.docker.io", &login), -1);
	assert_int_equal(erase("https://index.docker.io/v1/"), 0);
	assert_int_equal(get("https://index.docker.io/v1/", &login), -1);
	assert_int_equal(erase("https://index.docker.io/v1/"), 0);
}

static void an_explicit_login_is_verified_and_then_takes_precedence_over_all_identities(
	void **state)
{
	auto_login login = { 0 };

	(void)state;
	get_first(&login);
	expect_nothing_more();
	edges_answer(&edges, "GET " TOKEN, 200, "{\"access_token\":\"e30.e30.c2ln\"}");
	assert_int_equal(store(HOST, "acme", "admin-password"), 0);
	expect_nothing_more();
	assert_int_equal(get(HOST, &login), 0);
	assert_string_equal(login.username, "acme");
	assert_int_equal(edges.sent_count, 0);
	/* A login that the registry rejects does not replace it. */
	edges_answer(&edges, "GET " TOKEN, 401,
		     "{\"errors\":[{\"code\":\"UNAUTHORIZED\",\"message\":\"Invalid clientid or "
		     "client secret.\"}]}");
	assert_int_equal(store(HOST, "acme", "wrong"), -1);
	assert_int_equal(error.kind, ACR_REFUSED);
	assert_int_equal(get(HOST, &login), 0);
	assert_string_equal(acr_secret_text(&login.secret), "admin-password");
	/* A login that cannot be verified is kept, with a notice. */
	edges_answer(&edges, "GET " TOKEN, 403,
		     "{\"errors\":[{\"code\":\"DENIED\",\"message\":\"client with IP '1.2.3.4' is "
		     "not allowed access.\"}]}");
	assert_int_equal(store(HOST, "acme", "other"), 0);
	assert_non_null(notice(ACR_MESSAGE_LOGIN_UNVERIFIED));
	expect_nothing_more();
	assert_int_equal(get(HOST, &login), 0);
	assert_string_equal(acr_secret_text(&login.secret), "other");
}

static void a_token_that_the_helper_issued_is_not_kept_as_a_login(void **state)
{
	auto_login login = { 0 };

	(void)state;
	get_first(&login);
	expect_nothing_more();
	assert_int_equal(store(HOST, ACR_NULL_GUID, acr_secret_text(&login.secret)), 0);
	/* A token of another client (az acr login) is cached until it expires. */
	assert_int_equal(store(HOST, "<token>", jwt(HOST, 2 * HOUR, "other")), 0);
	assert_int_equal(get(HOST, &login), 0);
	assert_string_equal(acr_secret_text(&login.secret), jwt(HOST, 2 * HOUR, "other"));
	assert_int_equal(edges.sent_count, 0);
	edges.boot += 1000LL * (2 * HOUR + 1);
	edges.wall += 2 * HOUR + 1;
	edges.app.deadline = edges.boot + 30000;
	expect_entra();
	expect_exchange(3 * HOUR, "third");
	assert_int_equal(get(HOST, &login), 0);
}

/* `az acr login --endpoint` stores the login server's token under the regional name. */
static void a_token_of_the_login_server_is_valid_for_its_regional_endpoints(void **state)
{
	struct acr_registry regional;
	auto_login login = { .username = acr_copy(ACR_NULL_GUID) };
	const char *name = "acme.eastus2.geo.azurecr.io";
	int64_t life;

	(void)state;
	assert_true(acr_registry_parse(NULL, name, strlen(name), &regional));
	acr_secret_add(&login.secret, jwt(HOST, HOUR, "global"));
	assert_int_equal(acr_login_issued(&edges.app, &regional, &login, &life), ACR_ISSUED_HERE);
	assert_int_equal(life, HOUR);
	acr_secret_wipe(&login.secret);
	acr_secret_add(&login.secret, jwt("other.azurecr.io", HOUR, "other"));
	assert_int_equal(acr_login_issued(&edges.app, &regional, &login, &life), ACR_ISSUED_NOT);
	/* A token with several audiences (RFC 7519), and one that no registry issued. */
	acr_secret_wipe(&login.secret);
	acr_secret_add(&login.secret, claims("\"aud\":[\"" HOST "\",\"x\"]"));
	assert_int_equal(acr_login_issued(&edges.app, &regional, &login, &life), ACR_ISSUED_HERE);
	acr_secret_wipe(&login.secret);
	acr_secret_add(&login.secret,
		       claims("\"aud\":\"other.azurecr.io\",\"iss\":\"" ISSUER "\""));
	assert_int_equal(acr_login_issued(&edges.app, &regional, &login, &life),
			 ACR_ISSUED_ELSEWHERE);
}

static void a_token_that_a_client_stored_is_served_until_it_expires_and_never_renewed(void **state)
{
	auto_login login = { 0 };
	auto_string stored = NULL;

	(void)state;
	stored = acr_copy(
		claims("\"aud\":\"" HOST "\",\"appid\":\"somebody\",\"iss\":\"" ISSUER "\""));
	assert_int_equal(store(HOST, ACR_NULL_GUID, stored), 0);
	sign_in();
	/* The token is found only for the identity that was in use when it was stored, so sign in
	 * first. */
	assert_int_equal(store(HOST, ACR_NULL_GUID, stored), 0);
	edges.boot += 1000LL * (2 * HOUR + 1800);
	edges.wall += 2 * HOUR + 1800;
	edges.app.deadline = edges.boot + 30000;
	assert_int_equal(get(HOST, &login), 0);
	assert_string_equal(acr_secret_text(&login.secret), stored);
	assert_false(report.renew_behind);
	report = (struct acr_report){ 0 };
	struct acr_registry registry;
	assert_true(acr_registry_parse(NULL, HOST, strlen(HOST), &registry));
	assert_int_equal(acr_renew(&edges.app, &registry, ACR_RENEW_NOW, &report, &error), -1);
	assert_true(acr_error_is(&error, TOKEN_OF_CLIENT));
	assert_int_equal(edges.sent_count, 0);
	edges.boot += 1000LL * 1801;
	edges.wall += 1801;
	edges.app.deadline = edges.boot + 30000;
	expect_entra();
	expect_exchange(3 * HOUR, "mine");
	assert_int_equal(get(HOST, &login), 0);
	assert_non_null(notice(ACR_MESSAGE_TOKEN_OF_CLIENT_UNUSED));
	assert_non_null(strstr(notice(ACR_MESSAGE_TOKEN_OF_CLIENT_UNUSED)->value, "somebody"));
}

static void a_store_fails_if_the_token_cannot_be_kept(void **state)
{
	auto_login login = { 0 };
	auto_string token = NULL;

	(void)state;
	token = acr_copy(jwt(HOST, 2 * HOUR, "mine"));
	edges_set(&edges, "DOCKER_CREDENTIAL_ACR_CACHE", "none");
	edges_configure(&edges);
	assert_int_equal(store(HOST, ACR_NULL_GUID, token), -1);
	assert_true(acr_error_is(&error, TOKEN_NOT_CACHED));
	edges_set(&edges, "DOCKER_CREDENTIAL_ACR_CACHE", "auto");
	edges_set(&edges, "DOCKER_CREDENTIAL_ACR_IDENTITY", "environment");
	edges_configure(&edges);
	assert_int_equal(store(HOST, ACR_NULL_GUID, token), -1);
	assert_true(acr_error_is(&error, TOKEN_PINNED));
	edges_set(&edges, "DOCKER_CREDENTIAL_ACR_IDENTITY", "none");
	edges_configure(&edges);
	assert_int_equal(store(HOST, ACR_NULL_GUID, token), 0);
	assert_int_equal(get(HOST, &login), 0);
	assert_string_equal(acr_secret_text(&login.secret), token);
	edges_answer(&edges, "GET " TOKEN, 200, "{\"access_token\":\"x.y.z\"}");
	assert_int_equal(store(HOST, "admin", "secret"), 0);
	assert_int_equal(store(HOST, ACR_NULL_GUID, token), -1);
	assert_true(acr_error_is(&error, TOKEN_BEHIND_LOGIN));
	assert_int_equal(get(HOST, &login), 0);
	assert_string_equal(login.username, "admin");
}

static void a_stored_login_that_was_removed_by_hand_is_none_and_one_out_of_reach_is_an_error(
	void **state)
{
	auto_login login = { 0 };

	(void)state;
	sign_in();
	edges_answer(&edges, "GET " TOKEN, 200, "{\"access_token\":\"x.y.z\"}");
	assert_int_equal(store(HOST, "admin", "secret"), 0);
	expect_nothing_more();
	auto_string path =
		acr_format("%s/.local/share/docker-credential-acr/logins/" HOST, edges.folder);
	assert_int_equal(unlink(path), 0);
	expect_entra();
	expect_exchange(3 * HOUR, "mine");
	assert_int_equal(get(HOST, &login), 0);
	expect_nothing_more();
	/* The state file of a desktop that keeps the login in its keyring; here there is no session
	 * bus. */
	const struct acr_state desktop = { .stored_login = true };
	edges_set(&edges, "DOCKER_CREDENTIAL_ACR_KEYCHAIN", "auto");
	edges_configure(&edges);
	assert_int_equal(acr_state_write(&edges.app, HOST, &desktop, &error), 0);
	edges_set(&edges, "AZURE_CLIENT_SECRET", "");
	assert_int_equal(get(HOST, &login), -1);
	assert_int_equal(error.kind, ACR_LOCKED);
	assert_true(acr_error_is(&error, STORED_LOGIN_UNREACHABLE));
	/* An identity from the environment of this process is used, with a notice, and its token is
	 * not cached. */
	edges_set(&edges, "AZURE_CLIENT_SECRET", "s3cret");
	for (int i = 0; i < 2; i++) {
		expect_entra();
		expect_exchange(3 * HOUR, "mine");
		assert_int_equal(get(HOST, &login), 0);
		assert_non_null(notice(ACR_MESSAGE_IDENTITY_OUT_OF_REACH));
		expect_nothing_more();
	}
}

static void erasing_invalidates_every_copy_and_names_the_identity_still_in_use(void **state)
{
	auto_login login = { 0 };
	char copy[512];

	(void)state;
	get_first(&login);
	expect_nothing_more();
	/* A copy of the whole cache, as if another session had its own. */
	snprintf(copy, sizeof(copy), "cp -a %s/run %s/run2", edges.folder, edges.folder);
	assert_int_equal(system(copy), 0);
	assert_int_equal(erase(HOST), 0);
	assert_non_null(notice(ACR_MESSAGE_STILL_SERVED));
	snprintf(copy, sizeof(copy), "%s/run2", edges.folder);
	edges_set(&edges, "XDG_RUNTIME_DIR", copy);
	expect_entra();
	expect_exchange(3 * HOUR, "second");
	assert_int_equal(get(HOST, &login), 0);
}

static void signed_out_means_not_found_until_a_login_is_stored(void **state)
{
	auto_secret name = { 0 };
	auto_login login = { 0 };

	(void)state;
	sign_in();
	acr_secret_add(&name, HOST);
	assert_int_equal(acr_sign_out(&edges.app, &name, &report, &error), 0);
	assert_int_equal(get(HOST, &login), -1);
	assert_int_equal(error.kind, ACR_NOT_FOUND);
	assert_int_equal(erase(HOST), 0);
	assert_int_equal(get(HOST, &login), -1);
	assert_int_equal(error.kind, ACR_NOT_FOUND);
	assert_int_equal(edges.sent_count, 0);
	edges_answer(&edges, "GET " TOKEN, 200, "{\"access_token\":\"e30.e30.c2ln\"}");
	assert_int_equal(store(HOST, "acme", "admin-password"), 0);
	assert_int_equal(get(HOST, &login), 0);
	assert_string_equal(login.username, "acme");
}

static void list_names_the_servers_that_get_answers(void **state)
{
	auto_login login = { 0 };
	char seen[2048] = "";

	(void)state;
	sign_in();
	edges_write(&edges, ".config/docker-credential-acr/config.json",
		    "{\"registries\":{\"cold.azurecr.io\":{}}}");
	edges_configure(&edges);
	assert_int_equal(store("ghcr.io", "someone", "x"), 0);
	expect_entra();
	expect_exchange(3 * HOUR, "first");
	assert_int_equal(get(HOST, &login), 0);
	assert_int_equal(acr_list(&edges.app, add, seen, &report, &error), 0);
	assert_string_equal(seen, HOST "=" ACR_NULL_GUID " cold.azurecr.io=" ACR_NULL_GUID
				       " ghcr.io=someone ");
}

/* A token that another helper stored before this helper was configured. */
static void a_token_in_the_keychain_does_not_prevent_renewal_and_is_not_listed(void **state)
{
	static const char *const names[] = { ACR_NULL_GUID, "<token>" };
	auto_login login = { 0 };

	(void)state;
	sign_in();
	for (size_t i = 0; i < 2; i++) {
		keep_in_keychain(HOST, names[i], jwt(HOST, HOUR, "left behind"));
		assert_string_equal(listed(), "");
		expect_entra();
		expect_exchange(3 * HOUR, "mine");
		assert_int_equal(get(HOST, &login), 0);
		assert_string_equal(acr_secret_text(&login.secret), jwt(HOST, 3 * HOUR, "mine"));
		expect_nothing_more();
		assert_string_equal(listed(), HOST "=" ACR_NULL_GUID " ");
		assert_int_equal(erase(HOST), 0);
	}
}

static void a_token_in_the_keychain_does_not_end_the_signed_out_state_in_list(void **state)
{
	(void)state;
	sign_in();
	assert_int_equal(sign_out(HOST), 0);
	keep_in_keychain(HOST, "<token>", jwt(HOST, HOUR, "left behind"));
	assert_string_equal(listed(), "");
	keep_in_keychain(HOST, "admin", "password");
	assert_string_equal(listed(), "");
}

/* A registry for which an identity worked once, and for which a login was stored later. */
static void list_shows_the_user_name_of_the_stored_login(void **state)
{
	auto_login login = { 0 };

	(void)state;
	get_first(&login);
	edges_answer(&edges, "GET " TOKEN, 200, "{\"access_token\":\"x.y.z\"}");
	assert_int_equal(store(HOST, "admin", "password"), 0);
	assert_string_equal(listed(), HOST "=admin ");
	/* Another helper may have stored a login too, for which there is no decision. */
	expect_nothing_more();
	edges_write(&edges, ".config/docker-credential-acr/config.json",
		    "{\"registries\":{\"cold.azurecr.io\":{}}}");
	edges_configure(&edges);
	keep_in_keychain("cold.azurecr.io", "person", "password");
	assert_string_equal(listed(), HOST "=admin cold.azurecr.io=person ");
}

/* The tokens are removed, not only made unreachable. */
static void erase_and_logout_remove_every_token(void **state)
{
	auto_login login = { 0 };

	(void)state;
	get_first(&login);
	edges_set(&edges, "AZURE_CLIENT_ID", "33333333-3333-3333-3333-333333333333");
	expect_nothing_more();
	expect_entra();
	expect_exchange(3 * HOUR, "of another");
	assert_int_equal(get(HOST, &login), 0);
	assert_int_equal(entries(), 2);
	assert_int_equal(erase(HOST), 0);
	assert_int_equal(entries(), 0);
	expect_nothing_more();
	expect_entra();
	expect_regional("regional");
	assert_int_equal(get(REGIONAL, &login), 0);
	assert_int_equal(entries(), 1);
	assert_int_equal(sign_out(HOST), 0);
	assert_int_equal(entries(), 0);
}

static void the_keychain_name_of_a_sign_in_is_not_a_server(void **state)
{
	static const char name[] = "docker-credential-acr://login/default";
	auto_login login = { 0 };

	(void)state;
	keep_in_keychain(name, "person", "refresh token");
	assert_int_equal(get(name, &login), -1);
	assert_int_equal(error.kind, ACR_NOT_FOUND);
	assert_int_equal(store(name, "person", "another"), -1);
	assert_int_equal(erase(name), 0);
	assert_int_equal(acr_keychain_find(&edges.app, name, &login, &error), 0);
	assert_string_equal(acr_secret_text(&login.secret), "refresh token");
}

static void an_expired_token_is_not_stored(void **state)
{
	(void)state;
	assert_int_equal(store(HOST, ACR_NULL_GUID, jwt(HOST, -10, "over")), -1);
	assert_int_equal(error.kind, ACR_INVALID);
	assert_int_equal(entries(), 0);
}

static void an_unreachable_keychain_is_neither_treated_as_empty_nor_emptied(void **state)
{
	static const struct acr_state stored = { .stored_login = true };
	auto_login login = { 0 };
	int bus;

	(void)state;
	get_first(&login);
	expect_nothing_more();
	bus = silent_bus();
	/* Cached tokens can be returned, so their registries are listed, with a notice about the
	 * others. */
	acr_marker_set(&edges.app, ACR_WORKED, "other.azurecr.io");
	assert_int_equal(acr_state_write(&edges.app, "other.azurecr.io", &stored, &error), 0);
	assert_string_equal(listed(), HOST "=" ACR_NULL_GUID " ");
	assert_non_null(notice(ACR_MESSAGE_LIST_WITHOUT_LOGINS));
	/* The identity of a machine does not replace a stored login that cannot be reached. */
	edges_set(&edges, "AZURE_CLIENT_SECRET", "");
	edges_set(&edges, "MSI_ENDPOINT", "http://127.0.0.1:9/token");
	edges_set(&edges, "MSI_SECRET", "hush");
	assert_int_equal(get("other.azurecr.io", &login), -1);
	assert_int_equal(error.kind, ACR_LOCKED);
	assert_int_equal(edges.sent_count, 0);
	assert_int_equal(erase(HOST), -1);
	assert_int_equal(error.kind, ACR_LOCKED);
	close(bus);
}

static void a_registry_that_denied_access_or_was_erased_loses_its_mark(void **state)
{
	auto_login login = { 0 };

	(void)state;
	sign_in();
	edges_set(&edges, "DOCKER_CREDENTIAL_ACR_IDENTITY", "environment");
	edges_configure(&edges);
	for (int denied = 0; denied < 2; denied++) {
		expect_entra();
		expect_exchange(3 * HOUR, "first");
		assert_int_equal(get(HOST, &login), 0);
		expect_nothing_more();
		assert_int_equal(marks(), 1);
		if (!denied) {
			assert_int_equal(erase(HOST), 0);
			assert_int_equal(marks(), 0);
			continue;
		}
		acr_cache_drop(&edges.app, HOST);
		expect_entra();
		edges_answer(&edges, EXCHANGE, 401, "{}");
		edges_answer(&edges, "GET " TOKEN, 401, "{}");
		assert_int_equal(get(HOST, &login), -1);
		expect_nothing_more();
		assert_int_equal(marks(), 0);
	}
}

/* Without an identity, a registry that does not respond is not contacted at every `get`. */
static void an_unreachable_registry_is_asked_once_whether_it_serves_anonymous_clients(void **state)
{
	auto_login login = { 0 };

	(void)state;
	edges_set(&edges, "DOCKER_CREDENTIAL_ACR_IDENTITY", "environment,workload-identity");
	edges_configure(&edges);
	edges_answer(&edges, "GET " TOKEN, 0, NULL)->fails = ACR_UNREACHABLE;
	for (int again = 0; again < 3; again++) {
		assert_int_equal(get(HOST, &login), -1);
		assert_int_equal(error.kind, ACR_NOT_FOUND);
		assert_false(report.anonymous);
		assert_int_equal(edges.sent_count, 1);
	}
}

static void a_renewal_uses_what_another_process_did_meanwhile(void **state)
{
	auto_login login = { 0 };

	(void)state;
	get_first(&login);
	expect_nothing_more();
	struct acr_registry registry = report.registry;
	report = (struct acr_report){ 0 };
	assert_int_equal(acr_renew(&edges.app, &registry, ACR_RENEW_DUE, &report, &error), 0);
	assert_int_equal(edges.sent_count, 0);
	expect_entra();
	expect_exchange(3 * HOUR, "second");
	report = (struct acr_report){ 0 };
	assert_int_equal(acr_renew(&edges.app, &registry, ACR_RENEW_NOW, &report, &error), 0);
	assert_int_equal(get(HOST, &login), 0);
	assert_string_equal(acr_secret_text(&login.secret), jwt(HOST, 3 * HOUR, "second"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_token_is_fetched_once_and_then_served_from_the_cache),
		TEST(past_half_its_life_a_token_is_served_and_renewed_in_the_background),
		TEST(close_to_its_expiry_a_token_is_renewed_first),
		TEST(the_old_token_is_served_if_renewal_fails_and_never_after_expiry),
		TEST(setting_the_clock_back_or_forward_changes_nothing_within_a_boot),
		TEST(another_identity_never_gets_the_token_of_the_first),
		TEST(a_logout_covers_the_regional_endpoints),
		TEST(a_logout_of_a_regional_endpoint_does_not_log_out_of_the_registry),
		TEST(a_denial_is_remembered_for_half_a_minute),
		TEST(a_remembered_denial_lists_the_identities_tried),
		TEST(if_the_registry_serves_anonymous_clients_a_denial_is_not_found),
		TEST(without_an_identity_the_answer_is_not_found),
		TEST(logins_of_other_servers_are_kept_verbatim_and_never_verified),
		TEST(an_explicit_login_is_verified_and_then_takes_precedence_over_all_identities),
		TEST(a_token_that_the_helper_issued_is_not_kept_as_a_login),
		TEST(a_token_of_the_login_server_is_valid_for_its_regional_endpoints),
		TEST(erasing_invalidates_every_copy_and_names_the_identity_still_in_use),
		TEST(signed_out_means_not_found_until_a_login_is_stored),
		TEST(list_names_the_servers_that_get_answers),
		TEST(a_token_that_a_client_stored_is_served_until_it_expires_and_never_renewed),
		TEST(a_store_fails_if_the_token_cannot_be_kept),
		TEST(a_stored_login_that_was_removed_by_hand_is_none_and_one_out_of_reach_is_an_error),
		TEST(a_token_in_the_keychain_does_not_prevent_renewal_and_is_not_listed),
		TEST(a_token_in_the_keychain_does_not_end_the_signed_out_state_in_list),
		TEST(list_shows_the_user_name_of_the_stored_login),
		TEST(erase_and_logout_remove_every_token),
		TEST(the_keychain_name_of_a_sign_in_is_not_a_server),
		TEST(an_expired_token_is_not_stored),
		TEST(an_unreachable_keychain_is_neither_treated_as_empty_nor_emptied),
		TEST(a_registry_that_denied_access_or_was_erased_loses_its_mark),
		TEST(an_unreachable_registry_is_asked_once_whether_it_serves_anonymous_clients),
		TEST(a_renewal_uses_what_another_process_did_meanwhile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
