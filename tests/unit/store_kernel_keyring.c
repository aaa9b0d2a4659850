/* SPDX-License-Identifier: Apache-2.0 */
/* Tests the kernel keyring as it is in real sessions: shared between them, expired by the kernel,
 * and too small for all entries. Skipped if there is none. */
#include "edges.h"

#include <keyutils.h>
#include <sys/wait.h>

#include "acr/store.h"

#define KEY "entry_keyring.azurecr.io_0123456789abcdef"

extern const struct acr_cache_home acr_cache_kernel_keyring;
static const struct acr_cache_home *const home = &acr_cache_kernel_keyring;
static struct edges edges;

static int write_bytes(const char *key, size_t length, int64_t life, struct acr_error *error)
{
	auto_secret bytes = { 0 };

	for (size_t i = 0; i < length; i++)
		acr_secret_add(&bytes, "x");
	return home->write(&edges.app, key, &bytes, life, error);
}

/* Runs `work` as a user ID that nobody else has, in a new session keyring, as sshd and cron create
 * one. Returns the result of `work`. */
static int in_new_session(int (*work)(void))
{
	uid_t user = 100000 + (uid_t)getpid();
	pid_t child = fork();
	int status = 0;

	if (child == 0) {
		if (geteuid() == 0 && (setgid(65534) || setuid(user)))
			_exit(99);
		if (keyctl_join_session_keyring(NULL) < 0)
			_exit(98);
		_exit(work());
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* Returns the key that KEY names, as the kernel finds it. */
static long find_key(void)
{
	auto_string name = acr_format("docker-credential-acr:%s:" KEY, edges.app.root);

	return keyctl_search(KEY_SPEC_USER_KEYRING, "user", name, 0);
}

static int write_one(void)
{
	return write_bytes(KEY, 2000, 600, NULL) ? 1 : 0;
}

static int read_one(void)
{
	auto_secret bytes = { 0 };

	return home->read(&edges.app, KEY, &bytes, NULL) || bytes.length != 2000;
}

static int replace_one(void)
{
	auto_secret bytes = { 0 };

	return write_bytes(KEY, 10, 600, NULL) || home->read(&edges.app, KEY, &bytes, NULL) ||
	       bytes.length != 10;
}

static int drop_one(void)
{
	return home->drop(&edges.app, KEY, NULL) ? 1 : 0;
}

static int find_none(void)
{
	struct acr_error error = { 0 };
	auto_secret bytes = { 0 };

	return home->read(&edges.app, KEY, &bytes, &error) == 0 || error.kind != ACR_NOT_FOUND;
}

static void sessions_of_one_user_share_the_keyring(void **state)
{
	(void)state;
	assert_int_equal(in_new_session(write_one), 0);
	assert_int_equal(in_new_session(read_one), 0);
	assert_int_equal(in_new_session(replace_one), 0);
	assert_int_equal(in_new_session(drop_one), 0);
	assert_int_equal(in_new_session(find_none), 0);
}

/* Half of the 20,000 bytes of an ordinary user may be used. An entry that does not fit fails with
 * an error that selects the next cache; the other half is left to other programs. */
static int fill(void)
{
	struct acr_error error = { 0 };
	char key[64], theirs[9000];
	int i, result;

	for (i = 0; i < 40; i++) {
		snprintf(key, sizeof(key), "entry_fill.azurecr.io_%d", i);
		if (write_bytes(key, 2000, 600, &error))
			break;
	}
	result = i == 40 ? 2 : i < 2 ? 4 : error.kind == ACR_UNAVAILABLE ? 0 : 3;
	memset(theirs, 'x', sizeof(theirs));
	if (add_key("user", "another-program", theirs, sizeof(theirs), KEY_SPEC_SESSION_KEYRING) <
	    0)
		result = 5;
	while (i-- > 0) {
		snprintf(key, sizeof(key), "entry_fill.azurecr.io_%d", i);
		home->drop(&edges.app, key, NULL);
	}
	return result;
}

static void half_of_the_keyring_is_left_to_other_programs(void **state)
{
	(void)state;
	assert_int_equal(in_new_session(fill), 0);
}

static void an_entry_too_large_for_a_key_goes_to_the_next_cache(void **state)
{
	struct acr_error error = { 0 };

	(void)state;
	assert_int_equal(write_bytes(KEY, 40000, 600, &error), -1);
	assert_int_equal(error.kind, ACR_UNAVAILABLE);
	assert_int_equal(find_none(), 0);
}

static void the_kernel_removes_an_expired_key(void **state)
{
	(void)state;
	assert_int_equal(write_bytes(KEY, 2000, 1, NULL), 0);
	assert_int_equal(read_one(), 0);
	usleep(1300000);
	assert_int_equal(find_none(), 0);
}

/* The key as keyctl(3) describes it: "user;UID;GID;PERMISSIONS;DESCRIPTION". */
static int is_closed_to_others(void)
{
	unsigned int permissions = 0;
	char *text = NULL, *hex;
	long id = find_key();

	if (id < 0 || keyctl_describe_alloc((key_serial_t)id, &text) < 0)
		return 2;
	hex = strchr(strchr(strchr(text, ';') + 1, ';') + 1, ';');
	sscanf(hex + 1, "%x", &permissions);
	free(text);
	return permissions == (KEY_POS_ALL | KEY_USR_ALL) ? 0 : 1;
}

static int a_key_is_for_this_user(void)
{
	int result = write_one() || is_closed_to_others();

	return home->drop(&edges.app, KEY, NULL) || result;
}

static void other_users_cannot_see_a_key(void **state)
{
	(void)state;
	assert_int_equal(in_new_session(a_key_is_for_this_user), 0);
}

/* A key that was linked elsewhere (in another session of the user) can still be read after it is
 * unlinked. */
static int is_gone_for_a_link(void)
{
	char bytes[4000];
	long id, length;

	if (write_one())
		return 2;
	id = find_key();
	if (keyctl_link((key_serial_t)id, KEY_SPEC_SESSION_KEYRING) < 0 ||
	    keyctl_read((key_serial_t)id, bytes, sizeof(bytes)) <= 0)
		return 3;
	if (home->drop(&edges.app, KEY, NULL))
		return 4;
	length = keyctl_read((key_serial_t)id, bytes, sizeof(bytes));
	return length > 0;
}

static void an_erased_key_cannot_be_read_through_a_link(void **state)
{
	(void)state;
	assert_int_equal(in_new_session(is_gone_for_a_link), 0);
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
	home->drop(&edges.app, KEY, NULL);
	edges_end(&edges);
	return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(sessions_of_one_user_share_the_keyring),
		TEST(an_entry_too_large_for_a_key_goes_to_the_next_cache),
		TEST(the_kernel_removes_an_expired_key),
		TEST(other_users_cannot_see_a_key),
		TEST(an_erased_key_cannot_be_read_through_a_link),
		/* This test is last, because the kernel still counts the removed keys of an
		 * ordinary user for a while. */
		TEST(half_of_the_keyring_is_left_to_other_programs),
	};

	begin(NULL);
	if (write_one()) {
		print_message("1..0 # SKIP there is no kernel keyring here\n");
		end(NULL);
		return 0;
	}
	end(NULL);
	return cmocka_run_group_tests_name("kernel-keyring", tests, NULL, NULL);
}
