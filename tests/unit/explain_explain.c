/* SPDX-License-Identifier: Apache-2.0 */
/* Tests what is written to stderr if a verb fails: for which client, how much, and how often. */
#include "edges.h"

#include "acr/identity.h"
#include "acr/rule.h"
#include "explain/error_words.h"
#include "explain/explain.h"

struct world {
	struct edges edges;
	struct acr_report report;
	char said[8192];
};

static int begin(void **state)
{
	static struct world world;

	memset(&world, 0, sizeof(world));
	edges_begin(&world.edges);
	world.edges.app.err = open("/tmp", O_TMPFILE | O_RDWR, 0600);
	assert_true(world.edges.app.err >= 0);
	world.report.ours = true;
	assert_true(acr_registry_parse(world.edges.app.config, "acme.azurecr.io", 15,
				       &world.report.registry));
	*state = &world;
	return 0;
}

static int end(void **state)
{
	struct world *world = *state;

	close(world->edges.app.err);
	edges_end(&world->edges);
	return 0;
}

/* Explains an error and returns only the output of this call. */
static const char *explain(struct world *world, const struct acr_error *error)
{
	off_t before = lseek(world->edges.app.err, 0, SEEK_END);
	ssize_t got;

	acr_explain(&world->edges.app, &world->report, error);
	got = pread(world->edges.app.err, world->said, sizeof(world->said) - 1, before);
	assert_true(got >= 0);
	world->said[got] = '\0';
	return world->said;
}

static size_t lines(const char *text)
{
	size_t count = 0;

	for (; *text; text++)
		count += *text == '\n';
	return count;
}

static struct acr_who principal(const char *id)
{
	return acr_who(ACR_WHO_SERVICE_PRINCIPAL, id, NULL, "2222");
}

static void add_step(struct world *world, const char *identity, struct acr_who who,
		     const struct acr_error *error)
{
	struct acr_step *step = &world->report.trail.steps[world->report.trail.count++];

	step->identity = acr_identity_by_name(identity);
	step->who = who;
	step->error = *error;
}

static struct acr_error message_of(enum acr_kind kind, const char *text)
{
	struct acr_error error;

	(void)acr_raise(&error, PLAIN, text);
	error.kind = kind;
	return error;
}

static struct acr_error answered(int status, const char *code, const char *sentence,
				 struct acr_error error)
{
	error.terse = true;
	error.status = status;
	snprintf(error.code, sizeof(error.code), "%s", code);
	snprintf(error.sentence, sizeof(error.sentence), "%s", sentence);
	return error;
}

static struct acr_error firewall(void)
{
	struct acr_error error;

	(void)acr_raise(&error, FIREWALL_DENIED, "acme.azurecr.io");
	error = answered(403, "DENIED", "client with IP '203.0.113.7' is not allowed access.",
			 error);
	strcpy(error.host, "acme.azurecr.io");
	strcpy(error.correlation, "0a37b3c4-0000-1111-2222-333344445555");
	return error;
}

static struct acr_error no_role(void)
{
	struct acr_error error;

	(void)acr_raise(&error, REGISTRY_DENIED_CODE, "acme.azurecr.io", "401", "UNAUTHORIZED");
	error = answered(401, "UNAUTHORIZED", "authentication required", error);
	strcpy(error.host, "acme.azurecr.io");
	return error;
}

static void an_explanation_says_what_why_what_to_do_and_where_to_read_more(void **state)
{
	struct acr_error error = firewall();

	add_step(*state, "environment", principal("1111"), &error);
	const char *said = explain(*state, &error);
	assert_non_null(
		strstr(said, "docker-credential-acr: the network rules of acme.azurecr.io do not"));
	assert_non_null(strstr(said, "\nWhy: "));
	assert_non_null(strstr(said, "\nWhat to do: "));
	assert_non_null(
		strstr(said, "az acr network-rule add --name acme --ip-address 203.0.113.7\n"));
	assert_non_null(strstr(said,
			       "\nAfter a change: docker-credential-acr renew acme.azurecr.io\n"
			       "All steps: docker-credential-acr explain firewall\n"
			       "All checks: docker-credential-acr diagnose acme.azurecr.io\n"));
	assert_true(lines(said) <= ACR_LINES_BRIEF);
}

