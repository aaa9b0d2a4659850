/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Caches derived tokens: which cache locations are searched in which order, and when an entry is
 * valid. No function fails its caller: a cache that does not work is treated as empty.
 */
#include <inttypes.h>
#include <string.h>
#include <sys/vfs.h>

#include <linux/magic.h>

#include "acr/config.h"
#include "acr/store.h"
#include "base/budget.h"
#include "store/private_dir.h"

#define CACHE(row) extern const struct acr_cache_home acr_cache_##row;
#include "store/caches.def"
#undef CACHE
#define CACHE(row) &acr_cache_##row,
const struct acr_cache_home *const acr_cache_homes[] = {
#include "store/caches.def"
	NULL
};
#undef CACHE

#define CORRUPT	     ".corrupt"
#define CORRUPT_LIFE 3600 /* seconds that the kernel keeps a damaged entry for inspection */

bool acr_cache_allows(const struct acr_app *app, const struct acr_cache_home *home)
{
	const char *wanted = acr_config_get(app->config, NULL, "cache");

	if (!acr_may_use(app, ACR_KEPT_DERIVED))
		return false;
	return !wanted || strcmp(wanted, "auto") == 0 || strcmp(wanted, home->setting) == 0;
}

/* "entry_acme.azurecr.io_": host names contain no '_', so no prefix is the beginning of another
 * one. */
static char *prefix_of(const char *host)
{
	auto_string name = acr_private_dir_name(host);

	for (char *c = name; *c; c++)
		if (*c == '%' || *c == '+')
			*c = '-';
	return acr_format("entry_%s_", name);
}

static char *key_of(const char *host, uint64_t hash)
{
	auto_string prefix = host ? prefix_of(host) : acr_copy("token_");

	return acr_format("%s%016" PRIx64, prefix, hash);
}

/* Read one entry from one location. A damaged entry is moved aside, so that it is reported once; an
 * entry of a newer version is kept. */
static int read_entry(const struct acr_app *app, const struct acr_cache_home *home, const char *key,
		      struct acr_entry *ret, struct acr_error *error)
{
	auto_secret bytes = { 0 };
	auto_string aside = NULL;

	/* No caller needs the error, and formatting it would take longer than the lookup. */
	if (home->read(app, key, &bytes, NULL))
		return -1;
	if (acr_entry_read(acr_secret_text(&bytes), bytes.length, ret, error) == 0)
		return 0;
	if (error->kind == ACR_INVALID) {
		aside = acr_format("%s" CORRUPT, key);
		acr_debug(app, "the cache entry %s in the %s is damaged: moved to %s", key,
			  home->name, aside);
		home->write(app, aside, &bytes, CORRUPT_LIFE, NULL);
		home->drop(app, key, NULL);
	}
	return -1;
}

/* The first entry that is not due for renewal, otherwise the one with the longest remaining
 * lifetime: if a location could not be written to (full or read-only), it has an old entry, and a
 * later location the renewed one. */
static bool find(const struct acr_app *app, const char *key, const char *host, const char *identity,
		 bool memory, struct acr_entry *ret)
{
	bool found = false;

	for (size_t i = 0; acr_cache_homes[i]; i++) {
		const struct acr_cache_home *home = acr_cache_homes[i];
		struct acr_error error = { 0 };
		auto_entry entry = { 0 };

		if (!acr_cache_allows(app, home) || (memory && !home->memory) ||
		    read_entry(app, home, key, &entry, &error))
			continue;
		/* The key contains only a hash: compare the full values. */
		if ((host && strcmp(entry.host, host) != 0) ||
		    strcmp(entry.identity, identity) != 0)
			continue;
		entry.left = acr_entry_left(app, &entry, &entry.age);
		if (entry.left == 0 || (found && entry.left <= ret->left))
			continue;
		acr_entry_wipe(ret);
		*ret = entry;
		entry = (struct acr_entry){ 0 };
		found = true;
		if (ret->age < ret->renew)
			break;
	}
	return found;
}

bool acr_cache_find(const struct acr_app *app, const char *host, uint64_t hash,
		    const char *identity, struct acr_entry *ret)
{
	auto_string key = key_of(host, hash);

	return find(app, key, host, identity, false, ret);
}

bool acr_cache_find_token(const struct acr_app *app, uint64_t hash, const char *identity,
			  struct acr_entry *ret)
{
	auto_string key = key_of(NULL, hash);

	return find(app, key, NULL, identity, true, ret);
}

/* Is there an entry under this key that only a newer version may change? */
static bool newer(const struct acr_app *app, const struct acr_cache_home *home, const char *key)
{
	struct acr_error error = { 0 };
	auto_entry entry = { 0 };
	auto_secret bytes = { 0 };

	return home->read(app, key, &bytes, NULL) == 0 &&
	       acr_entry_read(acr_secret_text(&bytes), bytes.length, &entry, &error) &&
	       error.kind == ACR_UNAVAILABLE;
}

