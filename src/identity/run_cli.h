/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Developer tools: running them to get a token, and reading the files of the Azure CLI, which takes
 * a hundredth of the time of starting it.
 */
#ifndef IDENTITY_RUN_CLI_H
#define IDENTITY_RUN_CLI_H

#include "base/process.h"
#include "identity/internal.h"

/* ---- run_cli.c ---- */

/* What an error message of a tool means: words that it contains, and the message to report. */
struct acr_tool_complaint {
	const char *words;
	enum acr_message_id message; /* placeholders: the tool, and any advice */
	const char *advice;	     /* or NULL */
};

struct acr_tool {
	const char *name;			     /* "az" */
	const char *token, *end, *tenant;	     /* members of its output; NULL: none */
	const char *const *fixed;		     /* NAME=value to add to its environment */
	const struct acr_tool_complaint *complaints; /* ends with words == NULL */
};
extern const struct acr_tool acr_tool_az, acr_tool_azd;

/* Run `arguments` (the first is an absolute path), with `variable` (NAME=value, or NULL) added to
 * its environment, and parse the JSON object that it prints. Errors have the AADSTS code, and the
 * line in which the tool gives the reason. */
_checked_ int acr_tool_ask(const struct acr_app *app, const struct acr_tool *tool,
			   const char *const *arguments, const char *variable,
			   struct json_object **ret, struct acr_error *error);

/* The token in that object. */
_checked_ int acr_tool_token(const struct acr_app *app, const struct acr_tool *tool,
			     struct json_object *json, struct acr_token *ret,
			     struct acr_error *error);

/* ---- azure_profile.c: the accounts that are signed in to az ---- */

struct acr_azure_account {
	char *user, *tenant, *subscription, *cloud; /* owned */
	bool service_principal;
	bool machine;	   /* az is signed in with a managed identity, or runs in Cloud Shell */
	bool is_default;   /* the default subscription of az */
	bool other_tenant; /* `tenant` is from the configuration, not from the subscription */
};
void acr_azure_account_wipe(struct acr_azure_account *account);

/* The folder of az, owned by the caller, NULL without a home directory. */
char *acr_azure_folder(const struct acr_app *app);

/* Parse a JSON file in that folder. az does not write its files atomically, so an incomplete one is
 * read again after a moment. ACR_NOT_FOUND, ACR_INVALID. */
_checked_ int acr_azure_file(const struct acr_app *app, const char *name, struct json_object **ret,
			     struct acr_error *error);

/* The account to use for a registry and a tenant (NULL: the account's own). ACR_NOT_SET_UP if
 * nobody is signed in, ACR_UNAVAILABLE if only in another cloud. */
_checked_ int acr_azure_profile_find(const struct acr_app *app, const struct acr_ask *ask,
				     struct acr_azure_account *ret, struct acr_error *error);

/* ---- msal_cache.c: the tokens of az (read only) ---- */

/* A token for ask->audience that is valid for at least five more minutes. False if there is
 * none. */
bool acr_msal_find_access(const struct acr_app *app, const struct acr_ask *ask,
			  const struct acr_azure_account *account, struct acr_token *ret);

/* Redeem the account's refresh token at Entra ID. ACR_UNAVAILABLE if there is none, or if it is
 * encrypted. */
_checked_ int acr_msal_redeem(const struct acr_app *app, const struct acr_ask *ask,
			      const struct acr_azure_account *account, struct acr_token *ret,
			      struct acr_error *error);

/* ---- azure_principal.c ---- */

/* Sign in as the service principal that az stores. ACR_NOT_FOUND if there is none with this
 * name. */
_checked_ int acr_azure_principal(const struct acr_app *app, const struct acr_ask *ask,
				  const struct acr_azure_account *account, struct acr_token *ret,
				  struct acr_error *error);

/* Is `host` an authority of the registry's cloud, by any of its names? */
bool acr_azure_environment(const struct acr_registry *registry, const char *host);

#endif
