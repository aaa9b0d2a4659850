/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Renews a token before it expires: synchronously for `renew`, or in the background after a client
 * got its answer. The background child holds none of our descriptors (otherwise Docker would wait
 * for the end of the pipe), takes the lock, looks in the cache again, renews and exits. If it
 * fails, it leaves a note with the reason and the time until which nobody retries.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acr/config.h"
#include "base/budget.h"
#include "base/process.h"
#include "broker/broker.h"

static int not_due(struct acr_error *error, enum acr_message_id id, const char *host)
{
	acr_error_set(error, id, NULL, (const char *const[]){ host }, 1);
	error->kind = ACR_NOT_SET_UP;
	return -1;
}

int acr_renew(const struct acr_app *app, const struct acr_registry *registry,
	      enum acr_renewal which, struct acr_report *report, struct acr_error *error)
{
	struct acr_state state = { 0 };
	auto_lookup lookup = { 0 };
	struct acr_error missing = { 0 };
	auto_login login = { 0 }, own = { 0 };
	auto_entry entry = { 0 };
	auto_lock lock = -1;
	bool cached, stored = false, force = which != ACR_RENEW_DUE;

	report->ours = true;
	report->registry = *registry;
	acr_lookup_begin(app, registry, &lookup);
	lock = acr_lookup_lock(app, &lookup);
	acr_lookup_begin(app, registry, &lookup);
	if (acr_decisions_of(app, registry->host, &state, error))
		return -1;
	if (!state.signed_out || state.stored_login)
		stored = acr_stored_login_find(app, registry, NULL, &state, &own, &missing) == 0 ||
			 missing.kind != ACR_NOT_FOUND;
	if (stored || state.signed_out)
		return not_due(error, stored ? ACR_MESSAGE_LOGIN_STORED : ACR_MESSAGE_SIGNED_OUT,
			       registry->host);
	if (acr_cache_find(app, registry->host, lookup.fingerprint.hash, lookup.fingerprint.text,
			   &entry) &&
	    strcmp(entry.source, ACR_SOURCE_CLIENT) == 0)
		return acr_raise(error, TOKEN_OF_CLIENT, registry->host);
	acr_entry_wipe(&entry);
	if (which == ACR_RENEW_AFRESH)
		acr_cache_drop(app, registry->host);
	cached = acr_lookup_cached(app, &lookup, &login, report);
	/* While we waited, another process renewed or erased the entry. */
	if (!force && cached && !report->renew_behind)
		return 0;
	if (!force && !cached && !lookup.old.host)
		return not_due(error, ACR_MESSAGE_TOKEN_NOT_CACHED_YET, registry->host);
	if (acr_acquire(app, &lookup, &entry, report, error)) {
		/* `list` continues to name registries whose token is still valid. */
		if (cached || lookup.old.host)
			acr_renewal_note(app, &lookup, error);
		else
			acr_refusal_keep(app, &lookup, &report->trail, error);
		return -1;
	}
	report->left = entry.life;
	return 0;
}

struct behind {
	struct acr_app *app;
	const struct acr_registry *registry;
};

/* Runs in a detached child, which can report errors only by notes. */
static void work(void *data)
{
	struct acr_app app = *((const struct behind *)data)->app;
	const struct acr_registry *asked = ((const struct behind *)data)->registry;
	struct acr_report report = { 0 };
	struct acr_registry registry;
	struct acr_config *config = NULL;
	struct acr_error error = { 0 };
	auto_lookup lookup = { 0 };

	app.in = app.out = app.err = -1;
	app.deadline = app.clock.boot(&app) + ACR_BUDGET_GET;
	if (acr_config_load(&app, &config, &error)) {
		acr_lookup_begin(&app, asked, &lookup);
		acr_renewal_note(&app, &lookup, &error);
		return;
	}
	app.config = config;
	app.deadline = app.clock.boot(&app) + acr_config_timeout(config, asked->host);
	/* A cached answer needs no configuration, but a renewal does. */
	if (acr_registry_parse(config, asked->host, strlen(asked->host), &registry) &&
	    acr_renew(&app, &registry, ACR_RENEW_DUE, &report, &error))
		acr_debug_error(&app, "renewal", &error);
	acr_config_free(config);
}

void acr_renew_behind(struct acr_app *app, const struct acr_registry *registry)
{
	struct behind behind = { app, registry };

	if (!acr_fork_away(work, &behind))
		acr_debug(app, "no child could be started to renew the token for %s",
			  registry->host);
}
