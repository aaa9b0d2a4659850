/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The developer's tools: running them for a token, and reading what the Azure CLI keeps, which
 * costs a hundredth of starting it.
 */
#ifndef IDENTITY_RUN_CLI_H
#define IDENTITY_RUN_CLI_H

#include "base/process.h"
#include "identity/internal.h"

/* ---- run_cli.c ---- */

/* What a tool's complaint means: words in it, and what they say about the sign-in. */
struct acr_tool_complaint {
	const char *words;
	enum acr_message_id message; /* its places: the tool, and the advice where there is one */
	const char *advice;	     /* or NULL */
};

struct acr_tool {
	const char *name;		  /* "az" */
	const char *token, *end, *tenant; /* members of its answer; NULL: it has none */
	const char *const *fixed;	  /* NAME=value for its environment, beside what it needs */
	const struct acr_tool_complaint *complaints; /* ends with words == NULL */
};
extern const struct acr_tool acr_tool_az, acr_tool_azd;

/* Run `arguments` (the first an absolute path), with `variable` (NAME=value, or NULL) in its
 * environment too, and read the JSON object that it prints. Errors carry the AADSTS code, and the
 * line in which the tool says why. */
_checked_ int acr_tool_ask(const struct acr_app *app, const struct acr_tool *tool,
			   const char *const *arguments, const char *variable,
			   struct json_object **ret, struct acr_error *error);

/* The token in that object. */
_checked_ int acr_tool_token(const struct acr_app *app, const struct acr_tool *tool,
			     struct json_object *json, struct acr_token *ret,
			     struct acr_error *error);

/* ---- azure_profile.c: who is signed in to az ---- */

struct acr_azure_account {
	char *user, *tenant, *subscription, *cloud; /* owned */
	bool service_principal;
	bool machine;	   /* az was signed in with a managed identity, or is in Cloud Shell */
	bool is_default;   /* the subscription that az uses when not told */
	bool other_tenant; /* `tenant` is the config's, not the subscription's */
};
void acr_azure_account_wipe(struct acr_azure_account *account);

/* az's folder, owned by the caller, NULL without a home. */
char *acr_azure_folder(const struct acr_app *app);

/* A JSON file in that folder. az writes them in place, so half of one is read again after a moment.
 * ACR_NOT_FOUND, ACR_INVALID. */
_checked_ int acr_azure_file(const struct acr_app *app, const char *name, struct json_object **ret,
			     struct acr_error *error);

/* The account to use for a registry and a tenant (NULL: the account's own). ACR_NOT_SET_UP when
 * nobody is signed in, ACR_UNAVAILABLE when in another cloud only. */
_checked_ int acr_azure_profile_find(const struct acr_app *app, const struct acr_ask *ask,
				     struct acr_azure_account *ret, struct acr_error *error);

/* ---- msal_cache.c: the tokens that az keeps (read only) ---- */

/* A token for ask->audience that lives for five minutes more. False where there is none. */
bool acr_msal_find_access(const struct acr_app *app, const struct acr_ask *ask,
			  const struct acr_azure_account *account, struct acr_token *ret);

/* Redeem the account's refresh token at Entra ID. ACR_UNAVAILABLE where it has none, or keeps it
 * encrypted. */
_checked_ int acr_msal_redeem(const struct acr_app *app, const struct acr_ask *ask,
			      const struct acr_azure_account *account, struct acr_token *ret,
			      struct acr_error *error);

/* ---- azure_principal.c ---- */

/* Sign in as the service principal that az keeps. ACR_NOT_FOUND where it keeps none by this
 * name. */
_checked_ int acr_azure_principal(const struct acr_app *app, const struct acr_ask *ask,
				  const struct acr_azure_account *account, struct acr_token *ret,
				  struct acr_error *error);

/* Is `host` Entra ID's for this registry, by any of its names? */
bool acr_azure_environment(const struct acr_registry *registry, const char *host);

#endif
