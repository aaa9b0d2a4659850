/* SPDX-License-Identifier: Apache-2.0 */
/* Tests the identity of a Kubernetes service account. */
#include "person.h"

static struct person p;

static int setup(void **state)
{
	char path[128];

	(void)state;
	person_begin(&p);
	edges_set(&p.edges, "AZURE_CLIENT_ID", CLIENT);
	edges_set(&p.edges, "AZURE_TENANT_ID", TENANT);
	snprintf(path, sizeof(path), "%s/tokens/azure-identity-token", p.edges.folder);
	edges_set(&p.edges, "AZURE_FEDERATED_TOKEN_FILE", path);
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
	return person_ask(&p, &acr_identity_workload_identity);
}

static void the_token_file_is_read_every_time_and_trimmed(void **state)
{
	(void)state;
	edges_write(&p.edges, "tokens/azure-identity-token", " first.a.b\n");
	edges_answer(&p.edges, ENTRA, 200, person_token(&p, "\"azp\":\"" CLIENT "\""));
	assert_int_equal(ask(), 0);
	assert_holds(p.edges.sent[0], "&client_assertion=first.a.b&scope=");
	edges_write(&p.edges, "tokens/azure-identity-token", "second.a.b\n");
	edges_answer(&p.edges, ENTRA, 200, person_token(&p, "\"azp\":\"" CLIENT "\""));
	assert_int_equal(ask(), 0);
	assert_holds(p.edges.sent[1], "&client_assertion=second.a.b&scope=");
	assert_int_equal(p.token.who.type, ACR_WHO_SERVICE_PRINCIPAL);
	assert_string_equal(p.token.who.id, CLIENT);
}

static void the_links_of_kubelet_are_followed(void **state)
{
	char path[128];

	(void)state;
	edges_write(&p.edges, "tokens/..2026/token", "linked.a.b");
	snprintf(path, sizeof(path), "%s/tokens/..data", p.edges.folder);
	assert_int_equal(symlink("..2026", path), 0);
	snprintf(path, sizeof(path), "%s/tokens/azure-identity-token", p.edges.folder);
	assert_int_equal(symlink("..data/token", path), 0);
	edges_answer(&p.edges, ENTRA, 200, person_token(&p, ""));
	assert_int_equal(ask(), 0);
	assert_holds(p.edges.sent[0], "linked.a.b");
}

static void a_file_that_is_not_a_token_is_not_sent(void **state)
{
	char large[70000], path[128];

	(void)state;
	assert_int_equal(ask(), -1);
	assert_int_equal(p.error.kind, ACR_INVALID);
	edges_write(&p.edges, "tokens/azure-identity-token", "\n");
	assert_int_equal(ask(), -1);
	assert_int_equal(p.error.kind, ACR_INVALID);
	edges_write(&p.edges, "tokens/azure-identity-token", "two words");
	assert_int_equal(ask(), -1);
	assert_int_equal(p.error.kind, ACR_INVALID);
	memset(large, 'x', sizeof(large));
	large[sizeof(large) - 1] = '\0';
	edges_write(&p.edges, "tokens/azure-identity-token", large);
	assert_int_equal(ask(), -1);
	snprintf(path, sizeof(path), "%s/tokens/azure-identity-token", p.edges.folder);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(ask(), -1);
	assert_int_equal(p.edges.sent_count, 0);
}

/* The variable may contain a password by mistake: a value without an issuer and a subject is not
 * sent. */
static void a_variable_that_is_not_a_token_is_not_sent(void **state)
{
	static const char *const values[] = { "hunter2", "a.b.c", "eyJhbGciOiJSUzI1NiJ9.e30.c2ln" };

	(void)state;
	edges_set(&p.edges, "AZURE_FEDERATED_TOKEN_FILE", "");
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		edges_set(&p.edges, "AZURE_FEDERATED_TOKEN", values[i]);
		assert_int_equal(ask(), -1);
		assert_true(acr_error_is(&p.error, FEDERATED_VARIABLE_INVALID));
	}
	assert_int_equal(p.edges.sent_count, 0);
	edges_set(&p.edges, "AZURE_FEDERATED_TOKEN",
		  person_jwt(&p, "\"iss\":\"https://gitlab.example\",\"sub\":\"project\""));
	edges_answer(&p.edges, ENTRA, 200, person_token(&p, ""));
	assert_int_equal(ask(), 0);
}

static void an_incomplete_configuration_is_reported(void **state)
{
	(void)state;
	edges_set(&p.edges, "AZURE_CLIENT_ID", "");
	assert_int_equal(ask(), -1);
	assert_int_equal(p.error.kind, ACR_INVALID);
	assert_true(acr_error_is(&p.error, WORKLOAD_INCOMPLETE));
	assert_holds(edges_words(&p.error), "azure.workload.identity/client-id");
	edges_set(&p.edges, "AZURE_FEDERATED_TOKEN_FILE", "");
	assert_int_equal(ask(), -1);
	assert_int_equal(p.error.kind, ACR_NOT_SET_UP);
}

static void an_identity_binding_is_reported_and_its_token_is_not_sent(void **state)
{
	(void)state;
	edges_write(&p.edges, "tokens/azure-identity-token", "x.y.z");
	edges_set(&p.edges, "AZURE_KUBERNETES_TOKEN_PROXY", "https://10.0.0.1");
	assert_int_equal(ask(), -1);
	assert_int_equal(p.error.kind, ACR_INVALID);
	assert_true(acr_error_is(&p.error, WORKLOAD_BINDING));
	edges_set(&p.edges, "AZURE_FEDERATED_TOKEN_FILE", "");
	assert_int_equal(ask(), -1);
	assert_int_equal(p.error.kind, ACR_INVALID);
	assert_int_equal(p.edges.sent_count, 0);
}

static void a_rejection_ends_the_chain(void **state)
{
	(void)state;
	edges_write(&p.edges, TAG, AZURE);
	edges_write(&p.edges, "tokens/azure-identity-token", "x.y.z");
	edges_answer(&p.edges, ENTRA, 400,
		     "{\"error\":\"invalid_client\",\"error_description\":\"AADSTS700213: No "
		     "matching federated "
		     "identity record found for presented assertion subject "
		     "'system:serviceaccount:a:b'.\"}");
	assert_int_equal(person_first(&p), -1);
	assert_string_equal(p.error.code, "AADSTS700213");
	assert_holds(p.error.sentence, "system:serviceaccount:a:b");
	assert_int_equal(p.edges.sent_count, 1);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(the_token_file_is_read_every_time_and_trimmed),
		CASE(the_links_of_kubelet_are_followed),
		CASE(a_file_that_is_not_a_token_is_not_sent),
		CASE(a_variable_that_is_not_a_token_is_not_sent),
		CASE(an_incomplete_configuration_is_reported),
		CASE(an_identity_binding_is_reported_and_its_token_is_not_sent),
		CASE(a_rejection_ends_the_chain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
