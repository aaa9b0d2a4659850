/* SPDX-License-Identifier: Apache-2.0 */
/* The environment of this process: reading it, removing variables that are dangerous for libraries,
 * and selecting variables. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "acr/app.h"
#include "base/process.h"

static const char *find(const char *const *environment, const char *name)
{
	size_t length = strlen(name);

	for (const char *const *row = environment; row && *row; row++)
		if (strncmp(*row, name, length) == 0 && (*row)[length] == '=')
			return *row;
	return NULL;
}

const char *acr_environment_get(const char *const *environment, const char *name)
{
	const char *row = find(environment, name);

	if (!row)
		return NULL;
	row += strlen(name) + 1;
	return *row ? row : NULL;
}

const char *acr_env(const struct acr_app *app, const char *name)
{
	return acr_environment_get(app->environment, name);
}

char **acr_environment_pick(const struct acr_app *app, const char *const *names)
{
	size_t count = 0, used = 0;
	char **picked;

	while (names[count])
		count++;
	picked = calloc(count + 1, sizeof(*picked));
	if (!picked)
		acr_out_of_memory();
	for (size_t i = 0; i < count; i++) {
		const char *row = find(app->environment, names[i]);

		/* An empty variable counts as not set, as in acr_env. Passed on, one that should
		 * name the certificate authorities would turn off verification in Python. */
		if (row && row[strlen(names[i]) + 1])
			picked[used++] = acr_copy(row);
	}
	return picked;
}

void acr_environment_free(char ***environment)
{
	for (char **row = *environment; row && *row; row++)
		acr_string_free(row);
	free(*environment);
	*environment = NULL;
}

char *acr_system_path(const struct acr_app *app, const char *path)
{
	return acr_format("%s%s", app->root ? app->root : "", path);
}

enum policy {
	NEVER,	       /* writes keys, loads code or prints data that passes through a library */
	WITHOUT_SLASH, /* a name is allowed, a path is not */
	OF_ROOT,       /* sets up FIPS on some machines: allowed if only root can change the path */
};

/* ssl(7), openssl-env(7), gconv and gettext (glibc's manual), GnuTLS' manual ("Debugging"), libcurl
 * ("libcurl-env"). */
static const struct {
	const char *name;
	enum policy policy;
} named_files[] = {
	{ "SSLKEYLOGFILE", NEVER },
	{ "GNUTLS_KEYLOGFILE", NEVER },
	{ "GNUTLS_DEBUG_LEVEL", NEVER },
	{ "QLOGDIR", NEVER },
	{ "GCONV_PATH", NEVER },
	{ "NLSPATH", NEVER },
	{ "HOSTALIASES", NEVER },
	{ "KRB5_TRACE", NEVER },
	{ "LANGUAGE", WITHOUT_SLASH },
	{ "OPENSSL_CONF", OF_ROOT },
	{ "OPENSSL_CONF_INCLUDE", OF_ROOT },
	{ "OPENSSL_MODULES", OF_ROOT },
	{ "OPENSSL_ENGINES", OF_ROOT },
	{ "GNUTLS_SYSTEM_PRIORITY_FILE", OF_ROOT },
	{ "LOCPATH", OF_ROOT },
};

/* Everybody can write to /dev/null, but it stays empty: OPENSSL_CONF=/dev/null means "none". */
static bool is_null_device(const struct stat *status)
{
	return S_ISCHR(status->st_mode) && status->st_rdev == makedev(1, 3);
}

/* Does every folder of the path, and the file itself, belong to root, and can no other user write
 * to it? Modifies the path. */
static bool all_of_root(char *path)
{
	for (char *end = path;; *end = '\0') {
		struct stat status;

		if (lstat(*path ? path : "/", &status) || status.st_uid != 0 ||
		    (!S_ISLNK(status.st_mode) && !is_null_device(&status) &&
		     (status.st_mode & (S_IWGRP | S_IWOTH))))
			return false;
		if (!*path)
			return true;
		end = strrchr(path, '/');
	}
}

/* Checks the path as written and its target: a link that another user can replace does not count as
 * root's. */
static bool only_root_writes(const char *path)
{
	auto_string written = acr_copy(path);
	auto_string real = realpath(path, NULL);

	return path[0] == '/' && real && all_of_root(written) && all_of_root(real);
}

static bool is_kept(const char *row)
{
	for (size_t i = 0; i < sizeof(named_files) / sizeof(named_files[0]); i++) {
		size_t length;
		const char *value;

		/* Comparing the first letter skips most rows, at every start. */
		if (*row != *named_files[i].name)
			continue;
		length = strlen(named_files[i].name);
		value = row + length + 1;
		if (strncmp(row, named_files[i].name, length) != 0 || row[length] != '=')
			continue;
		switch (named_files[i].policy) {
		case WITHOUT_SLASH:
			return !strchr(value, '/');
		case OF_ROOT:
			return only_root_writes(value);
		case NEVER:
		default:
			return false;
		}
	}
	return true;
}

void acr_environment_clean(char **environment)
{
	char **kept = environment;

	for (char **row = environment; row && *row; row++)
		if (is_kept(*row))
			*kept++ = *row;
	if (kept)
		*kept = NULL;
}
