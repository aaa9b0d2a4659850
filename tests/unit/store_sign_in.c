/* SPDX-License-Identifier: Apache-2.0 */
/* Tests how the sign-in of this program is stored: the token in a keychain, the account in a file,
 * and nothing else. */
#include "acr/sign_in.h"
#include "base/hash.h"
#include "edges.h"

#define HOST "acme.azurecr.io"

static struct edges edges;
static struct acr_error error;

static int setup(void **state)
{
	(void)state;
	edges_begin(&edges);
	error = (struct acr_error){ 0 };
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	edges_end(&edges);
	return 0;
}

static const struct acr_keychain *file_keychain(void)
{
	const struct acr_keychain *keeper = NULL;

	assert_int_equal(acr_sign_in_keeper(&edges.app, true, &keeper, &error), 0);
	assert_string_equal(keeper->name, "file");
	return keeper;
}

static void sign_in(const char *registry, const char *id, const char *text)
{
	auto_sign_in made = { .registry = acr_copy(registry),
			      .who = acr_copy("developer@contoso.com"),
			      .tenant = acr_copy("contoso.com"),
			      .client_id = acr_copy("client"),
			      .authority = acr_copy("login.microsoftonline.com"),
			      .id = acr_copy(id) };
	auto_secret token = { 0 };

	acr_secret_add(&token, text);
	assert_int_equal(acr_sign_in_keep(&edges.app, &made, file_keychain(), &token, &error), 0);
}

static void has_token(const char *host, const char *text)
{
	auto_sign_in found = { 0 };
	auto_secret token = { 0 };

	assert_int_equal(acr_sign_in_find(&edges.app, host, &found, NULL), 0);
	assert_int_equal(acr_sign_in_token(&edges.app, &found, &token, &error), 0);
	assert_string_equal(acr_secret_text(&token), text);
}

static void without_a_sign_in_nothing_is_found(void **state)
{
	auto_sign_in found = { 0 };

	(void)state;
	assert_int_equal(acr_sign_in_find(&edges.app, HOST, &found, NULL), -1);
}

static void the_sign_in_of_a_registry_takes_precedence_over_the_one_for_all(void **state)
{
	(void)state;
	sign_in("", "1", "for-all");
	sign_in(HOST, "2", "for-acme");
	has_token(HOST, "for-acme");
	has_token("partner.azurecr.io", "for-all");
}

static void a_sign_in_replaces_the_one_before_it(void **state)
{
	(void)state;
	sign_in("", "1", "first");
	sign_in("", "2", "second");
	has_token(HOST, "second");
}

static void a_replaced_refresh_token_is_kept(void **state)
{
	auto_sign_in found = { 0 };
	auto_secret next = { 0 };

	(void)state;
	sign_in("", "1", "first");
	assert_int_equal(acr_sign_in_find(&edges.app, HOST, &found, NULL), 0);
	acr_secret_add(&next, "next");
	acr_sign_in_roll(&edges.app, &found, &next);
	has_token(HOST, "next");
}

static void replacing_a_refresh_token_does_not_undo_a_sign_out_or_a_new_sign_in(void **state)
{
	auto_sign_in old = { 0 }, found = { 0 };
	auto_secret next = { 0 };
	bool any;

	(void)state;
	acr_secret_add(&next, "rolled");
	sign_in("", "1", "first");
	assert_int_equal(acr_sign_in_find(&edges.app, HOST, &old, NULL), 0);
	sign_in("", "2", "second");
	acr_sign_in_roll(&edges.app, &old, &next);
	has_token(HOST, "second");
	assert_int_equal(acr_sign_in_drop(&edges.app, "", &any, &error), 0);
	acr_sign_in_roll(&edges.app, &old, &next);
	assert_int_equal(acr_sign_in_find(&edges.app, HOST, &found, NULL), -1);
	assert_int_equal(acr_sign_in_token(&edges.app, &old, &next, &error), -1);
	assert_int_equal(error.kind, ACR_INVALID);
}

