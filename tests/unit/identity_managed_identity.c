/* SPDX-License-Identifier: Apache-2.0 */
/* Tests the identity of the machine: which endpoint is used and how, and that no request is sent if
 * there is none. */
#include "acr/store.h"
#include "identity/internal.h"
#include "person.h"

#define APP "http://127.0.0.1:41741/msi/token/"
#define ARC                                                                                        \
	"GET "                                                                                     \
	"http://127.0.0.1:40342/metadata/identity/oauth2/"                                         \
	"token?api-version=2020-06-01&resource=https%3A%2F%2F"
#define TOKENS "var/opt/azcmagent/tokens"
#define REALM  "Basic realm=/" TOKENS

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
	return person_ask(&p, &acr_identity_managed_identity);
}

static void set_app_service(const char *endpoint)
{
	edges_set(&p.edges, "IDENTITY_ENDPOINT", endpoint);
	edges_set(&p.edges, "IDENTITY_HEADER", "hush");
}

/* ---- IMDS ---- */

static void an_azure_machine_asks_imds_at_once(void **state)
{
	(void)state;
	edges_write(&p.edges, TAG, AZURE);
	edges_answer(&p.edges,
		     IMDS
		     "api-version=2018-02-01&resource=https%3A%2F%2Fcontainerregistry.azure.net",
		     200,
		     person_token(&p, "\"appid\":\"" CLIENT "\",\"tid\":\"" TENANT
				      "\",\"xms_mirid\":\"/subscriptions/s/providers/x/"
				      "userAssignedIdentities/puller\""));
	assert_int_equal(ask(), 0);
	assert_holds(p.headers[0], "Metadata: true");
	assert_true(p.local[0]);
	assert_who(&p.token.who, "managed identity puller (" CLIENT "), tenant " TENANT);
	assert_string_equal(p.token.tenant, TENANT);
}

static void on_a_machine_of_another_cloud_imds_is_not_asked(void **state)
{
	(void)state;
	edges_write(&p.edges, TAG, "Amazon EC2\n");
	assert_int_equal(ask(), -1);
	assert_int_equal(p.error.kind, ACR_NOT_SET_UP);
}

static void a_node_with_azure_json_is_an_azure_machine(void **state)
{
	(void)state;
	edges_write(&p.edges, "etc/kubernetes/azure.json", "{}");
	edges_answer(&p.edges, IMDS, 200, person_token(&p, ""));
	assert_int_equal(ask(), 0);
}

static void pass(int64_t seconds)
{
	p.edges.boot += seconds * 1000;
	p.edges.app.deadline += seconds * 1000;
}

static void without_an_asset_tag_one_request_decides_and_a_negative_result_is_remembered(
	void **state)
{
	(void)state;
	edges_answer(&p.edges, IMDS, 0, NULL)->fails = ACR_UNREACHABLE;
	assert_int_equal(ask(), -1);
	assert_int_equal(p.error.kind, ACR_NOT_SET_UP);
	assert_int_equal(ask(), -1);
	assert_int_equal(p.error.kind, ACR_NOT_SET_UP);
	assert_int_equal(p.edges.sent_count, 1);

	p.edges.answers[0].fails = ACR_FINE;
	pass(301);
	edges_answer(&p.edges, IMDS, 200, person_token(&p, ""));
	assert_int_equal(ask(), 0);
}

/* A container that shares the home directory or the kernel keyring with its host. */
static void a_negative_result_in_another_network_does_not_count(void **state)
{
	char file[512], other[512];

	(void)state;
	edges_write(&p.edges, "proc/self/ns/net", "");
	edges_write(&p.edges, "proc/self/ns/other", "");
	edges_answer(&p.edges, IMDS, 0, NULL)->fails = ACR_UNREACHABLE;
	assert_int_equal(ask(), -1);
	snprintf(file, sizeof(file), "%s/proc/self/ns/net", p.edges.folder);
	snprintf(other, sizeof(other), "%s/proc/self/ns/other", p.edges.folder);
	assert_int_equal(rename(other, file), 0);
	p.edges.answers[0].fails = ACR_FINE;
	edges_answer(&p.edges, IMDS, 200, person_token(&p, ""));
	assert_int_equal(ask(), 0);
}

