/* SPDX-License-Identifier: Apache-2.0 */
/* Tests what all identities have in common: nothing is sent if the identity is not configured, any
 * response leads to an error and never to a crash, and a denial keeps the code of the service. A
 * new row in chain.def needs a line in `rows` here that configures it. */
#include "acr/sign_in.h"
#include "person.h"

static struct person p;

/* Each function configures one identity. */
static void set_sign_in(void)
{
	struct acr_sign_in sign_in = {
		.registry = acr_copy(""),
		.who = acr_copy("user@contoso.com"),
		.tenant = acr_copy(TENANT),
		.client_id = acr_copy(CLIENT),
		.authority = acr_copy("login.microsoftonline.com"),
		.id = acr_copy("1"),
	};
	const struct acr_keychain *keeper = NULL;
	struct acr_error error = { 0 };
	auto_secret token = { 0 };

	acr_secret_add(&token, "refresh");
	edges_set(&p.edges, "DOCKER_CREDENTIAL_ACR_KEYCHAIN", "file");
	edges_configure(&p.edges);
	if (acr_sign_in_keeper(&p.edges.app, true, &keeper, &error) ||
	    acr_sign_in_keep(&p.edges.app, &sign_in, keeper, &token, &error))
		fail_msg("%s", edges_words(&error));
	acr_sign_in_wipe(&sign_in);
}

static void set_secret(void)
{
	edges_set(&p.edges, "AZURE_CLIENT_ID", CLIENT);
	edges_set(&p.edges, "AZURE_TENANT_ID", TENANT);
	edges_set(&p.edges, "AZURE_CLIENT_SECRET", "s");
}

static void set_certificate(void)
{
	char command[512], path[128];

	set_secret();
	snprintf(path, sizeof(path), "%s/sp.pem", p.edges.folder);
	snprintf(command, sizeof(command),
		 "cd %s && openssl req -x509 -newkey rsa:2048 -nodes -keyout k -out c -days 2 "
		 "-subj /CN=x 2>/dev/null && cat k c >sp.pem",
		 p.edges.folder);
	assert_int_equal(system(command), 0);
	edges_set(&p.edges, "AZURE_CLIENT_CERTIFICATE_PATH", path);
}

static void set_file(void)
{
	char path[128];

	set_secret();
	edges_write(&p.edges, "token", "a.b.c");
	snprintf(path, sizeof(path), "%s/token", p.edges.folder);
	edges_set(&p.edges, "AZURE_FEDERATED_TOKEN_FILE", path);
}

static void set_github(void)
{
	set_secret();
	edges_set(&p.edges, "ACTIONS_ID_TOKEN_REQUEST_URL",
		  "https://x.actions.githubusercontent.com/?a=b");
	edges_set(&p.edges, "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "t");
}

static void set_pipelines(void)
{
	set_secret();
	edges_set(&p.edges, "SYSTEM_OIDCREQUESTURI", "https://dev.azure.com/x");
	edges_set(&p.edges, "SYSTEM_ACCESSTOKEN", "t");
	edges_set(&p.edges, "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID", CLIENT);
}

static void set_machine(void)
{
	edges_write(&p.edges, TAG, AZURE);
}

static void set_az(void)
{
	edges_write(&p.edges, PROFILE,
		    "{\"subscriptions\":[{\"id\":\"s\",\"tenantId\":\"" TENANT
		    "\",\"environmentName\":\"AzureCloud\",\"isDefault\":true,"
		    "\"user\":{\"name\":\"" CLIENT "\",\"type\":\"servicePrincipal\"}}]}");
	edges_write(&p.edges, ".azure/service_principal_entries.json",
		    "[{\"client_id\":\"" CLIENT "\",\"tenant\":\"" TENANT
		    "\",\"client_secret\":\"s\"}]");
}

static void set_azd(void)
{
	edges_write(&p.edges, ".azd/auth.json", "{\"auth\":{\"account\":{\"currentUser\":{}}}}");
	person_install(&p, "azd");
}

static const struct row {
	const char *name;
	void (*set_up)(void);
	const char *first, *first_body; /* a request before the token request; NULL: none */
	const char *token;		/* NULL: a program is run */
} rows[] = {
	{ "login", set_sign_in, NULL, NULL, ENTRA },
	{ "environment", set_secret, NULL, NULL, ENTRA },
	{ "certificate", set_certificate, NULL, NULL, ENTRA },
	{ "workload-identity", set_file, NULL, NULL, ENTRA },
	{ "github-actions", set_github, "GET https://x.actions", "{\"value\":\"a.b.c\"}", ENTRA },
	{ "azure-pipelines", set_pipelines, "POST https://dev.azure.com/x",
	  "{\"oidcToken\":\"a.b.c\"}", ENTRA },
	{ "managed-identity", set_machine, NULL, NULL, IMDS },
	{ "azure-cli", set_az, NULL, NULL, ENTRA },
	{ "azd", set_azd, NULL, NULL, NULL },
};

static const struct row *row_of(const struct acr_identity *identity)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcmp(rows[i].name, identity->name) == 0)
			return &rows[i];
	fail_msg("%s has no line in this test", identity->name);
	return NULL;
}