static void dropping_reports_whether_a_sign_in_existed(void **state)
{
	auto_sign_in found = { 0 };
	bool any;

	(void)state;
	assert_int_equal(acr_sign_in_drop(&edges.app, HOST, &any, &error), 0);
	assert_false(any);
	sign_in("", "1", "for-all");
	sign_in(HOST, "2", "for-acme");
	assert_int_equal(acr_sign_in_drop(&edges.app, HOST, &any, &error), 0);
	assert_true(any);
	has_token(HOST, "for-all");
	assert_int_equal(acr_sign_in_drop(&edges.app, "", &any, &error), 0);
	assert_int_equal(acr_sign_in_find(&edges.app, HOST, &found, NULL), -1);
}

static void a_file_keeps_the_token_only_if_configured(void **state)
{
	const struct acr_keychain *keeper = NULL;

	(void)state;
	/* There is no session bus in a unit test. */
	assert_int_equal(acr_sign_in_keeper(&edges.app, false, &keeper, &error), -1);
	assert_null(keeper);
	edges_set(&edges, "DOCKER_CREDENTIAL_ACR_KEYCHAIN", "secret-service");
	edges_configure(&edges);
	assert_int_equal(acr_sign_in_keeper(&edges.app, true, &keeper, &error), -1);
	assert_non_null(strstr(edges_data(&error), "secret-service"));
}

static void the_sign_in_file_contains_no_secret(void **state)
{
	auto_string path = NULL;
	char text[2048] = "";
	FILE *file;

	(void)state;
	sign_in("", "1", "s3cret-token");
	path = acr_sign_in_path(&edges.app);
	file = fopen(path, "r");
	assert_non_null(file);
	assert_true(fread(text, 1, sizeof(text) - 1, file) > 0);
	fclose(file);
	assert_non_null(strstr(text, "developer@contoso.com"));
	assert_null(strstr(text, "s3cret"));
}

static void count(void *data, const struct acr_sign_in *sign_in_visited)
{
	(void)sign_in_visited;
	++*(int *)data;
}

#define ALL ".local/share/docker-credential-acr/sign-ins/default"

/* Any error but ACR_NOT_FOUND and ACR_UNAVAILABLE ends the identity chain. */
static void complains_of_the_file(const char *words)
{
	auto_sign_in found = { 0 };

	assert_int_equal(acr_sign_in_find(&edges.app, HOST, &found, &error), -1);
	if (error.kind != ACR_INVALID && error.kind != ACR_SYSTEM)
		fail_msg("%s", edges_words(&error));
	assert_non_null(strstr(edges_data(&error), ALL));
	assert_non_null(strstr(edges_data(&error), words));
	assert_int_equal(acr_sign_in_each(&edges.app, count, &(int){ 0 }, &error), -1);
}

static void write_newer(void)
{
	char text[256] = "docker-credential-acr sign-in 2\nregistry 0 \n";
	uint64_t hash = acr_hash(ACR_HASH_BASIS, text, strlen(text));

	snprintf(text + strlen(text), sizeof(text) - strlen(text), "check %016llx\n",
		 (unsigned long long)hash);
	edges_write(&edges, ALL, text);
}