/* Simulates a network that drops the first `dropped` requests to IMDS. */
static size_t dropped, sent;

static int drop(struct acr_http *self, const struct acr_app *app, const struct acr_request *request,
		int64_t budget, struct acr_response *ret, struct acr_error *error)
{
	sent++;
	if (dropped == 0)
		return person_send(self, app, request, budget, ret, error);
	dropped--;
	return acr_raise(error, CONNECT_TIMEOUT, "169.254.169.254", "0.3");
}

static void is_silent(size_t times)
{
	p.edges.http.send = drop;
	dropped = times;
	sent = 0;
}

static void imds_that_does_not_answer_is_retried_before_it_counts_as_absent(void **state)
{
	(void)state;
	is_silent(1);
	edges_answer(&p.edges, IMDS, 200, person_token(&p, ""));
	assert_int_equal(ask(), 0);
	assert_int_equal(sent, 2);
}

static void a_timeout_is_remembered_for_seconds_and_then_costs_one_request_for_minutes(void **state)
{
	(void)state;
	is_silent(100);
	assert_int_equal(ask(), -1);
	assert_int_equal(p.error.kind, ACR_NOT_SET_UP);
	assert_int_equal(sent, 2);
	assert_int_equal(ask(), -1);
	assert_int_equal(sent, 2);
	pass(21);
	assert_int_equal(ask(), -1);
	assert_int_equal(sent, 3);
	pass(21);
	dropped = 0;
	edges_answer(&p.edges, IMDS, 200, person_token(&p, ""));
	assert_int_equal(ask(), 0);
}

static void a_404_on_an_unknown_machine_is_remembered_for_seconds(void **state)
{
	(void)state;
	edges_answer(&p.edges, IMDS, 404, "");
	assert_int_equal(ask(), -1);
	assert_int_equal(p.error.kind, ACR_NOT_SET_UP);
	pass(21);
	edges_answer(&p.edges, IMDS, 200, person_token(&p, ""));
	assert_int_equal(ask(), 0);
}

static void imds_that_accepts_the_connection_without_an_answer_is_present(void **state)
{
	(void)state;
	edges_answer(&p.edges, IMDS, 0, NULL)->fails = ACR_TIMEOUT;
	assert_int_equal(ask(), -1);
	assert_int_equal(p.error.kind, ACR_UNAVAILABLE);
	assert_true(p.error.temporary);
	assert_int_equal(ask(), -1);
	assert_int_equal(p.edges.sent_count, 2);
}

static void imds_that_answered_once_does_not_count_as_absent_after_a_timeout(void **state)
{
	(void)state;
	edges_answer(&p.edges, IMDS, 200, person_token(&p, ""));
	assert_int_equal(ask(), 0);
	pass(3600);
	is_silent(100);
	assert_int_equal(ask(), -1);
	assert_int_equal(sent, 3);
	assert_int_equal(p.error.kind, ACR_UNAVAILABLE);
	assert_true(p.error.temporary);
}

static void an_interactive_command_does_not_use_the_remembered_result(void **state)
{
	(void)state;
	acr_note_keep(&p.edges.app, "imds-absent", "0", 300, "");
	p.edges.app.interactive = true;
	edges_answer(&p.edges, IMDS, 200, person_token(&p, ""));
	assert_int_equal(ask(), 0);
}

static void the_metadata_service_of_another_cloud_is_not_imds(void **state)
{
	static const int statuses[] = { 401, 403, 404 };

	(void)state;
	p.edges.app.interactive = true; /* ignores the notes of earlier attempts */
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		edges_answer(&p.edges, IMDS, statuses[i], "<title>no</title>");
		assert_int_equal(ask(), -1);
		assert_int_equal(p.error.kind, ACR_NOT_SET_UP);
	}
	p.edges.app.interactive = false;
	assert_int_equal(ask(), -1);
	assert_int_equal(p.error.kind, ACR_NOT_SET_UP);
	assert_int_equal(p.edges.sent_count, 3);
}