static void the_remedy_assigns_the_role_to_the_identity_that_was_denied(void **state)
{
	struct acr_error error = no_role();

	add_step(*state, "managed-identity",
		 acr_who(ACR_WHO_MANAGED_IDENTITY, "aaaa-bbbb", "agents", "2222"), &error);
	assert_non_null(strstr(explain(*state, &error), "--assignee aaaa-bbbb --role AcrPull"));
}

static void an_identity_denied_for_another_reason_is_not_offered_a_role(void **state)
{
	struct acr_error error = no_role(), other = firewall();

	add_step(*state, "environment", principal("1111"), &error);
	add_step(*state, "managed-identity",
		 acr_who(ACR_WHO_MANAGED_IDENTITY, "aaaa-bbbb", "agents", "2222"), &other);
	assert_non_null(strstr(explain(*state, &error), "--assignee 1111 --role AcrPull"));
}

/* The message of a response may quote another code than its own. */
static void the_code_of_an_answer_counts_more_than_one_in_its_sentence(void **state)
{
	struct world *world = *state;
	struct acr_error error =
		answered(401, "AADSTS7000222", "AADSTS50034: see AADSTS50076 as well.",
			 message_of(ACR_REFUSED, "rejected"));
	auto_facts facts = { 0 };

	acr_facts_of_error(&world->edges.app, &error, &facts);
	assert_string_equal(acr_facts_get(&facts, ACR_FACT_CODE), "AADSTS7000222");
	assert_string_equal(acr_facts_get(&facts, ACR_FACT_NUMBER), "7000222");
}

/* A build may pull from several registries: the cause of a failure at one does not explain a
 * failure at another. */
static void a_cause_at_one_registry_covers_no_symptom_of_another(void **state)
{
	static const char cause[] =
		"failed to fetch oauth token: unexpected status from POST request to "
		"https://one.azurecr.io/oauth2/token: 401 Unauthorized\n";
	static const char symptom[] =
		"failed to fetch anonymous token: unexpected status from GET request to "
		"https://%s.azurecr.io/oauth2/"
		"token?scope=repository%%3Aapp%%3Apull&service=%s.azurecr.io: "
		"401 Unauthorized\n";
	struct world *world = *state;

	for (int same = 0; same < 2; same++) {
		auto_string last = acr_format(symptom, same ? "one" : "two", same ? "one" : "two");
		auto_string text = acr_format("%s%s", cause, last);
		auto_findings found = { 0 };

		acr_findings_read(&world->edges.app, text, strlen(text), &found);
		assert_int_equal(found.count, same ? 1 : 2);
		assert_string_equal(acr_facts_get(&found.list[0].facts, ACR_FACT_REGISTRY),
				    "one.azurecr.io");
	}
}

static void a_client_that_entra_rejected_is_the_one_of_the_environment(void **state)
{
	struct world *world = *state;
	struct acr_error error = answered(
		401, "AADSTS7000222", "AADSTS7000222: The provided client secret keys are expired.",
		message_of(ACR_REFUSED, "rejected"));

	error.origin = ACR_ORIGIN_ENTRA;
	edges_set(&world->edges, "AZURE_CLIENT_ID", "cccc-dddd");
	edges_set(&world->edges, "AZURE_TENANT_ID", "contoso.example");
	add_step(world, "environment", (struct acr_who){ 0 }, &error);
	explain(world, &error);
	assert_non_null(strstr(world->said, "az ad app credential list --id cccc-dddd --output"));
}

static void a_repeated_explanation_is_one_line_within_seconds(void **state)
{
	struct world *world = *state;
	struct acr_error error = firewall(), other = no_role();

	assert_true(lines(explain(world, &error)) > 5);
	assert_int_equal(lines(explain(world, &error)), 1);
	assert_non_null(strstr(world->said, "as explained a moment ago: the network rules of"));
	assert_true(lines(explain(world, &other)) > 5);
	world->edges.boot += 6000;
	world->edges.wall += 6;
	assert_true(lines(explain(world, &error)) > 5);
}

static void a_command_of_a_person_is_explained_every_time(void **state)
{
	struct world *world = *state;
	struct acr_error error = firewall();

	world->edges.app.interactive = true;
	assert_true(lines(explain(world, &error)) > 5);
	assert_true(lines(explain(world, &error)) > 5);
}

