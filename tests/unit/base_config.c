/* SPDX-License-Identifier: Apache-2.0 */
#include "edges.h"

#define PERSONAL ".config/docker-credential-acr/config.json"
#define SYSTEM	 "etc/docker-credential-acr/config.json"

static int setup(void **state)
{
	static struct edges edges;

	edges_begin(&edges);
	*state = &edges;
	return 0;
}

static int teardown(void **state)
{
	edges_end(*state);
	return 0;
}

static const char *get(struct edges *edges, const char *host, const char *key)
{
	return acr_config_get(edges->config, host, key);
}

static void without_a_config_file_no_setting_is_set(void **state)
{
	struct edges *edges = *state;

	edges_configure(edges);
	assert_null(get(edges, NULL, "tenant"));
	assert_int_equal(acr_config_seconds(edges->config, NULL, "min_validity", 3600), 3600);
}

static void the_most_specific_setting_takes_precedence(void **state)
{
	struct edges *edges = *state;

	edges_write(edges, SYSTEM,
		    "{\"tenant\":\"system\",\"registries\":{\"acme.azurecr.io\":{\"tenant\":"
		    "\"system-host\"}}}");
	edges_configure(edges);
	assert_string_equal(get(edges, NULL, "tenant"), "system");
	assert_string_equal(get(edges, "acme.azurecr.io", "tenant"), "system-host");
	edges_write(edges, PERSONAL, "{\"tenant\":\"mine\"}");
	edges_configure(edges);
	assert_string_equal(get(edges, NULL, "tenant"), "mine");
	assert_string_equal(get(edges, "acme.azurecr.io", "tenant"), "system-host");
	assert_string_equal(get(edges, "other.azurecr.io", "tenant"), "mine");
	edges_write(edges, PERSONAL,
		    "{\"registries\":{\"Acme.azurecr.io\":{\"tenant\":\"my-host\"}}}");
	edges_configure(edges);
	assert_string_equal(get(edges, "acme.azurecr.io", "tenant"), "my-host");
	edges_set(edges, "DOCKER_CREDENTIAL_ACR_TENANT", "variable");
	edges_configure(edges);
	assert_string_equal(get(edges, "acme.azurecr.io", "tenant"), "variable");
}

static void an_environment_variable_cannot_choose_where_tokens_are_sent(void **state)
{
	struct edges *edges = *state;

	edges_set(edges, "DOCKER_CREDENTIAL_ACR_HOSTS", "evil.example");
	edges_set(edges, "DOCKER_CREDENTIAL_ACR_AUTHORITY", "evil.example");
	edges_set(edges, "DOCKER_CREDENTIAL_ACR_AUDIENCE", "https://evil.example");
	edges_configure(edges);
	assert_null(get(edges, NULL, "hosts"));
	assert_null(get(edges, NULL, "authority"));
	assert_null(get(edges, NULL, "audience"));
	assert_non_null(acr_config_warning(edges->config, 2));
}

static void an_unknown_key_is_a_warning_that_suggests_the_nearest_key(void **state)
{
	struct edges *edges = *state;

	edges_write(edges, PERSONAL, "{\"tennant\":\"x\",\"min_validity\":\"30m\"}");
	edges_configure(edges);
	assert_int_equal(acr_message_id(acr_config_warning(edges->config, 0)),
			 ACR_MESSAGE_KEY_UNKNOWN_NEAR);
	assert_non_null(strstr(acr_config_warning(edges->config, 0)->value, "tenant"));
	assert_null(acr_config_warning(edges->config, 1));
	assert_int_equal(acr_config_seconds(edges->config, NULL, "min_validity", 0), 1800);
}

