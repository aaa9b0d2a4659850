/* SPDX-License-Identifier: Apache-2.0 */
/* Tests how a request and azure.json become the environment for the identity chain: what is set,
 * and which of kubelet's own variables are removed. */
#include "edges.h"
#include "kubelet/kubelet.h"

#define HOST   "acme.azurecr.io"
#define TENANT "11111111-1111-1111-1111-111111111111"
#define CLIENT "22222222-2222-2222-2222-222222222222"
#define OTHER  "33333333-3333-3333-3333-333333333333"

static struct edges edges;
static struct acr_kubelet_environment made = { .token = -1 };

/* All variables that identify kubelet itself, and some that do not. */
static const char *const about_identity[] = { "AZURE_CLIENT_ID",
					      "AZURE_CLIENT_SECRET",
					      "AZURE_CLIENT_CERTIFICATE_PATH",
					      "AZURE_TENANT_ID",
					      "AZURE_FEDERATED_TOKEN",
					      "AZURE_FEDERATED_TOKEN_FILE",
					      "AZD_GITLAB_FEDERATED_TOKEN",
					      "AZURE_AUTHORITY_HOST",
					      "AZURE_TOKEN_CREDENTIALS",
					      "AZURE_KUBERNETES_TOKEN_PROXY" };
static const char *const of_machine[] = { "HTTPS_PROXY", "PATH", "HOME",
					  "DOCKER_CREDENTIAL_ACR_LOG" };

static int setup(void **state)
{
	(void)state;
	edges_begin(&edges);
	for (size_t i = 0; i < sizeof(about_identity) / sizeof(about_identity[0]); i++)
		edges_set(&edges, about_identity[i], "of-kubelet");
	for (size_t i = 0; i < sizeof(of_machine) / sizeof(of_machine[0]); i++)
		edges_set(&edges, of_machine[i], "of-kubelet");
	edges_set(&edges, "DOCKER_CREDENTIAL_ACR_TIMEOUT", "10s");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	acr_kubelet_environment_free(&made);
	made = (struct acr_kubelet_environment){ .token = -1 };
	edges_end(&edges);
	return 0;
}

/* The value of a variable, "" if it is not set. */
static const char *value(const char *name)
{
	const char *found = "";

	for (char **row = made.rows; row && *row; row++)
		if (strncmp(*row, name, strlen(name)) == 0 && (*row)[strlen(name)] == '=')
			found = *row + strlen(name) + 1;
	return found;
}

static void no_identity_of_kubelet_is_left(void)
{
	for (size_t i = 0; i < sizeof(about_identity) / sizeof(about_identity[0]); i++)
		if (strcmp(value(about_identity[i]), "of-kubelet") == 0)
			fail_msg("%s is still the one of kubelet", about_identity[i]);
	for (size_t i = 0; i < sizeof(of_machine) / sizeof(of_machine[0]); i++)
		assert_string_equal(value(of_machine[i]), "of-kubelet");
}

static int be_pod(const char *tenant, struct acr_node node, struct acr_error *error)
{
	auto_kubelet_request request = { .client_id = acr_copy(CLIENT),
					 .tenant_id = tenant ? acr_copy(tenant) : NULL };

	acr_secret_add(&request.token, "token.of.pod");
	acr_kubelet_environment_free(&made);
	return acr_kubelet_be_pod(&edges.app, &request, &node, &made, error);
}

static void annotations_choose_the_identity_of_a_pod(void **state)
{
	static char tenant[] = TENANT;
	struct acr_error error = { 0 };
	char token[32] = "";

	(void)state;
	assert_int_equal(be_pod(OTHER, (struct acr_node){ .tenant = tenant }, &error), 0);
	no_identity_of_kubelet_is_left();
	assert_string_equal(value("DOCKER_CREDENTIAL_ACR_IDENTITY"), "workload-identity");
	assert_string_equal(value("DOCKER_CREDENTIAL_ACR_CLIENT_ID"), CLIENT);
	assert_string_equal(value("AZURE_CLIENT_ID"), CLIENT);
	/* Its own tenant takes precedence over that of the node. */
	assert_string_equal(value("DOCKER_CREDENTIAL_ACR_TENANT"), OTHER);
	assert_string_equal(value("AZURE_TENANT_ID"), OTHER);
	/* The settings of the node are not passed on. */
	assert_string_equal(value("DOCKER_CREDENTIAL_ACR_TIMEOUT"), "");
	assert_int_equal(pread(made.token, token, sizeof(token) - 1, 0), strlen("token.of.pod"));
	assert_string_equal(token, "token.of.pod");
	assert_int_equal(be_pod(NULL, (struct acr_node){ .tenant = tenant }, &error), 0);
	assert_string_equal(value("AZURE_TENANT_ID"), TENANT);
	assert_int_equal(be_pod(NULL, (struct acr_node){ 0 }, &error), -1);
	assert_true(acr_error_is(&error, POD_NO_TENANT));
}

