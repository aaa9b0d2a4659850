/* SPDX-License-Identifier: Apache-2.0 */
/* Tests the fingerprint: it changes if anything changes the identity in use, and otherwise it does
 * not. */
#include "acr/store.h"
#include "person.h"

static struct person p;
static struct acr_fingerprint before, after;

static int setup(void **state)
{
	(void)state;
	person_begin(&p);
	acr_fingerprint_take(&p.edges.app, &p.registry, &before);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	acr_fingerprint_free(&before);
	acr_fingerprint_free(&after);
	person_end(&p);
	return 0;
}

static void take_again(void)
{
	acr_fingerprint_free(&after);
	acr_fingerprint_take(&p.edges.app, &p.registry, &after);
}

static void assert_changed(void)
{
	take_again();
	assert_string_not_equal(before.text, after.text);
	assert_true(before.hash != after.hash);
	acr_fingerprint_free(&before);
	acr_fingerprint_take(&p.edges.app, &p.registry, &before);
}

static void assert_same(void)
{
	take_again();
	assert_string_equal(before.text, after.text);
	assert_true(before.hash == after.hash);
}

static void the_same_identity_has_the_same_fingerprint(void **state)
{
	(void)state;
	assert_same();
}

static void every_variable_of_every_row_changes_the_fingerprint(void **state)
{
	size_t count = 0;

	(void)state;
	for (size_t i = 0; acr_identities[i]; i++)
		for (size_t j = 0; acr_identities[i]->variables && acr_identities[i]->variables[j];
		     j++) {
			const char *name = acr_identities[i]->variables[j];
			bool summed = *name == '#', secret = *name == '?' || summed;
			auto_string pair = acr_format("\n%s=", name + secret);
			auto_string there = acr_format("\n%s is set", name + secret);

			if (strncmp(before.text, pair + 1, strlen(pair + 1)) == 0 ||
			    strstr(before.text, pair))
				continue;
			edges_set(&p.edges, name + secret, "");
			assert_same();
			edges_set(&p.edges, name + secret, "one");
			if (secret && strstr(before.text, there))
				continue;
			assert_changed();
			edges_set(&p.edges, name + secret, "two");
			if (secret && !summed)
				assert_same();
			else
				assert_changed();
			count++;
		}
	assert_true(count > 15);
}

