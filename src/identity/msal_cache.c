/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads the tokens that az keeps in msal_token_cache.json, the unified cache of MSAL
 * (AzureAD/microsoft-authentication-library-for-python, msal/token_cache.py). Entries are searched
 * by their fields, since the format of the keys has changed over time. Numbers are strings.
 *
 * The file belongs to az and is never written; a refresh token remains valid after it was redeemed.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/file.h"
#include "identity/run_cli.h"

#define AZ_CLIENT                                                                                  \
	"04b07795-8ddb-461a-bbee-02f9e1bf7b46" /* the Azure CLI (azure-cli-core, identity.py) */
#define LEAST 300 /* seconds that a token must remain valid; the same as in MSAL */

#define CACHE "msal_token_cache." /* and how it is written */

static void close_folder(DIR **folder)
{
	if (*folder)
		closedir(*folder);
}

/* The owner of the entries to find. */
struct owner {
	const struct acr_registry *registry;
	const char *home;   /* home_account_id; NULL for service principals, which have none */
	const char *client; /* client_id */
	const char *tenant; /* realm */
};

static bool is(struct json_object *entry, const char *key, const char *value)
{
	const char *text = acr_json_string(entry, key);

	return text && value && strcasecmp(text, value) == 0;
}

static bool is_newer(const struct stat *file, const struct stat *other)
{
	return file->st_mtim.tv_sec > other->st_mtim.tv_sec ||
	       (file->st_mtim.tv_sec == other->st_mtim.tv_sec &&
		file->st_mtim.tv_nsec > other->st_mtim.tv_nsec);
}

/* Is this one of the files that may hold the cache, or that show that it is elsewhere? Their suffix
 * differs between versions of az; lock files and copies made by the user do not count. */
static bool is_signal(const char *name)
{
	static const char *const others[] = { "json", "lock", "lockfile", "bak", "old", "tmp" };
	const char *end = strncmp(name, CACHE, strlen(CACHE)) == 0 ? name + strlen(CACHE) : "";

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (strcmp(end, others[i]) == 0)
			return false;
	return *end && strspn(end, "abcdefghijklmnopqrstuvwxyz0123456789_-") == strlen(end);
}

/* The most recently modified of the files is the one in use. All except the .json file mean that
 * the cache is encrypted in the Secret Service (az with core.encrypt_token_cache), which only az
 * can read: ACR_UNAVAILABLE. */
static int check_encryption(const struct acr_app *app, struct acr_error *error)
{
	auto_string folder = acr_azure_folder(app);
	auto_string plain = folder ? acr_format("%s/" CACHE "json", folder) : NULL;
	__attribute__((cleanup(close_folder))) DIR *open = NULL;
	struct stat kept = { 0 }, status;

	if (plain && stat(plain, &kept) && errno != ENOENT && errno != ENOTDIR)
		return acr_raise_errno(error, errno, FILE_INACCESSIBLE, plain);
	open = folder ? opendir(folder) : NULL;
	if (folder && !open && errno != ENOENT && errno != ENOTDIR)
		return acr_raise_errno(error, errno, FILE_INACCESSIBLE, folder);
	for (const struct dirent *entry; open && (entry = readdir(open));) {
		if (!is_signal(entry->d_name))
			continue;
		if (fstatat(dirfd(open), entry->d_name, &status, 0) == 0) {
			if (is_newer(&status, &kept))
				return acr_raise(error, AZ_ENCRYPTED);
		} else if (errno != ENOENT) {
			auto_string path = acr_format("%s/%s", folder, entry->d_name);

			return acr_raise_errno(error, errno, FILE_INACCESSIBLE, path);
		}
	}
	return 0;
}

/* Does one of the scopes belong to the resource? "RES/.default", "RES//.default", "RES/name". */
static bool is_for(const char *target, const char *audience)
{
	size_t length = strlen(audience);

	while (length > 0 && audience[length - 1] == '/')
		length--;
	for (const char *scope = target; scope && *scope; scope += strspn(scope, " ")) {
		if (strncasecmp(scope, audience, length) == 0 && scope[length] == '/')
			return true;
		scope += strcspn(scope, " ");
	}
	return false;
}

static bool is_owned(struct json_object *entry, const struct owner *owner)
{
	const char *home = acr_json_string(entry, "home_account_id");
	bool same = owner->home ? home && strcasecmp(home, owner->home) == 0 : !home || !*home;

	return same &&
	       acr_azure_environment(owner->registry, acr_json_string(entry, "environment"));
}

/* The home_account_id of a user by name. If there is more than one such account: that of the
 * tenant, or none. */
