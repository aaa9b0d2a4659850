/* SPDX-License-Identifier: Apache-2.0 */
/* Collects what is stored and cached for each registry, as rows. Never contains a secret, never
 * uses the network. */
#include <stdlib.h>
#include <string.h>

#include "acr/sign_in.h"
#include "broker/broker.h"

struct cached_walk {
	const struct acr_app *app;
	void (*visit)(void *data, const struct acr_cached *cached);
	void *data;
};

static void visit_entry(void *data, const struct acr_cache_home *home,
			const struct acr_entry *entry)
{
	const struct cached_walk *walk = data;
	struct acr_cached cached = { .entry = entry, .home = home };
	auto_lookup lookup = { 0 };
	int64_t age;

	cached.left = acr_entry_left(walk->app, entry, &age);
	/* The host was in the configuration earlier, but is not any more. */
	if (cached.left <= 0 || !acr_registry_parse(walk->app->config, entry->host,
						    strlen(entry->host), &cached.registry))
		return;
	cached.renew = entry->renew > age ? entry->renew - age : 0;
	if (cached.left < entry->validity)
		cached.renew = 0;
	acr_lookup_begin(walk->app, &cached.registry, &lookup);
	cached.in_force = strcmp(lookup.fingerprint.text, entry->identity) == 0;
	walk->visit(walk->data, &cached);
}

void acr_cached_each(const struct acr_app *app,
		     void (*visit)(void *data, const struct acr_cached *cached), void *data)
{
	struct cached_walk walk = { app, visit, data };

	acr_cache_each(app, visit_entry, &walk);
}

/* ---- rows ---- */

struct gathering {
	const struct acr_app *app;
	const char *host; /* NULL: all */
	struct acr_status *into;
};

static bool wanted(const struct gathering *gathering, const char *host)
{
	return !gathering->host || strcmp(gathering->host, host) == 0;
}

/* A row with the common fields; the caller sets the others. */
static struct acr_status_row *add(struct gathering *gathering, enum acr_status_kind kind,
				  const char *registry, const char *source)
{
	struct acr_status *status = gathering->into;
	struct acr_status_row *row;

	status->rows = acr_grow(status->rows, status->count, sizeof(*row));
	row = &status->rows[status->count++];
	*row = (struct acr_status_row){ .kind = kind,
					.registry = acr_copy(registry),
					.username = acr_copy(""),
					.source = acr_copy(source),
					.kept = "",
					.in_force = true };
	return row;
}

static void add_cached(void *data, const struct acr_cached *cached)
{
	struct gathering *gathering = data;
	struct acr_status_row *row;

	if (!wanted(gathering, cached->registry.host))
		return;
	row = add(gathering, ACR_STATUS_TOKEN, cached->registry.host, cached->entry->source);
	acr_who_read(cached->entry->who, &row->who);
	row->kept = cached->home->name;
	row->left = cached->left;
	row->renew = cached->renew;
	row->in_force = cached->in_force;
	if (row->in_force)
		acr_renewal_failed(gathering->app, &cached->registry, &row->failed);
}

static void add_login(void *data, const char *server, const char *username)
{
	struct gathering *gathering = data;
	struct acr_registry registry;
	struct acr_status_row *row;

	if (acr_sign_in_reserved(server) ||
	    !acr_registry_parse(gathering->app->config, server, strlen(server), &registry) ||
	    !wanted(gathering, registry.host))
		return;
	row = add(gathering, ACR_STATUS_LOGIN, registry.host, "docker login");
	acr_string_free(&row->username);
	row->username = acr_copy(username);
}

/* Does a login of this registry apply to the requested one? A login of a registry also applies to
 * its regional endpoints. */
static bool covers(const struct gathering *gathering, const struct acr_registry *registry)
{
	struct acr_registry asked;
	char server[ACR_HOST_MAX];

	if (wanted(gathering, registry->host))
		return true;
	if (!acr_registry_parse(gathering->app->config, gathering->host, strlen(gathering->host),
				&asked))
		return false;
	acr_registry_login_server(&asked, server);
	return strcmp(server, registry->host) == 0;
}

static void add_auths(void *data, const struct acr_registry *registry, const char *server,
		      const struct acr_login *login, int64_t left)
{
	struct gathering *gathering = data;
	struct acr_status_row *row;

	(void)server;
	if (!registry || !covers(gathering, registry))
		return;
	row = add(gathering, ACR_STATUS_AUTHS, registry->host, "auths");
	acr_string_free(&row->username);
	row->username = acr_copy(login->username);
	row->kept = "docker-config";
	row->left = left;
	row->in_force = left != 0 && acr_auths_would_serve(gathering->app, registry);
}

/* The sign-in for all registries applies to each of them. */
static void add_sign_in(void *data, const struct acr_sign_in *sign_in)
{
	struct gathering *gathering = data;
	struct acr_status_row *row;

	if (*sign_in->registry && !wanted(gathering, sign_in->registry))
		return;
	row = add(gathering, ACR_STATUS_SIGN_IN, sign_in->registry, "login");
	row->who = acr_who(ACR_WHO_USER, NULL, sign_in->who, sign_in->tenant);
	row->since = sign_in->since;
	for (size_t i = 0; acr_keychains[i]; i++)
		if (strcmp(acr_keychains[i]->name, sign_in->keychain) == 0)
			row->kept = acr_keychains[i]->name;
}

static void add_state(void *data, const char *host)
{
	struct gathering *gathering = data;
	struct acr_error failure = { 0 };
	struct acr_state state;

	if (!wanted(gathering, host))
		return;
	if (acr_state_read(gathering->app, host, &state, &failure) &&
	    gathering->into->decisions.kind == ACR_FINE)
		gathering->into->decisions = failure;
	if (state.signed_out)
		add(gathering, ACR_STATUS_SIGNED_OUT, host, "logout");
}

static int by_registry(const void *left, const void *right)
{
	const struct acr_status_row *a = left, *b = right;
	int names = strcmp(a->registry, b->registry);

	if (names)
		return names;
	if (a->kind != b->kind)
		return (a->kind > b->kind) - (a->kind < b->kind);
	return (b->left > a->left) - (b->left < a->left);
}

void acr_status_take(const struct acr_app *app, const char *host, struct acr_status *ret)
{
	struct gathering gathering = { app, host, ret };
	struct acr_error failure = { 0 };

	acr_cached_each(app, add_cached, &gathering);
	if (acr_keychain_each(app, add_login, &gathering, &failure))
		ret->keychain = failure;
	if (acr_auths_each(app, add_auths, &gathering, &failure))
		acr_debug_error(app, "auths", &failure);
	if (acr_sign_in_each(app, add_sign_in, &gathering, &failure))
		ret->decisions = failure;
	if (acr_state_each(app, add_state, &gathering, &failure))
		ret->decisions = failure;
	if (ret->count > 0)
		qsort(ret->rows, ret->count, sizeof(*ret->rows), by_registry);
}

void acr_status_free(struct acr_status *status)
{
	for (size_t i = 0; i < status->count; i++) {
		struct acr_status_row *row = &status->rows[i];

		acr_string_free(&row->registry);
		acr_string_free(&row->username);
		acr_string_free(&row->source);
	}
	free(status->rows);
	*status = (struct acr_status){ 0 };
}
