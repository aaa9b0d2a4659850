/* SPDX-License-Identifier: Apache-2.0 */
/* The environment of child processes: PATH without folders that other users can write to, and no
 * variable that turns off TLS verification or redirects requests. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/owner.h"
#include "base/process.h"

/* They make az and other programs trust any server, or send requests to another one. */
static const char *const dropped[] = {
	"ARM_CLOUD_METADATA_URL",	"AZURE_CLI_DISABLE_CONNECTION_VERIFICATION",
	"ADAL_PYTHON_SSL_NO_VERIFY",	"PYTHONHTTPSVERIFY",
	"NODE_TLS_REJECT_UNAUTHORIZED", "GIT_SSL_NO_VERIFY"
};

/* Any user might create a folder that does not exist yet. */
static bool is_trusted(const char *folder)
{
	struct stat status;
	uid_t owner;
	auto_string other = NULL;

	if (folder[0] != '/' || stat(folder, &status) || !S_ISDIR(status.st_mode))
		return false;
	other = acr_stranger(folder, ACR_CLOSED, &owner);
	return !other;
}

/* "PATH=" and those of its folders that no other user can write to. Owned. */
static char *trusted_path(const char *folders)
{
	char *path = acr_copy("PATH=");

	for (const char *next = folders; *next;) {
		size_t length = strcspn(next, ":");
		auto_string folder = acr_format("%.*s", (int)length, next);
		if (is_trusted(folder)) {
			char *longer = acr_format("%s%s%s", path, path[5] ? ":" : "", folder);

			acr_string_free(&path);
			path = longer;
		}
		next += length + (next[length] == ':');
	}
	if (path[5])
		return path;
	acr_string_free(&path);
	return acr_copy("PATH=" ACR_PATH);
}

static bool is_dropped(const char *row)
{
	for (size_t i = 0; i < sizeof(dropped) / sizeof(dropped[0]); i++)
		if (strncmp(row, dropped[i], strlen(dropped[i])) == 0 &&
		    row[strlen(dropped[i])] == '=')
			return true;
	return false;
}

char **acr_environment_for_child(const char *const *environment)
{
	size_t count = 0, used = 0;
	char **rows;

	while (environment && environment[count])
		count++;
	rows = calloc(count + 1, sizeof(*rows));
	if (!rows)
		acr_out_of_memory();
	for (size_t i = 0; i < count; i++)
		if (strncmp(environment[i], "PATH=", 5) == 0)
			rows[used++] = trusted_path(environment[i] + 5);
		else if (!is_dropped(environment[i]))
			rows[used++] = acr_copy(environment[i]);
	return rows;
}
