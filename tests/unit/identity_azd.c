/* SPDX-License-Identifier: Apache-2.0 */
/* Tests the identity of the Azure Developer CLI. */
#include <unistd.h>

#include "person.h"

#define AUTH   ".azd/auth.json"
#define SIGNED "{\"auth\":{\"account\":{\"currentUser\":{\"homeAccountId\":\"a.b\"}}}}"

static struct person p;

static int setup(void **state)
{
	(void)state;
	person_begin(&p);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	person_end(&p);
	return 0;
}

static int ask(void)
{
	return person_ask(&p, &acr_identity_azd);
}

static void without_a_sign_in_azd_is_not_started(void **state)
{
	static const char *const files[] = { "{}", "{\"auth\":{}}" };

	(void)state;
	person_install(&p, "azd");
	assert_int_equal(ask(), -1);
	assert_int_equal(p.error.kind, ACR_NOT_SET_UP);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		edges_write(&p.edges, AUTH, files[i]);
		assert_int_equal(ask(), -1);
		assert_int_equal(p.error.kind, ACR_NOT_SET_UP);
	}
	assert_int_equal(p.runs, 0);
}

static void an_unreadable_sign_in_is_not_treated_as_missing(void **state)
{
	char path[256];

	(void)state;
	person_install(&p, "azd");
	edges_write(&p.edges, AUTH, "nonsense");
	assert_int_equal(ask(), -1);
	assert_int_equal(p.error.kind, ACR_INVALID);
	assert_holds(edges_words(&p.error), AUTH ": line 1");
	snprintf(path, sizeof(path), "%s/" AUTH, p.edges.folder);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink("auth.json", path), 0);
	assert_int_equal(ask(), -1);
	assert_int_equal(p.error.kind, ACR_SYSTEM);
	assert_holds(edges_words(&p.error), AUTH);
	assert_int_equal(p.runs, 0);
}

static void a_sign_in_without_azd_installed_is_reported(void **state)
{
	(void)state;
	edges_write(&p.edges, AUTH, SIGNED);
	assert_int_equal(ask(), -1);
	assert_int_equal(p.error.kind, ACR_UNAVAILABLE);
}

static void azd_is_run_with_the_scope(void **state)
{
	char answer[4096];

	(void)state;
	edges_write(&p.edges, AUTH, SIGNED);
	person_install(&p, "azd");
	snprintf(answer, sizeof(answer),
		 "{\"token\":\"%s\",\"expiresOn\":\"2026-01-02T15:04:05Z\"}\n",
		 person_jwt(&p, "\"upn\":\"user@contoso.com\""));
	p.prints = answer;
	assert_int_equal(ask(), 0);
	assert_holds(p.ran, "/bin/azd auth token --output json --no-prompt --scope "
			    "https://containerregistry.azure.net/.default");
	assert_int_equal(p.token.life, 3600);
	assert_string_equal(p.token.who.name, "user@contoso.com");
	person_configure(&p, "{\"tenant\":\"" TENANT "\"}");
	assert_int_equal(ask(), 0);
	assert_holds(p.ran, " --tenant-id " TENANT);
}

static void azd_that_requires_a_sign_in_is_unavailable(void **state)
{
	(void)state;
	edges_write(&p.edges, AUTH, SIGNED);
	person_install(&p, "azd");
	p.exits = 1;
	p.prints = "{\"type\":\"consoleMessage\",\"data\":{\"message\":\"\\nERROR: not logged in, "
		   "run `azd auth login` to login\\n\"}}\n";
	assert_int_equal(ask(), -1);
	assert_int_equal(p.error.kind, ACR_UNAVAILABLE);
	assert_true(acr_error_is(&p.error, TOOL_SIGNED_OUT));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(without_a_sign_in_azd_is_not_started),
		CASE(an_unreadable_sign_in_is_not_treated_as_missing),
		CASE(a_sign_in_without_azd_installed_is_reported),
		CASE(azd_is_run_with_the_scope),
		CASE(azd_that_requires_a_sign_in_is_unavailable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
