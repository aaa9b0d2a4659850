/* SPDX-License-Identifier: Apache-2.0 */
/* Tests which servers are Azure registries: the rows of hosts.h, the clouds, and the hosts in a
 * configuration. */
#include "edges.h"

#include "acr/registry.h"
#include "hosts.h"

static void every_server_of_the_corpus_is_classified_correctly(void **state)
{
	(void)state;
	for (size_t i = 0; i < HOST_ROWS; i++) {
		const struct host_row *row = &host_rows[i];
		struct acr_registry registry = { .host = "untouched" };
		bool ours = acr_registry_parse(NULL, row->bytes, row->length, &registry);

		if (ours != (row->host != NULL))
			fail_msg("row %zu: %s is %s", i, row->bytes, ours ? "ours" : "not ours");
		assert_string_equal(registry.host, row->host ? row->host : "untouched");
		assert_true(!ours || registry.genuine);
	}
}

static void a_parsed_host_is_parsed_to_itself(void **state)
{
	struct acr_registry once, twice;

	(void)state;
	for (size_t i = 0; i < HOST_ROWS; i++) {
		if (!host_rows[i].host)
			continue;
		assert_true(
			acr_registry_parse(NULL, host_rows[i].bytes, host_rows[i].length, &once));
		assert_true(acr_registry_parse(NULL, once.host, strlen(once.host), &twice));
		assert_memory_equal(&once, &twice, sizeof(once));
	}
}

/* Changes each byte of a valid name to each other value. A result that is still accepted must be
 * another registry of the same cloud. */
static void no_changed_byte_leads_out_of_the_cloud(void **state)
{
	static const char good[] = "myreg.azurecr.io";
	struct acr_registry registry;
	char bytes[sizeof(good)];

	(void)state;
	for (size_t place = 0; place < sizeof(good) - 1; place++)
		for (int byte = 0; byte < 256; byte++) {
			memcpy(bytes, good, sizeof(good));
			bytes[place] = (char)byte;
			if (!acr_registry_parse(NULL, bytes, sizeof(good) - 1, &registry))
				continue;
			assert_string_equal(registry.host + strlen(registry.host) - 11,
					    ".azurecr.io");
			assert_int_equal(
				strspn(registry.host, "abcdefghijklmnopqrstuvwxyz0123456789.-"),
				strlen(registry.host));
		}
}

static void a_server_is_read_only_up_to_its_length(void **state)
{
	struct acr_registry registry;

	(void)state;
	assert_true(acr_registry_parse(NULL, "myreg.azurecr.io.evil.com", 16, &registry));
	assert_false(acr_registry_parse(NULL, "myreg.azurecr.io", 15, &registry));
	assert_false(acr_registry_parse(NULL, "myreg.azurecr.io", 0, &registry));
}

static void a_megabyte_is_not_a_server(void **state)
{
	size_t length = 1024 * 1024;
	char *bytes = malloc(length);
	struct acr_registry registry;

	(void)state;
	assert_non_null(bytes);
	memset(bytes, 'a', length);
	memcpy(bytes, "x.azurecr.io/", 13);
	assert_false(acr_registry_parse(NULL, bytes, length, &registry));
	assert_true(acr_registry_parse(NULL, bytes, 1000, &registry));
	free(bytes);
}

