/* SPDX-License-Identifier: Apache-2.0 */
/* Tests logins in files: where they are stored, who may read them, and that they never affect each
 * other. (What all keychains have in common is tested in store_keychain_contract.) */
#include "edges.h"

#include <dirent.h>

#include "acr/store.h"
#include "store/private_dir.h"
#include "store/serialize.h"

extern const struct acr_keychain acr_keychain_login_file;
static const struct acr_keychain *const files = &acr_keychain_login_file;
static struct edges edges;

#define LOGINS ".local/share/docker-credential-acr/logins"

static const char *at(const char *path)
{
	static char full[1024];

	snprintf(full, sizeof(full), "%s/%s", edges.folder, path);
	return full;
}

static int keep(const char *server, struct acr_error *error)
{
	auto_login login = { .username = acr_copy("user") };

	acr_secret_add(&login.secret, server);
	return files->keep(&edges.app, server, &login, error);
}

static enum acr_kind find(const char *server)
{
	struct acr_error error = { 0 };
	auto_login login = { 0 };

	if (files->find(&edges.app, server, &login, &error) == 0)
		assert_true(acr_secret_equals(&login.secret, server));
	return error.kind;
}

static void a_login_is_one_file_that_others_cannot_read(void **state)
{
	mode_t before = umask(0);
	struct stat status;

	(void)state;
	assert_int_equal(keep("acme.azurecr.io", NULL), 0);
	umask(before);
	assert_int_equal(lstat(at(LOGINS "/acme.azurecr.io"), &status), 0);
	assert_true(S_ISREG(status.st_mode));
	assert_int_equal(status.st_mode & 0777, 0600);
	assert_int_equal(stat(at(LOGINS), &status), 0);
	assert_int_equal(status.st_mode & 0777, 0700);
	assert_int_equal(stat(at(".local/share/docker-credential-acr"), &status), 0);
	assert_int_equal(status.st_mode & 0777, 0700);
}

static void xdg_data_home_is_used_if_it_is_absolute(void **state)
{
	(void)state;
	edges_set(&edges, "XDG_DATA_HOME", at("data"));
	assert_int_equal(keep("acme.azurecr.io", NULL), 0);
	assert_int_equal(access(at("data/docker-credential-acr/logins/acme.azurecr.io"), F_OK), 0);
	edges_set(&edges, "XDG_DATA_HOME", "data");
	assert_int_equal(find("acme.azurecr.io"), ACR_NOT_FOUND);
}

static void without_a_home_directory_logins_are_not_kept_in_files(void **state)
{
	struct acr_error error = { 0 };

	(void)state;
	edges_set(&edges, "HOME", "");
	assert_int_equal(keep("acme.azurecr.io", &error), -1);
	assert_int_equal(error.kind, ACR_UNAVAILABLE);
	assert_int_equal(find("acme.azurecr.io"), ACR_UNAVAILABLE);
}

static void count_names(void *data, const char *name)
{
	(void)name;
	++*(int *)data;
}

static void no_server_name_leads_out_of_the_folder(void **state)
{
	static const char *const servers[] = {
		"../../../../etc/passwd",
		"..",
		".",
		"",
		"/",
		"/etc/passwd",
		"a/b",
		"a\nb",
		".hidden",
		"%2e%2e",
		"a\\b",
		"\x01\x7f\xff",
		"+",
		"%",
		"C:\\",
		"-rf",
	};
	const size_t count = sizeof(servers) / sizeof(servers[0]);
	int names = 0;

	(void)state;
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(keep(servers[i], NULL), 0);
		if (*servers[i])
			assert_int_equal(find(servers[i]), ACR_FINE);
	}
	assert_int_equal(acr_private_dir_each(at(LOGINS), count_names, &names, NULL), 0);
	assert_int_equal(names, count);
}

static void names_are_read_back_unchanged_or_not_at_all(void **state)
{
	static const char *const texts[] = {
		"",   "a",	 "acme.azurecr.io", ".x",
		"..", "a/b:443", "\xff\x01%+",	    "https://index.docker.io/v1/"
	};
	static char lengthy[8192];

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		auto_string name = acr_private_dir_name(texts[i]);
		auto_string text = acr_private_dir_text(name);

		assert_true(strlen(name) > 0 && name[0] != '.' && !strchr(name, '/'));
		assert_string_equal(text, texts[i]);
	}
	memset(lengthy, '/', sizeof(lengthy) - 1);
	auto_string name = acr_private_dir_name(lengthy);
	assert_true(strlen(name) <= 200);
	assert_null(acr_private_dir_text(name));
	assert_null(acr_private_dir_text("%"
					 "00"));
	assert_null(acr_private_dir_text("%4"));
	assert_null(acr_private_dir_text("a b"));
}

/* The record decides, not the file name: the file may have been renamed, or two hashes may be
 * equal. */
