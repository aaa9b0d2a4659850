/* SPDX-License-Identifier: Apache-2.0 */
/* The last cache location: $XDG_CACHE_HOME or ~/.cache, on a disk, for sessions without a runtime
 * folder and machines without a kernel keyring. */
#include "acr/store.h"
#include "base/file.h"
#include "store/private_dir.h"

static char *folder(const struct acr_app *app)
{
	return acr_home_path(app, "XDG_CACHE_HOME", ".cache", "");
}

static int read_key(const struct acr_app *app, const char *key, struct acr_secret *ret,
		    struct acr_error *error)
{
	auto_string here = folder(app);

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
	auto_string here = folder(app);

	return acr_private_dir_drop(here, key, error);
}

static int each_key(const struct acr_app *app, void (*visit)(void *data, const char *key),
		    void *data, struct acr_error *error)
{
	auto_string here = folder(app);

	return acr_private_dir_each(here, visit, data, error);
}

const struct acr_cache_home acr_cache_cache_folder = {
	.name = "cache-folder",
	.memory = false,
	.setting = "file",
	.read = read_key,
	.write = write_key,
	.drop = drop_key,
	.each = each_key,
	.folder = folder,
};
