/* SPDX-License-Identifier: Apache-2.0 */
/* Tests the decisions of a user about a host, and the markers of what worked. */
#include <sys/resource.h>
#include <sys/wait.h>

#include "edges.h"

#include "acr/store.h"
#include "base/hash.h"

#define HOST  "acme.azurecr.io"
#define OURS  ".local/share/docker-credential-acr"
#define STATE OURS "/registries/" HOST

static struct edges edges;

static struct acr_state state_of(const char *host)
{
	struct acr_state state = { true, true };
	struct acr_error error = { 0 };

	if (acr_state_read(&edges.app, host, &state, &error))
		fail_msg("%s", edges_words(&error));
	return state;
}

static void write_state(bool signed_out, bool stored_login)
{
	struct acr_error error = { 0 };

	if (acr_state_write(
		    &edges.app, HOST,
		    &(struct acr_state){ .signed_out = signed_out, .stored_login = stored_login },
		    &error))
		fail_msg("%s", edges_words(&error));
}

static struct stat status_of(const char *path)
{
	char full[512];
	struct stat status;

	snprintf(full, sizeof(full), "%s/%s", edges.folder, path);
	assert_int_equal(lstat(full, &status), 0);
	return status;
}

static void an_unknown_host_has_no_decision(void **state)
{
	(void)state;
	assert_false(state_of(HOST).signed_out);
	assert_false(state_of(HOST).stored_login);
}

static void decisions_are_read_back_only_for_their_host(void **state)
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

static void the_path_is_the_path_of_the_file(void **state)
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

static void without_a_home_directory_writing_a_decision_is_an_error(void **state)
{
	struct acr_error error = { 0 };

	(void)state;
	edges_set(&edges, "HOME", "");
	assert_int_equal(acr_state_write(&edges.app, HOST, &(struct acr_state){ 0 }, &error), -1);
	assert_non_null(strstr(edges_data(&error), HOST));
	assert_false(state_of(HOST).signed_out);
	acr_marker_set(&edges.app, ACR_WORKED, HOST);
	acr_marker_clear(&edges.app, ACR_WORKED, HOST);
}

/* ---- files that cannot be used ---- */

static char *full(const char *path)
{
	static char text[512];

	snprintf(text, sizeof(text), "%s/%s", edges.folder, path);
	return text;
}

/* Returns the error of reading, which must name the file. */
static struct acr_error complaint(void)
{
	struct acr_state state = { 0 };
	struct acr_error error = { 0 };

	if (acr_state_read(&edges.app, HOST, &state, &error) != -1)
		fail_msg("read as %d, %d", state.signed_out, state.stored_login);
	assert_non_null(strstr(edges_data(&error), full(STATE)));
	return error;
}

/* Returns its IDs and arguments. */
static const char *complained(void)
{
	struct acr_error error = complaint();

	return edges_data(&error);
}

static void write_newer(void)
{
	char text[256] = "docker-credential-acr state 2\nhost 15 " HOST "\nsigned-out 1\n";
	uint64_t hash = acr_hash(ACR_HASH_BASIS, text, strlen(text));

	snprintf(text + strlen(text), sizeof(text) - strlen(text), "check %016llx\n",
		 (unsigned long long)hash);
	edges_write(&edges, STATE, text);
}

static void a_damaged_state_is_an_error_until_a_new_decision_replaces_it(void **state)
{
	static const char *const texts[] = {
		"", "x", "docker-credential-acr state 1\nhost 15 acme",
		"docker-credential-acr login 1\ncheck 0000000000000000\n"
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		write_state(true, true);
		edges_write(&edges, STATE, texts[i]);
		assert_non_null(strstr(complained(), "logout " HOST));
		assert_int_equal(complaint().kind, ACR_INVALID);
	}
	write_state(true, false);
	assert_true(state_of(HOST).signed_out);
}

static void a_decision_about_another_host_counts_as_damaged(void **state)
{
	struct acr_error error = { 0 };
	struct acr_state read;
	char other[512];

	(void)state;
	write_state(true, false);
	snprintf(other, sizeof(other), "%s/" OURS "/registries/other.azurecr.io", edges.folder);
	assert_int_equal(rename(full(STATE), other), 0);
	assert_int_equal(acr_state_read(&edges.app, "other.azurecr.io", &read, &error), -1);
	assert_non_null(strstr(edges_data(&error), "acr-error:record-damaged;"));
}

static void the_state_of_a_newer_version_is_an_error_and_is_kept(void **state)
{
	const struct acr_state decided = { .signed_out = true };
	struct acr_error error = { 0 };

	(void)state;
	write_state(true, false);
	write_newer();
	assert_non_null(strstr(complained(), "acr-error:decision-newer;"));
	assert_non_null(strstr(complained(), OURS "/registries/"));
	assert_int_equal(acr_state_replaceable(&edges.app, HOST, NULL), -1);
	assert_int_equal(acr_state_write(&edges.app, HOST, &decided, &error), -1);
	assert_non_null(strstr(complained(), "acr-error:decision-newer;"));
}

