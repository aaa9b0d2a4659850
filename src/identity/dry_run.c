/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Determines what each row of the chain would do now. Each row runs its normal code, but with an
 * app whose functions reach no network and start no programs: a row that attempts a request or a
 * program would be tried, and any other row says in its error why it would not. So the conditions
 * for being set up exist only once.
 */
#include <stdio.h>
#include <string.h>

#include "acr/config.h"
#include "identity/internal.h"

struct dry_run {
	struct acr_http http;	  /* first: `self` is this struct */
	struct acr_message asked; /* the first service that was asked; none: no service */
};

/* A single one, since app functions receive no data pointer. */
static struct dry_run dry_run;

static void note_asked(enum acr_message_id how, const char *whom, size_t length)
{
	auto_string name = acr_copy_bytes(whom, length);

	if (!dry_run.asked.value[0])
		acr_message_set(&dry_run.asked, how, NULL, (const char *const[]){ name }, 1);
}

/* "busy": the only answer from which no row concludes that there is nothing to ask. */
static int ask_nobody(struct acr_http *self, const struct acr_app *app,
		      const struct acr_request *request, int64_t budget, struct acr_response *ret,
		      struct acr_error *error)
{
	const char *host = strstr(request->url, "://");

	(void)self;
	(void)app;
	(void)budget;
	(void)error;
	if (host)
		note_asked(ACR_MESSAGE_PROSPECT_ASKS, host + 3, strcspn(host + 3, "/?"));
	ret->status = 503;
	return 0;
}

static int run_nothing(const struct acr_app *app, const struct acr_run *run, int *status,
		       struct acr_secret *ret_out, struct acr_secret *ret_err,
		       struct acr_error *error)
{
	(void)app;
	(void)status;
	(void)ret_out;
	(void)ret_err;
	note_asked(ACR_MESSAGE_PROSPECT_RUNS, run->argv[0], strlen(run->argv[0]));
	return acr_raise(error, PROSPECT_RUNS, run->argv[0]);
}

static enum acr_prospect ask_row(const struct acr_app *app, const struct acr_registry *registry,
				 const struct acr_identity *row, bool pinned,
				 struct acr_message *ret_why)
{
	const char *host = registry->host;
	const char *audience = acr_config_get(app->config, host, "audience");
	const struct acr_ask ask = {
		.registry = registry,
		.audience = audience ? audience : ACR_AUDIENCE,
		.tenant = acr_config_get(app->config, host, "tenant"),
		.client_id = acr_config_get(app->config, host, "client_id"),
		.pinned = pinned,
		.dry_run = true,
	};
	struct acr_error error = { 0 };
	auto_token token = { 0 };

	dry_run.asked = (struct acr_message){ 0 };
	if (row->acquire(app, &ask, &token, &error) == 0) {
		acr_message_set(ret_why, ACR_MESSAGE_PROSPECT_WHO, NULL,
				(const char *const[]){ acr_who_line(&token.who).text }, 1);
		return ACR_PROSPECT_SERVES;
	}
	*ret_why = dry_run.asked.value[0] ? dry_run.asked : error.message;
	if (dry_run.asked.value[0])
		return ACR_PROSPECT_ASKS;
	return error.kind == ACR_NOT_SET_UP ? ACR_PROSPECT_ABSENT : ACR_PROSPECT_FAILS;
}

static bool holds(const struct acr_identity *const *rows, size_t count,
		  const struct acr_identity *row)
{
	for (size_t i = 0; i < count; i++)
		if (rows[i] == row)
			return true;
	return false;
}

int acr_chain_dry_run(struct acr_app *app, const struct acr_registry *registry,
		      void (*visit)(void *data, const struct acr_identity *row,
				    enum acr_prospect prospect, const struct acr_message *why),
		      void *data, struct acr_error *error)
{
	const char *list = acr_config_get(app->config, registry->host, "identity");
	const struct acr_identity *rows[ACR_CHAIN_MAX];
	acr_run_function *run = app->run;
	struct acr_http *http = app->http;
	struct acr_message left_out;
	size_t count;
	bool pinned;

	if (acr_chain_rows(app, registry, rows, &count, &pinned, error))
		return -1;
	dry_run = (struct dry_run){ .http = { .send = ask_nobody } };
	app->http = &dry_run.http;
	app->run = run_nothing;
	for (size_t i = 0; i < count; i++) {
		struct acr_message why = { 0 };
		enum acr_prospect prospect = ask_row(app, registry, rows[i], pinned, &why);

		visit(data, rows[i], prospect, &why);
	}
	app->http = http;
	app->run = run;
	acr_message_set(&left_out,
			list && strcmp(list, "auto") != 0 ? ACR_MESSAGE_PROSPECT_CONFIG
							  : ACR_MESSAGE_PROSPECT_VARIABLE,
			NULL, NULL, 0);
	for (const struct acr_identity *const *row = acr_identities; *row; row++)
		if (!holds(rows, count, *row))
			visit(data, *row, ACR_PROSPECT_LEFT_OUT, &left_out);
	return 0;
}
