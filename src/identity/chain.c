/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tries the identities of the chain in order: requests a token for each audience, and decides after
 * a failure whether the next identity is tried.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "acr/config.h"
#include "acr/store.h"
#include "identity/internal.h"

#define IDENTITY(name) extern const struct acr_identity acr_identity_##name;
#include "identity/chain.def"
#undef IDENTITY

#define IDENTITY(name) &acr_identity_##name,
const struct acr_identity *const acr_identities[] = {
#include "identity/chain.def"
	NULL,
};
#undef IDENTITY

bool acr_chain_is_pinned(const struct acr_app *app, const struct acr_registry *registry)
{
	struct acr_choice choice = { 0 };

	return acr_choose(app, registry, &choice, NULL) || choice.pinned;
}

int acr_chain_rows(const struct acr_app *app, const struct acr_registry *registry,
		   const struct acr_identity *ret[static ACR_CHAIN_MAX], size_t *ret_count,
		   bool *ret_pinned, struct acr_error *error)
{
	struct acr_choice choice = { 0 };

	if (acr_choose(app, registry, &choice, error))
		return -1;
	memcpy(ret, choice.rows, choice.count * sizeof(*ret));
	*ret_count = choice.count;
	*ret_pinned = choice.pinned;
	return 0;
}

/* One row that is asked, for one or more audiences. */
struct question {
	const struct acr_app *app;
	const struct acr_identity *row;
	struct acr_ask ask;
	struct acr_token *ret;
};

static int acquire_for(void *data, const char *audience, struct acr_error *error)
{
	struct question *question = data;
	const struct acr_app *app = question->app;
	struct acr_fingerprint name = { 0 };
	struct acr_token token = { 0 };
	int result = 0;

	question->ask.audience = audience;
	acr_kept_token_name(app, question->row, &question->ask, &name);
	if (!acr_kept_token_find(app, &question->ask, &name, &token)) {
		result = question->row->acquire(app, &question->ask, &token, error);
		if (result == 0)
			acr_kept_token_keep(app, question->row, &question->ask, &name, &token);
	}
	acr_fingerprint_free(&name);
	if (result) {
		acr_token_wipe(&token);
		return -1;
	}
	acr_token_wipe(question->ret);
	*question->ret = token;
	question->ret->audience = audience;
	return 0;
}

/* For the requested audience, otherwise for the registry's. */
static int acquire(const struct acr_app *app, const struct acr_identity *row, struct acr_ask ask,
		   struct acr_token *ret, struct acr_error *error)
{
	struct question question = { app, row, ask, ret };
	bool noted = false;

	if (ask.audience)
		return row->acquire(app, &ask, ret, error);
	if (acr_audience_each(app, ask.registry, row, acquire_for, &question, &noted, error))
		return -1;
	ret->noted = noted;
	return 0;
}

bool acr_token_forget(const struct acr_app *app, const struct acr_registry *registry,
		      const struct acr_identity *row, const struct acr_token *token)
{
	if (token->kept_as)
		acr_cache_drop_token(app, token->kept_as);
	if (token->noted)
		acr_audience_forget(app, registry, row);
	return token->kept_as || token->noted;
}

static void add_step(struct acr_trail *trail, const struct acr_identity *row,
		     const struct acr_token *token, const struct acr_error *failure)
{
	const size_t most = sizeof(trail->steps) / sizeof(trail->steps[0]);
	struct acr_step *step = &trail->steps[trail->count < most ? trail->count : most - 1];

	*step = (struct acr_step){ .identity = row };
	if (failure)
		step->error = *failure;
	else
		step->who = token->who;
	if (trail->count < most)
		trail->count++;
}

static bool is_soft(enum acr_kind kind)
{
	return kind == ACR_FINE || kind == ACR_NOT_SET_UP || kind == ACR_UNAVAILABLE;
}

bool acr_step_is_out_of_reach(const struct acr_step *step)
{
	return step->identity->named && step->error.origin == ACR_ORIGIN_KEYCHAIN &&
	       step->error.kind == ACR_LOCKED;
}

bool acr_step_is_temporary(const struct acr_step *step)
{
	const struct acr_error *error = &step->error;

	return !step->refused_by_registry &&
	       (error->temporary || error->kind == ACR_UNREACHABLE || error->kind == ACR_TIMEOUT ||
		error->kind == ACR_LOCKED || error->kind == ACR_SYSTEM);
}

