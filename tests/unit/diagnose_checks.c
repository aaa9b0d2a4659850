/* SPDX-License-Identifier: Apache-2.0 */
/* Tests single checks with results of earlier checks, files, responses of services, and output of
 * programs that the test sets. */
#include "edges.h"

#include <signal.h>
#include <unistd.h>

#include "acr/check.h"
#include "acr/identity.h"
#include "diagnose/content.h"
#include "diagnose/scheduler.h"
#include "tokens.h"

struct world {
	struct edges edges;
	struct acr_case machine, subject;
	struct acr_check_result result;
	const char *prints; /* the output of every program */
	int status;
	enum acr_kind fails; /* not ACR_FINE: no program runs */
};

static struct world *now;

static int print(const struct acr_app *app, const struct acr_run *run, int *status,
		 struct acr_secret *ret_out, struct acr_secret *ret_err, struct acr_error *error)
{
	(void)app;
	(void)run;
	(void)ret_err;
	if (now->fails != ACR_FINE)
		return edges_fail(error, now->fails, "no descriptor is left");
	*status = now->status << 8;
	acr_secret_add(ret_out, now->prints);
	return 0;
}

static int begin(void **state)
{
	static struct world world;

	memset(&world, 0, sizeof(world));
	edges_begin(&world.edges);
	world.edges.app.run = print;
	world.prints = "";
	now = &world;
	acr_case_begin(&world.edges.app, "", NULL, NULL, &world.machine);
	acr_case_begin(&world.edges.app, "contoso.azurecr.io/app", NULL, NULL, &world.subject);
	world.subject.machine = &world.machine;
	*state = &world;
	return 0;
}

static int end(void **state)
{
	struct world *world = *state;

	acr_case_wipe(&world->machine);
	acr_case_wipe(&world->subject);
	acr_check_result_wipe(&world->result);
	edges_end(&world->edges);
	return 0;
}

static void found(struct world *world, enum acr_found what, const char *text)
{
	acr_secret_wipe(&world->subject.found[what]);
	acr_secret_add(&world->subject.found[what], text);
}

/* Runs the check with that ID again and compares its verdict. */
static void check(struct world *world, const char *id, enum acr_verdict verdict)
{
	acr_check_result_wipe(&world->result);
	world->result = (struct acr_check_result){ 0 };
	for (size_t i = 0; acr_check_rows[i]; i++)
		if (strcmp(acr_check_rows[i]->id, id) == 0) {
			acr_check_rows[i]->run(&world->edges.app, &world->subject, &world->result);
			if (world->result.verdict != verdict)
				fail_msg("%s is %s: %s", id,
					 acr_verdict_name(world->result.verdict),
					 acr_secret_text(&world->result.line));
			return;
		}
	fail_msg("there is no check %s", id);
}

static const char *line(struct world *world)
{
	return acr_secret_text(&world->result.line);
}

static const char *fact(struct world *world, enum acr_fact which)
{
	return acr_facts_get(&world->result.facts, which);
}

static void every_row_depends_only_on_existing_rows(void **state)
{
	(void)state;
	for (size_t i = 0; acr_check_rows[i]; i++) {
		const char *const lists[] = { acr_check_rows[i]->needs, acr_check_rows[i]->after };

		for (size_t l = 0; l < 2; l++)
			for (const char *word = lists[l]; word && *word;
			     word += strcspn(word, " "), word += *word == ' ') {
				size_t length = strcspn(word, " "), j = 0;

				while (acr_check_rows[j] &&
				       (strlen(acr_check_rows[j]->id) != length ||
					strncmp(acr_check_rows[j]->id, word, length) != 0))
					j++;
				if (!acr_check_rows[j])
					fail_msg("%s waits for %.*s", acr_check_rows[i]->id,
						 (int)length, word);
			}
	}
}

static void clock_skew_is_reported_in_minutes(void **state)
{
	found(*state, ACR_FOUND_SKEW, "-1020");
	check(*state, "clock", ACR_VERDICT_PROBLEM);
	assert_string_equal(fact(*state, ACR_FACT_SKEW), "17 min");
	found(*state, ACR_FOUND_SKEW, "90");
	check(*state, "clock", ACR_VERDICT_WARNING);
	found(*state, ACR_FOUND_SKEW, "2");
	check(*state, "clock", ACR_VERDICT_OK);
	found(*state, ACR_FOUND_SKEW, "");
	check(*state, "clock", ACR_VERDICT_SKIPPED);
}

