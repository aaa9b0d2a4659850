/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The accounts that are signed in to the Azure CLI, from azureProfile.json (Azure/azure-cli,
 * azure-cli-core _profile.py): one entry per subscription, with the user, the tenant of its tokens,
 * and its cloud. The file may begin with a byte order mark.
 */
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/budget.h"
#include "base/file.h"
#include "identity/run_cli.h"

#define READS	   3   /* how often a file that is being written is read */
#define READ_PAUSE 100 /* ms between them */

void acr_azure_account_wipe(struct acr_azure_account *account)
{
	free(account->user);
	free(account->tenant);
	free(account->subscription);
	free(account->cloud);
	*account = (struct acr_azure_account){ 0 };
}

char *acr_azure_folder(const struct acr_app *app)
{
	const char *folder = acr_env(app, "AZURE_CONFIG_DIR");
	const char *home = acr_env(app, "HOME");

	/* az resolves a relative path from its working directory, which may not be ours. */
	if (folder)
		return folder[0] == '/' ? acr_copy(folder) : NULL;
	return home && home[0] == '/' ? acr_format("%s/.azure", home) : NULL;
}

int acr_azure_file(const struct acr_app *app, const char *name, struct json_object **ret,
		   struct acr_error *error)
{
	auto_string folder = acr_azure_folder(app);
	struct acr_error wrong = { 0 };

	if (!folder)
		return acr_raise(error, AZ_FOLDER_NONE);
	auto_string path = acr_format("%s/%s", folder, name);
	for (int tried = 1;; tried++) {
		auto_secret bytes = { 0 };
		const char *text;
		size_t skip;

		if (acr_file_read(path, ACR_STORE_MAX, &bytes, error))
			return -1;
		text = acr_secret_text(&bytes);
		skip = strncmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
		if (acr_json_parse(text + skip, bytes.length - skip, ret, &wrong) == 0)
			return 0;
		if (tried >= READS || acr_budget(app, READ_PAUSE) < READ_PAUSE)
			break;
		poll(NULL, 0, READ_PAUSE);
	}
	if (error)
		*error = wrong;
	return acr_context(error, AT, path);
}

bool acr_azure_environment(const struct acr_registry *registry, const char *host)
{
	return host && (strcasecmp(host, registry->authority) == 0 ||
			acr_cloud_of_authority(host) == registry->cloud);
}

/* A configured authority that is not the cloud's own belongs to a custom cloud. */
static bool is_in_cloud(const struct acr_registry *registry, struct json_object *entry)
{
	const char *name = acr_json_string(entry, "environmentName");

	return !name || strcasecmp(name, registry->cloud->name) == 0 ||
	       acr_cloud_of_authority(registry->authority) != registry->cloud;
}

static bool is_of_tenant(struct json_object *entry, const char *tenant)
{
	const char *id = acr_json_string(entry, "tenantId");
	const char *domain = acr_json_string(entry, "tenantDefaultDomain");

	return (id && strcasecmp(id, tenant) == 0) || (domain && strcasecmp(domain, tenant) == 0);
}

/* How well an entry matches: one of the requested tenant before az's default before any of the
 * cloud. */
static int fit(const struct acr_ask *ask, struct json_object *entry)
{
	if (!is_in_cloud(ask->registry, entry) || !acr_json_string(entry, "tenantId") ||
	    !acr_json_string(acr_json_member(entry, "user"), "name"))
		return 0;
	return 1 + (acr_json_bool(entry, "isDefault", false) ? 1 : 0) +
	       (ask->tenant && is_of_tenant(entry, ask->tenant) ? 2 : 0);
}

static void take(const struct acr_ask *ask, struct json_object *entry,
		 struct acr_azure_account *ret)
{
	struct json_object *user = acr_json_member(entry, "user");
	const char *name = acr_json_string(user, "name");
	const char *type = acr_json_string(user, "type");
	const char *id = acr_json_string(entry, "id");
	const char *cloud = acr_json_string(entry, "environmentName");

	ret->other_tenant = ask->tenant && !is_of_tenant(entry, ask->tenant);
	ret->user = acr_copy(name);
	ret->tenant =
		acr_copy(ret->other_tenant ? ask->tenant : acr_json_string(entry, "tenantId"));
	ret->subscription = acr_copy(id ? id : "");
	ret->cloud = acr_copy(cloud ? cloud : "AzureCloud");
	ret->is_default = acr_json_bool(entry, "isDefault", false);
	ret->service_principal = type && strcasecmp(type, "servicePrincipal") == 0;
	ret->machine = strcmp(name, "systemAssignedIdentity") == 0 ||
		       strcmp(name, "userAssignedIdentity") == 0 ||
		       acr_json_member(user, "assignedIdentityInfo") ||
		       acr_json_bool(user, "cloudShellID", false);
}

int acr_azure_profile_find(const struct acr_app *app, const struct acr_ask *ask,
			   struct acr_azure_account *ret, struct acr_error *error)
{
	struct json_object *entries, *best = NULL;
	struct acr_error wrong = { 0 };
	auto_json profile = NULL;
	const char *elsewhere = NULL;
	int most = 0;

	if (acr_azure_file(app, "azureProfile.json", &profile, &wrong)) {
		if (wrong.kind == ACR_NOT_FOUND)
			return acr_raise(error, NOT_SIGNED_IN, "az", "az login");
		if (error)
			*error = wrong;
		return -1;
	}
	entries = acr_json_member(profile, "subscriptions");
	if (!json_object_is_type(entries, json_type_array) ||
	    json_object_array_length(entries) == 0)
		return acr_raise(error, NOT_SIGNED_IN, "az", "az login");
	for (size_t i = 0; i < json_object_array_length(entries); i++) {
		struct json_object *entry = json_object_array_get_idx(entries, i);
		int fits = fit(ask, entry);

		if (fits > most) {
			most = fits;
			best = entry;
		}
		if (fits == 0 && !elsewhere)
			elsewhere = acr_json_string(entry, "environmentName");
	}
	if (!best)
		return acr_raise(error, AZ_OTHER_CLOUD, elsewhere ? elsewhere : "?",
				 ask->registry->host, ask->registry->cloud->name);
	take(ask, best, ret);
	return 0;
}