static void a_rejected_login_of_a_person_does_not_mention_roles(void **state)
{
	struct world *world = *state;
	struct acr_error error = no_role();

	world->edges.app.interactive = true; /* both explanations are printed */
	add_step(world, "environment", principal("1111"), &error);
	assert_non_null(strstr(explain(world, &error), "role assignment"));
	world->report.trail.count = 0;
	world->report.storing = true;
	explain(world, &error);
	assert_non_null(strstr(world->said, "rejected this user name"));
	assert_null(strstr(world->said, "role assignment"));
}

static void not_found_is_one_line_with_the_way_to_sign_in(void **state)
{
	struct world *world = *state;
	struct acr_error out = message_of(ACR_UNAVAILABLE, "az is signed out");
	struct acr_error error = message_of(ACR_NOT_FOUND, "az is signed out");

	add_step(world, "azure-cli", (struct acr_who){ 0 }, &out);
	explain(world, &error);
	assert_int_equal(lines(world->said), 1);
	assert_non_null(strstr(world->said, "azure-cli: az is signed out"));
	assert_non_null(strstr(world->said, "docker-credential-acr login acme.azurecr.io"));
}

static void signed_out_is_one_line_with_the_way_back(void **state)
{
	struct acr_error error;

	(void)acr_raise(&error, SIGNED_OUT, "acme.azurecr.io");
	explain(*state, &error);
	assert_string_equal(((struct world *)*state)->said,
			    "docker-credential-acr: signed out of acme.azurecr.io [signed-out]; to "
			    "sign in again: "
			    "docker-credential-acr login acme.azurecr.io\n");
}

static void continuing_anonymously_is_reported_in_one_line(void **state)
{
	struct world *world = *state;
	struct acr_error error;

	(void)acr_raise(&error, REGISTRY_DENIED, "acme.azurecr.io", "401");
	error.kind = ACR_NOT_FOUND;
	acr_report_notice_cause(&world->report, &error, ANONYMOUS);
	world->report.anonymous = true;
	explain(world, &error);
	assert_string_equal(world->said, "docker-credential-acr: continuing anonymously: "
					 "acme.azurecr.io denied access (status 401)\n");
	/* Printed once an hour. */
	assert_string_equal(explain(world, &error), "");
}

static void if_the_registry_serves_anonymous_clients_no_sign_in_is_suggested(void **state)
{
	struct world *world = *state;
	struct acr_error error = message_of(ACR_NOT_FOUND, "no identity is set up");

	world->report.anonymous = true;
	assert_string_equal(explain(world, &error), "");
}

static void nothing_is_printed_for_servers_that_are_not_azure_registries(void **state)
{
	struct world *world = *state;
	struct acr_error absent, empty, refused = message_of(ACR_REFUSED, "ghcr.io refused");

	(void)acr_raise(&absent, LOGIN_MISSING, "ghcr.io");
	(void)acr_raise(&empty, SERVER_MISSING);
	world->report.ours = false;
	assert_string_equal(explain(world, &absent), "");
	assert_string_equal(explain(world, &empty), "");
	assert_string_equal(explain(world, &refused), "");
}

static void a_locked_keychain_is_explained_for_every_server(void **state)
{
	struct world *world = *state;
	struct acr_error error;

	(void)acr_raise(&error, KEYCHAIN_LOCKED);
	world->report.ours = false;
	assert_non_null(
		strstr(explain(world, &error), "the keychain that holds your logins is locked\n"));
	assert_non_null(strstr(world->said, "gnome-keyring-daemon --unlock"));
}

static void an_invalid_config_is_explained_before_it_is_loaded(void **state)
{
	struct world *world = *state;
	const struct acr_config *config = world->edges.app.config;
	struct acr_error error =
		message_of(ACR_INVALID, "/home/x/.config/docker-credential-acr/config.json:3:7: "
					"a value is missing");

	world->report.ours = false;
	world->edges.app.config = NULL;
	explain(world, &error);
	world->edges.app.config = config;
	assert_non_null(strstr(world->said, "config.json:3:7: a value is missing"));
}

static void an_unknown_error_is_still_reported(void **state)
{
	struct world *world = *state;
	struct acr_error error = message_of(ACR_SYSTEM, "the moon is in the way");

	assert_non_null(strstr(explain(world, &error), "the moon is in the way"));
	assert_non_null(strstr(world->said, "diagnose acme.azurecr.io"));
	world->report.ours = false;
	error = message_of(ACR_SYSTEM, "The moon is in the way");
	assert_string_equal(explain(world, &error),
			    "docker-credential-acr: The moon is in the way\n");
}