/* Partly set up, as far as this machine can tell: no service was asked. */
static bool is_half_set_up(const struct acr_step *step)
{
	return step->identity->named && step->error.origin == ACR_ORIGIN_HERE &&
	       (step->error.kind == ACR_INVALID || step->error.kind == ACR_UNAVAILABLE);
}

/* Would `row` authenticate as the same application as `before`? */
static bool is_same_application(const struct acr_app *app, const struct acr_ask *ask,
				const struct acr_identity *before, const struct acr_identity *row)
{
	auto_string wanted = before->application ? before->application(app, ask) : NULL;
	auto_string offered = wanted && row->application ? row->application(app, ask) : NULL;

	return offered && strcasecmp(wanted, offered) == 0;
}

/* May this row be tried after what has happened? An identity that the user decided on, or that is
 * partly set up, is not replaced by another one that happens to be available. */
static bool may_follow(const struct acr_app *app, const struct acr_ask *ask,
		       const struct acr_trail *trail, const struct acr_identity *row)
{
	bool chosen = row->named || ask->pinned;

	if (trail->chosen_only && !chosen)
		return false;
	for (size_t i = 0; i < trail->count; i++) {
		const struct acr_step *step = &trail->steps[i];

		if (acr_step_is_out_of_reach(step) && !chosen)
			return false;
		if (is_half_set_up(step) && !is_same_application(app, ask, step->identity, row))
			return false;
	}
	return true;
}

/* Does this failure end the chain at once? */
static bool is_end(const struct acr_step *step, bool pinned)
{
	return !is_soft(step->error.kind) && (step->identity->named || pinned) &&
	       !is_half_set_up(step) && !acr_step_is_out_of_reach(step);
}

static int walk(const struct acr_app *app, const struct acr_registry *registry,
		const struct acr_token_request *request, size_t *cursor, struct acr_trail *trail,
		struct acr_token *ret, struct acr_error *error)
{
	struct acr_choice choice = { 0 };
	struct acr_error gravest = { 0 };

	if (acr_choose(app, registry, &choice, error))
		return -1;
	if (request && request->source) {
		choice.rows[0] = acr_identity_by_name(request->source);
		choice.count = choice.rows[0] != NULL;
	}
	const struct acr_ask ask = {
		.registry = registry,
		.audience = request ? request->audience : NULL,
		.tenant = request && request->tenant
				  ? request->tenant
				  : acr_config_get(app->config, registry->host, "tenant"),
		.client_id = acr_config_get(app->config, registry->host, "client_id"),
		.pinned = choice.pinned,
	};
	while (*cursor < choice.count && acr_budget(app, 1) > 0) {
		const struct acr_identity *row = choice.rows[(*cursor)++];
		struct acr_error failure = { 0 };

		if (!may_follow(app, &ask, trail, row))
			continue;
		if (acquire(app, row, ask, ret, &failure) == 0) {
			add_step(trail, row, ret, NULL);
			return 0;
		}
		acr_debug_error(app, row->name, &failure);
		/* An identity that is not set up is recorded only if it was configured
		 * explicitly. */
		if (failure.kind == ACR_NOT_SET_UP && !choice.pinned)
			continue;
		add_step(trail, row, NULL, &failure);
		if (gravest.kind == ACR_FINE || (is_soft(gravest.kind) && !is_soft(failure.kind)))
			gravest = failure;
		if (is_end(&trail->steps[trail->count - 1], choice.pinned)) {
			*cursor = choice.count;
			if (is_soft(gravest.kind))
				gravest = failure;
		}
	}
	if (gravest.kind != ACR_FINE) {
		if (error)
			*error = gravest;
		return -1;
	}
	if (acr_budget(app, 1) <= 0)
		return acr_raise(error, NO_TIME_LEFT, registry->host);
	return trail->count ? acr_raise(error, IDENTITY_NO_OTHER, registry->host)
			    : acr_raise(error, IDENTITY_NONE, registry->host);
}

int acr_chain_next(const struct acr_app *app, const struct acr_registry *registry, size_t *cursor,
		   struct acr_trail *trail, struct acr_token *ret, struct acr_error *error)
{
	return walk(app, registry, NULL, cursor, trail, ret, error);
}

int acr_chain_for(const struct acr_app *app, const struct acr_registry *registry,
		  const struct acr_token_request *request, struct acr_token *ret,
		  struct acr_error *error)
{
	struct acr_trail trail = { 0 };
	size_t cursor = 0;

	return walk(app, registry, request, &cursor, &trail, ret, error);
}
