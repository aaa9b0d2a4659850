/* SPDX-License-Identifier: Apache-2.0 */
/* Tests that logins in docker's "auths" are found exactly as docker finds them. */
#include "edges.h"

#include "acr/store.h"

static struct edges edges;

/* Returns one line: the login that is found for `server`, or the kind of the error. */
static const char *answer(const char *server)
{
	static char line[256];
	struct acr_error error = { 0 };
	auto_login login = { 0 };

	if (acr_docker_auths_find(&edges.app, server, &login, &error))
		snprintf(line, sizeof(line), "%s", acr_kind_name(error.kind));
	else
		snprintf(line, sizeof(line), "%s|%s%s", login.username,
			 acr_secret_text(&login.secret),
			 strlen(acr_secret_text(&login.secret)) == login.secret.length ? ""
										       : "\\0");
	return line;
}

static void entries_are_found_as_docker_finds_them(void **state)
{
	static const char config[] =
		"{\"auths\": {"
		"\"plain.example\": {\"auth\": \"dXNlcjpwYXNz\"},"
		"\"https://old.example/v1/\": {\"auth\": \"dXNlcjpwOmE6c3M=\"},"
		"\"https://index.docker.io/v1/\": {\"auth\": \"aHViOnB3\"},"
		"\"port.example:5000\": {\"auth\": \"dXNlcjo=\"},"
		"\"path.example/team/app\": {\"auth\": \"dXNlcjpwYXNz\"},"
		"\"both.example\": {\"auth\": \"ZXhhY3Q6MQ==\"},"
		"\"https://both.example\": {\"auth\": \"dXJsOjI=\"},"
		"\"identity.example\": {\"auth\": \"dXNlcjo=\", \"identitytoken\": \"eyJ\"},"
		"\"split.example\": {\"username\": \"u\", \"password\": \"p\"},"
		"\"nul.example\": {\"auth\": \"dXNlcjpwYXNzAAA=\"},"
		"\"empty.example\": {},"
		"\"bad.example\": {\"auth\": \"!!!\"},"
		"\"colon.example\": {\"auth\": \"dXNlcg==\"},"
		"\"number.example\": {\"auth\": 7},"
		"\"text.example\": \"dXNlcjpwYXNz\""
		"}, \"credsStore\": \"acr\"}";
	static const struct {
		const char *server, *answer;
	} cases[] = {
		{ "plain.example", "user|pass" },
		{ "old.example", "user|p:a:ss" },
		{ "https://old.example/v1/", "user|p:a:ss" },
		{ "https://old.example", "not-found" },
		{ "https://index.docker.io/v1/", "hub|pw" },
		{ "index.docker.io", "hub|pw" },
		{ "docker.io", "not-found" },
		{ "port.example:5000", "not-found" },
		{ "port.example", "not-found" },
		{ "path.example/team/app", "user|pass" },
		{ "path.example", "user|pass" },
		{ "path.example/team", "not-found" },
		{ "both.example", "exact|1" },
		{ "https://both.example", "url|2" },
		{ "identity.example", "<token>|eyJ" },
		{ "split.example", "u|p" },
		{ "nul.example", "user|pass" },
		{ "empty.example", "not-found" },
		{ "bad.example", "invalid" },
		{ "colon.example", "invalid" },
		{ "number.example", "not-found" },
		{ "text.example", "not-found" },
		{ "plain.exampl", "not-found" },
		{ "PLAIN.EXAMPLE", "not-found" },
		{ "https:", "not-found" },
		{ "", "not-found" },
	};

	(void)state;
	edges_write(&edges, ".docker/config.json", config);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (strcmp(answer(cases[i].server), cases[i].answer) != 0)
			fail_msg("%s: %s, not %s", cases[i].server, answer(cases[i].server),
				 cases[i].answer);
}

static void add(void *data, const char *key, const struct acr_login *login)
{
	size_t length;
	const char *host = acr_docker_auths_host(key, &length);

	sprintf((char *)data + strlen(data), "%s %.*s=%s:%s\n", key, (int)length, host,
		login->username, acr_secret_text(&login->secret));
}

static void each_visits_only_logins(void **state)
{
	struct acr_error error = { 0 };
	char seen[512] = "";

	(void)state;
	edges_write(&edges, ".docker/config.json",
		    "{\"auths\": {"
		    "\"plain.example\": {\"auth\": \"dXNlcjpwYXNz\"},"
		    "\"https://old.example/v1/\": {\"username\": \"u\", \"password\": \"p\"},"
		    "\"identity.example:5000/x\": {\"identitytoken\": \"eyJ\"},"
		    "\"empty.example\": {}, \"blank.example\": {\"auth\": \"dXNlcjo=\"},"
		    "\"bad.example\": {\"auth\": \"!!!\"}, \"number.example\": 7}}");
	assert_int_equal(acr_docker_auths_each(&edges.app, add, seen, &error), 0);
	assert_string_equal(seen, "plain.example plain.example=user:pass\n"
				  "https://old.example/v1/ old.example=u:p\n"
				  "identity.example:5000/x identity.example:5000=<token>:eyJ\n");
	edges_write(&edges, ".docker/config.json", "{\"auths\": [");
	assert_int_equal(acr_docker_auths_each(&edges.app, add, seen, &error), -1);
	assert_int_equal(error.kind, ACR_INVALID);
}

static void docker_config_chooses_the_folder(void **state)
{
	char folder[128];

	(void)state;
	edges_write(&edges, ".docker/config.json",
		    "{\"auths\": {\"a.example\": {\"auth\": \"aDox\"}}}");
	edges_write(&edges, "other/config.json",
		    "{\"auths\": {\"a.example\": {\"auth\": \"bzoy\"}}}");
	assert_string_equal(answer("a.example"), "h|1");
	snprintf(folder, sizeof(folder), "%s/other", edges.folder);
	edges_set(&edges, "DOCKER_CONFIG", folder);
	assert_string_equal(answer("a.example"), "o|2");
}

static void a_file_without_logins_is_not_an_error(void **state)
{
	static const char *const texts[] = {
		"{}", "{\"auths\": {}}", "{\"auths\": null}", "{\"auths\": []}", "[]", "7"
	};

	(void)state;
	assert_string_equal(answer("a.example"), "not-found");
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		edges_write(&edges, ".docker/config.json", texts[i]);
		assert_string_equal(answer("a.example"), "not-found");
	}
	edges_set(&edges, "HOME", "");
	assert_string_equal(answer("a.example"), "not-found");
}

static void an_invalid_file_differs_from_an_empty_one(void **state)
{
	struct acr_error error = { 0 };
	auto_login login = { 0 };

	(void)state;
	edges_write(&edges, ".docker/config.json", "{\"auths\": {\n  \"a.example\": }");
	assert_int_equal(acr_docker_auths_find(&edges.app, "a.example", &login, &error), -1);
	assert_int_equal(error.kind, ACR_INVALID);
	assert_non_null(strstr(edges_data(&error), "config.json"));
	assert_non_null(strstr(edges_data(&error), "acr-error:json-invalid; 2 "));
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
		TEST(entries_are_found_as_docker_finds_them),
		TEST(each_visits_only_logins),
		TEST(docker_config_chooses_the_folder),
		TEST(a_file_without_logins_is_not_an_error),
		TEST(an_invalid_file_differs_from_an_empty_one),
	};

	return cmocka_run_group_tests_name("docker auths", tests, NULL, NULL);
}