static void a_firewall_is_recognized_by_its_message_and_a_proxy_by_its_page(void **state)
{
	found(*state, ACR_FOUND_STATUS, "403");
	found(*state, ACR_FOUND_SAID,
	      "DENIED\nclient with IP '198.51.100.7' is not allowed access.");
	check(*state, "firewall", ACR_VERDICT_PROBLEM);
	assert_string_equal(fact(*state, ACR_FACT_CLIENT_IP), "198.51.100.7");
	assert_string_equal(acr_rules_match(&((struct world *)*state)->result.facts, NULL)->id,
			    "firewall");
	found(*state, ACR_FOUND_SAID, "");
	found(*state, ACR_FOUND_TYPE, "text/html");
	check(*state, "firewall", ACR_VERDICT_PROBLEM);
	assert_string_equal(acr_rules_match(&((struct world *)*state)->result.facts, NULL)->id,
			    "proxy-forbidden");
	found(*state, ACR_FOUND_STATUS, "401");
	check(*state, "firewall", ACR_VERDICT_OK);
}

static void a_challenge_must_be_bearer_with_realm_and_service_of_the_registry(void **state)
{
	static const struct {
		const char *header;
		enum acr_verdict verdict;
	} rows[] = {
		{ "Bearer "
		  "realm=\"https://contoso.azurecr.io/oauth2/"
		  "token\",service=\"contoso.azurecr.io\"",
		  ACR_VERDICT_OK },
		{ "Bearer "
		  "realm=\"https://contoso.azurecr.io.evil.example/oauth2/"
		  "token\",service=\"contoso.azurecr.io\"",
		  ACR_VERDICT_PROBLEM },
		{ "Bearer "
		  "realm=\"http://contoso.azurecr.io/oauth2/token\",service=\"contoso.azurecr.io\"",
		  ACR_VERDICT_PROBLEM },
		{ "Bearer realm=\"https://contoso.azurecr.io/oauth2/token\"", ACR_VERDICT_PROBLEM },
		{ "Basic realm=\"contoso\"", ACR_VERDICT_PROBLEM },
	};

	found(*state, ACR_FOUND_STATUS, "401");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		found(*state, ACR_FOUND_CHALLENGE, rows[i].header);
		check(*state, "challenge", rows[i].verdict);
	}
	found(*state, ACR_FOUND_CHALLENGE, "");
	check(*state, "challenge", ACR_VERDICT_PROBLEM);
}

static void the_challenge_of_a_regional_endpoint_must_be_complete(void **state)
{
	static const struct {
		const char *header, *words;
		enum acr_verdict verdict;
	} rows[] = {
		{ "Bearer realm=\"https://contoso.eastus.geo.azurecr.io/oauth2/token\","
		  "service=\"contoso.azurecr.io\"",
		  "1 of 1", ACR_VERDICT_OK },
		{ "Bearer realm=\"https://contoso.eastus.geo.azurecr.io/oauth2/token\"", "service",
		  ACR_VERDICT_WARNING },
		{ "Bearer realm=\"https://contoso.azurecr.io/oauth2/token\","
		  "service=\"contoso.azurecr.io\"",
		  "https://contoso.azurecr.io/oauth2/token", ACR_VERDICT_WARNING },
		{ "Basic realm=\"contoso\"", "Basic", ACR_VERDICT_WARNING },
		{ NULL, "without a WWW-Authenticate header", ACR_VERDICT_WARNING },
	};
	struct world *world = *state;

	found(world, ACR_FOUND_SETTINGS,
	      "{\"properties\":{\"loginServer\":\"contoso.azurecr.io\",\"regionalEndpoints\":"
	      "\"Enabled\",\"regionalEndpointHostNames\":[\"contoso.eastus.geo.azurecr.io\"]}}");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		edges_answer(&world->edges, "GET https://contoso.eastus.geo.azurecr.io/v2/", 401,
			     NULL)
			->challenge = rows[i].header;
		check(world, "regional-endpoints", rows[i].verdict);
		if (!strstr(line(world), rows[i].words))
			fail_msg("row %zu: %s", i, line(world));
	}
}