static void on_an_azure_machine_the_same_answer_is_a_rejection(void **state)
{
	(void)state;
	edges_write(&p.edges, TAG, AZURE);
	edges_answer(&p.edges, IMDS, 403, "");
	assert_int_equal(ask(), -1);
	assert_int_equal(p.error.kind, ACR_REFUSED);
	assert_int_equal(p.error.status, 403);
}

static void on_an_azure_machine_a_timeout_of_imds_is_reported(void **state)
{
	(void)state;
	edges_write(&p.edges, TAG, AZURE);
	edges_answer(&p.edges, IMDS, 0, NULL)->fails = ACR_UNREACHABLE;
	assert_int_equal(ask(), -1);
	assert_int_equal(p.edges.sent_count, 3);
	assert_int_equal(p.error.kind, ACR_UNAVAILABLE);
	assert_holds(edges_words(&p.error), "169.254.169.254");
}

/* The timeout is used once: if IMDS accepted a request and did not respond, a retry would not
 * help. */
static void imds_that_accepted_the_request_without_an_answer_is_not_retried(void **state)
{
	(void)state;
	edges_write(&p.edges, TAG, AZURE);
	edges_answer(&p.edges, IMDS, 0, NULL)->fails = ACR_TIMEOUT;
	assert_int_equal(ask(), -1);
	assert_int_equal(p.edges.sent_count, 1);
	assert_int_equal(p.error.kind, ACR_UNAVAILABLE);
}

static void imds_that_is_being_updated_is_retried(void **state)
{
	(void)state;
	edges_write(&p.edges, TAG, AZURE);
	edges_answer(&p.edges, IMDS, 410, "");
	edges_answer(&p.edges, IMDS, 404, "");
	edges_answer(&p.edges, IMDS, 200, person_token(&p, ""));
	assert_int_equal(ask(), 0);
}

static void imds_that_stays_unavailable_is_not_a_rejection(void **state)
{
	static const int statuses[] = { 410, 404 };

	(void)state;
	edges_write(&p.edges, TAG, AZURE);
	for (size_t i = 0; i < 2; i++) {
		edges_answer(&p.edges, IMDS, 410, "");
		for (int tried = 0; tried < 5; tried++)
			edges_answer(&p.edges, IMDS, statuses[i],
				     "{\"error\":\"gone\",\"error_description\":\"x\"}");
		assert_int_equal(ask(), -1);
		assert_int_equal(p.error.kind, ACR_UNREACHABLE);
		assert_int_equal(p.error.status, statuses[i]);
		assert_true(acr_error_is(&p.error, IMDS_UPDATING));
	}
}

static void azure_client_id_alone_chooses_an_identity(void **state)
{
	(void)state;
	edges_write(&p.edges, TAG, AZURE);
	edges_set(&p.edges, "AZURE_CLIENT_ID", CLIENT);
	edges_answer(&p.edges, IMDS, 200, person_token(&p, ""));
	assert_int_equal(ask(), 0);
	assert_holds(p.edges.sent[0], "&client_id=" CLIENT);
}

static void the_config_chooses_an_identity_by_object_or_resource_id(void **state)
{
	(void)state;
	edges_write(&p.edges, TAG, AZURE);
	person_configure(&p, "{\"client_id\":\"object:" OTHER "\"}");
	edges_answer(&p.edges, IMDS, 200, person_token(&p, ""));
	assert_int_equal(ask(), 0);
	assert_holds(p.edges.sent[0], "&object_id=" OTHER);
	person_configure(&p, "{\"client_id\":\"/subscriptions/s/id\"}");
	edges_answer(&p.edges, IMDS, 200, person_token(&p, ""));
	assert_int_equal(ask(), 0);
	assert_holds(p.edges.sent[1], "&msi_res_id=%2Fsubscriptions%2Fs%2Fid");
}

