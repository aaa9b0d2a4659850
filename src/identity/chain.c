/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The walk along the chain: which rows, in which order, for which audience, and what a failure
 * means for those behind it.
 *
 * AZURE_TOKEN_CREDENTIALS is read as the Azure SDKs for .NET, Java, JavaScript and Python do:
 * "dev" means the developer's tools alone (azure-sdk-for-cpp adds the others).
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

/* Whom to ask, in order. */
struct choice {
	const struct acr_identity *rows[ACR_CHAIN_MAX];
	size_t count;
	bool pinned; /* the config or AZURE_TOKEN_CREDENTIALS names them */
};

const struct acr_identity *acr_identity_by_name(const char *name)
{
	for (const struct acr_identity *const *row = acr_identities; *row; row++)
		if (strcmp((*row)->name, name) == 0)
			return *row;
	return NULL;
}

static void choose_row(struct choice *choice, const struct acr_identity *row)
{
	for (size_t i = 0; i < choice->count; i++)
		if (choice->rows[i] == row)
			return;
	if (choice->count < ACR_CHAIN_MAX)
		choice->rows[choice->count++] = row;
}

/* Copy the word at `*next` without the white space around it; false at the end. */
static bool take_word(const char **next, const char *separators, char *ret, size_t size)
{
	size_t length;

	if (!**next)
		return false;
	*next += strspn(*next, " \t\r\n");
	length = strcspn(*next, separators);
	snprintf(ret, size, "%.*s", (int)(length < size ? length : size), *next);
	*next += length + ((*next)[length] != '\0');
	length = strlen(ret);
	while (length > 0 && strchr(" \t\r\n", ret[length - 1]))
		ret[--length] = '\0';
	return true;
}

/* "identity" of the config: names in the order to try them. */
static int choose_by_config(const char *list, struct choice *ret, struct acr_error *error)
{
	char word[64], known[256] = "auto, none";

	for (const struct acr_identity *const *row = acr_identities; *row; row++)
		snprintf(known + strlen(known), sizeof(known) - strlen(known), ", %s",
			 (*row)->name);
	ret->pinned = true;
	while (take_word(&list, ",", word, sizeof(word))) {
		const struct acr_identity *row = acr_identity_by_name(word);

		if (!row)
			return acr_raise(error, IDENTITY_NAME_UNKNOWN, word, known);
		choose_row(ret, row);
	}
	return 0;
}

/* Credentials of the Azure SDKs that have no counterpart here. */
static const char *const foreign[] = {
	"AzurePowerShellCredential",	"BrokerCredential",	  "DeviceCodeCredential",
	"InteractiveBrowserCredential", "IntelliJCredential",	  "SharedTokenCacheCredential",
	"VisualStudioCodeCredential",	"VisualStudioCredential",
};

/* The variable's one word; "" where it is not set. */
static void take_credentials(const struct acr_app *app, char *ret, size_t size)
{
	const char *value = acr_env(app, "AZURE_TOKEN_CREDENTIALS");

	*ret = '\0';
	if (value)
		take_word(&value, "", ret, size);
}

static bool is_chosen_by_config(const char *list)
{
	return list && *list && strcmp(list, "auto") != 0;
}

const char *acr_chain_skipped(const struct acr_app *app, const struct acr_registry *registry)
{
	char word[64];

	if (is_chosen_by_config(acr_config_get(app->config, registry->host, "identity")))
		return NULL;
	take_credentials(app, word, sizeof(word));
	for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++)
		if (strcasecmp(word, foreign[i]) == 0)
			return foreign[i];
	return NULL;
}

static int choose_by_variable(const char *word, struct choice *ret, struct acr_error *error)
{
	char known[256] = "prod, dev";
	bool production, developer;

	production = strcasecmp(word, "prod") == 0;
	developer = strcasecmp(word, "dev") == 0;
	for (const struct acr_identity *const *row = acr_identities; *row; row++) {
		const char *sdk = (*row)->sdk;

		if ((production && !(*row)->developer) || (developer && (*row)->developer) ||
		    (sdk && strcasecmp(word, sdk) == 0))
			choose_row(ret, *row);
		if (sdk && !strstr(known, sdk))
			snprintf(known + strlen(known), sizeof(known) - strlen(known), ", %s", sdk);
	}
	ret->pinned = !production && !developer;
	if (ret->count == 0)
		return acr_raise(error, TOKEN_CREDENTIALS_UNKNOWN, word, known);
	return 0;
}

static int choose(const struct acr_app *app, const struct acr_registry *registry,
		  struct choice *ret, struct acr_error *error)
{
	const char *list = acr_config_get(app->config, registry->host, "identity");
	char word[64];

	if (list && strcmp(list, "none") == 0)
		return 0;
	if (is_chosen_by_config(list))
		return choose_by_config(list, ret, error);
	take_credentials(app, word, sizeof(word));
	if (*word && !acr_chain_skipped(app, registry))
		return choose_by_variable(word, ret, error);
	for (const struct acr_identity *const *row = acr_identities; *row; row++)
		choose_row(ret, *row);
	return 0;
}

bool acr_chain_is_pinned(const struct acr_app *app, const struct acr_registry *registry)
{
	struct choice choice = { 0 };

	return choose(app, registry, &choice, NULL) || choice.pinned;
}

int acr_chain_rows(const struct acr_app *app, const struct acr_registry *registry,
		   const struct acr_identity *ret[static ACR_CHAIN_MAX], size_t *ret_count,
		   bool *ret_pinned, struct acr_error *error)
{
	struct choice choice = { 0 };

	if (choose(app, registry, &choice, error))
		return -1;
	memcpy(ret, choice.rows, choice.count * sizeof(*ret));
	*ret_count = choice.count;
	*ret_pinned = choice.pinned;
	return 0;
}

/* One row that is asked, for as many audiences as it takes. */
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

/* For the audience that is wanted, else for the registry's. */
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

/* Half set up, as far as this machine can tell: nobody was asked. */
static bool is_half_set_up(const struct acr_step *step)
{
	return step->identity->named && step->error.origin == ACR_ORIGIN_HERE &&
	       (step->error.kind == ACR_INVALID || step->error.kind == ACR_UNAVAILABLE);
}

/* Would `row` authenticate as the very application that `before` was to be? */
static bool is_same_application(const struct acr_app *app, const struct acr_ask *ask,
				const struct acr_identity *before, const struct acr_identity *row)
{
	auto_string wanted = before->application ? before->application(app, ask) : NULL;
	auto_string offered = wanted && row->application ? row->application(app, ask) : NULL;

	return offered && strcasecmp(wanted, offered) == 0;
}

/* After what was tried, may this row still serve? What a person decided and what is half set up
 * is not replaced by whoever happens to be there. */
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
		const struct acr_token_wish *wish, size_t *cursor, struct acr_trail *trail,
		struct acr_token *ret, struct acr_error *error)
{
	struct choice choice = { 0 };
	struct acr_error gravest = { 0 };

	if (choose(app, registry, &choice, error))
		return -1;
	if (wish && wish->source) {
		choice.rows[0] = acr_identity_by_name(wish->source);
		choice.count = choice.rows[0] != NULL;
	}
	const struct acr_ask ask = {
		.registry = registry,
		.audience = wish ? wish->audience : NULL,
		.tenant = wish && wish->tenant
				  ? wish->tenant
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
		/* Silence is for what nobody asked for. */
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
		  const struct acr_token_wish *wish, struct acr_token *ret, struct acr_error *error)
{
	struct acr_trail trail = { 0 };
	size_t cursor = 0;

	return walk(app, registry, wish, &cursor, &trail, ret, error);
}
