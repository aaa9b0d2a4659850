/* SPDX-License-Identifier: Apache-2.0 */
/* Finds other programs, and checks whether another user could have replaced them or the code that
 * they load. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/owner.h"
#include "base/process.h"

/* Folders from which programs load code or commands. Variables of folders that only hold data
 * (XDG_RUNTIME_DIR) are not listed. */
static const struct {
	const char *program;   /* prefix of the program's name */
	const char *variable;  /* the variable that names the folder */
	const char *otherwise; /* below HOME, if the variable is not set; NULL: none */
	const char *below;     /* in that folder */
} loads[] = {
	{ "", "HOME", NULL, "" },
	{ "", "XDG_CONFIG_HOME", NULL, "" },
	{ "", "XDG_DATA_HOME", NULL, "" },
	{ "az", "AZURE_CONFIG_DIR", ".azure", "/cliextensions" },
	{ "az", "PYTHONUSERBASE", ".local", "/lib" }, /* Python's user site */
	{ "azd", "AZD_CONFIG_DIR", ".azd", "" },
	{ "docker", "DOCKER_CONFIG", ".docker", "/cli-plugins" },
};

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* The folder that holds the program, or the file itself, if other users can write to it. Owned;
 * NULL if they cannot. */
static char *writable_by_others(const char *path)
{
	auto_string folder = acr_format("%.*s", (int)(strrchr(path, '/') - path), path);
	uid_t owner;
	char *found = *folder ? acr_stranger(folder, ACR_CLOSED, &owner) : NULL;

	return found ? found : acr_stranger(path, ACR_CLOSED, &owner);
}

/* Is an executable file of this name in the folder? Owned. */
static char *in_folder(const char *folder, size_t length, const char *name)
{
	auto_string path = acr_format("%.*s/%s", (int)length, folder, name);
	struct stat status;
	char *found = path;

	if (length == 0 || folder[0] != '/' || stat(path, &status) || !S_ISREG(status.st_mode) ||
	    access(path, X_OK))
		return NULL;
	path = NULL;
	return found;
}

char *acr_program_find_in(const struct acr_app *app, const char *folders, const char *name)
{
	for (const char *next = folders; *next;) {
		size_t length = strcspn(next, ":");
		char *found = in_folder(next, length, name);
		auto_string other = found ? writable_by_others(found) : NULL;

		if (found && !other)
			return found;
		if (found)
			acr_debug(app, "%s is passed over: other users can change %s", found,
				  other);
		acr_string_free(&found);
		next += length + (next[length] == ':');
	}
	return NULL;
}

char *acr_program_find(const struct acr_app *app, const char *name)
{
	const char *path = acr_env(app, "PATH");

	return acr_program_find_in(app, path ? path : ACR_PATH, name);
}

char *acr_program_first(const struct acr_app *app, const char *name)
{
	char *found = NULL;

	for (const char *next = acr_env(app, "PATH"); !found && next && *next;) {
		size_t length = strcspn(next, ":");

		found = in_folder(next, length, name);
		next += length + (next[length] == ':');
	}
	return found;
}

/* The folder of a row, as a child that is started in / would resolve it. Owned; NULL: none. */
static char *folder_of(size_t row, const char *const *environment)
{
	const char *folder = acr_environment_get(environment, loads[row].variable);
	const char *home = acr_environment_get(environment, "HOME");

	if (folder)
		return acr_format("/%s%s", folder, loads[row].below);
	if (!home || !loads[row].otherwise)
		return NULL;
	return acr_format("/%s/%s%s", home, loads[row].otherwise, loads[row].below);
}

int acr_program_check_home(const char *program, const char *const *environment,
			   struct acr_error *error)
{
	const char *name = base_name(program);
	char self[24];

	for (size_t i = 0; i < sizeof(loads) / sizeof(loads[0]); i++) {
		auto_string folder = strncmp(name, loads[i].program, strlen(loads[i].program)) == 0
					     ? folder_of(i, environment)
					     : NULL;
		uid_t owner = 0;
		auto_string foreign = folder ? acr_stranger(folder, ACR_OWNED, &owner) : NULL;

		if (foreign)
			return acr_raise(error, PROGRAM_FOREIGN_HOME, foreign,
					 acr_number(owner).text, acr_own_name(self), name);
	}
	return 0;
}

int acr_program_check(const char *program, const char *const *environment, struct acr_error *error)
{
	auto_string other = writable_by_others(program);

	if (other)
		return acr_raise(error, PROGRAM_UNTRUSTED, program, other);
	return acr_program_check_home(program, environment, error);
}