static const struct {
	const char *text, *why;
} broken[] = {
	{ "{\"tenant\":", "acr-error:json-truncated;" },
	{ "[]", "acr-error:json-not-object;" },
	{ "{\"tenant\":7}", "acr-error:value-type;" },
	{ "{\"keychain\":\"paper\"}", "\"keychain\": \"paper\" is not one of the valid values "
				      "(auto, secret-service, file)" },
	{ "{\"keychain\":\"files\"}", "(did you mean \"file\"?)" },
	{ "{\"cache\":\"keyring\"}", "kernel-keyring" },
	{ "{\"verify_on_store\":\"yes\"}", "(did you mean \"true\"?)" },
	{ "{\"timeout\":\"5 minutes\"}", "(did you mean \"5m\"?)" },
	{ "{\"registries\":{\"a.azurecr.io\":{\"on_refusal\":\"not-fond\"}}}",
	  "\"a.azurecr.io\": \"on_refusal\": \"not-fond\" is not one of the valid values "
	  "(did you mean \"not-found\"?)" },
	{ "{\"timeout\":\"soon\"}", "acr-error:value-duration;" },
	{ "{\"registries\":[]}", "acr-error:config-registries-invalid;" },
	{ "{\"registries\":{\"a.azurecr.io\":{\"hosts\":[\"b\"]}}}", "acr-error:key-global;" },
	{ "{\"tenant\":\"a\\nb\"}", "acr-error:value-control;" },
};

static void an_invalid_file_is_an_error_with_line_and_column(void **state)
{
	struct edges *edges = *state;

	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		struct acr_config *config = NULL;
		struct acr_error error = { 0 };

		edges_write(edges, PERSONAL, broken[i].text);
		assert_int_equal(acr_config_load(&edges->app, &config, &error), -1);
		assert_int_equal(error.kind, ACR_INVALID);
		assert_non_null(strstr(edges_data(&error), "config.json"));
		if (!strstr(edges_data(&error), broken[i].why) &&
		    !strstr(edges_words(&error), broken[i].why))
			fail_msg("%s: \"%s\" does not say \"%s\"", broken[i].text,
				 edges_words(&error), broken[i].why);
	}
	edges_write(edges, PERSONAL, "{}");
}

#define FULL(edges, path) acr_format("%s/%s", (edges)->folder, path)

/* The configuration is rejected with these IDs and arguments; NULL: it is accepted. */
static void refused_with(struct edges *edges, const char *words)
{
	struct acr_config *config = NULL;
	struct acr_error error = { 0 };
	int result = acr_config_load(&edges->app, &config, &error);

	acr_config_free(config);
	if (!words && result)
		fail_msg("%s", edges_words(&error));
	if (words && result == 0)
		fail_msg("taken, although \"%s\"", words);
	if (words && !strstr(edges_data(&error), words))
		fail_msg("\"%s\" does not say \"%s\"", edges_data(&error), words);
}

static void a_file_that_others_can_write_is_an_error_with_the_chmod_to_run(void **state)
{
	struct edges *edges = *state;
	auto_string path = FULL(edges, PERSONAL);
	auto_string every = acr_format("acr-error:file-world-writable; %s", path);
	auto_string group = acr_format("acr-error:file-group-writable; %s", path);

	edges_write(edges, PERSONAL, "{\"hosts\":[\"registry.contoso.internal\"]}");
	assert_int_equal(chmod(path, 0666), 0);
	refused_with(edges, every);
	assert_int_equal(chmod(path, 0602), 0);
	refused_with(edges, every);
	/* No group on the system has this number. */
	if (geteuid() == 0) {
		assert_int_equal(chown(path, 0, 54321), 0);
		assert_int_equal(chmod(path, 0664), 0);
		refused_with(edges, group);
		assert_int_equal(chown(path, 0, 1), 0);
		assert_int_equal(chmod(path, 0620), 0);
		refused_with(edges, group);
	}
	assert_int_equal(chmod(path, 0644), 0);
	refused_with(edges, NULL);
}