/* A runtime folder may be on a disk if it was not created by a session manager. */
static bool in_memory(const struct acr_app *app, const struct acr_cache_home *home)
{
	auto_string folder = home->folder(app);
	struct statfs status;
	char *slash = folder ? strrchr(folder, '/') : NULL;

	if (!home->memory || !folder)
		return home->memory;
	*slash = '\0'; /* our folder may not exist yet: check its parent instead */
	return statfs(folder, &status) == 0 &&
	       (status.f_type == TMPFS_MAGIC || status.f_type == RAMFS_MAGIC);
}

/* The state of an iteration over the keys of one location. */
struct walk {
	const struct acr_app *app;
	const struct acr_cache_home *home;
	const char *prefix;
	void (*visit)(void *data, const struct acr_cache_home *home, const struct acr_entry *entry);
	void *data;
};

static bool begins(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

static bool is_aside(const char *key)
{
	size_t length = strlen(key), suffix = strlen(CORRUPT);

	return length > suffix && strcmp(key + length - suffix, CORRUPT) == 0;
}

static void drop_dead(void *data, const char *key)
{
	const struct walk *walk = data;
	struct acr_error error = { 0 };
	auto_entry entry = { 0 };
	int64_t age = 0;

	if ((!begins(key, "entry_") && !begins(key, "token_")) || is_aside(key))
		return;
	/* An entry with a time in the future is not old: the clock is wrong. */
	if (read_entry(walk->app, walk->home, key, &entry, &error) == 0 &&
	    acr_entry_left(walk->app, &entry, &age) == 0 && age > 0)
		walk->home->drop(walk->app, key, NULL);
}

static const struct acr_cache_home *keep(const struct acr_app *app, const char *key, bool memory,
					 const struct acr_entry *entry)
{
	const struct acr_cache_home *used = NULL;
	auto_secret bytes = { 0 };

	acr_entry_write(entry, &bytes);
	if (!acr_may_use(app, ACR_KEPT_DERIVED) || bytes.length > ACR_ENTRY_MAX)
		return NULL;
	for (size_t i = 0; acr_cache_homes[i]; i++) {
		const struct acr_cache_home *home = acr_cache_homes[i];
		struct acr_error error = { 0 };

		if (newer(app, home, key))
			continue;
		if (used) {
			home->drop(app, key, NULL);
			continue;
		}
		if (!acr_cache_allows(app, home) || (memory && !in_memory(app, home)))
			continue;
		if (home->write(app, key, &bytes, entry->life, &error) == 0) {
			used = home;
			continue;
		}
		acr_debug_error(app, home->name, &error);
		home->drop(app, key, NULL); /* an older entry would be found before this one */
	}
	if (used) {
		struct walk walk = { .app = app, .home = used };
		used->each(app, drop_dead, &walk, NULL);
	}
	return used;
}

const struct acr_cache_home *acr_cache_keep(const struct acr_app *app, uint64_t hash,
					    const struct acr_entry *entry)
{
	auto_string key = key_of(entry->host, hash);

	return keep(app, key, false, entry);
}

void acr_cache_keep_token(const struct acr_app *app, uint64_t hash, const struct acr_entry *entry)
{
	auto_string key = key_of(NULL, hash);

	keep(app, key, true, entry);
}

void acr_cache_drop_token(const struct acr_app *app, uint64_t hash)
{
	auto_string key = key_of(NULL, hash);

	for (size_t i = 0; acr_may_use(app, ACR_KEPT_DERIVED) && acr_cache_homes[i]; i++)
		acr_cache_homes[i]->drop(app, key, NULL);
}

static void drop_key(void *data, const char *key)
{
	const struct walk *walk = data;

	if (begins(key, walk->prefix) || begins(key, "token_"))
		walk->home->drop(walk->app, key, NULL);
}

/* Remove the entries from every location, even from those that the configuration does not enable
 * now: it may have enabled them before. */
void acr_cache_drop(const struct acr_app *app, const char *host)
{
	auto_string prefix = prefix_of(host);

	for (size_t i = 0; acr_may_use(app, ACR_KEPT_DERIVED) && acr_cache_homes[i]; i++) {
		struct walk walk = { .app = app, .home = acr_cache_homes[i], .prefix = prefix };
		walk.home->each(app, drop_key, &walk, NULL);
	}
}

static void visit_key(void *data, const char *key)
{
	const struct walk *walk = data;
	struct acr_error error = { 0 };
	auto_entry entry = { 0 };

	if (begins(key, "entry_") && !is_aside(key) &&
	    read_entry(walk->app, walk->home, key, &entry, &error) == 0)
		walk->visit(walk->data, walk->home, &entry);
}

void acr_cache_each(const struct acr_app *app,
		    void (*visit)(void *data, const struct acr_cache_home *home,
				  const struct acr_entry *entry),
		    void *data)
{
	for (size_t i = 0; acr_cache_homes[i]; i++) {
		struct walk walk = { app, acr_cache_homes[i], "", visit, data };

		if (acr_cache_allows(app, walk.home))
			walk.home->each(app, visit_key, &walk, NULL);
	}
}
