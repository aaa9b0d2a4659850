/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keeps and removes our own sign-in. Entries that were cached under another identity, or are being
 * renewed for it, must not be found again, in any session or cache location: so the state file of
 * every registry that was ever used is replaced.
 */
#include <stdlib.h>
#include <string.h>

#include "acr/sign_in.h"
#include "broker/broker.h"

int acr_signed_in(const struct acr_app *app, const char *host, bool *ret_stored,
		  struct acr_error *error)
{
	struct acr_error missing = { 0 };
	struct acr_state state = { 0 };
	struct acr_registry registry;
	auto_login login = { 0 };

	if (ret_stored)
		*ret_stored = false;
	/* The file of the sign-in for all registries is part of every cache key. */
	if (!*host)
		return 0;
	if (acr_decisions_recover(app, host, &state, error))
		return -1;
	if (ret_stored && acr_registry_parse(app->config, host, strlen(host), &registry))
		*ret_stored = acr_stored_login_find(app, &registry, NULL, &state, &login,
						    &missing) == 0 ||
			      missing.kind != ACR_NOT_FOUND;
	state.signed_out = false;
	acr_cache_drop(app, host);
	return acr_state_write(app, host, &state, error);
}

/* Names without duplicates. */
struct names {
	const struct acr_app *app;
	char **list; /* owned */
	size_t count;
};

static void add(struct names *names, const char *name)
{
	for (size_t i = 0; i < names->count; i++)
		if (strcmp(names->list[i], name) == 0)
			return;
	names->list = acr_grow(names->list, names->count, sizeof(*names->list));
	names->list[names->count++] = acr_copy(name);
}

static void free_names(struct names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->list[i]);
	free(names->list);
}
#define auto_names __attribute__((cleanup(free_names))) struct names

static void add_host(void *data, const char *host)
{
	add(data, host);
}

static void add_cached(void *data, const struct acr_cache_home *home, const struct acr_entry *entry)
{
	(void)home;
	add(data, entry->host);
}

static int forget_tokens(const struct acr_app *app, const char *host, struct acr_error *error)
{
	struct acr_state state = { 0 };

	acr_cache_drop(app, host);
	/* A file that cannot be read is kept: only a logout from this registry changes it. */
	return acr_state_read(app, host, &state, error) ? -1
							: acr_state_write(app, host, &state, error);
}

int acr_sign_out_everywhere(const struct acr_app *app, struct acr_sign_out *ret,
			    struct acr_error *error)
{
	auto_names sign_ins = { 0 }, hosts = { 0 };
	struct acr_error first = { 0 };
	bool any;

	*ret = (struct acr_sign_out){ 0 };
	add(&sign_ins, ""); /* also if its file is lost but its token is not */
	/* All that can be found are removed even if this fails. */
	(void)!acr_sign_in_registries(app, add_host, &sign_ins, &first);
	acr_marker_each(app, ACR_WORKED, add_host, &hosts);
	acr_cache_each(app, add_cached, &hosts);
	for (size_t i = 0; i < sign_ins.count; i++) {
		struct acr_error failure = { 0 };

		if (*sign_ins.list[i])
			add(&hosts, sign_ins.list[i]);
		if (acr_sign_in_drop(app, sign_ins.list[i], &any, &failure) &&
		    first.kind == ACR_FINE)
			first = failure;
		ret->sign_ins += any;
	}
	/* A token of Entra ID that is kept for several registries is removed with any of them. */
	acr_cache_drop(app, "");
	for (size_t i = 0; i < hosts.count; i++) {
		struct acr_error failure = { 0 };

		if (forget_tokens(app, hosts.list[i], &failure) && first.kind == ACR_FINE)
			first = failure;
		ret->registries++;
	}
	if (first.kind != ACR_FINE)
		*error = first;
	return first.kind == ACR_FINE ? 0 : -1;
}