static void a_certificate_of_an_unusual_authority_is_a_warning(void **state)
{
	struct acr_error error = { 0 };
	auto_string tls = NULL;

	found(*state, ACR_FOUND_ISSUER,
	      "C = US, O = Microsoft Corporation, CN = Microsoft Azure RSA TLS Issuing CA 07");
	check(*state, "certificate", ACR_VERDICT_OK);
	found(*state, ACR_FOUND_ISSUER, "O = Contoso, CN = Contoso Web Gateway");
	check(*state, "certificate", ACR_VERDICT_WARNING);
	acr_raise(&error, CERTIFICATE_SELF_SIGNED, "contoso.azurecr.io");
	tls = acr_format("%s\n", error.message.value);
	found(*state, ACR_FOUND_TLS_ERROR, tls);
	check(*state, "certificate", ACR_VERDICT_PROBLEM);
	assert_string_equal(acr_rules_match(&((struct world *)*state)->result.facts, NULL)->id,
			    "certificate-untrusted");
}

static void no_proxy_is_parsed_as_libcurl_parses_it(void **state)
{
	static const struct {
		const char *list;
		bool past;
	} rows[] = { { "azurecr.io", true },
		     { ".azurecr.io", true },
		     { "oso.azurecr.io", false },
		     { "*", true },
		     { "other.example, contoso.azurecr.io", true },
		     { "contoso.azurecr.io.evil.example", false } };
	struct world *world = *state;

	check(world, "proxy", ACR_VERDICT_OK);
	assert_string_equal(line(world), "none");
	edges_set(&world->edges, "HTTPS_PROXY", "http://kim:secret@proxy.example:3128/");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		edges_set(&world->edges, "NO_PROXY", rows[i].list);
		check(world, "proxy", ACR_VERDICT_OK);
		assert_int_equal(world->result.found[ACR_FOUND_PROXY].length == 0, rows[i].past);
		assert_null(strstr(line(world), "secret"));
	}
}

static void names_resolve_to_private_or_public_addresses(void **state)
{
	static const struct {
		const char *prints, *words;
		enum acr_verdict verdict;
	} rows[] = {
		{ "10.1.2.3        STREAM contoso.privatelink.azurecr.io\n10.1.2.3        DGRAM\n",
		  "10.1.2.3 (private)", ACR_VERDICT_OK },
		{ "20.62.128.1     STREAM contoso.azurecr.io\n", "20.62.128.1 (public)",
		  ACR_VERDICT_OK },
		{ "fd00::7         STREAM contoso.azurecr.io\n", "fd00::7 (private)",
		  ACR_VERDICT_OK },
		{ "10.1.2.3 STREAM a\n20.62.128.1 STREAM\n", "private and public",
		  ACR_VERDICT_WARNING },
		{ "20.62.128.1 STREAM contoso.privatelink.azurecr.io\n",
		  "although the registry has a private endpoint", ACR_VERDICT_WARNING },
	};
	struct world *world = *state;

	edges_set(&world->edges, "PATH", "/usr/bin:/bin");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		world->prints = rows[i].prints;
		check(world, "dns", rows[i].verdict);
		assert_non_null(strstr(line(world), rows[i].words));
	}
	world->prints = "";
	world->status = 2;
	check(world, "dns", ACR_VERDICT_PROBLEM);
	assert_string_equal(acr_rules_match(&world->result.facts, NULL)->id, "dns-name-not-found");
	world->fails = ACR_TIMEOUT;
	check(world, "dns", ACR_VERDICT_PROBLEM);
	assert_non_null(strstr(line(world), "timed out"));
	found(world, ACR_FOUND_PROXY, "proxy.example:3128");
	check(world, "dns", ACR_VERDICT_OK);
}

/* A fault of this machine says nothing about the name, nor about a proxy. */
static void a_lookup_that_cannot_be_started_is_not_a_dns_timeout(void **state)
{
	struct world *world = *state;

	edges_set(&world->edges, "PATH", "/usr/bin:/bin");
	world->fails = ACR_SYSTEM;
	check(world, "dns", ACR_VERDICT_SKIPPED);
	assert_string_equal(line(world), "no descriptor is left");
	found(world, ACR_FOUND_PROXY, "proxy.example:3128");
	check(world, "dns", ACR_VERDICT_SKIPPED);
}

