/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Logins for Azure registries in the "auths" of Docker's config.json: which registry they belong
 * to, whether they are still valid, and when they are used instead of an identity. No login is lost
 * when a user starts or stops using this helper, and none takes precedence over what the user
 * configured.
 */
#include <string.h>

#include "broker/broker.h"

/* Seconds that the registry still accepts it: -1 for no expiry, 0 for expired. */
static int64_t left_of(const struct acr_app *app, const struct acr_registry *registry,
		       const struct acr_login *login)
{
	struct acr_who who;
	int64_t ends = 0, now = app->clock.wall(app);
	enum acr_issued issued = acr_registry_issued(registry, &login->secret, &ends, &who);

	if (issued == ACR_ISSUED_ELSEWHERE || (ends != 0 && ends <= now))
		return 0;
	return ends ? ends - now : -1;
}

struct walk {
	const struct acr_app *app;
	acr_auths_visit *visit;
	void *data;
};

static void visit_one(void *data, const char *key, const struct acr_login *login)
{
	const struct walk *walk = data;
	struct acr_registry registry;
	size_t length;
	const char *host = acr_docker_auths_host(key, &length);

	if (acr_registry_parse(walk->app->config, host, length, &registry))
		walk->visit(walk->data, &registry, key, login,
			    left_of(walk->app, &registry, login));
	else
		walk->visit(walk->data, NULL, key, login, -1);
}

int acr_auths_each(const struct acr_app *app, acr_auths_visit *visit, void *data,
		   struct acr_error *error)
{
	struct walk walk = { app, visit, data };

	return acr_docker_auths_each(app, visit_one, &walk, error);
}

/* ---- finding the login of a registry ---- */

struct search {
	const struct acr_registry *registry;
	char server[ACR_HOST_MAX]; /* the registry of a regional endpoint */
	int best;		   /* how closely the login that was found matches; 0: none */
	struct acr_login *ret;
};

/* By the exact name, by another spelling of it, or by the registry of a regional endpoint. */
static int closeness(const struct search *search, const char *host, const char *key)
{
	if (strcmp(host, search->registry->host) == 0)
		return strcmp(key, host) == 0 ? 4 : 3;
	if (strcmp(host, search->server) == 0)
		return strcmp(key, host) == 0 ? 2 : 1;
	return 0;
}

static void weigh(void *data, const struct acr_registry *registry, const char *key,
		  const struct acr_login *login, int64_t left)
{
	struct search *search = data;
	int close = registry && left != 0 ? closeness(search, registry->host, key) : 0;

	if (close <= search->best)
		return;
	search->best = close;
	acr_login_wipe(search->ret);
	search->ret->username = acr_copy(login->username);
	acr_secret_add_bytes(&search->ret->secret, login->secret.bytes, login->secret.length);
}

bool acr_auths_find(const struct acr_app *app, const struct acr_registry *registry,
		    struct acr_login *ret)
{
	struct search search = { .registry = registry, .ret = ret };

	acr_registry_login_server(registry, search.server);
	return acr_auths_each(app, weigh, &search, NULL) == 0 && search.best > 0;
}

/* ---- when it is used ---- */

/* If no identity is configured explicitly, a login that Docker keeps may be used when no identity
 * is available or the registry denied access; a network failure says nothing about that. */
bool acr_auths_may_serve(const struct acr_app *app, const struct acr_registry *registry,
			 const struct acr_trail *trail, const struct acr_error *error)
{
	if (error->kind != ACR_NOT_FOUND &&
	    (error->kind != ACR_REFUSED || error->origin != ACR_ORIGIN_REGISTRY))
		return false;
	if (trail->chosen_only || acr_chain_is_pinned(app, registry))
		return false;
	for (size_t i = 0; i < trail->count; i++)
		if (!trail->steps[i].identity || trail->steps[i].identity->named)
			return false;
	return true;
}

static void note_named(void *data, const struct acr_identity *row, enum acr_prospect prospect,
		       const struct acr_message *why)
{
	bool *named = data;

	(void)why;
	if (row->named && prospect != ACR_PROSPECT_ABSENT && prospect != ACR_PROSPECT_LEFT_OUT)
		*named = true;
}

/* Is an identity selected explicitly, by the configuration or by what is set up here? */
static bool is_chosen(const struct acr_app *app, const struct acr_registry *registry)
{
	struct acr_app copy = *app; /* its functions are replaced while the rows are asked */
	bool named = false;

	return acr_chain_is_pinned(app, registry) ||
	       acr_chain_dry_run(&copy, registry, note_named, &named, NULL) || named;
}

/* Did the user decide otherwise? A stored login takes precedence, and is an error if it cannot be
 * read. */
static bool is_decided(const struct acr_app *app, const struct acr_registry *registry)
{
	struct acr_error missing = { 0 };
	struct acr_state state = { 0 };
	auto_login stored = { 0 };

	if (acr_decisions_of(app, registry->host, &state, NULL) || state.signed_out)
		return true;
	return state.stored_login &&
	       (acr_stored_login_find(app, registry, NULL, &state, &stored, &missing) == 0 ||
		missing.kind != ACR_NOT_FOUND);
}

bool acr_auths_would_serve(const struct acr_app *app, const struct acr_registry *registry)
{
	struct acr_error refusal = { 0 };
	struct acr_trail tried = { 0 };
	auto_lookup lookup = { 0 };

	if (is_decided(app, registry))
		return false;
	acr_lookup_begin(app, registry, &lookup);
	if (acr_refusal_find(app, &lookup, &tried, &refusal))
		return acr_auths_may_serve(app, registry, &tried, &refusal);
	return !is_chosen(app, registry);
}
