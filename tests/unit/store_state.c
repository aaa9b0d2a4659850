/* SPDX-License-Identifier: Apache-2.0 */
/* What a person decided about a host, and the markers of what worked. */
#include "edges.h"

#include "acr/store.h"

#define HOST  "acme.azurecr.io"
#define OURS  ".local/share/docker-credential-acr"
#define STATE OURS "/registries/" HOST

static struct edges edges;

static struct acr_state state_of(const char *host)
{
	struct acr_state state = { true, true };

	acr_state_read(&edges.app, host, &state);
	return state;
}

static void write_state(bool signed_out, bool stored_login)
{
	struct acr_error error = { 0 };

	if (acr_state_write(&edges.app, HOST, &(struct acr_state){ signed_out, stored_login },
			    &error))
		fail_msg("%s", error.text);
}

static struct stat status_of(const char *path)
{
	char full[512];
	struct stat status;

	snprintf(full, sizeof(full), "%s/%s", edges.folder, path);
	assert_int_equal(lstat(full, &status), 0);
	return status;
}

static void nothing_was_decided_about_an_unknown_host(void **state)
{
	(void)state;
	assert_false(state_of(HOST).signed_out);
	assert_false(state_of(HOST).stored_login);
}

static void decisions_are_read_back_for_their_host_alone(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		write_state(i & 1, i & 2);
		assert_int_equal(state_of(HOST).signed_out, i & 1);
		assert_int_equal(state_of(HOST).stored_login, i >> 1);
		assert_false(state_of("acme.azurecr.i").signed_out);
	}
}

static void each_write_gives_the_file_another_inode(void **state)
{
	struct stat before, after;

	(void)state;
	write_state(true, false);
	before = status_of(STATE);
	write_state(true, false);
	after = status_of(STATE);
	assert_int_not_equal(before.st_ino, after.st_ino);
	assert_int_equal(after.st_mode & 0777, 0600);
}

static void the_path_is_that_of_the_file(void **state)
{
	auto_string path = acr_state_path(&edges.app, HOST);
	struct stat ours, theirs;

	(void)state;
	write_state(true, false);
	theirs = status_of(STATE);
	assert_int_equal(stat(path, &ours), 0);
	assert_int_equal(ours.st_ino, theirs.st_ino);
	edges_set(&edges, "HOME", "");
	assert_null(acr_state_path(&edges.app, HOST));
}

static void without_a_home_a_decision_cannot_be_written_and_says_so(void **state)
{
	struct acr_error error = { 0 };

	(void)state;
	edges_set(&edges, "HOME", "");
	assert_int_equal(acr_state_write(&edges.app, HOST, &(struct acr_state){ 0 }, &error), -1);
	assert_non_null(strstr(error.text, HOST));
	assert_false(state_of(HOST).signed_out);
	acr_marker_set(&edges.app, HOST);
	acr_marker_clear(&edges.app, HOST);
}

static void a_damaged_state_is_as_none(void **state)
{
	(void)state;
	write_state(true, true);
	edges_write(&edges, STATE, "docker-credential-acr state 1\nhost 15 acme");
	assert_false(state_of(HOST).signed_out);
	write_state(true, false);
	assert_true(state_of(HOST).signed_out);
}

static void a_host_that_is_a_path_stays_in_the_folder(void **state)
{
	struct acr_error error = { 0 };
	auto_string path = acr_state_path(&edges.app, "../../escape");

	(void)state;
	assert_null(strstr(path, "../"));
	assert_int_equal(
		acr_state_write(&edges.app, "../../escape", &(struct acr_state){ true, 0 }, &error),
		0);
	assert_true(state_of("../../escape").signed_out);
}

static void list(void *data, const char *host)
{
	strcat(strcat(data, host), " ");
}

static void hosts_that_something_was_decided_about_are_listed(void **state)
{
	char hosts[256] = "";

	(void)state;
	acr_state_each(&edges.app, list, hosts);
	assert_string_equal(hosts, "");
	write_state(true, false);
	acr_marker_set(&edges.app, "worked.azurecr.io");
	acr_state_each(&edges.app, list, hosts);
	assert_string_equal(hosts, HOST " ");
}

static void a_marker_is_listed_until_it_is_cleared(void **state)
{
	char hosts[256] = "";

	(void)state;
	acr_marker_clear(&edges.app, HOST);
	acr_marker_each(&edges.app, list, hosts);
	assert_string_equal(hosts, "");
	acr_marker_set(&edges.app, HOST);
	acr_marker_set(&edges.app, HOST);
	acr_marker_each(&edges.app, list, hosts);
	assert_string_equal(hosts, HOST " ");
	assert_int_equal(status_of(OURS "/worked/" HOST).st_size, 0);
	acr_marker_clear(&edges.app, HOST);
	hosts[0] = '\0';
	acr_marker_each(&edges.app, list, hosts);
	assert_string_equal(hosts, "");
}

static void setting_a_marker_again_writes_nothing(void **state)
{
	struct stat before, after;

	(void)state;
	acr_marker_set(&edges.app, HOST);
	before = status_of(OURS "/worked/" HOST);
	acr_marker_set(&edges.app, HOST);
	after = status_of(OURS "/worked/" HOST);
	assert_int_equal(before.st_ino, after.st_ino);
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
		TEST(nothing_was_decided_about_an_unknown_host),
		TEST(decisions_are_read_back_for_their_host_alone),
		TEST(each_write_gives_the_file_another_inode),
		TEST(the_path_is_that_of_the_file),
		TEST(without_a_home_a_decision_cannot_be_written_and_says_so),
		TEST(a_damaged_state_is_as_none),
		TEST(a_host_that_is_a_path_stays_in_the_folder),
		TEST(hosts_that_something_was_decided_about_are_listed),
		TEST(a_marker_is_listed_until_it_is_cleared),
		TEST(setting_a_marker_again_writes_nothing),
	};

	return cmocka_run_group_tests_name("state", tests, NULL, NULL);
}
