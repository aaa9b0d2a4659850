/* SPDX-License-Identifier: Apache-2.0 */
/* Tests the identity of the Azure CLI: its files, when they are enough, and how az is run. */
#include "identity/run_cli.h"
#include "person.h"

#define AZ    "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
#define CACHE ".azure/msal_token_cache.json"
#define HOME  "aaaa.bbbb"
#define USER  "\"user\":{\"name\":\"User@contoso.com\",\"type\":\"user\"}"
#define SUB(id, tenant, cloud, rest)                                                               \
	"{\"id\":\"" id "\",\"name\":\"n\",\"state\":\"Enabled\",\"tenantId\":\"" tenant           \
	"\",\"environmentName\":\"" cloud "\"," rest "}"
#define DEFAULT		 "\"isDefault\":true,"
#define PROFILE_OF(subs) "{\"installationId\":\"x\",\"subscriptions\":[" subs "]}"
#define SIGNED_IN	 PROFILE_OF(SUB("s-1", TENANT, "AzureCloud", DEFAULT USER))
#define ACCOUNT                                                                                    \
	"\"Account\":{\"k\":{\"home_account_id\":\"" HOME                                          \
	"\",\"environment\":\"login.microsoftonline.com\","                                        \
	"\"realm\":\"" TENANT                                                                      \
	"\",\"username\":\"user@contoso.com\",\"authority_type\":\"MSSTS\"}}"
#define REFRESH(secret, time)                                                                      \
	"{\"credential_type\":\"RefreshToken\",\"secret\":\"" secret                               \
	"\",\"home_account_id\":\"" HOME "\","                                                     \
	"\"environment\":\"login.microsoftonline.com\",\"client_id\":\"" AZ                        \
	"\",\"family_id\":\"1\",\"target\":\"x\","                                                 \
	"\"last_modification_time\":\"" time "\"}"

static struct person p;
static char cache[8192];

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
	return person_ask(&p, &acr_identity_azure_cli);
}

/* An access token in the format of MSAL's cache. */
static char *entry_for(const char *environment, const char *realm, const char *target, int64_t left)
{
	return acr_format(
		"{\"credential_type\":\"AccessToken\",\"secret\":\"%s\",\"home_account_id\":\"" HOME
		"\","
		"\"environment\":\"%s\",\"client_id\":\"" AZ
		"\",\"target\":\"%s\",\"realm\":\"%s\","
		"\"token_type\":\"Bearer\",\"expires_on\":\"%lld\"}",
		person_jwt(&p, "\"upn\":\"user@contoso.com\",\"tid\":\"" TENANT "\""), environment,
		target, realm, (long long)(p.edges.wall + left));
}

static void write_cache(const char *access_entry, const char *refresh_entries)
{
	snprintf(cache, sizeof(cache), "{\"AccessToken\":{%s%s},\"RefreshToken\":{%s},%s}",
		 access_entry ? "\"a\":" : "", access_entry ? access_entry : "",
		 refresh_entries ? refresh_entries : "", ACCOUNT);
	edges_write(&p.edges, CACHE, cache);
}

static const char *az_answer(void)
{
	static char answer[4096];

	snprintf(answer, sizeof(answer),
		 "WARNING: something {odd}\n{\n  \"accessToken\": \"%s\",\n  \"expiresOn\": "
		 "\"2026-01-01 12:00:00.000000\",\n"
		 "  \"expires_on\": %lld,\n  \"subscription\": \"s-1\",\n  \"tenant\": \"" TENANT
		 "\",\n  \"tokenType\": \"Bearer\"\n}\n",
		 person_jwt(&p, "\"upn\":\"user@contoso.com\""), (long long)(p.edges.wall + 4000));
	return answer;
}

/* ---- the signed-in account ---- */

static void without_a_profile_no_account_is_signed_in(void **state)
{
	(void)state;
	person_install(&p, "az");
	assert_int_equal(ask(), -1);
	assert_int_equal(p.error.kind, ACR_NOT_SET_UP);
	edges_write(&p.edges, PROFILE, "{\"subscriptions\":[]}");
	assert_int_equal(ask(), -1);
	assert_int_equal(p.error.kind, ACR_NOT_SET_UP);
	edges_write(&p.edges, PROFILE, "{}");
	assert_int_equal(ask(), -1);
	assert_int_equal(p.error.kind, ACR_NOT_SET_UP);
	assert_int_equal(p.runs, 0);
}

