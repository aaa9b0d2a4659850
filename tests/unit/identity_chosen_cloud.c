/* SPDX-License-Identifier: Apache-2.0 */
/* Tests how the cloud is selected: variables, the configuration of the helper, and the cloud that
 * az uses. */
#include "edges.h"

#include "acr/identity.h"

/* The name of the cloud, or "?" if it is not known. */
static const char *chosen(const struct edges *edges)
{
	const struct acr_cloud *cloud = acr_cloud_chosen(&edges->app);

	return cloud ? cloud->name : "?";
}

static void the_default_is_the_public_cloud(void **state)
{
	struct edges edges;

	(void)state;
	edges_begin(&edges);
	assert_string_equal(chosen(&edges), "AzureCloud");
	edges_end(&edges);
}

static void the_most_specific_choice_takes_precedence(void **state)
{
	struct edges edges;

	(void)state;
	edges_begin(&edges);
	edges_write(&edges, ".azure/config", "[cloud]\nname = AzureChinaCloud\n");
	assert_string_equal(chosen(&edges), "AzureChinaCloud");
	edges_set(&edges, "AZURE_CLOUD_NAME", "AzureCloud");
	assert_string_equal(chosen(&edges), "AzureCloud");
	edges_write(&edges, "etc/docker-credential-acr/config.json",
		    "{\"authority\": \"login.microsoftonline.us\"}");
	edges_configure(&edges);
	assert_string_equal(chosen(&edges), "AzureUSGovernment");
	edges_set(&edges, "AZURE_AUTHORITY_HOST", "https://login.chinacloudapi.cn/");
	assert_string_equal(chosen(&edges), "AzureChinaCloud");
	edges_end(&edges);
}

static void an_unknown_choice_is_not_a_cloud(void **state)
{
	struct edges edges;

	(void)state;
	edges_begin(&edges);
	edges_write(&edges, ".azure/config", "[cloud]\nname = OurStack\n");
	assert_string_equal(chosen(&edges), "?");
	edges_set(&edges, "AZURE_AUTHORITY_HOST", "login.contoso.internal");
	assert_string_equal(chosen(&edges), "?");
	edges_end(&edges);
}

static void the_config_file_of_az_is_parsed_as_az_parses_it(void **state)
{
	static const struct {
		const char *text, *name;
	} rows[] = {
		{ "[core]\nname = AzureChinaCloud\n", "AzureCloud" },
		{ "[core]\nx=1\n\n[cloud]\n# name = AzureCloud\nNAME=AzureUSGovernment",
		  "AzureUSGovernment" },
		{ "[cloud]\r\nname: azurechinacloud \r\n", "AzureChinaCloud" },
		{ "[cloud]\n[defaults]\nname = AzureChinaCloud\n", "AzureCloud" },
		{ "[cloud]\nname\n", "AzureCloud" },
		{ "[clouds]\nname = AzureChinaCloud\n", "AzureCloud" },
		{ "", "AzureCloud" },
	};
	struct edges edges;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		edges_begin(&edges);
		edges_set(&edges, "AZURE_CONFIG_DIR", edges.folder);
		edges_write(&edges, "config", rows[i].text);
		assert_string_equal(chosen(&edges), rows[i].name);
		edges_end(&edges);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_default_is_the_public_cloud),
		cmocka_unit_test(the_most_specific_choice_takes_precedence),
		cmocka_unit_test(an_unknown_choice_is_not_a_cloud),
		cmocka_unit_test(the_config_file_of_az_is_parsed_as_az_parses_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
