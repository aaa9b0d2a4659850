/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first cache location: $XDG_RUNTIME_DIR, which is in memory and is removed at the end of the
 * login session (XDG base directory specification). Used only if it is an absolute path, belongs to
 * us, and other users have no access: a value such as /tmp is not a runtime folder.
 */
#include <sys/stat.h>
#include <unistd.h>

#include "acr/store.h"
#include "store/private_dir.h"

static char *path(const struct acr_app *app)
{
	const char *base = acr_env(app, "XDG_RUNTIME_DIR");

	return base && base[0] == '/' ? acr_format("%s/docker-credential-acr", base) : NULL;
}

static char *folder(const struct acr_app *app)
{
	const char *base = acr_env(app, "XDG_RUNTIME_DIR");
	struct stat status;

	if (!base || stat(base, &status) || !S_ISDIR(status.st_mode) ||
	    status.st_uid != geteuid() || (status.st_mode & 077))
		return NULL;
	return path(app);
}

/* Only we can have created a file that belongs to us with one link and mode 0600, so reading does
 * not check the folders. */
static int read_key(const struct acr_app *app, const char *key, struct acr_secret *ret,
		    struct acr_error *error)
{
	auto_string here = path(app);

	return acr_private_dir_read(here, key, ret, error);
}

static int write_key(const struct acr_app *app, const char *key, const struct acr_secret *bytes,
		     int64_t life, struct acr_error *error)
{
	auto_string here = folder(app);

	(void)life;
	return acr_private_dir_write(here, key, bytes, false, error);
}

static int drop_key(const struct acr_app *app, const char *key, struct acr_error *error)
{
	auto_string here = path(app);

	return acr_private_dir_drop(here, key, error);
}

static int each_key(const struct acr_app *app, void (*visit)(void *data, const char *key),
		    void *data, struct acr_error *error)
{
	auto_string here = path(app);

	return acr_private_dir_each(here, visit, data, error);
}

const struct acr_cache_home acr_cache_runtime_folder = {
	.name = "runtime-folder",
	.memory = true,
	.setting = "file",
	.read = read_key,
	.write = write_key,
	.drop = drop_key,
	.each = each_key,
	.folder = folder,
};