static void another_cloud_is_reported_and_not_tried(void **state)
{
	(void)state;
	person_install(&p, "az");
	edges_write(&p.edges, PROFILE,
		    PROFILE_OF(SUB("s-1", TENANT, "AzureChinaCloud", DEFAULT USER)));
	assert_int_equal(ask(), -1);
	assert_int_equal(p.error.kind, ACR_UNAVAILABLE);
	assert_true(acr_error_is(&p.error, AZ_OTHER_CLOUD));
	assert_holds(edges_words(&p.error), "AzureChinaCloud");
	assert_holds(edges_words(&p.error), "az cloud set --name AzureCloud");
	assert_int_equal(p.runs, 0);
}

static void an_incomplete_profile_is_an_error(void **state)
{
	(void)state;
	edges_write(&p.edges, PROFILE, "\xef\xbb\xbf{\"subscriptions\":[{");
	assert_int_equal(ask(), -1);
	assert_int_equal(p.error.kind, ACR_INVALID);
	assert_holds(edges_words(&p.error), "azureProfile.json");
}

static void azure_config_dir_names_the_folder_of_az(void **state)
{
	char folder[128];

	(void)state;
	edges_write(&p.edges, "elsewhere/azureProfile.json", "\xef\xbb\xbf" SIGNED_IN);
	snprintf(folder, sizeof(folder), "%s/elsewhere", p.edges.folder);
	edges_set(&p.edges, "AZURE_CONFIG_DIR", folder);
	person_install(&p, "az");
	p.prints = az_answer();
	assert_int_equal(ask(), 0);
	edges_set(&p.edges, "AZURE_CONFIG_DIR", "relative");
	assert_int_equal(ask(), -1);
	assert_int_equal(p.error.kind, ACR_NOT_SET_UP);
}

/* ---- tokens without az ---- */

static void a_valid_cached_token_is_used_without_az(void **state)
{
	auto_string entry = entry_for("login.windows.net", TENANT,
				      "https://containerregistry.azure.net/.default "
				      "https://containerregistry.azure.net/user_impersonation",
				      301);

	(void)state;
	edges_write(&p.edges, PROFILE, SIGNED_IN);
	write_cache(entry, NULL);
	assert_int_equal(ask(), 0);
	assert_int_equal(p.token.life, 301);
	assert_string_equal(p.token.tenant, TENANT);
	assert_string_equal(p.token.who.name, "user@contoso.com");
	assert_int_equal(p.runs + p.edges.sent_count, 0);
}

static void a_cached_token_of_another_cloud_tenant_or_audience_is_not_used(void **state)
{
	static const char *const cases[][3] = {
		{ "login.microsoftonline.com", TENANT,
		  "https://management.core.windows.net//.default" },
		{ "login.microsoftonline.com", TENANT,
		  "https://containerregistry.azure.network/.default" },
		{ "login.microsoftonline.com", TENANT,
		  "x:https://containerregistry.azure.net/.default" },
		{ "login.microsoftonline.com", OTHER,
		  "https://containerregistry.azure.net/.default" },
		{ "login.chinacloudapi.cn", TENANT,
		  "https://containerregistry.azure.net/.default" },
		{ "evil.example", TENANT, "https://containerregistry.azure.net/.default" },
	};

	(void)state;
	edges_write(&p.edges, PROFILE, SIGNED_IN);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		auto_string entry = entry_for(cases[i][0], cases[i][1], cases[i][2], 4000);

		write_cache(entry, NULL);
		if (ask() == 0)
			fail_msg("case %zu served", i);
		assert_int_equal(p.error.kind, ACR_UNAVAILABLE);
	}
	auto_string old = entry_for("login.microsoftonline.com", TENANT,
				    "https://containerregistry.azure.net/.default", 299);
	write_cache(old, NULL);
	assert_int_equal(ask(), -1);
}

