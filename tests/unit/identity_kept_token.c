/* SPDX-License-Identifier: Apache-2.0 */
/* Tests that an Entra token is reused only for other registries of the same identity. */
#include "acr/broker.h"
#include "acr/store.h"
#include "person.h"

#define SECOND "second.azurecr.io"
#define CHINA  "acme.azurecr.cn"
#define CLAIMS "\"appid\":\"" CLIENT "\",\"tid\":\"" TENANT "\""
#define REFRESH                                                                                    \
	"{\"refresh_token\":\"e30.eyJleHAiOjE3NTAwMTA4MDAsImF1ZCI6InNlY29uZC5henVyZWNyLmlvIn0."    \
	"c2ln\"}"

static struct person p;
static char runtime[64], first[4096];

/* Entra tokens are cached only in memory. The directory of other tests may be on disk, so this one
 * is in /dev/shm. */
static int setup(void **state)
{
	(void)state;
	person_begin(&p);
	strcpy(runtime, "/dev/shm/acr-unit-XXXXXX");
	assert_non_null(mkdtemp(runtime));
	edges_set(&p.edges, "XDG_RUNTIME_DIR", runtime);
	edges_set(&p.edges, "DOCKER_CREDENTIAL_ACR_CACHE", "file");
	edges_set(&p.edges, "DOCKER_CREDENTIAL_ACR_KEYCHAIN", "file");
	edges_configure(&p.edges);
	edges_set(&p.edges, "AZURE_CLIENT_ID", CLIENT);
	edges_set(&p.edges, "AZURE_TENANT_ID", TENANT);
	edges_set(&p.edges, "AZURE_CLIENT_SECRET", "s3cret");
	return 0;
}

static int teardown(void **state)
{
	auto_string command = acr_format("rm -rf %s", runtime);

	(void)state;
	assert_int_equal(system(command), 0);
	person_end(&p);
	return 0;
}

static void pass(int64_t seconds)
{
	p.edges.boot += seconds * 1000;
	p.edges.app.deadline = p.edges.boot + 30000;
	p.edges.wall += seconds;
}

/* Gets the first token of the chain for a registry; returns the number of requests. */
static size_t ask_for(const char *host)
{
	size_t before = p.edges.sent_count;

	assert_true(acr_registry_parse(p.edges.config, host, strlen(host), &p.registry));
	if (person_first(&p))
		fail_msg("%s", edges_words(&p.error));
	return p.edges.sent_count - before;
}

/* As it was issued for the first registry. */
static void begin(void)
{
	edges_answer(&p.edges, ENTRA, 200, person_token(&p, CLAIMS));
	assert_int_equal(ask_for(HOST), 1);
	snprintf(first, sizeof(first), "%s", acr_secret_text(&p.token.access));
}

static void expect_asked_anew(const char *host)
{
	edges_answer(&p.edges, ENTRA, 200, person_token(&p, CLAIMS ",\"jti\":\"2\""));
	assert_int_equal(ask_for(host), 1);
	assert_string_not_equal(acr_secret_text(&p.token.access), first);
}

static void the_token_for_one_registry_serves_the_next(void **state)
{
	(void)state;
	begin();
	assert_int_equal(ask_for(SECOND), 0);
	assert_string_equal(acr_secret_text(&p.token.access), first);
	assert_string_equal(p.token.tenant, TENANT);
	assert_int_equal(p.token.who.type, ACR_WHO_SERVICE_PRINCIPAL);
	assert_string_equal(p.token.who.id, CLIENT);
	assert_string_equal(p.token.audience, ACR_AUDIENCE);
	assert_string_equal(p.trail.steps[0].identity->name, "environment");
}

static void the_registry_that_the_token_was_requested_for_gets_a_new_one(void **state)
{
	(void)state;
	begin();
	expect_asked_anew(HOST);
}

static void an_interactive_command_requests_a_new_token(void **state)
{
	(void)state;
	begin();
	p.edges.app.interactive = true;
	expect_asked_anew(SECOND);
}