static void no_identity_and_several_identities_are_different_errors(void **state)
{
	(void)state;
	edges_write(&p.edges, TAG, AZURE);
	edges_answer(
		&p.edges, IMDS, 400,
		"{\"error\":\"invalid_request\",\"error_description\":\"Identity not found\"}");
	assert_int_equal(ask(), -1);
	assert_int_equal(p.error.kind, ACR_UNAVAILABLE);
	assert_true(acr_error_is(&p.error, MACHINE_IDENTITY_UNKNOWN));
	assert_string_equal(p.error.sentence, "Identity not found");
	edges_answer(&p.edges, IMDS, 400,
		     "{\"error\":\"invalid_request\",\"error_description\":\"Multiple user "
		     "assigned identities exist, please "
		     "specify the clientId / resourceId of the identity in the token request\"}");
	assert_int_equal(ask(), -1);
	assert_int_equal(p.error.kind, ACR_UNAVAILABLE);
	assert_true(acr_error_is(&p.error, MACHINE_IDENTITY_AMBIGUOUS));
	edges_answer(
		&p.edges, IMDS, 403,
		"connecting to 169.254.169.254:80: connecting to 169.254.169.254:80: dial tcp: "
		"connectex: A socket operation was attempted to an unreachable network.");
	assert_int_equal(ask(), -1);
	assert_int_equal(p.error.kind, ACR_UNAVAILABLE);
}

static void an_entra_error_through_imds_keeps_its_code(void **state)
{
	(void)state;
	edges_write(&p.edges, TAG, AZURE);
	edges_answer(&p.edges, IMDS, 400,
		     "{\"error\":\"invalid_resource\",\"error_description\":\"AADSTS500011: The "
		     "resource principal...\"}");
	assert_int_equal(ask(), -1);
	assert_int_equal(p.error.kind, ACR_REFUSED);
	assert_int_equal(p.error.origin, ACR_ORIGIN_ENDPOINT);
	assert_string_equal(p.error.code, "AADSTS500011");
}

/* ---- App Service ---- */

static void app_service_gets_its_header_and_parameter_names(void **state)
{
	(void)state;
	set_app_service(APP);
	edges_set(&p.edges, "AZURE_CLIENT_ID", "/subscriptions/s/id");
	edges_answer(&p.edges, "GET " APP "?api-version=2019-08-01&resource=", 200,
		     "{\"access_token\":\"opaque\",\"expires_on\":\"1750003000\",\"token_type\":"
		     "\"Bearer\"}");
	assert_int_equal(ask(), 0);
	assert_holds(p.headers[0], "X-IDENTITY-HEADER: hush\n");
	assert_holds(p.edges.sent[0], "&mi_res_id=%2Fsubscriptions");
	assert_true(p.local[0]);
	assert_int_equal(p.token.life, 3000);
	assert_who(&p.token.who, "managed identity");
}

static void a_rejection_by_app_service_is_recognized(void **state)
{
	(void)state;
	set_app_service(APP);
	edges_answer(&p.edges, "GET " APP, 400,
		     "{\"statusCode\":400,\"message\":\"No Managed Identity found for specified "
		     "ClientId/ResourceId/PrincipalId.\"}");
	assert_int_equal(ask(), -1);
	assert_int_equal(p.error.kind, ACR_UNAVAILABLE);
	assert_holds(p.error.sentence, "No Managed Identity found");
}

