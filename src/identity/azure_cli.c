/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Azure CLI: the user who ran `az login`. az's files name the user without starting Python, and
 * often contain a valid token. Otherwise `az account get-access-token` is run, which is the
 * interface that Microsoft supports.
 *
 * The refresh token in az's cache is redeemed if az is not installed (a mounted ~/.azure in a
 * container), if az would load another user's extensions (sudo -E), or with "azure_cli": "files".
 * This reads az's files and does not change them.
 */
#include <ctype.h>
#include <string.h>

#include "acr/config.h"
#include "identity/run_cli.h"

static void wipe(struct acr_azure_account *account)
{
	acr_azure_account_wipe(account);
}

static bool is_id(const char *text)
{
	for (const char *c = text; *c; c++)
		if (!isalnum((unsigned char)*c) && *c != '-')
			return false;
	return *text;
}

/* If no tenant is requested, az uses its default; --tenant and --subscription exclude each other.
 * The cloud is that of the account, not the one that is active in az. */
static int ask_az(const struct acr_app *app, const char *program, const struct acr_ask *ask,
		  const struct acr_azure_account *account, struct acr_token *ret,
		  struct acr_error *error)
{
	const char *option = NULL, *value = NULL;
	auto_string cloud = acr_format("AZURE_CLOUD_NAME=%s", account->cloud);
	auto_json json = NULL;

	if (account->other_tenant) {
		option = "--tenant";
		value = account->tenant;
	} else if (!account->is_default && is_id(account->subscription)) {
		option = "--subscription";
		value = account->subscription;
	}
	if (account->other_tenant && !acr_tenant_fits(account->tenant))
		return acr_raise(error, TENANT_INVALID, account->tenant);
	const char *const arguments[] = { program,	"account",     "get-access-token",
					  "--output",	"json",	       "--only-show-errors",
					  "--resource", ask->audience, option,
					  value,	NULL };
	if (acr_tool_ask(app, &acr_tool_az, arguments, cloud, &json, error))
		return -1;
	return acr_tool_token(app, &acr_tool_az, json, ret, error);
}

/* Without az. On entry `error` says what is missing for a service principal. */
static int use_files(const struct acr_app *app, const struct acr_ask *ask,
		     const struct acr_azure_account *account, struct acr_token *ret,
		     struct acr_error *error)
{
	if (account->machine)
		return acr_raise(error, AZ_MACHINE);
	if (account->service_principal) {
		error->kind = ACR_UNAVAILABLE;
		return -1;
	}
	return acr_msal_redeem(app, ask, account, ret, error);
}

static int acquire(const struct acr_app *app, const struct acr_ask *ask, struct acr_token *ret,
		   struct acr_error *error)
{
	__attribute__((cleanup(wipe))) struct acr_azure_account account = { 0 };
	auto_string program = NULL;
	struct acr_error missing = { 0 }, foreign = { 0 };

	if (acr_azure_profile_find(app, ask, &account, error))
		return -1;
	if (!account.machine && acr_msal_find_access(app, ask, &account, ret))
		return 0;
	if (account.service_principal && !account.machine) {
		if (acr_azure_principal(app, ask, &account, ret, &missing) == 0)
			return 0;
		if (missing.kind != ACR_NOT_FOUND) {
			if (error)
				*error = missing;
			return -1;
		}
	}
	if (!acr_config_is(app->config, ask->registry->host, "azure_cli", "files"))
		program = acr_program_find(app, "az");
	if (program && acr_program_check_home(program, app->environment, &foreign) == 0)
		return ask_az(app, program, ask, &account, ret, error);
	if (use_files(app, ask, &account, ret, &missing) == 0)
		return 0;
	/* If the files are not sufficient and az may not be started, the error says how to change
	 * that. */
	if (error)
		*error = missing.kind == ACR_UNAVAILABLE && foreign.kind ? foreign : missing;
	return -1;
}

/* The application that az is signed in as (azure/login, AzureCLI@2). */
static char *application(const struct acr_app *app, const struct acr_ask *ask)
{
	__attribute__((cleanup(wipe))) struct acr_azure_account account = { 0 };

	if (acr_azure_profile_find(app, ask, &account, NULL) || !account.service_principal ||
	    account.machine)
		return NULL;
	return acr_copy(account.user);
}

static char *file(const struct acr_app *app)
{
	auto_string folder = acr_azure_folder(app);

	return folder ? acr_format("%s/azureProfile.json", folder) : NULL;
}

static const char *const variables[] = { "AZURE_CONFIG_DIR", NULL };

const struct acr_identity acr_identity_azure_cli = {
	.name = "azure-cli",
	.sdk = "AzureCliCredential",
	.developer = true,
	.summary = N_("the account signed in to the Azure CLI (az login)"),
	.variables = variables,
	.file = file,
	.application = application,
	.acquire = acquire,
};