static void without_az_the_newest_refresh_token_is_redeemed_and_no_file_is_written(void **state)
{
	char path[256];
	struct stat was, is;

	(void)state;
	edges_write(&p.edges, PROFILE, SIGNED_IN);
	write_cache(NULL, "\"1\":" REFRESH("old", "100") ",\"2\":" REFRESH(
				  "new+one", "200") ",\"3\":" REFRESH("older", "90"));
	snprintf(path, sizeof(path), "%s/" CACHE, p.edges.folder);
	assert_int_equal(stat(path, &was), 0);
	edges_answer(&p.edges, ENTRA, 200, person_token(&p, "\"upn\":\"user@contoso.com\""));
	assert_int_equal(ask(), 0);
	assert_holds(p.edges.sent[0],
		     "grant_type=refresh_token&client_id=" AZ "&refresh_token=new%2Bone&scope="
		     "https%3A%2F%2Fcontainerregistry.azure.net%2F.default");
	assert_int_equal(stat(path, &is), 0);
	assert_memory_equal(&was.st_mtim, &is.st_mtim, sizeof(was.st_mtim));
}

/* Occurs with sudo -E, or in a container that runs as root with ~/.azure of the host. */
static void in_another_users_folder_the_files_are_read_and_az_is_not_started(void **state)
{
	char folder[128];

	(void)state;
	if (geteuid() != 0)
		skip();
	person_install(&p, "az");
	p.prints = az_answer();
	edges_write(&p.edges, PROFILE, SIGNED_IN);
	write_cache(NULL, "\"1\":" REFRESH("rt", "100"));
	snprintf(folder, sizeof(folder), "%s/.azure", p.edges.folder);
	assert_int_equal(chown(folder, 65534, 65534), 0);
	edges_answer(&p.edges, ENTRA, 200, person_token(&p, "\"upn\":\"user@contoso.com\""));
	assert_int_equal(ask(), 0);
	/* If the files are not enough, the error names the owner of the directory and does not
	 * report a missing sign-in. */
	write_cache(NULL, NULL);
	assert_int_equal(ask(), -1);
	assert_int_equal(p.error.kind, ACR_UNAVAILABLE);
	assert_holds(edges_words(&p.error), folder);
	assert_holds(edges_words(&p.error),
		     "belongs to uid 65534, but this program runs as root, so az is not "
		     "started with it: run as that user");
	edges_write(&p.edges, PROFILE,
		    PROFILE_OF(SUB("s-1", TENANT, "AzureCloud",
				   DEFAULT "\"user\":{\"name\":\"systemAssignedIdentity\","
					   "\"type\":\"servicePrincipal\"}")));
	assert_int_equal(ask(), -1);
	assert_holds(edges_words(&p.error), "run as that user");
	assert_int_equal(p.runs, 0);
}

static void with_the_value_files_az_is_never_started(void **state)
{
	(void)state;
	person_install(&p, "az");
	person_configure(&p, "{\"azure_cli\":\"files\"}");
	edges_write(&p.edges, PROFILE, SIGNED_IN);
	write_cache(NULL, "\"1\":" REFRESH("rt", "100"));
	edges_answer(
		&p.edges, ENTRA, 400,
		"{\"error\":\"invalid_grant\",\"error_description\":\"AADSTS700082: expired\"}");
	assert_int_equal(ask(), -1);
	assert_int_equal(p.error.kind, ACR_REFUSED);
	assert_string_equal(p.error.code, "AADSTS700082");
	assert_int_equal(p.runs, 0);
}

static void an_unreadable_cache_is_not_reported_as_empty(void **state)
{
	static const char *const names[] = { CACHE, ".azure/msal_token_cache.sig" };
	char path[256];

	(void)state;
	edges_write(&p.edges, PROFILE, SIGNED_IN);
	edges_write(&p.edges, CACHE, "nonsense");
	assert_int_equal(ask(), -1);
	assert_int_equal(p.error.kind, ACR_INVALID);
	assert_holds(edges_words(&p.error), CACHE ": line 1");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		write_cache(NULL, "\"1\":" REFRESH("good", "100"));
		snprintf(path, sizeof(path), "%s/%s", p.edges.folder, names[i]);
		unlink(path);
		assert_int_equal(symlink(strrchr(path, '/') + 1, path), 0);
		assert_int_equal(ask(), -1);
		assert_int_equal(p.error.kind, ACR_SYSTEM);
		assert_holds(edges_words(&p.error), names[i]);
		assert_int_equal(unlink(path), 0);
	}
	assert_int_equal(p.edges.sent_count, 0);
}

