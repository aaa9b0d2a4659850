/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `status`: prints what is stored and cached, and what every identity would do now. Never prints a
 * token, never uses the network.
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

enum { AS_JSON, ALL };

static const struct acr_option options[] = {
	[AS_JSON] = { "json", NULL, N_("print JSON") },
	[ALL] = { "all", NULL, N_("also show the identities that are not set up here") },
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

/* Prints what could not be read. */
static void tell_failures(const struct acr_status *status, struct acr_secret *out)
{
	if (status->keychain.kind != ACR_FINE) {
		auto_string why = acr_error_words(&status->keychain);
		auto_string text = acr_format(_("Stored logins are not shown: %s"), why);
		acr_columns_wrap(out, text, 0, 2);
	}
	if (status->decisions.kind != ACR_FINE)
		tell_error(out, &status->decisions);
}

/* A token: when it expires, and how it is renewed. */
static void tell_token(const struct acr_status_row *row, struct acr_secret *text)
{
	char left[24], renew[24];

	acr_columns_duration(row->left, left);
	acr_columns_duration(row->renew, renew);
	acr_secret_format(text, _(", from %s, expires in %s"), row->source, left);
	if (!row->in_force)
		acr_secret_add(text, _(", not used: another identity is in use"));
	else if (row->renew > 0)
		acr_secret_format(text, _(", renews in %s"), renew);
	else
		acr_secret_add(text, _(", renews at the next get"));
}

/* A login in Docker's own file: when it would be used. */
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
		acr_secret_add(text, _(", not used: logout, a stored login or the configured "
				       "identity takes precedence"));
}

/* A block for each registry: its name, and a sentence for each thing that is stored for it. */
static void tell_rows(const struct acr_app *app, const struct acr_status *status,
		      struct acr_secret *out)
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
		auto_string failed = NULL;
		auto_string why = NULL;
		auto_secret text = { 0 };

		if (i == 0 || strcmp(row->registry, row[-1].registry) != 0)
			acr_status_heading(app, out,
					   *row->registry ? row->registry : _("All registries"));
		acr_secret_add(&text, acr_text(kinds[row->kind]));
		if (*row->username || acr_who_is_known(&row->who))
			acr_secret_format(&text, _(" of %s"), *row->username ? row->username : who);
		if (row->kind == ACR_STATUS_TOKEN)
			tell_token(row, &text);
		if (row->kind == ACR_STATUS_AUTHS)
			tell_auths(row, &text);
		else if (*row->kept)
			acr_secret_format(&text, _(", stored in the %s"), row->kept);
		acr_secret_add(out, "  ");
		acr_columns_wrap(out, acr_secret_text(&text), 2, 4);
		if (!acr_message_id(&row->failed))
			continue;
		why = acr_message_text(&row->failed, acr_text);
		failed = acr_format(_("the last renewal failed: %s"), why);
		acr_secret_add(out, "  ");
		acr_columns_wrap(out, failed, 2, 4);
	}
}

/* The configured values for this registry, and the entries that they come from. */
static void tell_settings(const struct acr_app *app, const struct acr_registry *registry,
			  struct acr_secret *out)
{
	for (const struct acr_setting_key *key = acr_setting_keys; key->name; key++) {
		struct acr_setting_source source;
		auto_string text = NULL;

		if (key->global_only ||
		    !acr_config_find(app->config, registry->host, key->name, &source))
			continue;
		text = !source.path ? acr_format(_("\"%s\" is %s (from the environment)"),
						 key->name, source.value)
		       : source.entry
			       ? acr_format(_("\"%s\" is %s (from the entry %s in %s)"), key->name,
					    source.value, source.entry, source.path)
			       : acr_format(_("\"%s\" is %s (from %s)"), key->name, source.value,
					    source.path);
		acr_columns_wrap(out, text, 0, 2);
	}
}

/* ---- the chain ---- */

struct chain {
	struct acr_secret *out;
	bool all;
	size_t hidden;
};

