/* SPDX-License-Identifier: Apache-2.0 */
/* Tests which stores may be used on behalf of which principal: one row for each store, one column
 * for each principal. */
#include "acr/sign_in.h"
#include "edges.h"

#define HOST "contoso.azurecr.io"

static struct edges edges;
static struct acr_error error;

static struct acr_entry entry_for(const char *token)
{
	struct acr_entry entry = {
		.host = acr_copy(HOST),
		.identity = acr_copy("identity"),
		.source = acr_copy("environment"),
		.who = acr_copy("somebody"),
		.username = acr_copy("name"),
		.life = 3600,
		.renew = 1800,
		.validity = 60,
		.wall = edges.wall,
		.boot = edges.boot,
	};

	acr_secret_add(&entry.token, token);
	return entry;
}

/* ---- each store: fill, read and empty it ---- */

static void fill_keychain(void)
{
	auto_login login = { .username = acr_copy("admin") };

	acr_secret_add(&login.secret, "password");
	if (acr_keychain_keep(&edges.app, HOST, &login, NULL, &error))
		return;
}

static void visit_login(void *data, const char *server, const char *username)
{
	(void)server;
	(void)username;
	*(bool *)data = true;
}

static bool see_keychain(void)
{
	auto_login login = { 0 };
	bool found = false;

	if (acr_keychain_each(&edges.app, visit_login, &found, &error))
		return true;
	return found || acr_keychain_find(&edges.app, HOST, &login, &error) == 0;
}

static void empty_keychain(void)
{
	bool any;

	if (acr_keychain_drop(&edges.app, HOST, &any, &error))
		fail_msg("drop: %s", edges_words(&error));
}

static void fill_auths(void)
{
	edges_write(&edges, ".docker/config.json",
		    "{\"auths\":{\"" HOST "\":{\"auth\":\"dXNlcjpwYXNz\"}}}");
}

static bool see_auths(void)
{
	auto_login login = { 0 };

	return acr_docker_auths_find(&edges.app, HOST, &login, &error) == 0;
}

static void fill_state(void)
{
	const struct acr_state state = { .signed_out = true };

	if (acr_state_write(&edges.app, HOST, &state, &error))
		return;
}

static void visit_host(void *data, const char *host)
{
	(void)host;
	*(bool *)data = true;
}

static bool see_state(void)
{
	struct acr_state state;
	bool found = false;

	assert_int_equal(acr_state_read(&edges.app, HOST, &state, NULL), 0);
	assert_int_equal(acr_state_each(&edges.app, visit_host, &found, NULL), 0);
	return found || state.signed_out;
}

static void fill_marker(void)
{
	acr_marker_set(&edges.app, ACR_WORKED, HOST);
}

static bool see_marker(void)
{
	bool found = false;

	acr_marker_each(&edges.app, ACR_WORKED, visit_host, &found);
	return found;
}

static void empty_marker(void)
{
	acr_marker_clear(&edges.app, ACR_WORKED, HOST);
}

static void fill_sign_in(void)
{
	extern const struct acr_keychain acr_keychain_login_file;
	auto_sign_in made = { .registry = acr_copy(""),
			      .who = acr_copy("developer@contoso.com"),
			      .tenant = acr_copy("contoso.com"),
			      .client_id = acr_copy("client"),
			      .authority = acr_copy("login.microsoftonline.com"),
			      .id = acr_copy("1") };
	auto_secret token = { 0 };

	acr_secret_add(&token, "refresh");
	if (acr_sign_in_keep(&edges.app, &made, &acr_keychain_login_file, &token, &error))
		return;
}

static bool see_sign_in(void)
{
	auto_sign_in found = { 0 };

	return acr_sign_in_find(&edges.app, HOST, &found, NULL) == 0;
}

static void empty_sign_in(void)
{
	bool any;

	if (acr_sign_in_drop(&edges.app, "", &any, &error))
		fail_msg("drop: %s", edges_words(&error));
}