static char *line_of(struct world *world, const struct acr_error *error)
{
	auto_known known = { 0 };

	acr_known_of(&world->edges.app, &world->report, error, &known);
	return acr_known_line(&known, error);
}

static void one_line_says_what_a_rejection_means_and_what_else_happened(void **state)
{
	struct acr_error refused = firewall(), cut = { 0 };
	auto_string meaning = line_of(*state, &refused);
	auto_string own = NULL;

	acr_raise(&cut, RESPONSE_CUT, "x");
	own = line_of(*state, &cut);

	assert_string_equal(meaning,
			    "the network rules of acme.azurecr.io do not allow 203.0.113.7 "
			    "(status 403, DENIED) [firewall]");
	assert_string_equal(own, "the response from x was cut short [connection-reset]");
}

static void identities_that_were_not_the_cause_are_left_out(void **state)
{
	struct world *world = *state;
	struct acr_error error = no_role(), other = firewall();
	struct acr_error out;

	(void)acr_raise(&out, TOOL_SIGNED_OUT, "az", "az login");
	for (int i = 0; i < 8; i++)
		add_step(world, "azure-cli", (struct acr_who){ 0 }, &out);
	add_step(world, "environment", principal("1111"), &error);
	explain(world, &error);
	assert_null(strstr(world->said, "azure-cli"));
	assert_null(strstr(world->said, "Also denied"));
	assert_non_null(strstr(world->said, "az role assignment create"));
	/* If another identity was denied for another reason, it may be the one that the user
	 * intended. */
	add_step(world, "managed-identity", (struct acr_who){ 0 }, &other);
	world->edges.app.interactive = true;
	explain(world, &error);
	assert_non_null(strstr(world->said, "Also denied: managed-identity: "));
	assert_true(lines(world->said) <= ACR_LINES_BRIEF);
}

static void a_remembered_denial_says_how_to_ask_again(void **state)
{
	struct world *world = *state;
	struct acr_error refused = no_role(), cut = { 0 };

	assert_non_null(strstr(explain(world, &refused),
			       "\nAfter a change: docker-credential-acr renew acme.azurecr.io\n"));
	acr_raise(&cut, RESPONSE_CUT, "x");
	assert_null(strstr(explain(world, &cut), "After a change"));
	/* An interactive command has just tried again. */
	world->edges.app.interactive = true;
	assert_null(strstr(explain(world, &refused), "After a change"));
	world->edges.app.interactive = false;
	world->edges.app.principal = ACR_FOR_NODE;
	world->edges.boot += 6000;
	world->edges.wall += 6;
	assert_null(strstr(explain(world, &refused), "After a change"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_explanation_says_what_why_what_to_do_and_where_to_read_more),
		TEST(the_remedy_assigns_the_role_to_the_identity_that_was_denied),
		TEST(an_identity_denied_for_another_reason_is_not_offered_a_role),
		TEST(the_code_of_an_answer_counts_more_than_one_in_its_sentence),
		TEST(a_cause_at_one_registry_covers_no_symptom_of_another),
		TEST(a_client_that_entra_rejected_is_the_one_of_the_environment),
		TEST(a_repeated_explanation_is_one_line_within_seconds),
		TEST(a_command_of_a_person_is_explained_every_time),
		TEST(a_rejected_login_of_a_person_does_not_mention_roles),
		TEST(not_found_is_one_line_with_the_way_to_sign_in),
		TEST(signed_out_is_one_line_with_the_way_back),
		TEST(continuing_anonymously_is_reported_in_one_line),
		TEST(if_the_registry_serves_anonymous_clients_no_sign_in_is_suggested),
		TEST(nothing_is_printed_for_servers_that_are_not_azure_registries),
		TEST(a_locked_keychain_is_explained_for_every_server),
		TEST(an_invalid_config_is_explained_before_it_is_loaded),
		TEST(an_unknown_error_is_still_reported),
		TEST(identities_that_were_not_the_cause_are_left_out),
		TEST(a_remembered_denial_says_how_to_ask_again),
		TEST(one_line_says_what_a_rejection_means_and_what_else_happened),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
