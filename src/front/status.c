/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `status`: what is kept and cached, one row each, and what every identity would do if it were
 * asked now. Never a token, never the network.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "acr/config.h"
#include "base/columns.h"
#include "explain/error_words.h"
#include "explain/explain.h"
#include "explain/language.h"
#include "front/front.h"
#include "front/status.h"

static const struct acr_option options[] = {
	{ "json", NULL, N_("print JSON") },
	{ 0 },
};

void acr_status_heading(const struct acr_app *app, struct acr_secret *out, const char *text)
{
	const char *term = acr_env(app, "TERM");
	bool bold = app->out >= 0 && isatty(app->out) && !acr_env(app, "NO_COLOR") && term &&
		    strcmp(term, "dumb") != 0;

	acr_secret_format(out, "%s%s%s\n", bold ? "\033[1m" : "", text, bold ? "\033[0m" : "");
}

static void tell_error(struct acr_secret *out, const struct acr_error *error)
{
	auto_string text = acr_error_words(error);

	acr_columns_wrap(out, text, 0, 2);
}

/* What has no place in a column. */
static void tell_failures(const struct acr_status *status, struct acr_secret *out)
{
	for (size_t i = 0; i < status->count; i++) {
		const struct acr_status_row *row = &status->rows[i];
		auto_string text = NULL;
		auto_string why = NULL;

		if (!acr_message_id(&row->failed))
			continue;
		why = acr_message_text(&row->failed, acr_text);
		text = acr_format(_("%s could not be renewed: %s"), row->registry, why);
		acr_columns_wrap(out, text, 0, 2);
	}
	if (status->keychain.kind != ACR_FINE) {
		auto_string why = acr_error_words(&status->keychain);
		auto_string text = acr_format(_("Stored logins are not shown: %s"), why);
		acr_columns_wrap(out, text, 0, 2);
	}
	if (status->decisions.kind != ACR_FINE)
		tell_error(out, &status->decisions);
}

/* A token: until when, and what becomes of it. */
static void tell_token(const struct acr_status_row *row, struct acr_secret *text)
{
	char left[24], renew[24];

	acr_columns_duration(row->left, left);
	acr_columns_duration(row->renew, renew);
	acr_secret_format(text, _(", from %s, expires in %s"), row->source, left);
	if (!row->in_force)
		acr_secret_add(text, _(", not used: another identity is in use"));
	else if (row->renew > 0)
		acr_secret_format(text, _(", renewed in %s"), renew);
	else
		acr_secret_add(text, _(", renewed at the next get"));
}

/* A login that docker keeps itself: when it would serve. */
static void tell_auths(const struct acr_status_row *row, struct acr_secret *text)
{
	char left[24];

	acr_columns_duration(row->left, left);
	if (row->left > 0)
		acr_secret_format(text, _(", expires in %s"), left);
	if (row->in_force)
		acr_secret_add(text, _(", used if no identity has access"));
	else if (row->left == 0)
		acr_secret_add(text, _(", not used: the token has expired, or is for another "
				       "registry"));
	else
		acr_secret_add(text, _(", not used: logout, a stored login or the identity that "
				       "is configured takes precedence"));
}

/* One registry: everything about it, in full. */
static void tell_details(const struct acr_status *status, struct acr_secret *out)
{
	static const char *const kinds[] = {
		[ACR_STATUS_TOKEN] = N_("token"),
		[ACR_STATUS_LOGIN] = N_("stored login"),
		[ACR_STATUS_AUTHS] = N_("login in Docker's config.json"),
		[ACR_STATUS_SIGN_IN] = N_("sign-in"),
		[ACR_STATUS_SIGNED_OUT] = N_("signed out: no identity is used"),
	};

	for (size_t i = 0; i < status->count; i++) {
		const struct acr_status_row *row = &status->rows[i];
		auto_string who = acr_who_text(&row->who, acr_text);
		auto_secret text = { 0 };

		acr_secret_add(&text, acr_text(kinds[row->kind]));
		if (row->kind == ACR_STATUS_SIGN_IN && !*row->registry)
			acr_secret_add(&text, _(" for all registries"));
		if (*row->username || acr_who_is_known(&row->who))
			acr_secret_format(&text, _(" of %s"), *row->username ? row->username : who);
		if (row->kind == ACR_STATUS_TOKEN)
			tell_token(row, &text);
		if (row->kind == ACR_STATUS_AUTHS)
			tell_auths(row, &text);
		else if (*row->kept)
			acr_secret_format(&text, _(", kept in the %s"), row->kept);
		acr_columns_wrap(out, acr_secret_text(&text), 0, 2);
	}
}