static void fill_cache(void)
{
	auto_entry entry = entry_for("token");

	acr_cache_keep(&edges.app, 7, &entry);
}

static bool see_cache(void)
{
	auto_entry entry = { 0 };

	return acr_cache_find(&edges.app, HOST, 7, "identity", &entry);
}

static void empty_cache(void)
{
	acr_cache_drop(&edges.app, HOST);
}

static void fill_note(void)
{
	acr_note_keep(&edges.app, "refusal", HOST, 30, "no");
}

static bool see_note(void)
{
	return acr_note_find(&edges.app, "refusal", HOST, NULL);
}

static void empty_note(void)
{
	acr_note_drop(&edges.app, "refusal", HOST);
}

static void fill_lock(void)
{
	auto_lock lock = acr_lock_take(&edges.app, HOST, 0);
}

static bool see_lock(void)
{
	auto_lock lock = acr_lock_take(&edges.app, HOST, 0);

	return lock >= 0;
}

static const struct {
	const char *name;
	enum acr_principal last; /* the last one that may use it */
	void (*fill)(void);
	bool (*see)(void);
	void (*empty)(void);
} stores[] = {
	{ "docker's auths", ACR_FOR_USER, fill_auths, see_auths, NULL },
	{ "the keychain", ACR_FOR_NODE, fill_keychain, see_keychain, empty_keychain },
	{ "decisions", ACR_FOR_NODE, fill_state, see_state, NULL },
	{ "what worked", ACR_FOR_NODE, fill_marker, see_marker, empty_marker },
	{ "sign-ins", ACR_FOR_NODE, fill_sign_in, see_sign_in, empty_sign_in },
	{ "cached tokens", ACR_FOR_MIRROR, fill_cache, see_cache, empty_cache },
	{ "notes", ACR_FOR_MIRROR, fill_note, see_note, empty_note },
	{ "locks", ACR_FOR_MIRROR, fill_lock, see_lock, NULL },
};

static int setup(void **state)
{
	(void)state;
	edges_begin(&edges);
	edges_set(&edges, "DOCKER_CREDENTIAL_ACR_KEYCHAIN", "file");
	edges_set(&edges, "DOCKER_CREDENTIAL_ACR_CACHE", "file");
	edges_configure(&edges);
	error = (struct acr_error){ 0 };
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	edges_end(&edges);
	return 0;
}

static void each_principal_sees_only_the_stores_it_may_use(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(stores) / sizeof(stores[0]); i++) {
		edges.app.principal = ACR_FOR_USER;
		stores[i].fill();
		for (enum acr_principal who = ACR_FOR_USER; who <= ACR_FOR_POD; who++) {
			edges.app.principal = who;
			if (stores[i].see() != (who <= stores[i].last))
				fail_msg("%s, principal %d", stores[i].name, (int)who);
		}
	}
}

static void a_store_that_may_not_be_used_is_neither_written_nor_emptied(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(stores) / sizeof(stores[0]); i++) {
		if (stores[i].fill == fill_auths || stores[i].fill == fill_lock)
			continue; /* docker writes the auths, and the lock stores nothing */
		for (enum acr_principal who = stores[i].last + 1; who <= ACR_FOR_POD; who++) {
			edges.app.principal = who;
			stores[i].fill();
			edges.app.principal = ACR_FOR_USER;
			if (stores[i].see())
				fail_msg("%s, written by principal %d", stores[i].name, (int)who);
		}
		stores[i].fill();
		for (enum acr_principal who = stores[i].last + 1; who <= ACR_FOR_POD; who++) {
			edges.app.principal = who;
			if (stores[i].empty)
				stores[i].empty();
			edges.app.principal = ACR_FOR_USER;
			if (!stores[i].see())
				fail_msg("%s, removed by principal %d", stores[i].name, (int)who);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_principal_sees_only_the_stores_it_may_use,
						setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_store_that_may_not_be_used_is_neither_written_nor_emptied, setup,
			teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
