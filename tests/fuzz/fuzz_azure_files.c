/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes the files of az, without running az: azureProfile.json, the cache of MSAL and the entries
 * of service principals. The first byte selects the file that the rest of the input is written to;
 * the other files are as az writes them. */
#include "identity/run_cli.h"
#include "world.h"

#define ENTRY(key, rest)                                                                           \
	"\"" key "\":{\"x\":{\"home_account_id\":\"h\",\"environment\":\"login.microsoftonline."   \
	"com\",\"client_id\":\"04b07795-8ddb-461a-bbee-02f9e1bf7b46\"," rest "}}"

static const struct {
	const char *name, *usual;
} files[] = {
	{ ".azure/azureProfile.json",
	  "{\"subscriptions\":[{\"id\":\"s\",\"isDefault\":true,\"tenantId\":\"" TENANT
	  "\",\"environmentName\":\"AzureCloud\",\"user\":{\"name\":\"u@contoso.com\",\"type\":"
	  "\"user\"}}]}" },
	{ ".azure/msal_token_cache.json",
	  "{" ENTRY("Account", "\"username\":\"u@contoso.com\",\"realm\":\"" TENANT
			       "\"") "," ENTRY("RefreshToken", "\"secret\":\"r\"") "}" },
	{ ".azure/service_principal_entries.json",
	  "[{\"client_id\":\"" CLIENT "\",\"tenant\":\"" TENANT
	  "\",\"client_secret\":\"secret\"}]" },
	/* The profile of a service principal, for the file of entries. */
	{ ".azure/azureProfile.json",
	  "{\"subscriptions\":[{\"id\":\"s\",\"isDefault\":true,\"tenantId\":\"" TENANT
	  "\",\"environmentName\":\"AzureCloud\",\"user\":{\"name\":\"" CLIENT
	  "\",\"type\":\"servicePrincipal\"}}]}" },
};

extern const struct acr_identity acr_identity_azure_cli;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char answer[] = "{\"access_token\":\"token\",\"expires_in\":3599}";
	struct world *world = world_begin();
	struct acr_registry registry;
	struct acr_error error = { 0 };
	auto_token token = { 0 };
	size_t which = size ? *data % 3 : 0;

	if (size == 0)
		return 0;
	must(acr_registry_parse(NULL, HOST, strlen(HOST), &registry));
	const struct acr_ask ask = { .registry = &registry, .audience = ACR_AUDIENCE };
	world->data = (const uint8_t *)answer;
	world->size = sizeof(answer) - 1;
	/* An incomplete file is not read again after a pause: no time is left. */
	world->app.deadline = world_boot(&world->app) + 50;
	for (size_t i = 0; i < 3; i++) {
		const char *usual = files[i == 0 && which == 2 ? 3 : i].usual;

		if (i == which)
			world_write(world, files[i].name, data + 1, size - 1);
		else
			world_write(world, files[i].name, usual, strlen(usual));
	}
	if (acr_identity_azure_cli.acquire(&world->app, &ask, &token, &error))
		must_be_told(&error);
	else
		must(acr_token_fits(acr_secret_text(&token.access)));
	return 0;
}
