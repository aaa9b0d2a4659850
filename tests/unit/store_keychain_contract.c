/* SPDX-License-Identifier: Apache-2.0 */
/* Runs the same tests for every row of keychains.def, wherever it stores its logins. A keychain
 * that is not available here (no session bus) is skipped; tests/e2e/test_keychain.py runs this
 * again with a real gnome-keyring. */
#include "edges.h"

#include "acr/store.h"

/* Servers that no user has, so that the tests can run in a real desktop session. */
#define SERVER "contract.example.azurecr.io"

static const struct acr_keychain *row;
static struct edges edges;

static struct acr_login login_of(const char *username, const char *secret, size_t length)
{
	struct acr_login login = { .username = acr_copy(username) };

	acr_secret_add_bytes(&login.secret, secret, length);
	return login;
}

static void keep(const char *server, const char *username, const char *secret)
{
	auto_login login = login_of(username, secret, strlen(secret));
	struct acr_error error = { 0 };

	if (row->keep(&edges.app, server, &login, &error))
		fail_msg("%s: %s (%s)", row->name, edges_words(&error), error.sentence);
}

static void expect(const char *server, const char *username, const char *secret, size_t length)
{
	struct acr_error error = { 0 };
	auto_login login = { 0 };

	if (row->find(&edges.app, server, &login, &error))
		fail_msg("%s: %s (%s)", row->name, edges_words(&error), error.sentence);
	assert_string_equal(login.username, username);
	assert_int_equal(login.secret.length, length);
	assert_memory_equal(login.secret.bytes, secret, length);
}

static void expect_none(const char *server)
{
	struct acr_error error = { 0 };
	auto_login login = { 0 };

	assert_int_equal(row->find(&edges.app, server, &login, &error), -1);
	assert_int_equal(error.kind, ACR_NOT_FOUND);
	assert_null(login.username);
}

static void no_login_is_found_under_a_name_that_was_not_stored(void **state)
{
	struct acr_error error = { 0 };

	(void)state;
	expect_none("never-stored.example.azurecr.io");
	assert_int_equal(row->drop(&edges.app, "never-stored.example.azurecr.io", &error), -1);
	assert_int_equal(error.kind, ACR_NOT_FOUND);
}

static void a_login_is_found_until_it_is_dropped(void **state)
{
	struct acr_error error = { 0 };

	(void)state;
	keep(SERVER, "admin", "s3cret");
	expect(SERVER, "admin", "s3cret", 6);
	assert_int_equal(row->drop(&edges.app, SERVER, &error), 0);
	expect_none(SERVER);
}

static void a_second_user_name_replaces_the_first(void **state)
{
	(void)state;
	keep(SERVER, "first", "one");
	keep(SERVER, "second", "two");
	expect(SERVER, "second", "two", 3);
	keep(SERVER, "first", "three");
	expect(SERVER, "first", "three", 5);
	assert_int_equal(row->drop(&edges.app, SERVER, NULL), 0);
	expect_none(SERVER);
}

/* Keys are compared byte by byte: each of these is a different server. */
static void servers_are_compared_byte_by_byte(void **state)
{
	static const char *const servers[] = {
		"https://" SERVER "/v1/",
		"https://" SERVER,
		SERVER "/team/app",
		SERVER ":443",
		"CONTRACT.example.azurecr.io",
		"contract.example.azurecr.io ",
		"../" SERVER,
		"\xc3\xbc.example.azurecr.io",
	};
	const size_t count = sizeof(servers) / sizeof(servers[0]);

	(void)state;
	for (size_t i = 0; i < count; i++)
		keep(servers[i], "user", servers[i]);
	expect_none(SERVER);
	for (size_t i = 0; i < count; i++)
		expect(servers[i], "user", servers[i], strlen(servers[i]));
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(row->drop(&edges.app, servers[i], NULL), 0);
		expect_none(servers[i]);
		if (i + 1 < count)
			expect(servers[i + 1], "user", servers[i + 1], strlen(servers[i + 1]));
	}
}

static void a_server_of_8_kilobytes_is_kept(void **state)
{
	static char server[8 * 1024], other[8 * 1024];

	(void)state;
	memset(server, 'x', sizeof(server) - 1);
	memset(other, 'x', sizeof(other) - 1);
	other[sizeof(other) - 2] = 'y';
	keep(server, "user", "secret");
	expect(server, "user", "secret", 6);
	expect_none(other);
	assert_int_equal(row->drop(&edges.app, server, NULL), 0);
}