static void a_token_is_used_until_five_minutes_before_it_expires(void **state)
{
	(void)state;
	begin();
	pass(3599 - 301);
	assert_int_equal(ask_for(SECOND), 0);
	pass(2);
	expect_asked_anew(SECOND);
}

static void count(void *data, const char *key)
{
	*(int *)data += strncmp(key, "token_", 6) == 0;
}

/* It would not be used, so it is not cached either. */
static void a_token_that_expires_within_five_minutes_is_not_kept(void **state)
{
	auto_string jwt = acr_copy(person_jwt(&p, CLAIMS));
	int kept = 0;

	(void)state;
	for (int seconds = 300; seconds <= 301; seconds++) {
		auto_string answer = acr_format(
			"{\"token_type\":\"Bearer\",\"expires_in\":%d,\"access_token\":\"%s\"}",
			seconds, jwt);

		edges_answer(&p.edges, ENTRA, 200, answer);
		assert_int_equal(ask_for(HOST), 1);
		(void)!acr_cache_homes[0]->each(&p.edges.app, count, &kept, NULL);
		assert_int_equal(kept, seconds > 300);
	}
}

static void another_identity_does_not_find_the_token(void **state)
{
	(void)state;
	begin();
	edges_set(&p.edges, "AZURE_CLIENT_ID", OTHER);
	expect_asked_anew(SECOND);
}

static void another_configured_tenant_does_not_find_the_token(void **state)
{
	auto_string there = acr_format("POST https://login.microsoftonline.com/%s/", OTHER);

	(void)state;
	person_configure(&p, "{\"registries\":{\"" SECOND "\":{\"tenant\":\"" OTHER "\"}}}");
	begin();
	edges_answer(&p.edges, there, 200, person_token(&p, CLAIMS));
	assert_int_equal(ask_for(SECOND), 1);
}

static void another_cloud_does_not_find_the_token(void **state)
{
	(void)state;
	begin();
	edges_answer(&p.edges, "POST https://login.chinacloudapi.cn/", 200,
		     person_token(&p, CLAIMS));
	assert_int_equal(ask_for(CHINA), 1);
}

static void an_erase_drops_the_token(void **state)
{
	(void)state;
	begin();
	acr_cache_drop(&p.edges.app, "third.azurecr.io");
	expect_asked_anew(SECOND);
}

static void no_token_is_kept_where_it_could_be_written_to_disk(void **state)
{
	auto_string folder = acr_format("%s/run", p.edges.folder);

	(void)state;
	edges_set(&p.edges, "XDG_RUNTIME_DIR", folder);
	begin();
	expect_asked_anew(SECOND);
}

static void a_token_of_a_managed_identity_is_not_kept(void **state)
{
	(void)state;
	edges_write(&p.edges, TAG, AZURE);
	edges_set(&p.edges, "AZURE_CLIENT_SECRET", "");
	edges_set(&p.edges, "AZURE_CLIENT_ID", "");
	for (int i = 0; i < 2; i++)
		edges_answer(&p.edges, IMDS, 200,
			     person_token(&p, "\"appid\":\"" CLIENT "\",\"tid\":\"" TENANT "\""));
	assert_int_equal(ask_for(HOST), 1);
	assert_int_equal(ask_for(SECOND), 1);
}

/* az prints a token, and meanwhile another account signs in. */
static int sign_in_meanwhile(const struct acr_app *app, const struct acr_run *run, int *status,
			     struct acr_secret *ret_out, struct acr_secret *ret_err,
			     struct acr_error *error)
{
	edges_write(&p.edges, PROFILE, "{\"subscriptions\":[], \"somebody\": \"else\"}");
	return person_run(app, run, status, ret_out, ret_err, error);
}

