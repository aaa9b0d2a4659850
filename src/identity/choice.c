/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Selects the identities and their order: "identity" in the configuration, otherwise
 * AZURE_TOKEN_CREDENTIALS, otherwise all. The variable is interpreted as in the Azure SDKs for
 * .NET, Java, JavaScript and Python: "dev" means only the developer tools (azure-sdk-for-cpp adds
 * the others).
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "acr/config.h"
#include "base/nearest.h"
#include "identity/internal.h"

const struct acr_identity *acr_identity_by_name(const char *name)
{
	for (const struct acr_identity *const *row = acr_identities; *row; row++)
		if (strcmp((*row)->name, name) == 0)
			return *row;
	return NULL;
}

static void choose_row(struct acr_choice *choice, const struct acr_identity *row)
{
	for (size_t i = 0; i < choice->count; i++)
		if (choice->rows[i] == row)
			return;
	if (choice->count < ACR_CHAIN_MAX)
		choice->rows[choice->count++] = row;
}

/* Copy the word at `*next` without surrounding white space; false at the end. */
static bool take_word(const char **next, const char *separators, char *ret, size_t size)
{
	size_t length;

	if (!**next)
		return false;
	*next += strspn(*next, " \t\r\n");
	length = strcspn(*next, separators);
	snprintf(ret, size, "%.*s", (int)(length < size ? length : size), *next);
	*next += length + ((*next)[length] != '\0');
	length = strlen(ret);
	while (length > 0 && strchr(" \t\r\n", ret[length - 1]))
		ret[--length] = '\0';
	return true;
}

/* The error names the place of the setting, and the name that was probably meant. */
static int fail_name(const struct acr_app *app, const struct acr_registry *registry,
		     const char *word, struct acr_error *error)
{
	struct acr_nearest search = { .word = word };
	struct acr_setting_source source = { 0 };
	char known[256] = "auto, none";
	auto_string setting = NULL;

	acr_nearest_try(&search, "auto");
	acr_nearest_try(&search, "none");
	for (const struct acr_identity *const *row = acr_identities; *row; row++) {
		acr_nearest_try(&search, (*row)->name);
		snprintf(known + strlen(known), sizeof(known) - strlen(known), ", %s",
			 (*row)->name);
	}
	acr_config_find(app->config, registry->host, "identity", &source);
	setting = source.path ? acr_format("%s: \"identity\"", source.path)
			      : acr_copy("DOCKER_CREDENTIAL_ACR_IDENTITY");
	return search.best ? acr_raise(error, IDENTITY_NAME_NEAR, setting, word, search.best)
			   : acr_raise(error, IDENTITY_NAME_UNKNOWN, setting, word, known);
}

/* "identity" of the configuration: names in the order to try them. */
static int choose_by_config(const struct acr_app *app, const struct acr_registry *registry,
			    const char *list, struct acr_choice *ret, struct acr_error *error)
{
	char word[64];

	ret->pinned = true;
	while (take_word(&list, ",", word, sizeof(word))) {
		const struct acr_identity *row = acr_identity_by_name(word);

		if (!row)
			return fail_name(app, registry, word, error);
		choose_row(ret, row);
	}
	return 0;
}

/* Credentials of the Azure SDKs that are not supported here. */
static const char *const foreign[] = {
	"AzurePowerShellCredential",	"BrokerCredential",	  "DeviceCodeCredential",
	"InteractiveBrowserCredential", "IntelliJCredential",	  "SharedTokenCacheCredential",
	"VisualStudioCodeCredential",	"VisualStudioCredential",
};

/* The single word of the variable; "" if it is not set. */
static void take_credentials(const struct acr_app *app, char *ret, size_t size)
{
	const char *value = acr_env(app, "AZURE_TOKEN_CREDENTIALS");

	*ret = '\0';
	if (value)
		take_word(&value, "", ret, size);
}

static bool is_chosen_by_config(const char *list)
{
	return list && *list && strcmp(list, "auto") != 0;
}

const char *acr_chain_skipped(const struct acr_app *app, const struct acr_registry *registry)
{
	char word[64];

	if (is_chosen_by_config(acr_config_get(app->config, registry->host, "identity")))
		return NULL;
	take_credentials(app, word, sizeof(word));
	for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++)
		if (strcasecmp(word, foreign[i]) == 0)
			return foreign[i];
	return NULL;
}

static int choose_by_variable(const char *word, struct acr_choice *ret, struct acr_error *error)
{
	char known[256] = "prod, dev";
	bool production, developer;

	production = strcasecmp(word, "prod") == 0;
	developer = strcasecmp(word, "dev") == 0;
	for (const struct acr_identity *const *row = acr_identities; *row; row++) {
		const char *sdk = (*row)->sdk;

		if ((production && !(*row)->developer) || (developer && (*row)->developer) ||
		    (sdk && strcasecmp(word, sdk) == 0))
			choose_row(ret, *row);
		if (sdk && !strstr(known, sdk))
			snprintf(known + strlen(known), sizeof(known) - strlen(known), ", %s", sdk);
	}
	ret->pinned = !production && !developer;
	if (ret->count == 0)
		return acr_raise(error, TOKEN_CREDENTIALS_UNKNOWN, word, known);
	return 0;
}

int acr_choose(const struct acr_app *app, const struct acr_registry *registry,
	       struct acr_choice *ret, struct acr_error *error)
{
	const char *list = acr_config_get(app->config, registry->host, "identity");
	char word[64];

	if (list && strcmp(list, "none") == 0)
		return 0;
	if (is_chosen_by_config(list))
		return choose_by_config(app, registry, list, ret, error);
	take_credentials(app, word, sizeof(word));
	if (*word && !acr_chain_skipped(app, registry))
		return choose_by_variable(word, ret, error);
	for (const struct acr_identity *const *row = acr_identities; *row; row++)
		choose_row(ret, *row);
	return 0;
}