static void an_unusable_file_is_an_error_and_not_a_missing_sign_in(void **state)
{
	auto_string path = acr_sign_in_path(&edges.app);
	auto_sign_in found = { 0 };
	char other[512];

	(void)state;
	snprintf(other, sizeof(other), "%s/other", edges.folder);
	sign_in("", "1", "token");
	edges_write(&edges, ALL, "docker-credential-acr sign-in 1\nregistry 0 \n");
	complains_of_the_file("docker-credential-acr login");
	edges_write(&edges, ALL, "");
	complains_of_the_file("acr-error:record-damaged;");
	sign_in("", "1", "token");
	assert_int_equal(acr_sign_in_find(&edges.app, HOST, &found, NULL), 0);
	assert_int_equal(chmod(path, 0622), 0);
	complains_of_the_file("chmod 600 ");
	assert_int_equal(chmod(path, 0644), 0);
	assert_int_equal(acr_sign_in_find(&edges.app, HOST, &found, NULL), 0);
	assert_true(found.repaired);
	assert_int_equal(rename(path, other), 0);
	assert_int_equal(symlink(other, path), 0);
	complains_of_the_file("acr-error:decision-link;");
	assert_int_equal(unlink(path), 0);
	assert_int_equal(link(other, path), 0);
	assert_int_equal(acr_sign_in_find(&edges.app, HOST, &found, NULL), 0);
}

static void a_file_of_a_newer_version_and_its_token_are_not_replaced(void **state)
{
	const struct acr_keychain *keeper = NULL;
	auto_login kept = { 0 };
	auto_secret token = { 0 };
	bool any;
	struct acr_sign_in again = { .registry = acr_copy(""),
				     .who = acr_copy("x"),
				     .tenant = acr_copy("t"),
				     .client_id = acr_copy("c"),
				     .authority = acr_copy("a"),
				     .id = acr_copy("2") };

	(void)state;
	sign_in("", "1", "old-token");
	write_newer();
	complains_of_the_file("acr-error:decision-newer;");
	assert_int_equal(acr_sign_in_keeper(&edges.app, true, &keeper, &error), 0);
	acr_secret_add(&token, "new-token");
	assert_int_equal(acr_sign_in_keep(&edges.app, &again, keeper, &token, &error), -1);
	assert_non_null(strstr(edges_data(&error), "acr-error:decision-newer;"));
	assert_int_equal(acr_sign_in_drop(&edges.app, "", &any, &error), -1);
	complains_of_the_file("acr-error:decision-newer;");
	assert_int_equal(
		keeper->find(&edges.app, "docker-credential-acr://login/default", &kept, &error),
		0);
	assert_true(acr_secret_equals(&kept.secret, "old-token"));
	acr_sign_in_wipe(&again);
}

static void every_sign_in_is_visited(void **state)
{
	int seen = 0;

	(void)state;
	assert_int_equal(acr_sign_in_each(&edges.app, count, &seen, NULL), 0);
	assert_int_equal(seen, 0);
	sign_in("", "1", "a");
	sign_in(HOST, "2", "b");
	assert_int_equal(acr_sign_in_each(&edges.app, count, &seen, NULL), 0);
	assert_int_equal(seen, 2);
}

static void the_keychain_name_of_a_sign_in_is_not_a_server(void **state)
{
	(void)state;
	assert_true(acr_sign_in_reserved("docker-credential-acr://login/default"));
	assert_true(acr_sign_in_reserved("docker-credential-acr://"));
	assert_false(acr_sign_in_reserved("https://docker-credential-acr.example/login"));
	assert_false(acr_sign_in_reserved(HOST));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(without_a_sign_in_nothing_is_found),
		TEST(the_sign_in_of_a_registry_takes_precedence_over_the_one_for_all),
		TEST(a_sign_in_replaces_the_one_before_it),
		TEST(a_replaced_refresh_token_is_kept),
		TEST(replacing_a_refresh_token_does_not_undo_a_sign_out_or_a_new_sign_in),
		TEST(dropping_reports_whether_a_sign_in_existed),
		TEST(a_file_keeps_the_token_only_if_configured),
		TEST(the_sign_in_file_contains_no_secret),
		TEST(an_unusable_file_is_an_error_and_not_a_missing_sign_in),
		TEST(a_file_of_a_newer_version_and_its_token_are_not_replaced),
		TEST(every_sign_in_is_visited),
		TEST(the_keychain_name_of_a_sign_in_is_not_a_server),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