/* Requests a token once; the token endpoint returns this response. */
static int ask(const struct acr_identity *identity, int status, const char *body)
{
	const struct row *row = row_of(identity);

	person_begin(&p);
	row->set_up();
	if (row->first)
		edges_answer(&p.edges, row->first, 200, row->first_body);
	if (row->token)
		edges_answer(&p.edges, row->token, status, body);
	p.prints = body;
	p.exits = status == 200 ? 0 : 1;
	return person_ask(&p, identity);
}

static void an_identity_that_is_not_configured_reports_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; acr_identities[i]; i++) {
		person_begin(&p);
		edges_write(&p.edges, TAG, "a desk\n");
		assert_int_equal(person_ask(&p, acr_identities[i]), -1);
		if (p.error.kind != ACR_NOT_SET_UP)
			fail_msg("%s: %s", acr_identities[i]->name, edges_words(&p.error));
		assert_true(edges_words(&p.error)[0]);
		assert_int_equal(p.edges.sent_count + p.runs, 0);
		person_end(&p);
	}
}

static void client_and_tenant_alone_configure_no_identity(void **state)
{
	(void)state;
	for (size_t i = 0; acr_identities[i]; i++) {
		person_begin(&p);
		edges_write(&p.edges, TAG, "a desk\n");
		edges_set(&p.edges, "AZURE_CLIENT_ID", CLIENT);
		edges_set(&p.edges, "AZURE_TENANT_ID", TENANT);
		assert_int_equal(person_ask(&p, acr_identities[i]), -1);
		assert_int_equal(p.error.kind, ACR_NOT_SET_UP);
		assert_int_equal(p.edges.sent_count + p.runs, 0);
		person_end(&p);
	}
}

static void a_configured_identity_gives_a_token_and_its_owner(void **state)
{
	(void)state;
	for (size_t i = 0; acr_identities[i]; i++) {
		struct person maker = { 0 };
		char body[4096];

		maker.edges.wall = 1750000000;
		const char *jwt =
			person_jwt(&maker, "\"appid\":\"" CLIENT "\",\"tid\":\"" TENANT "\"");
		snprintf(body, sizeof(body),
			 "{\"access_token\":\"%s\",\"token\":\"%s\",\"expires_in\":3600}", jwt,
			 jwt);
		if (ask(acr_identities[i], 200, body))
			fail_msg("%s: %s", acr_identities[i]->name, edges_words(&p.error));
		assert_string_equal(acr_secret_text(&p.token.access), jwt);
		assert_string_equal(p.token.tenant, TENANT);
		assert_int_equal(p.token.life, 3600);
		assert_string_equal(p.token.who.id, CLIENT);
		assert_string_equal(p.token.who.tenant, TENANT);
		person_end(&p);
	}
}

static void an_invalid_answer_is_an_error_and_not_a_crash(void **state)
{
	static const char *const bodies[] = {
		"",
		"\xff\xfe",
		"null",
		"[]",
		"[[[[[[[[[[[[[[[[[[[[[[[[[[",
		"{\"access_token\":null,\"token\":null}",
		"{\"access_token\":{},\"token\":[]}",
		"{\"access_token\":\"\",\"token\":\"\"}",
		"{\"access_token\":\"\\u0000\",\"token\":\"\\ud800\"}",
		"{\"error\":{},\"error_description\":[]}",
	};
	static const int statuses[] = { 200, 400, 401, 302 };

	(void)state;
	for (size_t i = 0; acr_identities[i]; i++)
		for (size_t j = 0; j < sizeof(bodies) / sizeof(bodies[0]); j++)
			for (size_t k = 0; k < sizeof(statuses) / sizeof(statuses[0]); k++) {
				/* Creating a key for each row would take a minute. */
				if (strcmp(acr_identities[i]->name, "certificate") == 0 &&
				    j + k > 0)
					continue;
				assert_int_equal(ask(acr_identities[i], statuses[k], bodies[j]),
						 -1);
				assert_true(p.error.kind == ACR_INVALID ||
					    p.error.kind == ACR_REFUSED ||
					    p.error.kind == ACR_UNREACHABLE ||
					    p.error.kind == ACR_SYSTEM);
				assert_true(edges_words(&p.error)[0]);
				assert_int_equal(p.token.access.length, 0);
				person_end(&p);
			}
}

static void a_rejection_by_entra_keeps_its_code(void **state)
{
	(void)state;
	for (size_t i = 0; acr_identities[i]; i++) {
		assert_int_equal(ask(acr_identities[i], 400,
				     "{\"error\":\"invalid_grant\",\"error_description\":"
				     "\"AADSTS50076: Due to a configuration change\\r\\nx\","
				     "\"error_codes\":[50076]}"),
				 -1);
		assert_int_equal(p.error.kind, ACR_REFUSED);
		assert_string_equal(p.error.code, "AADSTS50076");
		assert_holds(p.error.sentence, "Due to a configuration change");
		person_end(&p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_identity_that_is_not_configured_reports_nothing),
		cmocka_unit_test(client_and_tenant_alone_configure_no_identity),
		cmocka_unit_test(a_configured_identity_gives_a_token_and_its_owner),
		cmocka_unit_test(an_invalid_answer_is_an_error_and_not_a_crash),
		cmocka_unit_test(a_rejection_by_entra_keeps_its_code),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
