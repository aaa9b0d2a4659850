/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `list`: the servers that `get` returns a login for. The classic builder of Docker calls `list`
 * once and then `get` for each server: it uses a missing registry anonymously, and fails completely
 * if one `get` fails. So the list contains stored logins, registries with a cached token, those
 * that worked at the last request, those in the configuration, and usable logins in Docker's own
 * file; but not registries that have just been refused.
 */
#include <stdlib.h>
#include <string.h>

#include "acr/config.h"
#include "acr/sign_in.h"
#include "broker/broker.h"

struct row {
	char *server, *username;
	size_t order; /* the earlier of two rows for a server is used */
};

struct listing {
	const struct acr_app *app;
	struct acr_report *report;
	struct row *rows;
	size_t count;
};

static void add(struct listing *listing, const char *server, const char *username)
{
	listing->rows = acr_grow(listing->rows, listing->count, sizeof(*listing->rows));
	listing->rows[listing->count] =
		(struct row){ acr_copy(server), acr_copy(username), listing->count };
	listing->count++;
}

static int by_server(const void *left, const void *right)
{
	const struct row *a = left, *b = right;
	int names = strcmp(a->server, b->server);

	return names ? names : (a->order > b->order) - (a->order < b->order);
}

/* The decisions about a host. A host whose file cannot be used is omitted, since its `get`
 * fails. */
static bool decided(struct listing *listing, const char *host, struct acr_state *ret)
{
	struct acr_error error = { 0 };

	if (acr_decisions_of(listing->app, host, ret, &error) == 0)
		return true;
	acr_report_notice_cause(listing->report, &error, LIST_WITHOUT_REGISTRY, host);
	return false;
}

/* User names under which clients store a registry's own token, which `get` ignores. */
static bool is_tokens_name(const char *username)
{
	return strcmp(username, ACR_NULL_GUID) == 0 || strcmp(username, "<token>") == 0;
}

/* Is there a stored login that `get` would return? `ret_why` (may be NULL): why that is unknown. */
static bool stored(const struct listing *listing, const struct acr_registry *registry,
		   const char *server, const struct acr_state *state, struct acr_error *ret_why)
{
	struct acr_error missing = { 0 };
	auto_login login = { 0 };

	if (acr_stored_login_find(listing->app, registry, server, state, &login, &missing) == 0)
		return true;
	if (ret_why && missing.kind != ACR_NOT_FOUND)
		*ret_why = missing;
	return false;
}

static void add_login(void *data, const char *server, const char *username)
{
	struct listing *listing = data;
	struct acr_registry registry;
	struct acr_state state;

	if (acr_sign_in_reserved(server))
		return;
	if (acr_registry_parse(listing->app->config, server, strlen(server), &registry) &&
	    (!decided(listing, registry.host, &state) ||
	     (state.signed_out && !state.stored_login) ||
	     (is_tokens_name(username) && !stored(listing, &registry, server, &state, NULL))))
		return;
	add(listing, server, username);
}

/* A registry that an identity would serve, unless the user signed out or it was just refused.
 * `identity`: only if this is the current identity (NULL: any). */
static void add_host(struct listing *listing, const char *host, const char *identity)
{
	const struct acr_app *app = listing->app;
	const char *username;
	struct acr_registry registry;
	struct acr_error refusal, unreachable = { 0 };
	struct acr_trail tried = { 0 };
	struct acr_state state = { 0 };
	auto_lookup lookup = { 0 };

	if (!acr_registry_parse(app->config, host, strlen(host), &registry))
		return;
	if (!decided(listing, registry.host, &state) || state.signed_out)
		return;
	/* A stored login takes precedence over any token; if it is not available, `get` fails. */
	if (state.stored_login && (stored(listing, &registry, NULL, &state, &unreachable) ||
				   unreachable.kind != ACR_FINE))
		return;
	acr_lookup_begin(app, &registry, &lookup);
	if (identity && strcmp(identity, lookup.fingerprint.text) != 0)
		return;
	if (acr_refusal_find(app, &lookup, &tried, &refusal))
		return;
	username = acr_config_get(app->config, registry.host, "username");
	add(listing, registry.host, username ? username : ACR_NULL_GUID);
}

static void add_marked(void *data, const char *host)
{
	add_host(data, host, NULL);
}

static void add_configured(void *data, const char *host, bool in_hosts)
{
	(void)in_hosts;
	add_host(data, host, NULL);
}

static void add_cached(void *data, const struct acr_cache_home *home, const struct acr_entry *entry)
{
	struct listing *listing = data;

	(void)home;
	/* `get` does not return an entry of another identity, or from before a logout. */
	if (acr_entry_left(listing->app, entry, NULL) > 0)
		add_host(listing, entry->host, entry->identity);
}

/* A login in Docker's own file. If the server is not an Azure registry, it is listed with exactly
 * the same key, since `get` finds it only by that. */
static void add_auths(void *data, const struct acr_registry *registry, const char *server,
		      const struct acr_login *login, int64_t left)
{
	struct listing *listing = data;

	if (!registry && !acr_sign_in_reserved(server))
		add(listing, server, login->username);
	else if (registry && left != 0 && acr_auths_would_serve(listing->app, registry))
		add(listing, registry->host, login->username);
}

int acr_list(const struct acr_app *app,
	     void (*visit)(void *data, const char *server, const char *username), void *data,
	     struct acr_report *report, struct acr_error *error)
{
	struct listing listing = { .app = app, .report = report };
	struct acr_error locked = { 0 }, unread = { 0 };
	int result = acr_keychain_each(app, add_login, &listing, &locked);

	acr_cache_each(app, add_cached, &listing);
	acr_marker_each(app, ACR_WORKED, add_marked, &listing);
	acr_config_hosts(app->config, add_configured, &listing);
	if (acr_auths_each(app, add_auths, &listing, &unread))
		acr_debug_error(app, "auths", &unread);
	/* A locked keychain is not an empty one, but for a build an incomplete list is better than
	 * none. */
	if (result && listing.count > 0) {
		acr_report_notice_cause(report, &locked, LIST_WITHOUT_LOGINS);
		result = 0;
	} else if (result) {
		*error = locked;
	}
	if (listing.count > 1)
		qsort(listing.rows, listing.count, sizeof(*listing.rows), by_server);
	for (size_t i = 0; i < listing.count; i++) {
		if (!result &&
		    (i == 0 || strcmp(listing.rows[i].server, listing.rows[i - 1].server) != 0))
			visit(data, listing.rows[i].server, listing.rows[i].username);
	}
	for (size_t i = 0; i < listing.count; i++) {
		free(listing.rows[i].server);
		free(listing.rows[i].username);
	}
	free(listing.rows);
	return result;
}