static void a_secret_is_not_in_the_text(void **state)
{
	(void)state;
	edges_set(&p.edges, "AZURE_CLIENT_SECRET", "hunter2");
	edges_set(&p.edges, "IDENTITY_HEADER", "hunter2");
	edges_set(&p.edges, "SYSTEM_ACCESSTOKEN", "hunter2");
	edges_set(&p.edges, "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "hunter2");
	edges_set(&p.edges, "AZURE_CLIENT_CERTIFICATE_PASSWORD", "hunter2");
	edges_set(&p.edges, "MSI_SECRET", "hunter2");
	take_again();
	assert_lacks(after.text, "hunter2");
	assert_holds(after.text, "AZURE_CLIENT_SECRET is set ");
	assert_holds(after.text, "IDENTITY_HEADER is set\n");
}

static void settings_of_the_environment_change_the_fingerprint_but_the_log_setting_does_not(
	void **state)
{
	(void)state;
	edges_set(&p.edges, "DOCKER_CREDENTIAL_ACR_LOG", "debug");
	assert_same();
	edges_set(&p.edges, "DOCKER_CREDENTIAL_ACR_TENANT", TENANT);
	assert_changed();
	edges_set(&p.edges, "AZURE_TOKEN_CREDENTIALS", "dev");
	assert_changed();
	edges_set(&p.edges, "AZURE_AUTHORITY_HOST", "login.microsoft.com");
	assert_changed();
	edges_set(&p.edges, "EDITOR", "ed");
	edges_set(&p.edges, "AZURE_CLIENT_IDENTITY", "x");
	assert_same();
}

static void the_order_of_the_environment_does_not_matter(void **state)
{
	char *last;

	(void)state;
	edges_set(&p.edges, "AZURE_TENANT_ID", TENANT);
	edges_set(&p.edges, "AZURE_CLIENT_ID", CLIENT);
	assert_changed();
	last = p.edges.variables[p.edges.variable_count - 1];
	p.edges.variables[p.edges.variable_count - 1] =
		p.edges.variables[p.edges.variable_count - 2];
	p.edges.variables[p.edges.variable_count - 2] = last;
	assert_same();
}

static void a_replaced_file_changes_the_fingerprint(void **state)
{
	const struct timespec times[2] = { { 5, 7 }, { 5, 7 } };
	char path[256], fresh[256];

	(void)state;
	snprintf(path, sizeof(path), "%s/" PROFILE, p.edges.folder);
	snprintf(fresh, sizeof(fresh), "%s/fresh", p.edges.folder);
	edges_write(&p.edges, PROFILE, "{a}");
	edges_write(&p.edges, "fresh", "{b}");
	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
	assert_int_equal(utimensat(AT_FDCWD, fresh, times, 0), 0);
	assert_changed();
	assert_int_equal(rename(fresh, path), 0);
	assert_changed();
}

static void a_rewritten_file_changes_the_fingerprint(void **state)
{
	char path[256];
	static const char *const names[] = { PROFILE, ".azd/auth.json",
					     ".config/docker-credential-acr/config.json",
					     "etc/docker-credential-acr/config.json" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		edges_write(&p.edges, names[i], "{}");
		assert_changed();
		snprintf(path, sizeof(path), "%s/%s", p.edges.folder, names[i]);
		assert_int_equal(
			utimensat(AT_FDCWD, path, (struct timespec[2]){ { 0, 0 }, { 5, 7 } }, 0),
			0);
		assert_changed();
		assert_holds(before.text, " 5 7\n");
		assert_int_equal(unlink(path), 0);
		assert_changed();
	}
}

static void the_certificate_changes_the_fingerprint(void **state)
{
	char path[256];

	(void)state;
	edges_write(&p.edges, "sp.pem", "x");
	snprintf(path, sizeof(path), "%s/sp.pem", p.edges.folder);
	edges_set(&p.edges, "AZURE_CLIENT_CERTIFICATE_PATH", path);
	assert_changed();
	edges_write(&p.edges, "sp.pem", "another");
	assert_changed();
}

static void the_decision_of_the_user_changes_the_fingerprint(void **state)
{
	const struct acr_state out = { .signed_out = true };

	(void)state;
	assert_int_equal(acr_state_write(&p.edges.app, HOST, &out, NULL), 0);
	assert_changed();
	assert_int_equal(acr_state_write(&p.edges.app, HOST, &out, NULL), 0);
	assert_changed();
}

/* Signing out of a registry also signs out of its regional endpoints. */
static void the_decision_about_a_registry_applies_to_its_regional_endpoints(void **state)
{
	const char regional[] = "acme.westeurope.geo.azurecr.io";
	const struct acr_state out = { .signed_out = true };

	(void)state;
	assert_true(acr_registry_parse(p.edges.config, regional, strlen(regional), &p.registry));
	take_again();
	acr_fingerprint_free(&before);
	acr_fingerprint_take(&p.edges.app, &p.registry, &before);
	assert_int_equal(acr_state_write(&p.edges.app, HOST, &out, NULL), 0);
	assert_changed();
}

/* A directory that cannot be read may contain anything. A link to itself replaces the directory
 * here. */
static void an_unreadable_file_differs_from_a_missing_one(void **state)
{
	auto_string path = acr_format("%s/.azure", p.edges.folder);

	(void)state;
	assert_int_equal(symlink(".azure", path), 0);
	assert_changed();
	assert_holds(after.text, "azureProfile.json ?\n");
}

/* Otherwise it would get a token of the account that signed in with `login`. */
static void a_mirrored_image_shares_the_nodes_cache_only_without_decisions(void **state)
{
	const struct acr_state signed_out = { .signed_out = true };
	struct acr_error error;

	(void)state;
	p.edges.app.principal = ACR_FOR_MIRROR;
	assert_same();
	p.edges.app.principal = ACR_FOR_NODE;
	assert_int_equal(acr_state_write(&p.edges.app, p.registry.host, &signed_out, &error), 0);
	take_again();
	acr_fingerprint_free(&before);
	acr_fingerprint_take(&p.edges.app, &p.registry, &before);
	p.edges.app.principal = ACR_FOR_MIRROR;
	assert_changed();
}

static void two_registries_have_two_hashes(void **state)
{
	struct acr_registry other;

	(void)state;
	assert_true(acr_registry_parse(p.edges.config, "other.azurecr.io", 16, &other));
	acr_fingerprint_take(&p.edges.app, &other, &after);
	assert_true(before.hash != after.hash);
}

static void a_value_stays_on_one_line_and_a_long_value_is_shortened(void **state)
{
	char large[5000];

	(void)state;
	edges_set(&p.edges, "AZURE_CLIENT_ID", "a\nAZURE_TENANT_ID=b\\");
	take_again();
	assert_holds(after.text, "AZURE_CLIENT_ID=a\\0aAZURE_TENANT_ID=b\\5c\n");
	memset(large, 'x', sizeof(large));
	large[sizeof(large) - 1] = '\0';
	edges_set(&p.edges, "AZURE_CLIENT_ID", large);
	assert_changed();
	large[10] = 'y';
	edges_set(&p.edges, "AZURE_CLIENT_ID", large);
	assert_changed();
	assert_true(strlen(before.text) < 3000);
}

static void the_subject_of_a_federated_token_changes_the_fingerprint_but_its_renewal_does_not(
	void **state)
{
	static const struct {
		const char *claims;
		bool changed;
	} rows[] = {
		{ "\"jti\":\"1\",\"iss\":\"i\",\"sub\":\"one\"", true },
		{ "\"jti\":\"2\",\"sub\":\"one\",\"x\":{\"sub\":\"two\"},\"iss\" : \"i\"", false },
		{ "\"jti\":\"2\",\"iss\":\"i\",\"sub\":\"o\\\"ne\"", true },
		{ "\"jti\":\"2\",\"iss\":\"other\",\"sub\":\"o\\\"ne\"", true },
		{ "\"jti\":\"2\",\"iss\":\"other\",\"sub\":7", true },
	};
	char path[256];

	(void)state;
	snprintf(path, sizeof(path), "%s/token", p.edges.folder);
	edges_set(&p.edges, "AZURE_FEDERATED_TOKEN_FILE", path);
	assert_changed();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		edges_write(&p.edges, "token", person_jwt(&p, rows[i].claims));
		if (rows[i].changed)
			assert_changed();
		else
			assert_same();
	}
	edges_write(&p.edges, "token", "no token");
	take_again();
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(the_same_identity_has_the_same_fingerprint),
		CASE(every_variable_of_every_row_changes_the_fingerprint),
		CASE(a_secret_is_not_in_the_text),
		CASE(settings_of_the_environment_change_the_fingerprint_but_the_log_setting_does_not),
		CASE(the_order_of_the_environment_does_not_matter),
		CASE(a_replaced_file_changes_the_fingerprint),
		CASE(a_rewritten_file_changes_the_fingerprint),
		CASE(the_certificate_changes_the_fingerprint),
		CASE(the_decision_of_the_user_changes_the_fingerprint),
		CASE(the_decision_about_a_registry_applies_to_its_regional_endpoints),
		CASE(an_unreadable_file_differs_from_a_missing_one),
		CASE(a_mirrored_image_shares_the_nodes_cache_only_without_decisions),
		CASE(two_registries_have_two_hashes),
		CASE(the_subject_of_a_federated_token_changes_the_fingerprint_but_its_renewal_does_not),
		CASE(a_value_stays_on_one_line_and_a_long_value_is_shortened),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