static void a_link_is_followed_if_the_user_or_root_owns_it_and_its_folder(void **state)
{
	struct edges *edges = *state;
	auto_string path = FULL(edges, PERSONAL);
	auto_string real = FULL(edges, "dotfiles/ours.json");
	auto_string folder = FULL(edges, "dotfiles");
	auto_string hop = FULL(edges, "dotfiles/hop");

	edges_write(edges, PERSONAL, "{}");
	edges_write(edges, "dotfiles/ours.json", "{}");
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink("ours.json", hop), 0);
	assert_int_equal(symlink(hop, path), 0);
	refused_with(edges, NULL);
	assert_int_equal(chmod(real, 0666), 0);
	refused_with(edges, "acr-error:file-world-writable;");
	assert_int_equal(chmod(real, 0644), 0);
	if (geteuid() != 0)
		skip();
	assert_int_equal(lchown(hop, 12345, 12345), 0);
	refused_with(edges, "acr-error:file-link-foreign;");
	assert_int_equal(lchown(hop, 0, 0), 0);
	assert_int_equal(chown(folder, 12345, 12345), 0);
	refused_with(edges, "acr-error:file-link-foreign;");
	assert_int_equal(chown(folder, 0, 0), 0);
	assert_int_equal(chown(real, 12345, 12345), 0);
	refused_with(edges, " 12345");
	assert_int_equal(chown(real, 0, 0), 0);
	refused_with(edges, NULL);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink(path, path), 0);
	refused_with(edges, "acr-error:errno; ELOOP");
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink("/nonexistent/config.json", path), 0);
	refused_with(edges, NULL);
}

static void a_file_of_the_user_in_another_users_folder_is_not_used(void **state)
{
	struct edges *edges = *state;
	auto_string folder = FULL(edges, ".config/docker-credential-acr");

	edges_write(edges, PERSONAL, "{}");
	if (geteuid() != 0)
		skip();
	assert_int_equal(chown(folder, 12345, 12345), 0);
	refused_with(edges, "acr-error:file-in-foreign-home;");
	assert_int_equal(chown(folder, 0, 0), 0);
	refused_with(edges, NULL);
}

static void collect(void *data, const char *host, bool in_hosts)
{
	char *seen = data;

	sprintf(seen + strlen(seen), "%s%s ", host, in_hosts ? "!" : "");
}

static void hosts_come_from_the_list_and_from_the_entries(void **state)
{
	struct edges *edges = *state;
	char seen[512] = "";

	edges_write(edges, PERSONAL,
		    "{\"hosts\":[\"one.internal\",\"two.internal\"],\"registries\":{\"acme.azurecr."
		    "io\":{}}}");
	edges_configure(edges);
	acr_config_hosts(edges->config, collect, seen);
	assert_string_equal(seen, "one.internal! two.internal! acme.azurecr.io ");
}

/* The entries, and the entry whose "tenant" applies to the host; NULL: none. The tenant of each
 * entry is its own pattern. */
