/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Renewing a token before it ends: at once for those who ask, or behind the back of a client that
 * has its answer already. The child behind holds none of our descriptors (or docker would wait for
 * it at the end of its pipe), takes the turn, looks again, renews and ends. When it fails it leaves
 * a note that says why, and until when nobody is to try again.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acr/config.h"
#include "base/budget.h"
#include "base/process.h"
#include "broker/broker.h"

#define FIRST_PAUSE   60 /* seconds after a first failure; doubled after each further one */
#define LONGEST_PAUSE 900

int acr_renew(const struct acr_app *app, const struct acr_registry *registry, bool force,
	      struct acr_report *report, struct acr_error *error)
{
	struct acr_state state = { 0 };
	auto_lookup lookup = { 0 };
	auto_login login = { 0 };
	auto_entry entry = { 0 };
	auto_turn turn = -1;

	report->ours = true;
	report->registry = *registry;
	turn = acr_turn_take(app, registry->host, ACR_BUDGET_TURN);
	acr_lookup_begin(app, registry, &lookup);
	acr_state_read(app, registry->host, &state);
	if (state.signed_out || state.stored_login)
		return acr_fail(error, ACR_NOT_FOUND,
				state.signed_out ? "signed out of %s" : "a login is stored for %s",
				registry->host);
	/* Somebody else was here while we waited. */
	if (!force && acr_lookup_cached(app, &lookup, &login, report) && !report->renew_behind)
		return 0;
	if (acr_acquire(app, &lookup, &entry, report, error)) {
		acr_refusal_keep(app, &lookup, error);
		return -1;
	}
	return 0;
}

/* "NUMBER-OF-FAILURES\nWHY" */
static void note_failure(const struct acr_app *app, const char *host, const struct acr_error *why)
{
	auto_secret before = { 0 };
	auto_string text = NULL;
	int failures = 0;
	int64_t pause;

	if (acr_note_find(app, "renewal-failures", host, &before))
		failures = atoi(acr_secret_text(&before));
	failures = failures < 0 || failures > 10 ? 10 : failures;
	pause = (int64_t)FIRST_PAUSE << failures;
	pause = pause > LONGEST_PAUSE ? LONGEST_PAUSE : pause;
	text = acr_format("%d", failures + 1);
	acr_note_keep(app, "renewal-failures", host, 2 * LONGEST_PAUSE, text);
	acr_note_keep(app, "renewal-failed", host, pause, why->text);
}

struct behind {
	struct acr_app *app;
	const struct acr_registry *registry;
};

static void work(void *data)
{
	struct acr_app app = *((const struct behind *)data)->app;
	const struct acr_registry *registry = ((const struct behind *)data)->registry;
	struct acr_report report = { 0 };
	struct acr_config *config = NULL;
	struct acr_error error = { 0 };

	app.in = app.out = app.err = -1;
	app.deadline = app.clock.boot(&app) + ACR_BUDGET_GET;
	if (acr_config_load(&app, &config, &error))
		return;
	app.config = config;
	if (acr_renew(&app, registry, false, &report, &error) && error.kind != ACR_NOT_FOUND) {
		note_failure(&app, registry->host, &error);
	} else {
		acr_note_drop(&app, "renewal-failed", registry->host);
		acr_note_drop(&app, "renewal-failures", registry->host);
	}
	acr_config_free(config);
}

void acr_renew_behind(struct acr_app *app, const struct acr_registry *registry)
{
	struct behind behind = { app, registry };

	if (!acr_note_find(app, "renewal-failed", registry->host, NULL))
		acr_fork_away(work, &behind);
}