/* Which values of the configuration hold for this registry, and by which entry. */
static void tell_settings(const struct acr_app *app, const struct acr_registry *registry,
			  struct acr_secret *out)
{
	for (const struct acr_setting_key *key = acr_setting_keys; key->name; key++) {
		struct acr_setting_source source;
		auto_string text = NULL;

		if (key->global_only ||
		    !acr_config_find(app->config, registry->host, key->name, &source))
			continue;
		text = !source.path ? acr_format(_("\"%s\" is %s, by the environment"), key->name,
						 source.value)
		       : source.entry
			       ? acr_format(_("\"%s\" is %s, by the entry %s in %s"), key->name,
					    source.value, source.entry, source.path)
			       : acr_format(_("\"%s\" is %s, by %s"), key->name, source.value,
					    source.path);
		acr_columns_wrap(out, text, 0, 2);
	}
}

/* ---- the chain ---- */

static void tell_identity(void *data, const struct acr_identity *row, enum acr_prospect prospect,
			  const struct acr_message *why)
{
	struct acr_secret *out = data;
	auto_string text = acr_message_text(why, acr_text);
	auto_string words = NULL;

	acr_secret_add(out, prospect == ACR_PROSPECT_SERVES || prospect == ACR_PROSPECT_ASKS
				    ? "+ "
				    : "- ");
	acr_columns_cell(out, row->name, 17, false);
	acr_secret_add(out, " ");
	words = prospect == ACR_PROSPECT_SERVES ? acr_format(_("would be used: %s"), text)
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
	auto_string title = registry
				    ? acr_format(_("Identities, as they would be tried now for %s"),
						 registry->host)
				    : acr_copy(_("Identities, as they would be tried now"));
	struct acr_registry any = acr_status_any();

	if (status->count == 0 && registry)
		acr_secret_format(out, _("Nothing is kept or cached for %s\n"), registry->host);
	else if (status->count == 0)
		acr_secret_add(out, _("Nothing is kept or cached\n"));
	else if (registry)
		tell_details(status, out);
	else
		acr_status_rows(app, status, out);
	tell_failures(status, out);
	if (registry)
		tell_settings(app, registry, out);
	acr_secret_add(out, "\n");
	acr_status_heading(app, out, acr_secret_text(&(struct acr_secret){ .bytes = title }));
	if (acr_chain_dry_run(app, registry ? registry : &any, tell_identity, out, &error))
		tell_error(out, &error);
}

static int status(struct acr_app *app, char *const *arguments, const char *const *values)
{
	struct acr_registry registry, *one = NULL;
	struct acr_error error = { 0 };
	auto_status found = { 0 };
	auto_secret out = { 0 };

	if (acr_front_begin(app, &error)) {
		acr_say_error(app, &error);
		return 1;
	}
	if (arguments[0]) {
		one = &registry;
		if (!acr_front_registry(app, &acr_command_status, arguments[0], values[0], one))
			return ACR_EXIT_USAGE;
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
	.summary = N_("show what is cached, and which identities would be tried"),
	.about = N_("One row for each cached token, stored login, login in Docker's own "
		    "config.json and sign-in: its registry and "
		    "identity, when it expires, when it is renewed, where it is kept. Then every "
		    "identity, and why it would not be tried. Uses no network, and never shows a "
		    "secret."),
	.options = options,
	.most = 1,
	.run = status,
};
