/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `status`: what is kept and cached, one row each, and what every identity would do if it were
 * asked now. Never a token, never the network.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "front/columns.h"
#include "front/front.h"
#include "front/status.h"

static const struct acr_option options[] = {
	{ "json", NULL, "print JSON" },
	{ 0 },
};

void acr_status_heading(const struct acr_app *app, struct acr_secret *out, const char *text)
{
	const char *term = acr_env(app, "TERM");
	bool bold = app->out >= 0 && isatty(app->out) && !acr_env(app, "NO_COLOR") && term &&
		    strcmp(term, "dumb") != 0;

	acr_secret_format(out, "%s%s%s\n", bold ? "\033[1m" : "", text, bold ? "\033[0m" : "");
}

/* What has no place in a column. */
static void tell_failures(const struct acr_status *status, struct acr_secret *out)
{
	for (size_t i = 0; i < status->count; i++) {
		const struct acr_status_row *row = &status->rows[i];
		auto_string text = NULL;

		if (!row->failed)
			continue;
		text = acr_format("%s could not be renewed: %s", row->registry, row->failed);
		acr_columns_wrap(out, text, 0, 2);
	}
	if (status->keychain.kind != ACR_FINE) {
		auto_string text =
			acr_format("Stored logins are not shown: %s", status->keychain.text);
		acr_columns_wrap(out, text, 0, 2);
	}
	if (status->decisions.kind != ACR_FINE)
		acr_columns_wrap(out, status->decisions.text, 0, 2);
}

/* One registry: everything about it, in full. */
static void tell_details(const struct acr_status *status, struct acr_secret *out)
{
	static const char *const kinds[] = {
		[ACR_STATUS_TOKEN] = "token",
		[ACR_STATUS_LOGIN] = "stored login",
		[ACR_STATUS_SIGN_IN] = "sign-in",
		[ACR_STATUS_SIGNED_OUT] = "signed out: no identity is used",
	};

	for (size_t i = 0; i < status->count; i++) {
		const struct acr_status_row *row = &status->rows[i];
		auto_string who = acr_who_text(&row->who, NULL);
		char left[24], renew[24];
		auto_secret text = { 0 };

		acr_columns_duration(row->left, left);
		acr_columns_duration(row->renew, renew);
		acr_secret_format(&text, "%s", kinds[row->kind]);
		if (row->kind == ACR_STATUS_SIGN_IN && !*row->registry)
			acr_secret_add(&text, " for all registries");
		if (*row->username || acr_who_is_known(&row->who))
			acr_secret_format(&text, " of %s", *row->username ? row->username : who);
		if (row->kind == ACR_STATUS_TOKEN) {
			acr_secret_format(&text, ", from %s, good for %s", row->source, left);
			if (!row->in_force)
				acr_secret_add(&text, ", not used: another identity is in force");
			else if (row->renew > 0)
				acr_secret_format(&text, ", renewed in %s", renew);
			else
				acr_secret_add(&text, ", renewed at the next get");
		}
		if (*row->kept)
			acr_secret_format(&text, ", kept in the %s", row->kept);
		acr_columns_wrap(out, acr_secret_text(&text), 0, 2);
	}
}

/* ---- the chain ---- */

static void tell_identity(void *data, const struct acr_identity *row, enum acr_prospect prospect,
			  const char *text)
{
	struct acr_secret *out = data;
	auto_string words = NULL;

	acr_secret_add(out, prospect == ACR_PROSPECT_SERVES || prospect == ACR_PROSPECT_ASKS
				    ? "+ "
				    : "- ");
	acr_columns_cell(out, row->name, 17, false);
	acr_secret_add(out, " ");
	words = prospect == ACR_PROSPECT_SERVES ? acr_format("would serve: %s", text)
						: acr_copy(text);
	acr_columns_wrap(out, words, 20, 20);
}

/* No registry is called so: the global settings hold for it. */
struct acr_registry acr_status_any(void)
{
	return (struct acr_registry){ .host = "*.azurecr.io",
				      .cloud = acr_clouds,
				      .authority = acr_clouds[0].authority,
				      .genuine = true };
}

static void tell(struct acr_app *app, const struct acr_registry *registry,
		 const struct acr_status *status, struct acr_secret *out)
{
	struct acr_error error = { 0 };
	auto_string title = acr_format("Identities, as they would be tried now%s%s",
				       registry ? " for " : "", registry ? registry->host : "");
	struct acr_registry any = acr_status_any();

	if (status->count == 0)
		acr_secret_format(out, "Nothing is kept or cached%s%s\n", registry ? " for " : "",
				  registry ? registry->host : "");
	else if (registry)
		tell_details(status, out);
	else
		acr_status_rows(app, status, out);
	tell_failures(status, out);
	acr_secret_add(out, "\n");
	acr_status_heading(app, out, acr_secret_text(&(struct acr_secret){ .bytes = title }));
	if (acr_chain_survey(app, registry ? registry : &any, tell_identity, out, &error))
		acr_columns_wrap(out, error.text, 0, 2);
}

static int status(struct acr_app *app, char *const *arguments, const char *const *values)
{
	struct acr_registry registry, *one = NULL;
	struct acr_error error = { 0 };
	auto_status found = { 0 };
	auto_secret out = { 0 };

	if (acr_front_begin(app, &error)) {
		acr_say(app, "%s", error.text);
		return 1;
	}
	if (arguments[0]) {
		one = &registry;
		if (!acr_registry_parse(app->config, arguments[0], strlen(arguments[0]), one)) {
			acr_say(app, "%.200s is not an Azure container registry", arguments[0]);
			return ACR_EXIT_USAGE;
		}
	}
	acr_status_take(app, one ? one->host : NULL, &found);
	if (values[0])
		acr_status_json(app, one, &found, &out);
	else
		tell(app, one, &found, &out);
	return acr_docker_answer(app, &out);
}

const struct acr_command acr_command_status = {
	.name = "status",
	.arguments = "[REGISTRY]",
	.summary = "show what is cached, and which identities would be tried",
	.about = "One row for each cached token, stored login and sign-in: for which registry, who "
		 "it is, how\n"
		 "long it is good for, when it is renewed, where it is kept. Then every identity, "
		 "and why it\n"
		 "would not be tried. Asks nobody on the network, and never shows a secret.",
	.options = options,
	.most = 1,
	.run = status,
};