static const struct {
	const char *personal[4], *system[4], *host, *nearest;
} closeness[] = {
	{ { "acme*.azurecr.io" }, { NULL }, "acme.azurecr.io", "acme*.azurecr.io" },
	{ { "acme*.azurecr.io" }, { NULL }, "acmeprod.azurecr.io", "acme*.azurecr.io" },
	{ { "acme*.azurecr.io" }, { NULL }, "notacme.azurecr.io", NULL },
	{ { "acme*.azurecr.io" }, { NULL }, "acme.azurecr.cn", NULL },
	{ { "*prod.azurecr.io" }, { NULL }, "acmeprod.azurecr.io", "*prod.azurecr.io" },
	{ { "*prod.azurecr.io" }, { NULL }, "prod.azurecr.io", "*prod.azurecr.io" },
	{ { "ac*cme.azurecr.io" }, { NULL }, "acme.azurecr.io", NULL },
	{ { "ACME*.AzureCR.io" }, { NULL }, "acme1.azurecr.io", "acme*.azurecr.io" },
	/* An asterisk never matches a dot. */
	{ { "acme*.io" }, { NULL }, "acme.azurecr.io", NULL },
	{ { "*.geo.azurecr.io" }, { NULL }, "acme.eastus.geo.azurecr.io", NULL },
	{ { "acme.*.geo.azurecr.io" },
	  { NULL },
	  "acme.eastus.geo.azurecr.io",
	  "acme.*.geo.azurecr.io" },
	{ { "a*c*.azurecr.io" }, { NULL }, "acme.azurecr.io", NULL },
	/* An entry for a registry covers its regional endpoints, but not the reverse. */
	{ { "acme.azurecr.io" }, { NULL }, "acme.eastus.geo.azurecr.io", "acme.azurecr.io" },
	{ { "acme*.azurecr.io" }, { NULL }, "acme.eastus.geo.azurecr.io", "acme*.azurecr.io" },
	{ { "acme.eastus.geo.azurecr.io" }, { NULL }, "acme.azurecr.io", NULL },
	{ { "acme.azurecr.io" }, { NULL }, "acme.eastus.azurecr.io", NULL },
	{ { "acme.azurecr.io" }, { NULL }, "acme.eastus.geo.azurecr.cn", NULL },
	/* Exact match, then the registry of a regional endpoint, then the longest prefix, in any
	 * order of entries. */
	{ { "*.azurecr.io", "acme.azurecr.io", "acme.eastus.geo.azurecr.io" },
	  { NULL },
	  "acme.eastus.geo.azurecr.io",
	  "acme.eastus.geo.azurecr.io" },
	{ { "acme.eastus.geo*.azurecr.io", "acme.azurecr.io" },
	  { NULL },
	  "acme.eastus.geo.azurecr.io",
	  "acme.azurecr.io" },
	{ { "ac*.azurecr.io", "acm*.azurecr.io", "*.azurecr.io" },
	  { NULL },
	  "acme.azurecr.io",
	  "acm*.azurecr.io" },
	{ { "acme*.azurecr.io" }, { "acme.azurecr.io" }, "acme.azurecr.io", "acme.azurecr.io" },
	{ { "acme.azurecr.io" }, { "acme.azurecr.io" }, "acme.azurecr.io", "acme.azurecr.io" },
};

static void write_entries(struct edges *edges, const char *file, const char *const *entries,
			  const char *mark)
{
	auto_secret text = { 0 };

	acr_secret_add(&text, "{\"registries\":{");
	for (size_t i = 0; i < 4 && entries[i]; i++)
		acr_secret_format(&text, "%s\"%s\":{\"tenant\":\"%s%zu\"}", i ? "," : "",
				  entries[i], mark, i);
	acr_secret_add(&text, "}}");
	edges_write(edges, file, acr_secret_text(&text));
}

static void the_most_specific_registries_entry_applies(void **state)
{
	struct edges *edges = *state;

	for (size_t i = 0; i < sizeof(closeness) / sizeof(closeness[0]); i++) {
		struct acr_setting_source source = { 0 };
		bool found;

		write_entries(edges, PERSONAL, closeness[i].personal, "p");
		write_entries(edges, SYSTEM, closeness[i].system, "s");
		edges_configure(edges);
		found = acr_config_find(edges->config, closeness[i].host, "tenant", &source);
		if (found != (closeness[i].nearest != NULL) ||
		    (found && strcmp(source.entry, closeness[i].nearest) != 0))
			fail_msg("row %zu, %s: %s", i, closeness[i].host,
				 found ? source.entry : "nothing");
		if (found)
			assert_string_equal(source.value, get(edges, closeness[i].host, "tenant"));
	}
	/* The user's file takes precedence over the system's file. */
	assert_string_equal(get(edges, "acme.azurecr.io", "tenant"), "p0");
	edges_set(edges, "DOCKER_CREDENTIAL_ACR_TENANT", "environment");
	edges_configure(edges);
	assert_string_equal(get(edges, "acme.azurecr.io", "tenant"), "environment");
	edges_set(edges, "DOCKER_CREDENTIAL_ACR_TENANT", "");
	edges_write(edges, SYSTEM, "{}");
}