/* The response formats of App Service and Functions (Azure/azure-cli#20196). */
static void an_entra_error_through_app_service_keeps_its_code(void **state)
{
	(void)state;
	set_app_service(APP);
	edges_answer(&p.edges, "GET " APP, 400,
		     "{\"exceptionMessage\":\"AADSTS500011: The resource principal named X was not "
		     "found in the tenant named [Contoso].\\nTrace ID: " OTHER
		     "\\nCorrelation ID: " OTHER "\\nTimestamp: 2021-11-13 04:35:14Z\","
		     "\"errorCode\":\"invalid_resource\",\"serviceErrorCodes\":[\"500011\"],"
		     "\"statusCode\":400,\"message\":null,\"correlationId\":\"" CLIENT "\"}");
	assert_int_equal(ask(), -1);
	assert_int_equal(p.error.kind, ACR_REFUSED);
	assert_string_equal(p.error.code, "AADSTS500011");
	assert_string_equal(p.error.correlation, CLIENT);
	assert_string_equal(p.error.sentence, "AADSTS500011: The resource principal named X was "
					      "not found in the tenant named [Contoso].");
	edges_answer(&p.edges, "GET " APP, 400,
		     "{\"exceptionMessage\":\"Something else\",\"errorCode\":\"invalid_resource\","
		     "\"serviceErrorCodes\":[\"500011\"],\"statusCode\":400,\"message\":null}");
	assert_int_equal(ask(), -1);
	assert_string_equal(p.error.code, "AADSTS500011");
	edges_answer(&p.edges, "GET " APP, 400,
		     "{\"statusCode\":400,\"message\":\"No User Assigned or Delegated Managed "
		     "Identity found for specified ClientId/ResourceId/PrincipalId.\"}");
	assert_int_equal(ask(), -1);
	assert_int_equal(p.error.kind, ACR_UNAVAILABLE);
}

static void the_older_app_service_endpoint_uses_other_names(void **state)
{
	(void)state;
	edges_set(&p.edges, "MSI_ENDPOINT", "http://127.0.0.1:46808/MSI/auth?x=1");
	edges_set(&p.edges, "MSI_SECRET", "hush");
	edges_set(&p.edges, "DEFAULT_IDENTITY_CLIENT_ID", CLIENT);
	edges_answer(
		&p.edges,
		"GET http://127.0.0.1:46808/MSI/auth?x=1&api-version=2017-09-01&resource=", 200,
		"{\"access_token\":\"opaque\",\"expires_on\":\"1/2/2026 15:04:05 +00:00\"}");
	assert_int_equal(ask(), 0);
	assert_holds(p.headers[0], "secret: hush\n");
	assert_holds(p.edges.sent[0], "&clientid=" CLIENT);
	assert_int_equal(p.token.life, 0);
}

static void service_fabric_is_reported_and_not_treated_as_app_service(void **state)
{
	(void)state;
	set_app_service("https://10.0.0.4:2377/metadata/identity/oauth2/token");
	edges_set(&p.edges, "IDENTITY_SERVER_THUMBPRINT", "ABCD");
	assert_int_equal(ask(), -1);
	assert_int_equal(p.error.kind, ACR_UNAVAILABLE);
	assert_true(acr_error_is(&p.error, SERVICE_FABRIC_UNSUPPORTED));
}

static void the_identity_header_is_not_sent_to_another_machine(void **state)
{
	static const char *const urls[] = {
		"http://evil.example/msi",
		"https://evil.example/msi",
		"http://127.0.0.1.evil.example/",
		"http://127.0.0.1@evil.example/",
		"http://localhost@evil.example/",
		"http://localhost:80@evil.example/",
		"http://localhost.evil.example/",
		"http://evil.example#@127.0.0.1/",
		"http://evil.example\\@127.0.0.1/",
		"http://10.0.0.1/",
		"http://0x7f.1/",
		"http://2130706433/",
		"http://127.1/",
		"http://127.0.0.256/",
		"http://127.0.0.1.5/",
		"http://169.255.1.1/",
		"http://[::2]/",
		"http://[::1].evil.example/",
		"http://[::ffff:10.0.0.1]/",
		"ftp://127.0.0.1/",
		"//127.0.0.1/",
		"127.0.0.1",
		"http://127.0.0.1/\r\nX: y",
		"http://",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
		set_app_service(urls[i]);
		if (ask() == 0 || p.error.kind != ACR_INVALID)
			fail_msg("%s was asked", urls[i]);
	}
	assert_int_equal(p.edges.sent_count, 0);
	assert_true(acr_endpoint_is_local("http://127.0.0.1:41741/msi/token"));
	assert_true(acr_endpoint_is_local("http://169.254.129.2:8081/msi/token?x=y"));
	assert_true(acr_endpoint_is_local("HTTP://localhost:12356/msi/token"));
	assert_true(acr_endpoint_is_local("http://[::1]:80/"));
	assert_true(acr_endpoint_is_local("http://127.0.0.1"));
}