static void a_suffix_decides_the_cloud_and_its_authority(void **state)
{
	static const struct {
		const char *server, *cloud, *authority;
	} rows[] = {
		{ "acme.azurecr.io", "AzureCloud", "login.microsoftonline.com" },
		{ "acme.azurecr.cn", "AzureChinaCloud", "login.chinacloudapi.cn" },
		{ "acme.azurecr.us", "AzureUSGovernment", "login.microsoftonline.us" },
		{ "acme.azurecr.eaglex.ic.gov", "USNat", "login.microsoftonline.eaglex.ic.gov" },
		{ "acme.azurecr.microsoft.scloud", "USSec",
		  "login.microsoftonline.microsoft.scloud" },
		{ "acme.azurecr.sovcloud-azure.fr", "AzureBleuCloud",
		  "login.sovcloud-identity.fr" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct acr_registry registry;

		assert_true(acr_registry_parse(NULL, rows[i].server, strlen(rows[i].server),
					       &registry));
		assert_string_equal(registry.cloud->name, rows[i].cloud);
		assert_string_equal(registry.authority, rows[i].authority);
	}
}

static void every_row_of_the_clouds_is_complete(void **state)
{
	(void)state;
	for (const struct acr_cloud *cloud = acr_clouds; cloud->name; cloud++) {
		assert_true(cloud->suffix[0] == '.' || cloud->suffix[0] == '\0');
		assert_ptr_equal(acr_cloud_of_authority(cloud->authority), cloud);
		assert_ptr_equal(acr_cloud_by_name(cloud->name), cloud);
		for (const char *const *alias = cloud->aliases; *alias; alias++)
			assert_ptr_equal(acr_cloud_of_authority(*alias), cloud);
		assert_memory_equal(cloud->arm, "https://", 8);
		assert_memory_equal(cloud->arm_audience, "https://", 8);
		assert_non_null(cloud->portal);
		assert_memory_equal(cloud->docs, "https://", 8);
	}
}

static void an_authority_must_match_completely(void **state)
{
	(void)state;
	assert_string_equal(acr_cloud_of_authority("https://login.microsoftonline.us/")->name,
			    "AzureUSGovernment");
	assert_string_equal(acr_cloud_of_authority("LOGIN.windows.net")->name, "AzureCloud");
	assert_null(acr_cloud_of_authority("login.microsoftonline.com.evil.com"));
	assert_null(acr_cloud_of_authority("evil.com/login.microsoftonline.com"));
	assert_null(acr_cloud_of_authority("http://login.microsoftonline.com"));
	assert_null(acr_cloud_of_authority("https://login.microsoftonline.com/tenant"));
	assert_null(acr_cloud_of_authority("https://login.microsoftonline.com@evil.com/"));
	assert_null(acr_cloud_of_authority(""));
}

static void a_configured_host_is_accepted_but_not_genuine(void **state)
{
	static const char text[] =
		"{\"hosts\": [\"Registry.contoso.internal\", \"gov.contoso.internal\", "
		"\"own.contoso.internal\", \"10.0.0.5\"],"
		" \"registries\": {\"ghcr.io\": {\"tenant\": \"contoso.example\"},"
		"  \"gov.contoso.internal\": {\"authority\": "
		"\"https://login.microsoftonline.us/\"},"
		"  \"own.contoso.internal\": {\"authority\": \"login.contoso.internal\"},"
		"  \"moved.azurecr.io\": {\"authority\": \"login.microsoftonline.us\"},"
		"  \"acme.azurecr.io\": {\"authority\": \"login.contoso.internal/evil\"}}}";
	struct acr_registry registry;
	struct edges edges;

	(void)state;
	edges_begin(&edges);
	edges_write(&edges, "etc/docker-credential-acr/config.json", text);
	edges_configure(&edges);
#define PARSE(server) acr_registry_parse(edges.config, server, strlen(server), &registry)
	assert_true(PARSE("https://REGISTRY.contoso.internal/v2/"));
	assert_string_equal(registry.host, "registry.contoso.internal");
	assert_false(registry.genuine);
	assert_string_equal(registry.cloud->name, "AzureCloud");
	assert_string_equal(registry.authority, "login.microsoftonline.com");
	assert_true(PARSE("gov.contoso.internal"));
	assert_string_equal(registry.cloud->name, "AzureUSGovernment");
	assert_string_equal(registry.authority, "login.microsoftonline.us");
	assert_true(PARSE("own.contoso.internal"));
	assert_string_equal(registry.authority, "login.contoso.internal");
	/* A configured authority is used for the sign-in; everything else in the cloud follows from
	 * the host name. */
	assert_true(PARSE("moved.azurecr.io"));
	assert_string_equal(registry.cloud->name, "AzureCloud");
	assert_string_equal(registry.authority, "login.microsoftonline.us");
	/* An authority that is not a host name is ignored. */
	assert_true(PARSE("acme.azurecr.io"));
	assert_true(registry.genuine);
	assert_string_equal(registry.authority, "login.microsoftonline.com");
	/* A configuration entry for a host does not make it an Azure registry. */
	assert_false(PARSE("ghcr.io"));
	assert_false(PARSE("registry.contoso.internal.evil.com"));
	assert_false(PARSE("x.registry.contoso.internal"));
	assert_false(PARSE("http://registry.contoso.internal"));
	assert_false(PARSE("registry.contoso.internal:5000"));
	assert_false(PARSE("10.0.0.5"));
#undef PARSE
	edges_end(&edges);
}

static void the_environment_adds_no_host(void **state)
{
	struct acr_registry registry;
	struct edges edges;

	(void)state;
	edges_begin(&edges);
	edges_set(&edges, "DOCKER_CREDENTIAL_ACR_HOSTS", "evil.example");
	edges_set(&edges, "DOCKER_CREDENTIAL_ACR_AUTHORITY", "login.evil.example");
	edges_configure(&edges);
	assert_false(acr_registry_parse(edges.config, "evil.example", 12, &registry));
	assert_true(acr_registry_parse(edges.config, "acme.azurecr.io", 15, &registry));
	assert_string_equal(registry.authority, "login.microsoftonline.com");
	edges_end(&edges);
}

static void the_registry_name_is_the_part_before_the_hash(void **state)
{
	static const struct {
		const char *server, *name;
	} rows[] = {
		{ "acme.azurecr.io", "acme" },
		{ "acme-e7ggejfuhzhgedc8.azurecr.io", "acme" },
		{ "acme.eastus.geo.azurecr.io", "acme" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct acr_registry registry;
		char name[ACR_HOST_MAX];

		assert_true(acr_registry_parse(NULL, rows[i].server, strlen(rows[i].server),
					       &registry));
		acr_registry_name(&registry, name);
		assert_string_equal(name, rows[i].name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_server_of_the_corpus_is_classified_correctly),
		cmocka_unit_test(a_parsed_host_is_parsed_to_itself),
		cmocka_unit_test(no_changed_byte_leads_out_of_the_cloud),
		cmocka_unit_test(a_server_is_read_only_up_to_its_length),
		cmocka_unit_test(a_megabyte_is_not_a_server),
		cmocka_unit_test(a_suffix_decides_the_cloud_and_its_authority),
		cmocka_unit_test(every_row_of_the_clouds_is_complete),
		cmocka_unit_test(an_authority_must_match_completely),
		cmocka_unit_test(a_configured_host_is_accepted_but_not_genuine),
		cmocka_unit_test(the_environment_adds_no_host),
		cmocka_unit_test(the_registry_name_is_the_part_before_the_hash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