static const char *find_home(struct json_object *cache, const struct acr_ask *ask,
			     const struct acr_azure_account *account)
{
	struct json_object *accounts = acr_json_member(cache, "Account");
	const char *found = NULL, *of_tenant = NULL;
	bool several = false;

	if (!json_object_is_type(accounts, json_type_object))
		return NULL;
	json_object_object_foreach(accounts, key, entry)
	{
		const char *home = acr_json_string(entry, "home_account_id");

		(void)key;
		if (!home || !is(entry, "username", account->user) ||
		    !acr_azure_environment(ask->registry, acr_json_string(entry, "environment")))
			continue;
		several = several || (found && strcasecmp(found, home) != 0);
		found = home;
		if (is(entry, "realm", account->tenant))
			of_tenant = home;
	}
	return several ? of_tenant : found;
}

static int say_none(const struct acr_ask *ask, const struct acr_azure_account *account,
		    struct acr_error *error)
{
	return acr_raise(error, AZ_NO_REFRESH_TOKEN, account->user, ask->registry->cloud->name);
}

static int read_cache(const struct acr_app *app, const struct acr_ask *ask,
		      const struct acr_azure_account *account, struct json_object **ret,
		      struct owner *ret_owner, struct acr_error *error)
{
	struct acr_error wrong = { 0 };

	if (check_encryption(app, error))
		return -1;
	if (acr_azure_file(app, "msal_token_cache.json", ret, &wrong)) {
		if (wrong.kind == ACR_NOT_FOUND)
			return say_none(ask, account, error);
		if (error)
			*error = wrong;
		return -1;
	}
	*ret_owner = (struct owner){
		.registry = ask->registry,
		.home = account->service_principal ? NULL : find_home(*ret, ask, account),
		.client = account->service_principal ? account->user : AZ_CLIENT,
		.tenant = account->tenant,
	};
	return account->service_principal || ret_owner->home ? 0 : say_none(ask, account, error);
}

bool acr_msal_find_access(const struct acr_app *app, const struct acr_ask *ask,
			  const struct acr_azure_account *account, struct acr_token *ret)
{
	int64_t now = app->clock.wall(app), latest = now + LEAST;
	struct json_object *tokens, *best = NULL;
	auto_json cache = NULL;
	struct owner owner = { 0 };

	if (read_cache(app, ask, account, &cache, &owner, NULL))
		return false;
	tokens = acr_json_member(cache, "AccessToken");
	if (!json_object_is_type(tokens, json_type_object))
		return false;
	json_object_object_foreach(tokens, key, entry)
	{
		const char *type = acr_json_string(entry, "token_type");
		const char *secret = acr_json_string(entry, "secret");
		int64_t end = acr_json_int(entry, "expires_on", 0);

		(void)key;
		if (end < latest || !secret || !acr_token_fits(secret) ||
		    (type && strcasecmp(type, "Bearer") != 0) || !is_owned(entry, &owner) ||
		    !is(entry, "client_id", owner.client) || !is(entry, "realm", owner.tenant) ||
		    !is_for(acr_json_string(entry, "target"), ask->audience))
			continue;
		latest = end;
		best = entry;
	}
	if (!best)
		return false;
	acr_token_wipe(ret);
	acr_secret_add(&ret->access, acr_json_string(best, "secret"));
	ret->life = latest - now;
	if (acr_tenant_fits(account->tenant))
		snprintf(ret->tenant, sizeof(ret->tenant), "%s", account->tenant);
	acr_token_describe(app, ret, ACR_WHO_OTHER);
	return true;
}

/* The newest refresh token of az itself, or of the family of Microsoft clients to which it belongs.
 * It is valid for every tenant and resource. */
static const char *find_refresh(struct json_object *cache, const struct owner *owner)
{
	struct json_object *tokens = acr_json_member(cache, "RefreshToken");
	const char *best = NULL;
	int64_t newest = -1;

	if (!json_object_is_type(tokens, json_type_object))
		return NULL;
	json_object_object_foreach(tokens, key, entry)
	{
		const char *secret = acr_json_string(entry, "secret");
		int64_t time = acr_json_int(entry, "last_modification_time", 0);

		(void)key;
		if (!secret || !*secret || time <= newest || !is_owned(entry, owner) ||
		    (!is(entry, "client_id", owner->client) && !is(entry, "family_id", "1")))
			continue;
		best = secret;
		newest = time;
	}
	return best;
}

int acr_msal_redeem(const struct acr_app *app, const struct acr_ask *ask,
		    const struct acr_azure_account *account, struct acr_token *ret,
		    struct acr_error *error)
{
	const char *refresh, *authority;
	auto_json cache = NULL;
	auto_secret form = { 0 };
	struct owner owner = { 0 };

	if (read_cache(app, ask, account, &cache, &owner, error))
		return -1;
	refresh = find_refresh(cache, &owner);
	if (!refresh)
		return say_none(ask, account, error);
	if (acr_entra_authority(app, ask->registry, &authority, error))
		return -1;
	acr_form_add(&form, "grant_type", "refresh_token");
	acr_form_add(&form, "client_id", AZ_CLIENT);
	acr_form_add(&form, "refresh_token", refresh);
	return acr_entra_redeem(app, authority, account->tenant, ask, &form, ret, error);
}