/* ---- Azure Arc ---- */

static void challenge(const char *realm)
{
	edges_answer(&p.edges, ARC, 401, "")->challenge = realm;
}

static void arc_is_asked_again_with_its_key(void **state)
{
	(void)state;
	edges_write(&p.edges, "opt/azcmagent/bin/himds", "");
	edges_write(&p.edges, TOKENS "/abc-1.key", "c2VjcmV0\n");
	challenge(REALM "/abc-1.key");
	edges_answer(&p.edges, ARC, 200, person_token(&p, "\"appid\":\"" CLIENT "\""));
	assert_int_equal(ask(), 0);
	assert_lacks(p.headers[0], "Authorization");
	assert_holds(p.headers[0], "Metadata: true");
	assert_holds(p.headers[1], "Authorization: Basic c2VjcmV0\n");
	assert_true(p.local[0] && p.local[1]);
}

static void for_arc_only_a_key_file_of_its_agent_is_read(void **state)
{
	static const char *const realms[] = {
		"Basic realm=/etc/shadow",
		REALM "/../../../../etc/shadow.key",
		REALM "/sub/abc.key",
		REALM "/.key",
		REALM "/abc.txt",
		REALM "/abc.key?x.key",
		REALM "x/abc.key",
		"Basic realm=" TOKENS "/abc.key",
		"Basic realm=/var/opt/azcmagent//tokens/abc.key",
		"Bearer realm=/" TOKENS "/abc.key",
		"Basic realm=a=/" TOKENS "/abc.key",
		"Basic realm=",
		"",
	};

	(void)state;
	edges_write(&p.edges, "opt/azcmagent/bin/himds", "");
	edges_write(&p.edges, TOKENS "/abc.key", "secret");
	for (size_t i = 0; i < sizeof(realms) / sizeof(realms[0]); i++) {
		challenge(realms[i]);
		if (ask() == 0 || p.error.kind != ACR_INVALID)
			fail_msg("%s was read", realms[i]);
	}
}

static void for_arc_no_link_is_followed_and_no_pipe_is_read(void **state)
{
	char path[256], target[256], large[5000];

	(void)state;
	edges_write(&p.edges, "opt/azcmagent/bin/himds", "");
	edges_write(&p.edges, TOKENS "/real.key", "secret");
	snprintf(target, sizeof(target), "%s/" TOKENS "/real.key", p.edges.folder);
	snprintf(path, sizeof(path), "%s/" TOKENS "/link.key", p.edges.folder);
	assert_int_equal(symlink(target, path), 0);
	challenge(REALM "/link.key");
	assert_int_equal(ask(), -1);

	snprintf(path, sizeof(path), "%s/" TOKENS "/pipe.key", p.edges.folder);
	assert_int_equal(mkfifo(path, 0600), 0);
	challenge(REALM "/pipe.key");
	assert_int_equal(ask(), -1);
	assert_int_equal(p.error.kind, ACR_INVALID);

	memset(large, 'x', sizeof(large));
	large[4097] = '\0';
	edges_write(&p.edges, TOKENS "/large.key", large);
	challenge(REALM "/large.key");
	assert_int_equal(ask(), -1);
	assert_int_equal(p.error.kind, ACR_INVALID);

	challenge(REALM "/absent.key");
	assert_int_equal(ask(), -1);
	assert_int_equal(p.error.kind, ACR_UNAVAILABLE);
}