static void the_identity_of_an_encryption_key_must_be_assigned(void **state)
{
#define KEY(identity)                                                                              \
	"{\"identity\":" identity                                                                  \
	",\"properties\":{\"encryption\":{\"status\":\"enabled\",\"keyVaultProperties\":"          \
	"{\"identity\":\"11111111-2222-3333-4444-555555555555\"}}}}"
	check(*state, "settings-key", ACR_VERDICT_SKIPPED);
	found(*state, ACR_FOUND_SETTINGS,
	      "{\"properties\":{\"encryption\":{\"status\":\"disabled\"}}}");
	check(*state, "settings-key", ACR_VERDICT_OK);
	found(*state, ACR_FOUND_SETTINGS,
	      KEY("{\"userAssignedIdentities\":{\"/"
		  "x\":{\"clientId\":\"11111111-2222-3333-4444-555555555555\"}}}"));
	check(*state, "settings-key", ACR_VERDICT_OK);
	found(*state, ACR_FOUND_SETTINGS, KEY("{\"userAssignedIdentities\":{}}"));
	check(*state, "settings-key", ACR_VERDICT_PROBLEM);
	assert_string_equal(acr_rules_match(&((struct world *)*state)->result.facts, NULL)->id,
			    "encryption-key-identity");
#undef KEY
}

static void network_rules_are_reported(void **state)
{
	found(*state, ACR_FOUND_SETTINGS,
	      "{\"properties\":{\"publicNetworkAccess\":\"Enabled\",\"networkRuleSet\":{"
	      "\"defaultAction\":\"Deny\","
	      "\"ipRules\":[{\"value\":\"198.51.100.0/"
	      "24\"}]},\"dataEndpointHostNames\":[\"contoso.eastus.data.azurecr.io\"]}}");
	check(*state, "settings-network", ACR_VERDICT_OK);
	assert_non_null(strstr(line(*state), "from selected IP ranges only: 1"));
	assert_non_null(strstr(acr_secret_text(&((struct world *)*state)->result.details),
			       "198.51.100.0/24"));
	found(*state, ACR_FOUND_SETTINGS,
	      "{\"properties\":{\"publicNetworkAccess\":\"Disabled\"}}");
	check(*state, "settings-network", ACR_VERDICT_WARNING);
}

static void an_arm_token_is_requested_only_for_genuine_registries(void **state)
{
	struct world *world = *state;

	edges_write(&world->edges, ".config/docker-credential-acr/config.json",
		    "{\"hosts\":[\"registry.contoso.example\"]}");
	edges_configure(&world->edges);
	acr_case_wipe(&world->subject);
	acr_case_begin(&world->edges.app, "registry.contoso.example", NULL, NULL, &world->subject);
	assert_true(world->subject.ours && !world->subject.registry.genuine);
	found(world, ACR_FOUND_SOURCE, "environment");
	check(world, "settings", ACR_VERDICT_SKIPPED);
	assert_int_equal(world->edges.sent_count, 0);
}