static void secrets_are_kept_unchanged(void **state)
{
	static const struct {
		const char *bytes;
		size_t length;
	} secrets[] = {
		{ " leading and trailing \r\n", 24 }, { "a\0b\0", 4 }, { "\xff\xfe\x80", 3 },
		{ "\xf0\x9f\x94\x91 \xc3\xbc", 7 },   { "x", 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++) {
		auto_login login = login_of("user", secrets[i].bytes, secrets[i].length);

		assert_int_equal(row->keep(&edges.app, SERVER, &login, NULL), 0);
		expect(SERVER, "user", secrets[i].bytes, secrets[i].length);
	}
	assert_int_equal(row->drop(&edges.app, SERVER, NULL), 0);
}

static void a_secret_of_a_megabyte_is_kept(void **state)
{
	const size_t length = 1 << 20;
	char *secret = malloc(length);
	struct acr_error error = { 0 };

	(void)state;
	for (size_t i = 0; i < length; i++)
		secret[i] = (char)('a' + i % 26);
	auto_login login = login_of("user", secret, length);
	if (row->keep(&edges.app, SERVER, &login, &error))
		fail_msg("%s: %s (%s)", row->name, edges_words(&error), error.sentence);
	expect(SERVER, "user", secret, length);
	assert_int_equal(row->drop(&edges.app, SERVER, NULL), 0);
	free(secret);
}

static void user_names_with_any_characters_are_kept(void **state)
{
	static const char *const names[] = { "<token>", "00000000-0000-0000-0000-000000000000",
					     "a:b\n\"c\"", "\xc3\xbc", " " };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		keep(SERVER, names[i], "secret");
		expect(SERVER, names[i], "secret", 6);
	}
	assert_int_equal(row->drop(&edges.app, SERVER, NULL), 0);
}

struct listed {
	int count;
	char username[32];
};

static void note(void *data, const char *server, const char *username)
{
	struct listed *listed = data;

	if (strcmp(server, SERVER) != 0)
		return;
	listed->count++;
	snprintf(listed->username, sizeof(listed->username), "%s", username);
}

static void each_lists_a_server_once_with_its_current_user(void **state)
{
	struct listed listed = { 0 };

	(void)state;
	keep(SERVER, "first", "one");
	keep(SERVER, "second", "two");
	assert_int_equal(row->each(&edges.app, note, &listed, NULL), 0);
	assert_int_equal(listed.count, 1);
	assert_string_equal(listed.username, "second");
	assert_int_equal(row->drop(&edges.app, SERVER, NULL), 0);
	listed.count = 0;
	assert_int_equal(row->each(&edges.app, note, &listed, NULL), 0);
	assert_int_equal(listed.count, 0);
}

static int begin(void **state)
{
	const char *bus = getenv("DBUS_SESSION_BUS_ADDRESS");

	row = *state;
	edges_begin(&edges);
	if (bus)
		edges_set(&edges, "DBUS_SESSION_BUS_ADDRESS", bus);
	return 0;
}

static int end(void **state)
{
	(void)state;
	edges_end(&edges);
	return 0;
}

static bool is_here(const struct acr_keychain *keychain)
{
	void *state = (void *)(uintptr_t)keychain;
	struct acr_error error = { 0 };
	auto_login login = { 0 };
	bool here;

	begin(&state);
	here = row->find(&edges.app, SERVER, &login, &error) == 0 || error.kind == ACR_NOT_FOUND;
	if (!here)
		print_message("# %s is skipped: %s\n", row->name, edges_words(&error));
	end(&state);
	return here;
}

#define ASSERTION(name)                                                                            \
	{                                                                                          \
#name, name                                                                        \
	}

int main(void)
{
	static const struct {
		const char *name;
		CMUnitTestFunction function;
	} assertions[] = {
		ASSERTION(no_login_is_found_under_a_name_that_was_not_stored),
		ASSERTION(a_login_is_found_until_it_is_dropped),
		ASSERTION(a_second_user_name_replaces_the_first),
		ASSERTION(servers_are_compared_byte_by_byte),
		ASSERTION(a_server_of_8_kilobytes_is_kept),
		ASSERTION(secrets_are_kept_unchanged),
		ASSERTION(a_secret_of_a_megabyte_is_kept),
		ASSERTION(user_names_with_any_characters_are_kept),
		ASSERTION(each_lists_a_server_once_with_its_current_user),
	};
	const size_t count = sizeof(assertions) / sizeof(assertions[0]);
	struct CMUnitTest tests[8 * sizeof(assertions) / sizeof(assertions[0])] = { 0 };
	size_t used = 0;
	int failed;

	for (size_t i = 0; acr_keychains[i]; i++)
		for (size_t j = 0; j < count && (j > 0 || is_here(acr_keychains[i])); j++)
			tests[used++] =
				(struct CMUnitTest){ acr_format("%s: %s", acr_keychains[i]->name,
								assertions[j].name),
						     assertions[j].function, begin, end,
						     (void *)(uintptr_t)acr_keychains[i] };
	failed = _cmocka_run_group_tests("keychains", tests, used, NULL, NULL);
	for (size_t i = 0; i < used; i++)
		free((void *)(uintptr_t)tests[i].name);
	return failed;
}