static void a_token_is_not_kept_if_the_user_switched_accounts_meanwhile(void **state)
{
	static const char profile[] = "{\"subscriptions\":[{\"id\":\"s\",\"tenantId\":\"" TENANT
				      "\",\"environmentName\":\"AzureCloud\",\"isDefault\":true,"
				      "\"user\":{\"name\":\"u@contoso.com\",\"type\":\"user\"}}]}";
	auto_string prints = acr_format("{\"accessToken\":\"%s\",\"expires_on\":%lld}",
					person_jwt(&p, CLAIMS), (long long)p.edges.wall + 3600);

	(void)state;
	edges_set(&p.edges, "AZURE_TOKEN_CREDENTIALS", "dev");
	edges_write(&p.edges, PROFILE, profile);
	person_install(&p, "az");
	p.prints = prints;
	p.edges.app.run = sign_in_meanwhile;
	ask_for(HOST);
	assert_int_equal(p.runs, 1);
	p.edges.app.run = person_run;
	edges_write(&p.edges, PROFILE, profile);
	ask_for(SECOND);
	assert_int_equal(p.runs, 2);
	ask_for("third.azurecr.io");
	assert_int_equal(p.runs, 2);
}

static void a_kept_token_that_a_registry_denies_is_requested_again_once(void **state)
{
	auto_secret server = { 0 };
	auto_login login = { 0 };
	struct acr_report report = { 0 };

	(void)state;
	begin();
	acr_secret_add(&server, SECOND);
	edges_answer(&p.edges, "POST https://" SECOND "/oauth2/exchange", 401, "{}");
	edges_answer(&p.edges, ENTRA, 200, person_token(&p, CLAIMS ",\"jti\":\"2\""));
	edges_answer(&p.edges, "POST https://" SECOND "/oauth2/exchange", 200, REFRESH);
	if (acr_get(&p.edges.app, &server, &login, &report, &p.error))
		fail_msg("%s", edges_words(&p.error));
	assert_int_equal(report.trail.count, 1);
	assert_int_equal(report.notice_count, 0);
	assert_holds(p.edges.sent[1], first);
	assert_lacks(p.edges.sent[3], first);
}

static void a_new_token_that_a_registry_denies_is_not_requested_again(void **state)
{
	auto_secret server = { 0 };
	auto_login login = { 0 };
	struct acr_report report = { 0 };

	(void)state;
	begin();
	acr_secret_add(&server, SECOND);
	for (int i = 0; i < 2; i++)
		edges_answer(&p.edges, "POST https://" SECOND "/oauth2/exchange", 401, "{}");
	edges_answer(&p.edges, ENTRA, 200, person_token(&p, CLAIMS ",\"jti\":\"2\""));
	edges_write(&p.edges, TAG, "a desk\n");
	edges_answer(&p.edges, "GET https://" SECOND "/oauth2/token", 401, "{}");
	assert_int_equal(acr_get(&p.edges.app, &server, &login, &report, &p.error), -1);
	assert_int_equal(p.error.kind, ACR_REFUSED);
	assert_int_equal(report.trail.count, 1);
	assert_true(report.trail.steps[0].refused_by_registry);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(the_token_for_one_registry_serves_the_next),
		CASE(the_registry_that_the_token_was_requested_for_gets_a_new_one),
		CASE(an_interactive_command_requests_a_new_token),
		CASE(a_token_is_used_until_five_minutes_before_it_expires),
		CASE(a_token_that_expires_within_five_minutes_is_not_kept),
		CASE(another_identity_does_not_find_the_token),
		CASE(another_configured_tenant_does_not_find_the_token),
		CASE(another_cloud_does_not_find_the_token),
		CASE(an_erase_drops_the_token),
		CASE(no_token_is_kept_where_it_could_be_written_to_disk),
		CASE(a_token_of_a_managed_identity_is_not_kept),
		CASE(a_token_is_not_kept_if_the_user_switched_accounts_meanwhile),
		CASE(a_kept_token_that_a_registry_denies_is_requested_again_once),
		CASE(a_new_token_that_a_registry_denies_is_not_requested_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