/* The names of clouds in azure.json (those of go-autorest), and those of az. */
static void each_cloud_name_in_azure_json_selects_its_authority(void **state)
{
	static const char *const clouds[][2] = {
		{ "AzurePublicCloud", "login.microsoftonline.com" },
		{ "AZUREPUBLICCLOUD", "login.microsoftonline.com" },
		{ "AzureUSGovernmentCloud", "login.microsoftonline.us" },
		{ "AzureChinaCloud", "login.chinacloudapi.cn" },
		{ "AzureCloud", "login.microsoftonline.com" },
		{ "AzureStackCloud", "" },
	};
	static char tenant[] = TENANT;
	struct acr_error error = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(clouds) / sizeof(clouds[0]); i++) {
		auto_string name = acr_copy(clouds[i][0]);

		assert_int_equal(
			be_pod(NULL, (struct acr_node){ .tenant = tenant, .cloud = name }, &error),
			0);
		assert_string_equal(value("AZURE_AUTHORITY_HOST"), clouds[i][1]);
	}
	/* The air-gapped clouds are in the table of clouds under the name that az uses. */
	for (size_t i = 0; i < 2; i++) {
		auto_string name = acr_copy(i ? "USSecCloud" : "USNatCloud");
		const struct acr_cloud *cloud = acr_cloud_by_name(i ? "USSec" : "USNat");

		assert_non_null(cloud);
		assert_int_equal(
			be_pod(NULL, (struct acr_node){ .tenant = tenant, .cloud = name }, &error),
			0);
		assert_string_equal(value("AZURE_AUTHORITY_HOST"), cloud->authority);
	}
}

static void be_node(struct acr_node node)
{
	acr_kubelet_environment_free(&made);
	acr_kubelet_be_node(&edges.app, HOST, &node, &made);
	no_identity_of_kubelet_is_left();
}

static void azure_json_chooses_the_identity_of_a_node(void **state)
{
	static char tenant[] = TENANT, client[] = CLIENT, other[] = OTHER, file[] = "/var/token",
		    pem[] = "/sp.pem";
	auto_secret secret = { 0 };

	(void)state;
	acr_secret_add(&secret, "s3cret");
	be_node((struct acr_node){
		.managed = true, .identity_id = other, .tenant = tenant, .client_id = client });
	assert_string_equal(value("DOCKER_CREDENTIAL_ACR_IDENTITY"), "managed-identity");
	assert_string_equal(value("DOCKER_CREDENTIAL_ACR_CLIENT_ID"), OTHER);
	/* On such nodes azure.json contains "msi" there. */
	assert_string_equal(value("AZURE_CLIENT_ID"), "");
	be_node((struct acr_node){ .tenant = tenant, .client_id = client, .secret = secret });
	assert_string_equal(value("DOCKER_CREDENTIAL_ACR_IDENTITY"), "environment");
	assert_string_equal(value("AZURE_CLIENT_SECRET"), "s3cret");
	assert_string_equal(value("AZURE_TENANT_ID"), TENANT);
	be_node((struct acr_node){ .tenant = tenant, .client_id = client, .certificate = pem });
	assert_string_equal(value("DOCKER_CREDENTIAL_ACR_IDENTITY"), "certificate");
	assert_string_equal(value("AZURE_CLIENT_CERTIFICATE_PATH"), "/sp.pem");
	/* A federated identity takes precedence over a managed identity. */
	be_node((struct acr_node){ .managed = true,
				   .federated = true,
				   .token_file = file,
				   .tenant = tenant,
				   .client_id = client });
	assert_string_equal(value("DOCKER_CREDENTIAL_ACR_IDENTITY"), "workload-identity");
	assert_string_equal(value("AZURE_FEDERATED_TOKEN_FILE"), "/var/token");
	/* The settings of the node are kept, and those in the configuration take precedence over
	 * azure.json. */
	assert_string_equal(value("DOCKER_CREDENTIAL_ACR_TIMEOUT"), "10s");
	edges_set(&edges, "DOCKER_CREDENTIAL_ACR_IDENTITY", "none");
	edges_configure(&edges);
	be_node((struct acr_node){ .managed = true, .identity_id = other });
	assert_string_equal(value("DOCKER_CREDENTIAL_ACR_IDENTITY"), "none");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(annotations_choose_the_identity_of_a_pod),
		TEST(each_cloud_name_in_azure_json_selects_its_authority),
		TEST(azure_json_chooses_the_identity_of_a_node),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
