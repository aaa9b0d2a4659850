/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `erase`, and signing out of a registry. The state file is replaced in either case: its inode is
 * part of every cache key, so copies of entries in other cache locations, and renewals in progress,
 * become invalid at once.
 */
#include <string.h>

#include "acr/sign_in.h"
#include "broker/broker.h"

/* Removes the login from every keychain that is available. If a login is known to be in one that is
 * not, this fails, since the user would believe that it was removed. Not after a logout, which also
 * covers that login. */
static int drop_login(const struct acr_app *app, const char *server, const char *host, bool stored,
		      bool sign_out, struct acr_error *error)
{
	const char *names[] = { host, strcmp(server, host) ? server : NULL };
	bool any = false;

	for (size_t i = 0; i < 2 && names[i]; i++) {
		struct acr_error failure = { 0 };
		bool one;

		if (acr_keychain_drop(app, names[i], &one, &failure) &&
		    !(sign_out && acr_error_is(&failure, LOGIN_OUT_OF_REACH))) {
			*error = failure;
			return -1;
		}
		any = any || one;
	}
	if (stored && !sign_out && !any && !acr_keychain_is_whole(app, host))
		return acr_raise(error, LOGIN_OUT_OF_REACH, host);
	return 0;
}

static int forget(const struct acr_app *app, const char *server,
		  const struct acr_registry *registry, bool sign_out, bool *ret_served,
		  struct acr_error *error)
{
	struct acr_error broken = { 0 };
	struct acr_state state = { 0 };
	auto_lookup lookup = { 0 };
	auto_entry entry = { 0 };
	bool unreadable, stored;

	acr_lookup_begin(app, registry, &lookup);
	*ret_served = acr_cache_find(app, registry->host, lookup.fingerprint.hash,
				     lookup.fingerprint.text, &entry) &&
		      strcmp(entry.source, ACR_SOURCE_CLIENT) != 0;
	acr_refusal_drop(app, &lookup);
	acr_cache_drop(app, registry->host);
	acr_note_drop(app, ACR_NOTE_CLIENT, registry->host);
	acr_marker_clear(app, ACR_WORKED, registry->host);
	/* After a logout nothing else matters. */
	unreadable = acr_state_read(app, registry->host, &state, &broken) && !sign_out;
	stored = state.stored_login;
	state.signed_out = state.signed_out || sign_out;
	state.stored_login = false;
	/* Signing out must succeed whatever the state of the keychain. In an erase, a login that
	 * could not be removed is still a login, so the keychain comes first. */
	if (sign_out && acr_state_write(app, registry->host, &state, error))
		return -1;
	if (drop_login(app, server, registry->host, stored, sign_out, error))
		return -1;
	if (unreadable) {
		*error = broken;
		return -1;
	}
	if (sign_out || acr_state_write(app, registry->host, &state, &broken) == 0)
		return 0;
	*error = broken;
	return -1;
}

int acr_erase(const struct acr_app *app, const struct acr_secret *server, struct acr_report *report,
	      struct acr_error *error)
{
	struct acr_error failure = { 0 };
	bool any, served;

	if (acr_sign_in_reserved(acr_secret_text(server)))
		return 0;
	if (!acr_registry_parse(app->config, acr_secret_text(server), server->length,
				&report->registry))
		return acr_keychain_drop(app, acr_secret_text(server), &any, error);
	report->ours = true;
	if (forget(app, acr_secret_text(server), &report->registry, false, &served, &failure)) {
		/* Without a home directory nothing was stored there, and the cache has been
		 * emptied. */
		if (failure.kind == ACR_NOT_SET_UP || acr_error_is(&failure, NO_FOLDER))
			return 0;
		*error = failure;
		return -1;
	}
	if (served)
		acr_report_notice(report, STILL_SERVED, report->registry.host, app->program);
	return 0;
}

struct endpoints {
	const struct acr_app *app;
	const char *server;
};

static void drop_endpoint(void *data, const struct acr_cache_home *home,
			  const struct acr_entry *entry)
{
	const struct endpoints *endpoints = data;
	struct acr_registry registry;
	char server[ACR_HOST_MAX];

	(void)home;
	if (!acr_registry_parse(NULL, entry->host, strlen(entry->host), &registry))
		return;
	acr_registry_login_server(&registry, server);
	if (strcmp(server, endpoints->server) == 0 && strcmp(server, entry->host) != 0)
		acr_cache_drop(endpoints->app, entry->host);
}

int acr_sign_out(const struct acr_app *app, const struct acr_secret *server,
		 struct acr_report *report, struct acr_error *error)
{
	struct acr_error kept = { 0 };
	bool served, any;
	int failed;

	if (!acr_registry_parse(app->config, acr_secret_text(server), server->length,
				&report->registry))
		return acr_raise(error, REGISTRY_FOREIGN, acr_secret_text(server));
	report->ours = true;
	failed = acr_sign_in_drop(app, report->registry.host, &any, &kept);
	if (forget(app, acr_secret_text(server), &report->registry, true, &served, error))
		return -1;
	/* The regional endpoints are signed out as well, so their entries are removed. */
	acr_cache_each(app, drop_endpoint, &(struct endpoints){ app, report->registry.host });
	if (failed)
		*error = kept;
	return failed;
}