static void an_arc_endpoint_that_requests_no_key_is_an_error(void **state)
{
	(void)state;
	edges_set(&p.edges, "IDENTITY_ENDPOINT",
		  "http://localhost:40342/metadata/identity/oauth2/token");
	edges_set(&p.edges, "IMDS_ENDPOINT", "http://localhost:40342");
	edges_answer(&p.edges, "GET http://localhost:40342/", 200, person_token(&p, ""));
	assert_int_equal(ask(), -1);
	assert_int_equal(p.error.kind, ACR_INVALID);
	assert_true(acr_error_is(&p.error, ARC_UNEXPECTED));
}

static void a_token_of_another_identity_is_an_error(void **state)
{
	(void)state;
	edges_write(&p.edges, "opt/azcmagent/bin/himds", "");
	edges_write(&p.edges, TOKENS "/abc.key", "secret");
	edges_set(&p.edges, "AZURE_CLIENT_ID", CLIENT);
	challenge(REALM "/abc.key");
	edges_answer(&p.edges, ARC, 200, person_token(&p, "\"appid\":\"" OTHER "\""));
	assert_int_equal(ask(), -1);
	assert_int_equal(p.error.kind, ACR_UNAVAILABLE);
	challenge(REALM "/abc.key");
	edges_answer(&p.edges, ARC, 200,
		     "{\"access_token\":\"opaque\",\"client_id\":\"" CLIENT "\"}");
	assert_int_equal(ask(), 0);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(an_azure_machine_asks_imds_at_once),
		CASE(on_a_machine_of_another_cloud_imds_is_not_asked),
		CASE(a_node_with_azure_json_is_an_azure_machine),
		CASE(without_an_asset_tag_one_request_decides_and_a_negative_result_is_remembered),
		CASE(a_negative_result_in_another_network_does_not_count),
		CASE(imds_that_does_not_answer_is_retried_before_it_counts_as_absent),
		CASE(a_timeout_is_remembered_for_seconds_and_then_costs_one_request_for_minutes),
		CASE(a_404_on_an_unknown_machine_is_remembered_for_seconds),
		CASE(imds_that_accepts_the_connection_without_an_answer_is_present),
		CASE(imds_that_answered_once_does_not_count_as_absent_after_a_timeout),
		CASE(an_interactive_command_does_not_use_the_remembered_result),
		CASE(the_metadata_service_of_another_cloud_is_not_imds),
		CASE(on_an_azure_machine_the_same_answer_is_a_rejection),
		CASE(on_an_azure_machine_a_timeout_of_imds_is_reported),
		CASE(imds_that_accepted_the_request_without_an_answer_is_not_retried),
		CASE(imds_that_is_being_updated_is_retried),
		CASE(imds_that_stays_unavailable_is_not_a_rejection),
		CASE(azure_client_id_alone_chooses_an_identity),
		CASE(the_config_chooses_an_identity_by_object_or_resource_id),
		CASE(no_identity_and_several_identities_are_different_errors),
		CASE(an_entra_error_through_imds_keeps_its_code),
		CASE(app_service_gets_its_header_and_parameter_names),
		CASE(a_rejection_by_app_service_is_recognized),
		CASE(an_entra_error_through_app_service_keeps_its_code),
		CASE(the_older_app_service_endpoint_uses_other_names),
		CASE(service_fabric_is_reported_and_not_treated_as_app_service),
		CASE(the_identity_header_is_not_sent_to_another_machine),
		CASE(arc_is_asked_again_with_its_key),
		CASE(for_arc_only_a_key_file_of_its_agent_is_read),
		CASE(for_arc_no_link_is_followed_and_no_pipe_is_read),
		CASE(an_arc_endpoint_that_requests_no_key_is_an_error),
		CASE(a_token_of_another_identity_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