/* The .json file is older than all files beside it. */
static const struct {
	const char *name;
	bool signals;
} beside[] = {
	{ "sig", true },	   { "bin", true },   { "signal", true },    { "encrypted", true },
	{ "bin.lockfile", false }, { "lock", false }, { "json.bak", false }, { "bak", false },
};

static void an_encrypted_cache_is_left_to_az(void **state)
{
	char path[256], name[64];

	(void)state;
	edges_write(&p.edges, PROFILE, SIGNED_IN);
	write_cache(NULL, "\"1\":" REFRESH("stale", "100"));
	snprintf(path, sizeof(path), "%s/" CACHE, p.edges.folder);
	assert_int_equal(
		utimensat(AT_FDCWD, path, (struct timespec[2]){ { 0, 0 }, { 1000, 0 } }, 0), 0);
	for (size_t i = 0; i < sizeof(beside) / sizeof(beside[0]); i++) {
		snprintf(name, sizeof(name), ".azure/msal_token_cache.%s", beside[i].name);
		edges_write(&p.edges, name, "");
		if (!beside[i].signals)
			edges_answer(&p.edges, ENTRA, 200, person_token(&p, ""));
		assert_int_equal(ask(), beside[i].signals ? -1 : 0);
		if (beside[i].signals) {
			assert_int_equal(p.error.kind, ACR_UNAVAILABLE);
			assert_true(acr_error_is(&p.error, AZ_ENCRYPTED));
		}
		snprintf(path, sizeof(path), "%s/%s", p.edges.folder, name);
		assert_int_equal(unlink(path), 0);
	}
	edges_write(&p.edges, ".azure/msal_token_cache.signal", "");
	p.edges.sent_count = 0;
	person_install(&p, "az");
	p.prints = az_answer();
	assert_int_equal(ask(), 0);
	assert_int_equal(p.edges.sent_count, 0);
}

static void no_token_is_chosen_between_two_accounts_of_one_name(void **state)
{
	(void)state;
	edges_write(&p.edges, PROFILE, PROFILE_OF(SUB("s-1", OTHER, "AzureCloud", DEFAULT USER)));
	edges_write(&p.edges, CACHE,
		    "{\"Account\":{\"1\":{\"home_account_id\":\"cc.dd"
		    "\",\"environment\":\"login.microsoftonline.com\",\"realm\":\"r1\","
		    "\"username\":\"user@contoso.com\"},\"2\":{\"home_account_id\":\"" HOME "\","
		    "\"environment\":\"login.windows.net\","
		    "\"realm\":\"r2\",\"username\":\"USER@contoso.com\"}},\"RefreshToken\":{"
		    "\"1\":" REFRESH("rt", "1") "}}");
	assert_int_equal(ask(), -1);
	assert_int_equal(p.error.kind, ACR_UNAVAILABLE);
	assert_int_equal(p.edges.sent_count, 0);
}

static void a_service_principal_signs_in_with_the_credential_that_az_stores(void **state)
{
	(void)state;
	person_install(&p, "az");
	edges_write(&p.edges, PROFILE,
		    PROFILE_OF(SUB("s-1", TENANT, "AzureCloud",
				   DEFAULT "\"user\":{\"name\":\"" CLIENT
					   "\",\"type\":\"servicePrincipal\"}")));
	edges_write(&p.edges, ".azure/service_principal_entries.json",
		    "[{\"client_id\":\"" OTHER "\",\"tenant\":\"" TENANT
		    "\",\"client_secret\":\"no\"},{\"client_id\":\"" CLIENT "\",\"tenant\":\"" OTHER
		    "\",\"client_secret\":\"no\"},{\"client_id\":\"" CLIENT
		    "\",\"tenant\":\"" TENANT "\",\"client_secret\":\"yes&\"}]");
	edges_answer(&p.edges, ENTRA, 200, person_token(&p, "\"appid\":\"" CLIENT "\""));
	assert_int_equal(ask(), 0);
	assert_holds(p.edges.sent[0], "client_id=" CLIENT "&client_secret=yes%26");
	assert_int_equal(p.runs, 0);
	/* Without an entry in the file, az is run. */
	edges_write(&p.edges, ".azure/service_principal_entries.json", "[]");
	p.prints = az_answer();
	assert_int_equal(ask(), 0);
	assert_int_equal(p.runs, 1);
}