static void the_registry_is_searched_in_every_subscription(void **state)
{
	struct world *world = *state;

	edges_configure(&world->edges);
	edges_set(&world->edges, "AZURE_TENANT_ID", "99999999-8888-7777-6666-555555555555");
	edges_set(&world->edges, "AZURE_CLIENT_ID", "11111111-2222-3333-4444-555555555555");
	edges_set(&world->edges, "AZURE_CLIENT_SECRET", "not-for-anybody");
	found(world, ACR_FOUND_SOURCE, "environment");
	edges_answer(&world->edges, "POST https://login.microsoftonline.com/", 200,
		     "{\"access_token\":\"arm-token\",\"expires_in\":3600}");
	edges_answer(&world->edges,
		     "GET https://management.azure.com/subscriptions?api-version=", 200,
		     "{\"value\":[{\"subscriptionId\":\"one\"},{\"subscriptionId\":\"two\"},{"
		     "\"subscriptionId\":\"../evil\"}]}");
	edges_answer(&world->edges, "GET https://management.azure.com/subscriptions/one/resources?",
		     200, "{\"value\":[]}");
	edges_answer(&world->edges, "GET https://management.azure.com/subscriptions/two/resources?",
		     200,
		     "{\"value\":[{\"id\":\"/subscriptions/two/resourceGroups/g/providers/"
		     "Microsoft.ContainerRegistry/"
		     "registries/contoso\"}]}");
	/* For a cloud that does not support the newest API version, the older one is used. */
	edges_answer(&world->edges,
		     "GET https://management.azure.com/subscriptions/two/resourceGroups/g/", 400,
		     "{}");
	edges_answer(&world->edges,
		     "GET https://management.azure.com/subscriptions/two/resourceGroups/g/", 200,
		     "{\"sku\":{\"name\":\"Basic\"},\"properties\":{\"loginServer\":\"contoso."
		     "azurecr.io\",\"adminUserEnabled\":true}}");
	check(world, "settings", ACR_VERDICT_OK);
	assert_non_null(strstr(line(world), "Basic"));
	assert_non_null(strstr(line(world), "admin user on"));
	assert_non_null(strstr(world->edges.sent[0], "management.azure.com"));
}

static void a_kubernetes_node_needs_a_credential_provider_for_azure_registries(void **state)
{
	struct world *world = *state;

	check(world, "node", ACR_VERDICT_SKIPPED);
	edges_write(&world->edges, "etc/kubernetes/azure.json",
		    "{\"useManagedIdentityExtension\":true,\"userAssignedIdentityID\":\"11111111-"
		    "2222-3333-4444-555555555555\"}");
	check(world, "node", ACR_VERDICT_PROBLEM);
	assert_non_null(strstr(acr_secret_text(&world->result.details),
			       "11111111-2222-3333-4444-555555555555"));
	edges_write(
		&world->edges, "var/lib/kubelet/credential-provider-config.yaml",
		"providers:\n- name: acr-credential-provider\n  matchImages: [\"*.azurecr.io\"]\n");
	check(world, "node", ACR_VERDICT_OK);
}

static void rights_are_read_from_the_access_claim(void **state)
{
	struct world *world = *state;
	auto_secret token = { 0 }, body = { 0 };

	edges_configure(&world->edges);
	token_add(&token,
		  "{\"access\":[{\"type\":\"repository\",\"name\":\"app\",\"actions\":[\"pull\"]},"
		  "{\"type\":\"repository\",\"name\":\"other\",\"actions\":[\"push\"]}]}");
	acr_secret_format(&body, "{\"access_token\":\"%s\"}", acr_secret_text(&token));
	found(world, ACR_FOUND_REFRESH_TOKEN, "refresh");
	edges_answer(&world->edges, "GET https://contoso.azurecr.io/oauth2/token?", 200,
		     acr_secret_text(&body));
	edges_answer(&world->edges, "GET https://contoso.azurecr.io/oauth2/token?", 200,
		     acr_secret_text(&body));
	check(world, "access", ACR_VERDICT_OK);
	acr_string_free(&world->subject.action);
	world->subject.action = acr_copy("push");
	found(world, ACR_FOUND_SETTINGS,
	      "{\"properties\":{\"roleAssignmentMode\":\"AbacRepositoryPermissions\"}}");
	check(world, "access", ACR_VERDICT_PROBLEM);
	assert_string_equal(fact(world, ACR_FACT_ROLE), "Container Registry Repository Writer");
	assert_string_equal(acr_rules_match(&world->result.facts, NULL)->id,
			    "permission-missing-abac");
}

#define DIGEST		"sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define ENTRY(platform) "{\"digest\":\"" DIGEST "\"" platform "}"
#define FOR(os, architecture)                                                                      \
	ENTRY(",\"platform\":{\"os\":\"" os "\",\"architecture\":\"" architecture "\"}")

