/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Azure Developer CLI: the user who is signed in to it. The token is requested with azd's own
 * command (azure-sdk-for-go, sdk/azidentity/azure_developer_cli_credential.go). Its auth.json says
 * whether anyone is signed in (Azure/azure-dev, cli/azd/pkg/auth/manager.go).
 */
#include <string.h>

#include "base/file.h"
#include "identity/run_cli.h"

static char *file(const struct acr_app *app)
{
	const char *folder = acr_env(app, "AZD_CONFIG_DIR");
	const char *home = acr_env(app, "HOME");

	if (folder)
		return folder[0] == '/' ? acr_format("%s/auth.json", folder) : NULL;
	return home && home[0] == '/' ? acr_format("%s/.azd/auth.json", home) : NULL;
}

/* ACR_NOT_SET_UP if nobody is signed in; a file that cannot be read is a different error. */
static int check_sign_in(const struct acr_app *app, struct acr_error *error)
{
	auto_string path = file(app);
	struct acr_error wrong = { .kind = ACR_NOT_FOUND };
	auto_secret text = { 0 };
	auto_json json = NULL;

	if (path && acr_file_read(path, 64 * 1024, &text, &wrong) == 0) {
		if (acr_json_parse(acr_secret_text(&text), text.length, &json, error))
			return acr_context(error, AT, path);
		if (acr_json_member(acr_json_member(acr_json_member(json, "auth"), "account"),
				    "currentUser"))
			return 0;
	} else if (wrong.kind != ACR_NOT_FOUND) {
		if (error)
			*error = wrong;
		return -1;
	}
	return acr_raise(error, NOT_SIGNED_IN, "azd", "azd auth login");
}

static int acquire(const struct acr_app *app, const struct acr_ask *ask, struct acr_token *ret,
		   struct acr_error *error)
{
	auto_string program = NULL;
	auto_json json = NULL;

	if (check_sign_in(app, error))
		return -1;
	if (ask->tenant && !acr_tenant_fits(ask->tenant))
		return acr_raise(error, TENANT_INVALID, ask->tenant);
	program = acr_program_find(app, "azd");
	if (!program)
		return acr_raise(error, AZD_MISSING);
	if (acr_program_check_home(program, app->environment, error))
		return -1;
	auto_string scope = acr_format("%s/.default", ask->audience);
	const char *const arguments[] = { program,     "auth", "token",
					  "--output",  "json", "--no-prompt",
					  "--scope",   scope,  ask->tenant ? "--tenant-id" : NULL,
					  ask->tenant, NULL };
	if (acr_tool_ask(app, &acr_tool_azd, arguments, NULL, &json, error))
		return -1;
	return acr_tool_token(app, &acr_tool_azd, json, ret, error);
}

static const char *const variables[] = { "AZD_CONFIG_DIR", NULL };

const struct acr_identity acr_identity_azd = {
	.name = "azd",
	.sdk = "AzureDeveloperCliCredential",
	.developer = true,
	.summary = N_("the account signed in to the Azure Developer CLI (azd auth login)"),
	.variables = variables,
	.file = file,
	.acquire = acquire,
};