/* ---- running az ---- */

static void az_is_started_by_absolute_path_with_the_variables_it_needs_and_no_secret(void **state)
{
	(void)state;
	edges_write(&p.edges, PROFILE, SIGNED_IN);
	edges_set(&p.edges, "AZURE_CLIENT_SECRET", "hunter2");
	edges_set(&p.edges, "HTTPS_PROXY", "http://proxy:3128");
	edges_set(&p.edges, "AZURE_CLOUD_NAME", "AzureChinaCloud");
	person_install(&p, "az");
	p.prints = az_answer();
	assert_int_equal(ask(), 0);
	auto_string line = acr_format("%s/bin/az account get-access-token --output json "
				      "--only-show-errors --resource " ACR_AUDIENCE,
				      p.edges.folder);
	assert_string_equal(p.ran, line);
	assert_holds(p.environment, "HOME=");
	assert_holds(p.environment, "HTTPS_PROXY=http://proxy:3128\n");
	assert_holds(p.environment, "AZURE_CORE_COLLECT_TELEMETRY=0\n");
	assert_holds(p.environment, "AZURE_CLOUD_NAME=AzureCloud\n");
	assert_lacks(p.environment, "hunter2");
	assert_lacks(p.environment, "AzureChinaCloud");
	assert_int_equal(p.token.life, 4000);
	assert_string_equal(p.token.tenant, TENANT);
}

static void the_configured_tenant_chooses_the_subscription_or_is_passed_to_az(void **state)
{
	(void)state;
	person_install(&p, "az");
	p.prints = az_answer();
	edges_write(&p.edges, PROFILE,
		    PROFILE_OF(SUB("s-1", TENANT, "AzureCloud", DEFAULT USER) "," SUB(
			    "s-2", OTHER, "AzureCloud", "\"isDefault\":false," USER)));
	person_configure(&p, "{\"tenant\":\"" OTHER "\"}");
	assert_int_equal(ask(), 0);
	assert_holds(p.ran, " --subscription s-2");
	person_configure(&p, "{\"tenant\":\"partner.onmicrosoft.com\"}");
	assert_int_equal(ask(), 0);
	assert_holds(p.ran, " --tenant partner.onmicrosoft.com");
	person_configure(&p, "{\"tenant\":\"--debug x\"}");
	assert_int_equal(ask(), -1);
	assert_int_equal(p.error.kind, ACR_INVALID);
}

static void errors_of_az_are_classified(void **state)
{
	static const struct {
		const char *text;
		enum acr_kind kind;
		const char *code, *sentence;
	} rows[] = {
		{ "ERROR: Please run 'az login' to setup account.\n", ACR_UNAVAILABLE, "",
		  "Please run 'az login' to setup account." },
		{ "ERROR: AADSTS700082: The refresh token has expired due to inactivity.\nTrace "
		  "ID: t\nInteractive authentication is "
		  "needed. Please run:\naz login --scope "
		  "https://containerregistry.azure.net/.default\n",
		  ACR_REFUSED, "AADSTS700082",
		  "AADSTS700082: The refresh token has expired due to inactivity." },
		{ "WARNING: x\nERROR: User 'x' does not exist in MSAL token cache. Run `az "
		  "login`.\n",
		  ACR_UNAVAILABLE, "",
		  "User 'x' does not exist in MSAL token cache. Run `az login`." },
		{ "ERROR: HTTPSConnectionPool(host='login.microsoftonline.com', port=443): Max "
		  "retries exceeded with url\n",
		  ACR_UNREACHABLE, "",
		  "HTTPSConnectionPool(host='login.microsoftonline.com', port=443): Max retries "
		  "exceeded with url" },
		{ "Traceback (most recent call last):\n  File x\nModuleNotFoundError: No module "
		  "named 'azure'\n\n",
		  ACR_SYSTEM, "", "ModuleNotFoundError: No module named 'azure'" },
		{ "ERROR: leaked eyJabc.def.ghi \x1b[31m\n", ACR_SYSTEM, "",
		  "leaked ************** ?[31m" },
		{ "", ACR_SYSTEM, "", "" },
	};

	(void)state;
	edges_write(&p.edges, PROFILE, SIGNED_IN);
	person_install(&p, "az");
	p.exits = 1;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		p.complains = rows[i].text;
		assert_int_equal(ask(), -1);
		assert_int_equal(p.error.kind, rows[i].kind);
		assert_string_equal(p.error.code, rows[i].code);
		assert_string_equal(p.error.sentence, rows[i].sentence);
		assert_int_equal(p.error.origin, ACR_ORIGIN_AZ);
	}
}