static void a_variant_is_chosen_as_the_docker_engine_chooses_it(void **state)
{
	static const struct {
		const char *os, *architecture, *entries;
		enum acr_verdict verdict;
	} rows[] = {
		{ "linux", "x86_64", FOR("linux", "amd64"), ACR_VERDICT_OK },
		{ "linux", "x86_64", FOR("linux", "arm64"), ACR_VERDICT_PROBLEM },
		{ "linux", "x86_64", FOR("windows", "amd64"), ACR_VERDICT_PROBLEM },
		{ "windows", "x86_64", FOR("windows", "amd64"), ACR_VERDICT_OK },
		{ "linux", "x86_64", FOR("linux", "386"), ACR_VERDICT_OK },
		{ "linux", "aarch64", FOR("linux", "arm64"), ACR_VERDICT_OK },
		{ "linux", "aarch64", FOR("linux", "arm"), ACR_VERDICT_OK },
		{ "linux", "armv7l", FOR("linux", "arm64"), ACR_VERDICT_PROBLEM },
		{ "linux", "amd64", FOR("linux", "amd64"), ACR_VERDICT_OK }, /* podman */
		{ "linux", "s390x", FOR("linux", "s390x"), ACR_VERDICT_OK },
		/* A variant and its attestation. */
		{ "linux", "x86_64", FOR("linux", "arm64") "," FOR("unknown", "unknown"),
		  ACR_VERDICT_PROBLEM },
		/* An entry without a platform matches any; a list of other artifacts contains no
		 * image. */
		{ "linux", "x86_64", ENTRY(""), ACR_VERDICT_OK },
		{ "linux", "x86_64", FOR("unknown", "unknown"), ACR_VERDICT_SKIPPED },
		{ "linux", "x86_64", "{\"platform\":{\"os\":\"linux\",\"architecture\":\"amd64\"}}",
		  ACR_VERDICT_WARNING },
	};
	struct world *world = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		auto_string info = acr_format("{\"OSType\":\"%s\",\"Architecture\":\"%s\"}",
					      rows[i].os, rows[i].architecture);
		auto_string list = acr_format("{\"manifests\":[%s]}", rows[i].entries);

		found(world, ACR_FOUND_ENGINE_INFO, info);
		found(world, ACR_FOUND_MANIFEST, list);
		world->edges.answer_count = 0;
		if (rows[i].verdict == ACR_VERDICT_OK)
			edges_answer(&world->edges,
				     "GET https://contoso.azurecr.io/v2/app/manifests/" DIGEST, 200,
				     "{\"layers\":[]}");
		check(world, "platform", rows[i].verdict);
	}
}

static void layers_that_are_stored_elsewhere_are_not_checked(void **state)
{
	found(*state, ACR_FOUND_IMAGE,
	      "{\"config\":{\"digest\":\"" DIGEST "\",\"data\":\"e30=\"},\"layers\":["
	      "{\"digest\":\"" DIGEST "\",\"mediaType\":"
	      "\"application/vnd.docker.image.rootfs.foreign.diff.tar.gzip\"},"
	      "{\"digest\":\"" DIGEST "\",\"urls\":[\"https://mcr.microsoft.com/x\"]},"
	      "{\"digest\":\"sha256:../../x\"}]}");
	check(*state, "layers", ACR_VERDICT_SKIPPED);
	found(*state, ACR_FOUND_IMAGE, "");
	check(*state, "layers", ACR_VERDICT_SKIPPED);
}

/* No request is sent without a login that may pull, or for a reference that would change the
 * URL. */
static void an_image_is_requested_only_with_a_login(void **state)
{
	struct world *world = *state;

	check(world, "manifest", ACR_VERDICT_SKIPPED);
	found(world, ACR_FOUND_STORED, "refused");
	found(world, ACR_FOUND_ANONYMOUS, "pull");
	check(world, "manifest", ACR_VERDICT_SKIPPED);
	found(world, ACR_FOUND_STORED, "");
	acr_string_free(&world->subject.reference);
	world->subject.reference = acr_copy("../../x?y");
	check(world, "manifest", ACR_VERDICT_SKIPPED);
	assert_int_equal(world->edges.sent_count, 0);
}