static void a_file_that_others_can_read_is_used_and_made_private(void **state)
{
	static const mode_t modes[] = { 0644, 0604, 0640, 0755, 0400 | 044 };

	(void)state;
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		write_state(true, false);
		assert_int_equal(chmod(full(STATE), modes[i]), 0);
		assert_true(state_of(HOST).signed_out);
		assert_int_equal(status_of(STATE).st_mode & 0777, 0600);
		assert_false(state_of(HOST).repaired);
		assert_int_equal(chmod(full(STATE), modes[i]), 0);
		assert_true(state_of(HOST).repaired);
	}
}

static void a_second_hard_link_is_allowed(void **state)
{
	char other[512];

	(void)state;
	write_state(true, true);
	snprintf(other, sizeof(other), "%s/second", edges.folder);
	assert_int_equal(link(full(STATE), other), 0);
	assert_true(state_of(HOST).signed_out);
	assert_true(state_of(HOST).stored_login);
}

static void a_file_that_others_can_write_is_an_error_with_the_chmod(void **state)
{
	char command[600];

	(void)state;
	write_state(true, false);
	assert_int_equal(chmod(full(STATE), 0660), 0);
	snprintf(command, sizeof(command), "chmod 600 %s", full(STATE));
	assert_non_null(strstr(complained(), command));
	assert_int_equal(chmod(full(STATE), 0606), 0);
	assert_non_null(strstr(complained(), command));
	assert_int_equal(chmod(full(STATE), 0600), 0);
	assert_int_equal(chmod(full(OURS "/registries"), 0777), 0);
	assert_non_null(strstr(complained(), "chmod 700 "));
}

static void a_path_that_is_not_a_regular_file_is_an_error(void **state)
{
	char other[512];

	(void)state;
	write_state(true, false);
	snprintf(other, sizeof(other), "%s/copy", edges.folder);
	assert_int_equal(rename(full(STATE), other), 0);
	assert_int_equal(symlink(other, full(STATE)), 0);
	assert_non_null(strstr(complained(), "acr-error:decision-link;"));
	assert_int_equal(unlink(full(STATE)), 0);
	assert_int_equal(symlink("/nonexistent", full(STATE)), 0);
	assert_non_null(strstr(complained(), "acr-error:decision-link;"));
	assert_int_equal(unlink(full(STATE)), 0);
	assert_int_equal(mkfifo(full(STATE), 0600), 0);
	assert_non_null(strstr(complained(), "acr-error:decision-no-file;"));
	assert_int_equal(unlink(full(STATE)), 0);
	assert_int_equal(mkdir(full(STATE), 0700), 0);
	assert_non_null(strstr(complained(), "acr-error:decision-no-file;"));
}

static void without_descriptors_a_decision_is_an_error(void **state)
{
	struct rlimit most, none;

	(void)state;
	write_state(true, false);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &most), 0);
	for (rlim_t left = 0; left < 2; left++) {
		int first = open("/dev/null", O_RDONLY | O_CLOEXEC);
		struct acr_error error = { 0 };
		struct acr_state read;
		int result;

		close(first);
		none = (struct rlimit){ (rlim_t)first + left, most.rlim_max };
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
		result = acr_state_read(&edges.app, HOST, &read, &error);
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &most), 0);
		assert_int_equal(result, -1);
		assert_int_equal(error.kind, ACR_SYSTEM);
		assert_non_null(strstr(edges_data(&error), full(STATE)));
		/* Another decision would not help. */
		assert_non_null(strstr(edges_data(&error), "ulimit -n 1024"));
		assert_null(strstr(edges_data(&error), "login " HOST));
	}
}

static void a_folder_of_another_user_holds_no_decision(void **state)
{
	(void)state;
	write_state(true, false);
	if (geteuid() != 0)
		skip();
	assert_int_equal(chown(full(OURS "/registries"), 12345, 12345), 0);
	assert_false(state_of(HOST).signed_out);
	assert_int_equal(chown(full(OURS "/registries"), 0, 0), 0);
	assert_true(state_of(HOST).signed_out);
	assert_int_equal(chown(full(STATE), 12345, 12345), 0);
	assert_non_null(strstr(complained(), " acr-error:decision-foreign;"));
}

/* Root can read everything, so a child process of another user reads the file. */
static int status_as_nobody(void)
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		struct acr_state read = { 0 };
		struct acr_error error = { 0 };

		if (setgid(12345) || setuid(12345))
			_exit(9);
		if (acr_state_read(&edges.app, HOST, &read, &error))
			_exit(strstr(edges_data(&error), "chmod ") ? 2 : 3);
		_exit(read.signed_out ? 1 : 0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return WEXITSTATUS(status);
}