static void output_of_az_must_be_a_token(void **state)
{
	static const char *const outputs[] = { "",
					       "garbage",
					       "{",
					       "[]",
					       "{}",
					       "{\"accessToken\":7}",
					       "{\"accessToken\":\"a b\"}",
					       "}{",
					       "{{{{{{{{{{{{{{{{{{{{{{{{}" };

	(void)state;
	edges_write(&p.edges, PROFILE, SIGNED_IN);
	person_install(&p, "az");
	for (size_t i = 0; i < sizeof(outputs) / sizeof(outputs[0]); i++) {
		p.prints = outputs[i];
		assert_int_equal(ask(), -1);
		assert_int_equal(p.error.kind, ACR_INVALID);
	}
	p.run_fails = ACR_TIMEOUT;
	assert_int_equal(ask(), -1);
	assert_int_equal(p.error.kind, ACR_TIMEOUT);
}

static void a_managed_identity_sign_in_of_az_is_left_to_az(void **state)
{
	(void)state;
	edges_write(&p.edges, PROFILE,
		    PROFILE_OF(SUB("s-1", TENANT, "AzureCloud",
				   DEFAULT "\"user\":{\"name\":\"systemAssignedIdentity\",\"type\":"
					   "\"servicePrincipal\","
					   "\"assignedIdentityInfo\":\"MSI\"}")));
	assert_int_equal(ask(), -1);
	assert_int_equal(p.error.kind, ACR_UNAVAILABLE);
	assert_true(acr_error_is(&p.error, AZ_MACHINE));
	person_install(&p, "az");
	p.prints = az_answer();
	assert_int_equal(ask(), 0);
}

static void a_large_answer_of_open_braces_is_parsed_fast(void **state)
{
	size_t length = 200000;
	auto_secret flood = { 0 };

	(void)state;
	for (size_t i = 0; i < length / 8; i++)
		acr_secret_add(&flood, "{{{{{{{{");
	acr_secret_add(&flood, "}");
	edges_write(&p.edges, PROFILE, SIGNED_IN);
	person_install(&p, "az");
	p.prints = acr_secret_text(&flood);
	assert_int_equal(ask(), -1);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(without_a_profile_no_account_is_signed_in),
		CASE(another_cloud_is_reported_and_not_tried),
		CASE(an_incomplete_profile_is_an_error),
		CASE(azure_config_dir_names_the_folder_of_az),
		CASE(a_valid_cached_token_is_used_without_az),
		CASE(a_cached_token_of_another_cloud_tenant_or_audience_is_not_used),
		CASE(without_az_the_newest_refresh_token_is_redeemed_and_no_file_is_written),
		CASE(in_another_users_folder_the_files_are_read_and_az_is_not_started),
		CASE(with_the_value_files_az_is_never_started),
		CASE(an_unreadable_cache_is_not_reported_as_empty),
		CASE(an_encrypted_cache_is_left_to_az),
		CASE(no_token_is_chosen_between_two_accounts_of_one_name),
		CASE(a_service_principal_signs_in_with_the_credential_that_az_stores),
		CASE(az_is_started_by_absolute_path_with_the_variables_it_needs_and_no_secret),
		CASE(the_configured_tenant_chooses_the_subscription_or_is_passed_to_az),
		CASE(errors_of_az_are_classified),
		CASE(output_of_az_must_be_a_token),
		CASE(a_managed_identity_sign_in_of_az_is_left_to_az),
		CASE(a_large_answer_of_open_braces_is_parsed_fast),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