static void the_most_similar_tag_of_all_pages_is_suggested(void **state)
{
	struct world *world = *state;
	const struct acr_puller anonymous = { 0 };
	auto_secret first = { 0 };
	auto_names names = { 0 };

	acr_secret_add(&first, "{\"tags\":[\"release-7\"");
	for (int i = 1; i < 1000; i++)
		acr_secret_format(&first, ",\"a%d\"", i);
	acr_secret_add(&first, "]}");
	edges_answer(&world->edges, "GET https://contoso.azurecr.io/oauth2/token?", 200,
		     "{\"access_token\":\"token\"}");
	edges_answer(&world->edges,
		     "GET https://contoso.azurecr.io/v2/app/tags/list?n=1000&last=", 200,
		     "{\"tags\":[\"release-123\"]}");
	edges_answer(&world->edges, "GET https://contoso.azurecr.io/v2/app/tags/list?n=1000", 200,
		     acr_secret_text(&first));
	acr_string_free(&world->subject.reference);
	world->subject.reference = acr_copy("release-8");
	acr_names_look(&world->edges.app, &world->subject, &anonymous, &names);
	assert_string_equal(names.sentence, "The most similar tag is release-7");
}

static void duplicates_are_merged_and_the_likeliest_cause_comes_first(void **state)
{
	struct acr_case cases[1] = { 0 };
	struct acr_check_result *results = calloc(acr_check_count(), sizeof(*results));
	struct acr_check_result *const all[] = { results };
	struct acr_causes causes = { 0 };

	(void)state;
	assert_non_null(results);
	for (size_t i = 0; acr_check_rows[i]; i++) {
		const char *text = strcmp(acr_check_rows[i]->id, "docker-engine") == 0
					   ? "DOCKER_DAEMON_ERROR"
				   : strcmp(acr_check_rows[i]->id, "exchange") == 0 ||
						   strcmp(acr_check_rows[i]->id, "throttling") == 0
					   ? "acr-error:throttled; contoso.azurecr.io"
					   : NULL;

		if (!text)
			continue;
		results[i].done = true;
		results[i].verdict = ACR_VERDICT_PROBLEM;
		acr_facts_set(&results[i].facts, ACR_FACT_TEXT, text);
		acr_facts_set(&results[i].facts, ACR_FACT_REGISTRY, "contoso.azurecr.io");
	}
	acr_causes_find(cases, 1, all, &causes);
	assert_int_equal(causes.count, 2);
	assert_string_equal(causes.list[0].rule->id, "throttled");
	assert_string_equal(causes.list[0].checks, "exchange throttling");
	assert_string_equal(causes.list[1].rule->id, "docker-not-running");
	acr_causes_wipe(&causes);
	for (size_t i = 0; acr_check_rows[i]; i++)
		acr_check_result_wipe(&results[i]);
	free(results);
}

static void a_problem_without_a_rule_is_reported_with_the_text_of_its_check(void **state)
{
	struct acr_case cases[1] = { 0 };
	struct acr_check_result *results = calloc(acr_check_count(), sizeof(*results));
	struct acr_check_result *const all[] = { results };
	struct acr_causes causes = { 0 };

	(void)state;
	assert_non_null(results);
	for (size_t i = 0; acr_check_rows[i]; i++) {
		results[i].done = true;
		acr_check_say(&results[i], ACR_VERDICT_PROBLEM, "%s is broken",
			      acr_check_rows[i]->id);
		acr_facts_set(&results[i].facts, ACR_FACT_CHECK, acr_check_rows[i]->id);
	}
	acr_causes_find(cases, 1, all, &causes);
	for (size_t i = 0; acr_check_rows[i]; i++) {
		size_t cause = 0;

		for (; cause < causes.count; cause++) {
			auto_string all_of_it = acr_format(" %s ", causes.list[cause].checks);
			auto_string word = acr_format(" %s ", acr_check_rows[i]->id);

			if (strstr(all_of_it, word))
				break;
		}
		if (cause == causes.count)
			fail_msg("%s is counted and not explained", acr_check_rows[i]->id);
		if (strcmp(causes.list[cause].rule->id, "check-failed") == 0) {
			auto_explanation explanation = { 0 };

			acr_rule_render(causes.list[cause].rule, &causes.list[cause].facts,
					&explanation);
			assert_non_null(strstr(explanation.what, acr_check_rows[i]->id));
			assert_non_null(strstr(explanation.what, " is broken"));
		}
		acr_check_result_wipe(&results[i]);
	}
	acr_causes_wipe(&causes);
	free(results);
}