/* An identity of another environment (a CI system, a pod) is one whose variables are not set. */
static void tell_identity(void *data, const struct acr_identity *row, enum acr_prospect prospect,
			  const struct acr_message *why)
{
	struct chain *chain = data;
	auto_string text = acr_message_text(why, acr_text);
	auto_string words = NULL;

	if (!chain->all && prospect == ACR_PROSPECT_ABSENT &&
	    acr_message_id(why) == ACR_MESSAGE_VARIABLE_UNSET) {
		chain->hidden++;
		return;
	}
	acr_secret_add(chain->out, prospect == ACR_PROSPECT_SERVES || prospect == ACR_PROSPECT_ASKS
					   ? "+ "
					   : "- ");
	acr_columns_cell(chain->out, row->name, 17, false);
	acr_secret_add(chain->out, " ");
	words = prospect == ACR_PROSPECT_SERVES ? acr_format(_("would be used: %s"), text)
						: acr_copy(text);
	acr_columns_wrap(chain->out, words, 20, 20);
}

static bool has(const struct acr_status *status, enum acr_status_kind kind)
{
	for (size_t i = 0; i < status->count; i++)
		if (status->rows[i].kind == kind)
			return true;
	return false;
}

/* The title of the list of identities: says whether something else takes precedence over them. */
static char *chain_title(const struct acr_registry *registry, const struct acr_status *status)
{
	if (!registry)
		return acr_copy(_("Identities in order of precedence"));
	return acr_format(has(status, ACR_STATUS_SIGNED_OUT)
				  ? _("Identities (not used for %s, which is signed out)")
			  : has(status, ACR_STATUS_LOGIN)
				  ? _("Identities (not used for %s, which has a stored login)")
				  : _("Identities in order of precedence for %s"),
			  registry->host);
}

/* Cannot be the name of a registry: only global settings apply to it. */
struct acr_registry acr_status_any(void)
{
	return (struct acr_registry){ .host = "*.azurecr.io",
				      .cloud = acr_clouds,
				      .authority = acr_clouds[0].authority,
				      .genuine = true };
}

static void tell(struct acr_app *app, const struct acr_registry *registry,
		 const struct acr_status *status, bool all, struct acr_secret *out)
{
	struct chain chain = { .out = out, .all = all };
	struct acr_registry any = acr_status_any();
	auto_string title = chain_title(registry, status);
	struct acr_error error = { 0 };

	if (status->count == 0 && registry)
		acr_secret_format(out, _("Nothing is stored or cached for %s\n"), registry->host);
	else if (status->count == 0)
		acr_secret_add(out, _("Nothing is stored or cached\n"));
	tell_rows(app, status, out);
	tell_failures(status, out);
	if (registry)
		tell_settings(app, registry, out);
	acr_secret_add(out, "\n");
	acr_status_heading(app, out, title);
	if (acr_chain_dry_run(app, registry ? registry : &any, tell_identity, &chain, &error))
		tell_error(out, &error);
	if (chain.hidden > 0)
		acr_secret_format(out,
				  acr_plural("%zu more is not set up here: --all shows it\n",
					     "%zu more are not set up here: --all shows them\n",
					     chain.hidden),
				  chain.hidden);
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
		if (!acr_front_registry(app, &acr_command_status, arguments[0], values[AS_JSON],
					one))
			return ACR_EXIT_USAGE;
	}
	acr_status_take(app, one ? one->host : NULL, &found);
	if (values[AS_JSON])
		acr_status_json(app, one, &found, &out);
	else
		tell(app, one, &found, values[ALL], &out);
	return acr_docker_answer(app, &out);
}

const struct acr_command acr_command_status = {
	.name = "status",
	.arguments = "[REGISTRY]",
	.summary = N_("show cached tokens, stored logins and the identities that would be tried"),
	.about = N_("Shows the cached token, the stored login, the login in Docker's own "
		    "config.json and the sign-in of each registry: which identity it is for, where "
		    "it comes from, when it expires, when it is renewed and where it is stored. "
		    "Then shows which identities would be tried, and why the others would not. "
		    "Uses no network and never shows a secret."),
	.options = options,
	.most = 1,
	.run = status,
};