static void two_equally_specific_entries_are_an_error_with_both_lines(void **state)
{
	static const struct {
		const char *first, *second;
		bool tie;
	} pairs[] = {
		{ "acme*.azurecr.io", "acme*prod.azurecr.io", true },
		{ "acme*prod.azurecr.io", "acme*.azurecr.io", true },
		{ "acme*dev.azurecr.io", "acme*prod.azurecr.io", false },
		{ "acme*.azurecr.io", "acme*.azurecr.cn", false },
		{ "acme*.azurecr.io", "acmeprod*.azurecr.io", false },
		{ "acme.azurecr.io", "acme*.azurecr.io", false },
		{ "acme.azurecr.io", "Acme.azurecr.io", true },
	};
	struct edges *edges = *state;
	auto_string path = FULL(edges, PERSONAL);

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		auto_string differ = acr_format("{\"registries\":{\n\"%s\":{\"tenant\":\"a\"},\n"
						"\"%s\":{\"tenant\":\"b\"}}}",
						pairs[i].first, pairs[i].second);
		auto_string agree = acr_format("{\"registries\":{\"%s\":{\"tenant\":\"a\"},"
					       "\"%s\":{\"tenant\":\"a\",\"client_id\":\"b\"}}}",
					       pairs[i].first, pairs[i].second);
		auto_string words = acr_format("acr-error:config-entry-tie; %s", path);

		edges_write(edges, PERSONAL, differ);
		refused_with(edges, pairs[i].tie ? words : NULL);
		if (pairs[i].tie && i < 2) {
			struct acr_config *config = NULL;
			struct acr_error error = { 0 };

			assert_int_equal(acr_config_load(&edges->app, &config, &error), -1);
			assert_non_null(strstr(edges_words(&error), "in line 2 and"));
			assert_non_null(strstr(edges_words(&error), "in line 3 match"));
		}
		edges_write(edges, PERSONAL, agree);
		refused_with(edges, NULL);
	}
	edges_write(edges, PERSONAL, "{}");
}

static void a_pattern_in_hosts_is_an_error(void **state)
{
	struct edges *edges = *state;
	char seen[512] = "";

	edges_write(edges, PERSONAL, "{\"registries\":{\"acme*.azurecr.io\":{}}}");
	edges_configure(edges);
	assert_null(acr_config_warning(edges->config, 0));
	acr_config_hosts(edges->config, collect, seen);
	assert_string_equal(seen, "");
	edges_write(edges, PERSONAL, "{\"hosts\":[\"*.contoso.internal\"]}");
	refused_with(edges, "acr-error:value-pattern;");
	edges_write(edges, PERSONAL, "{}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(without_a_config_file_no_setting_is_set, setup,
						teardown),
		cmocka_unit_test_setup_teardown(the_most_specific_setting_takes_precedence, setup,
						teardown),
		cmocka_unit_test_setup_teardown(
			an_environment_variable_cannot_choose_where_tokens_are_sent, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			an_unknown_key_is_a_warning_that_suggests_the_nearest_key, setup, teardown),
		cmocka_unit_test_setup_teardown(an_invalid_file_is_an_error_with_line_and_column,
						setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_file_that_others_can_write_is_an_error_with_the_chmod_to_run, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			a_link_is_followed_if_the_user_or_root_owns_it_and_its_folder, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			a_file_of_the_user_in_another_users_folder_is_not_used, setup, teardown),
		cmocka_unit_test_setup_teardown(the_most_specific_registries_entry_applies, setup,
						teardown),
		cmocka_unit_test_setup_teardown(
			two_equally_specific_entries_are_an_error_with_both_lines, setup, teardown),
		cmocka_unit_test_setup_teardown(a_pattern_in_hosts_is_an_error, setup, teardown),
		cmocka_unit_test_setup_teardown(hosts_come_from_the_list_and_from_the_entries,
						setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