static void a_file_that_names_another_server_is_neither_found_nor_replaced(void **state)
{
	char from[1024];
	struct acr_error error = { 0 };

	(void)state;
	assert_int_equal(keep("one.example", NULL), 0);
	snprintf(from, sizeof(from), "%s", at(LOGINS "/one.example"));
	assert_int_equal(rename(from, at(LOGINS "/two.example")), 0);
	assert_int_equal(find("two.example"), ACR_NOT_FOUND);
	assert_int_equal(keep("two.example", &error), -1);
	assert_int_equal(error.kind, ACR_SYSTEM);
	assert_int_equal(files->drop(&edges.app, "two.example", &error), -1);
	assert_int_equal(error.kind, ACR_NOT_FOUND);
	assert_int_equal(access(at(LOGINS "/two.example"), F_OK), 0);
}

static void a_damaged_login_is_an_error_and_not_missing(void **state)
{
	auto_secret bytes = { 0 };

	(void)state;
	assert_int_equal(keep("acme.azurecr.io", NULL), 0);
	edges_write(&edges, LOGINS "/acme.azurecr.io", "docker-credential-acr login 1\nserver 3");
	assert_int_equal(find("acme.azurecr.io"), ACR_INVALID);
	/* It can be stored again, and it can be erased. */
	assert_int_equal(keep("acme.azurecr.io", NULL), 0);
	assert_int_equal(find("acme.azurecr.io"), ACR_FINE);
	edges_write(&edges, LOGINS "/acme.azurecr.io", "");
	assert_int_equal(files->drop(&edges.app, "acme.azurecr.io", NULL), 0);
	assert_int_equal(find("acme.azurecr.io"), ACR_NOT_FOUND);
}

static void a_login_that_others_can_read_is_not_used(void **state)
{
	(void)state;
	assert_int_equal(keep("acme.azurecr.io", NULL), 0);
	assert_int_equal(chmod(at(LOGINS "/acme.azurecr.io"), 0644), 0);
	assert_int_equal(find("acme.azurecr.io"), ACR_INVALID);
}

static void a_link_in_place_of_the_file_is_not_followed(void **state)
{
	struct stat status;

	(void)state;
	edges_write(&edges, "victim", "untouched");
	edges_write(&edges, LOGINS "/x", "");
	assert_int_equal(symlink("../../../../victim", at(LOGINS "/acme.azurecr.io")), 0);
	assert_int_equal(find("acme.azurecr.io"), ACR_INVALID);
	assert_int_equal(keep("acme.azurecr.io", NULL), 0);
	assert_int_equal(stat(at("victim"), &status), 0);
	assert_int_equal(status.st_size, strlen("untouched"));
	assert_int_equal(find("acme.azurecr.io"), ACR_FINE);
}

static void a_folder_that_is_a_link_is_not_written(void **state)
{
	struct acr_error error = { 0 };

	(void)state;
	edges_write(&edges, "elsewhere/x", "");
	edges_write(&edges, ".local/share/docker-credential-acr/x", "");
	assert_int_equal(symlink("../../../elsewhere", at(LOGINS)), 0);
	assert_int_equal(keep("acme.azurecr.io", &error), -1);
	assert_int_equal(access(at("elsewhere/acme.azurecr.io"), F_OK), -1);
}

static void note_names(void *data, const char *server, const char *username)
{
	assert_string_equal(username, "user");
	strcat(strcat(data, server), " ");
}

static void each_skips_files_that_are_not_logins(void **state)
{
	char names[256] = "";

	(void)state;
	assert_int_equal(keep("acme.azurecr.io", NULL), 0);
	edges_write(&edges, LOGINS "/broken", "x");
	edges_write(&edges, LOGINS "/.docker-credential-acr-0123456789abcdef", "x");
	assert_int_equal(files->each(&edges.app, note_names, names, NULL), 0);
	assert_string_equal(names, "acme.azurecr.io ");
}

static int begin(void **state)
{
	(void)state;
	edges_begin(&edges);
	return 0;
}

static int end(void **state)
{
	(void)state;
	edges_end(&edges);
	return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_login_is_one_file_that_others_cannot_read),
		TEST(xdg_data_home_is_used_if_it_is_absolute),
		TEST(without_a_home_directory_logins_are_not_kept_in_files),
		TEST(no_server_name_leads_out_of_the_folder),
		TEST(names_are_read_back_unchanged_or_not_at_all),
		TEST(a_file_that_names_another_server_is_neither_found_nor_replaced),
		TEST(a_damaged_login_is_an_error_and_not_missing),
		TEST(a_login_that_others_can_read_is_not_used),
		TEST(a_link_in_place_of_the_file_is_not_followed),
		TEST(a_folder_that_is_a_link_is_not_written),
		TEST(each_skips_files_that_are_not_logins),
	};

	return cmocka_run_group_tests_name("login files", tests, NULL, NULL);
}