static void a_name_cannot_inject_into_a_query(void **state)
{
	struct world *world = *state;
	auto_secret query = { 0 };

	found(world, ACR_FOUND_WHO, "user tenant=t name=kim\"@contoso.example | take 1\\");
	acr_case_query(&world->subject, &query);
	assert_non_null(strstr(acr_secret_text(&query),
			       "| where Identity == \"kim\\\"@contoso.example | take 1\\\\\"\n"));
}

/* ---- how a check ends ---- */

static void crash(struct acr_app *app, const struct acr_case *subject, struct acr_check_result *ret)
{
	(void)app;
	(void)subject;
	(void)ret;
	signal(SIGSEGV, SIG_DFL);
	raise(SIGSEGV);
}

static void leave(struct acr_app *app, const struct acr_case *subject, struct acr_check_result *ret)
{
	(void)app;
	(void)subject;
	(void)ret;
	_exit(0);
}

static void hang(struct acr_app *app, const struct acr_case *subject, struct acr_check_result *ret)
{
	(void)app;
	(void)subject;
	(void)ret;
	pause();
}

static void a_check_without_a_result_is_reported_with_how_it_ended(void **state)
{
	static const struct {
		void (*run)(struct acr_app *app, const struct acr_case *subject,
			    struct acr_check_result *ret);
		const char *told;
	} ends[] = { { crash, "crashed (signal 11)" },
		     { leave, "no output" },
		     { hang, "timed out" } };
	struct world *world = *state;

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		const struct acr_check_row row = { .id = "x", .title = "x", .run = ends[i].run };
		struct acr_check_child child;

		assert_true(acr_check_child_begin(&world->edges.app, &row, &world->subject, 100,
						  &child));
		/* The clock of a test stands still: a check that hangs times out when the clock is
		 * advanced. */
		if (ends[i].run == hang)
			world->edges.boot += 10000;
		while (!acr_check_child_hear(&world->edges.app, &child, true))
			;
		acr_check_child_end(&child, &world->result);
		assert_int_equal(world->result.verdict, ACR_VERDICT_WARNING);
		if (!strstr(acr_secret_text(&world->result.line), ends[i].told))
			fail_msg("%s", acr_secret_text(&world->result.line));
		acr_check_result_wipe(&world->result);
		world->result = (struct acr_check_result){ 0 };
	}
}

#define WITH_WORLD(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_depends_only_on_existing_rows),
		WITH_WORLD(clock_skew_is_reported_in_minutes),
		WITH_WORLD(a_variant_is_chosen_as_the_docker_engine_chooses_it),
		WITH_WORLD(layers_that_are_stored_elsewhere_are_not_checked),
		WITH_WORLD(an_image_is_requested_only_with_a_login),
		WITH_WORLD(the_most_similar_tag_of_all_pages_is_suggested),
		WITH_WORLD(a_firewall_is_recognized_by_its_message_and_a_proxy_by_its_page),
		WITH_WORLD(a_challenge_must_be_bearer_with_realm_and_service_of_the_registry),
		WITH_WORLD(the_challenge_of_a_regional_endpoint_must_be_complete),
		WITH_WORLD(a_certificate_of_an_unusual_authority_is_a_warning),
		WITH_WORLD(no_proxy_is_parsed_as_libcurl_parses_it),
		WITH_WORLD(names_resolve_to_private_or_public_addresses),
		WITH_WORLD(a_lookup_that_cannot_be_started_is_not_a_dns_timeout),
		WITH_WORLD(the_identity_of_an_encryption_key_must_be_assigned),
		WITH_WORLD(network_rules_are_reported),
		WITH_WORLD(an_arm_token_is_requested_only_for_genuine_registries),
		WITH_WORLD(the_registry_is_searched_in_every_subscription),
		WITH_WORLD(a_kubernetes_node_needs_a_credential_provider_for_azure_registries),
		WITH_WORLD(rights_are_read_from_the_access_claim),
		cmocka_unit_test(duplicates_are_merged_and_the_likeliest_cause_comes_first),
		cmocka_unit_test(a_problem_without_a_rule_is_reported_with_the_text_of_its_check),
		WITH_WORLD(a_name_cannot_inject_into_a_query),
		WITH_WORLD(a_check_without_a_result_is_reported_with_how_it_ended),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