static void a_file_that_the_user_cannot_read_is_an_error_and_one_in_a_closed_parent_is_missing(
	void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	write_state(true, false);
	assert_int_equal(chmod(edges.folder, 0755), 0);
	assert_int_equal(chmod(full(".local"), 0755), 0);
	assert_int_equal(chmod(full(".local/share"), 0755), 0);
	assert_int_equal(chown(full(OURS), 12345, 12345), 0);
	assert_int_equal(chown(full(OURS "/registries"), 12345, 12345), 0);
	assert_int_equal(chown(full(STATE), 12345, 12345), 0);
	assert_int_equal(status_as_nobody(), 1);
	assert_int_equal(chmod(full(STATE), 0), 0);
	assert_int_equal(status_as_nobody(), 2);
	assert_int_equal(chmod(full(OURS "/registries"), 0), 0);
	assert_int_equal(status_as_nobody(), 2);
	assert_int_equal(chmod(full(OURS), 0), 0);
	assert_int_equal(status_as_nobody(), 2);
	assert_int_equal(chown(full(OURS), 0, 0), 0);
	assert_int_equal(status_as_nobody(), 0);
}

static void a_host_that_is_a_path_stays_in_the_folder(void **state)
{
	struct acr_error error = { 0 };
	auto_string path = acr_state_path(&edges.app, "../../escape");

	(void)state;
	assert_null(strstr(path, "../"));
	assert_int_equal(acr_state_write(&edges.app, "../../escape",
					 &(struct acr_state){ .signed_out = true }, &error),
			 0);
	assert_true(state_of("../../escape").signed_out);
}

static void list(void *data, const char *host)
{
	strcat(strcat(data, host), " ");
}

static void hosts_with_a_decision_are_listed(void **state)
{
	char hosts[256] = "";

	(void)state;
	assert_int_equal(acr_state_each(&edges.app, list, hosts, NULL), 0);
	assert_string_equal(hosts, "");
	write_state(true, false);
	acr_marker_set(&edges.app, ACR_WORKED, "worked.azurecr.io");
	assert_int_equal(acr_state_each(&edges.app, list, hosts, NULL), 0);
	assert_string_equal(hosts, HOST " ");
}

static void a_marker_is_listed_until_it_is_cleared(void **state)
{
	char hosts[256] = "";

	(void)state;
	acr_marker_clear(&edges.app, ACR_WORKED, HOST);
	acr_marker_each(&edges.app, ACR_WORKED, list, hosts);
	assert_string_equal(hosts, "");
	acr_marker_set(&edges.app, ACR_WORKED, HOST);
	acr_marker_set(&edges.app, ACR_WORKED, HOST);
	acr_marker_each(&edges.app, ACR_WORKED, list, hosts);
	assert_string_equal(hosts, HOST " ");
	assert_int_equal(status_of(OURS "/worked/" HOST).st_size, 0);
	acr_marker_clear(&edges.app, ACR_WORKED, HOST);
	hosts[0] = '\0';
	acr_marker_each(&edges.app, ACR_WORKED, list, hosts);
	assert_string_equal(hosts, "");
}

static void setting_a_marker_again_writes_nothing(void **state)
{
	struct stat before, after;

	(void)state;
	acr_marker_set(&edges.app, ACR_WORKED, HOST);
	before = status_of(OURS "/worked/" HOST);
	acr_marker_set(&edges.app, ACR_WORKED, HOST);
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
		TEST(an_unknown_host_has_no_decision),
		TEST(decisions_are_read_back_only_for_their_host),
		TEST(each_write_gives_the_file_another_inode),
		TEST(the_path_is_the_path_of_the_file),
		TEST(without_a_home_directory_writing_a_decision_is_an_error),
		TEST(a_damaged_state_is_an_error_until_a_new_decision_replaces_it),
		TEST(a_decision_about_another_host_counts_as_damaged),
		TEST(the_state_of_a_newer_version_is_an_error_and_is_kept),
		TEST(a_file_that_others_can_read_is_used_and_made_private),
		TEST(a_second_hard_link_is_allowed),
		TEST(a_file_that_others_can_write_is_an_error_with_the_chmod),
		TEST(a_path_that_is_not_a_regular_file_is_an_error),
		TEST(without_descriptors_a_decision_is_an_error),
		TEST(a_folder_of_another_user_holds_no_decision),
		TEST(a_file_that_the_user_cannot_read_is_an_error_and_one_in_a_closed_parent_is_missing),
		TEST(a_host_that_is_a_path_stays_in_the_folder),
		TEST(hosts_with_a_decision_are_listed),
		TEST(a_marker_is_listed_until_it_is_cleared),
		TEST(setting_a_marker_again_writes_nothing),
	};

	return cmocka_run_group_tests_name("state", tests, NULL, NULL);
}
