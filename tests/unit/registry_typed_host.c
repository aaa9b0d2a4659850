/* SPDX-License-Identifier: Apache-2.0 */
/* Tests registry arguments as users type them: they are completed, or rejected with a
 * suggestion. */
#include "edges.h"

#include "acr/registry.h"

static const struct row {
	const char *typed, *host, *error; /* the registry, or the error */
} rows[] = {
	{ "contoso.azurecr.io", "contoso.azurecr.io", NULL },
	{ "CONTOSO.azurecr.io", "contoso.azurecr.io", NULL },
	{ "https://contoso.azurecr.io/v2/", "contoso.azurecr.io", NULL },
	{ "contoso.eastus.geo.azurecr.io", "contoso.eastus.geo.azurecr.io", NULL },
	{ "contoso", "contoso.azurecr.io", NULL },
	{ "CONTOSO", "contoso.azurecr.io", NULL },
	{ "12345", "12345.azurecr.io", NULL },
	{ "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwx",
	  "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwx.azurecr.io", NULL },
#define NAME                                                                                       \
	"' is not the name of an Azure container registry: names have 5 to 50 letters and digits"
	{ "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxy", NULL,
	  "'abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxy" NAME },
	{ "abcd", NULL, "'abcd" NAME },
	{ "", NULL, "'" NAME },
	{ "my-registry", NULL, "'my-registry" NAME },
	{ "contoso-registry", NULL, "'contoso-registry" NAME },
	{ "contoso-", NULL, "'contoso-" NAME },
	{ "-contoso", NULL, "'-contoso" NAME },
	{ "contoso-a1-b2", NULL, "'contoso-a1-b2" NAME },
	{ "contoso_1", NULL, "'contoso_1" NAME },
	{ "conto so", NULL, "'conto so" NAME },
	{ "contos\xc3\xb6", NULL, "'contos\xc3\xb6" NAME },
#define NEAR(typed, meant)                                                                         \
	{                                                                                          \
		typed, NULL, typed " is not an Azure container registry; did you mean " meant "?"  \
	}
	NEAR("contoso-e7ggejfuhzhgedc8", "contoso-e7ggejfuhzhgedc8.azurecr.io"),
	NEAR("contoso-abcdefghijklmnop", "contoso-abcdefghijklmnop.azurecr.io"),
	NEAR("contoso-abc123", "contoso-abc123.azurecr.io"),
	NEAR("contoso.azurecr.oi", "contoso.azurecr.io"),
	NEAR("CONTOSO.azurecr.oi", "contoso.azurecr.io"),
	NEAR("contoso.azurecr", "contoso.azurecr.io"),
	NEAR("contoso.azurecr.io.", "contoso.azurecr.io"),
	NEAR("contoso.azureacr.io", "contoso.azurecr.io"),
	NEAR("contosoazurecr.io", "contoso.azurecr.io"),
	NEAR("contoso.azurecr.io:5000", "contoso.azurecr.io"),
	NEAR("http://contoso.azurecr.io", "contoso.azurecr.io"),
	NEAR("contoso.eastus.data.azurecr.io", "contoso.azurecr.io"),
	NEAR("contoso.privatelink.azurecr.cn", "contoso.azurecr.cn"),
#define FOREIGN(typed)                                                                             \
	{                                                                                          \
		typed, NULL, typed " is not an Azure container registry"                           \
	}
	FOREIGN("ghcr.io"),
	FOREIGN("localhost"),
	FOREIGN("localhost:5000"),
	FOREIGN("contoso/app"),
	FOREIGN("mcr.microsoft.com"),
	FOREIGN("mcrprod.azurecr.io"),
	FOREIGN("x@contoso.azurecr.io"),
	FOREIGN("contoso.azurecr.io.evil.com"),
	{ "mcrprod", NULL, "mcrprod.azurecr.io is not an Azure container registry" },
};

static void a_typed_name_is_completed_or_is_an_error_with_a_suggestion(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct acr_registry registry = { 0 };
		struct acr_error error = { 0 };
		int failed = acr_registry_typed(NULL, acr_clouds, rows[i].typed, &registry, &error);

		assert_int_equal(failed, rows[i].host ? 0 : -1);
		if (rows[i].host)
			assert_string_equal(registry.host, rows[i].host);
		else
			assert_string_equal(edges_words(&error), rows[i].error);
	}
}

static void a_name_is_completed_for_the_given_cloud(void **state)
{
	(void)state;
	for (const struct acr_cloud *cloud = acr_clouds; cloud->name; cloud++) {
		struct acr_registry registry = { 0 };
		struct acr_error error = { 0 };
		int failed = acr_registry_typed(NULL, cloud, "contoso", &registry, &error);

		assert_int_equal(failed, *cloud->suffix ? 0 : -1);
		assert_true(failed ? acr_error_is(&error, REGISTRY_SUFFIX)
				   : registry.genuine && registry.cloud == cloud);
	}
}

static void without_a_known_cloud_no_name_is_completed(void **state)
{
	struct acr_registry registry;
	struct acr_error error = { 0 };

	(void)state;
	assert_int_equal(acr_registry_typed(NULL, NULL, "contoso", &registry, &error), -1);
	assert_true(acr_error_is(&error, REGISTRY_SUFFIX));
	assert_int_equal(acr_registry_typed(NULL, NULL, "contoso.azurecr.io", &registry, &error),
			 0);
}

static void a_configured_host_is_not_changed(void **state)
{
	struct acr_registry registry;
	struct acr_error error = { 0 };
	struct edges edges;

	(void)state;
	edges_begin(&edges);
	edges_write(&edges, "etc/docker-credential-acr/config.json", "{\"hosts\": [\"registry\"]}");
	edges_configure(&edges);
	assert_int_equal(
		acr_registry_typed(edges.config, acr_clouds, "registry", &registry, &error), 0);
	assert_string_equal(registry.host, "registry");
	edges_end(&edges);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_typed_name_is_completed_or_is_an_error_with_a_suggestion),
		cmocka_unit_test(a_name_is_completed_for_the_given_cloud),
		cmocka_unit_test(without_a_known_cloud_no_name_is_completed),
		cmocka_unit_test(a_configured_host_is_not_changed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
