/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `status --json`, as documented in docker-credential-acr(1). Members may be added, but are never
 * renamed or removed while "version" is 1.
 */
#include <string.h>

#include "acr/config.h"
#include "base/json.h"
#include "front/status.h"

static void text(struct acr_secret *out, const char *lead, const char *value)
{
	acr_secret_add(out, lead);
	if (value)
		acr_json_quote(out, value, strlen(value));
	else
		acr_secret_add(out, "null");
}

static void token(const struct acr_status_row *row, struct acr_secret *out)
{
	auto_string who = acr_who_text(&row->who, NULL);
	bool failed = acr_message_id(&row->failed) != ACR_MESSAGE_NONE;
	auto_string why = failed ? acr_message_text(&row->failed, NULL) : NULL;

	text(out, "{\"registry\":", row->registry);
	text(out, ",\"who\":", who);
	text(out, ",\"source\":", row->source);
	acr_secret_format(out, ",\"expires_in\":%lld,\"renewed_in\":%lld,\"in_force\":%s",
			  (long long)row->left, (long long)row->renew,
			  row->in_force ? "true" : "false");
	text(out, ",\"kept_in\":", row->kept);
	text(out, ",\"renewal_failed\":", why);
	acr_secret_add(out, "}");
}

static void login(const struct acr_status_row *row, struct acr_secret *out)
{
	text(out, "{\"registry\":", row->registry);
	text(out, ",\"username\":", row->username);
	acr_secret_add(out, "}");
}

static void docker_login(const struct acr_status_row *row, struct acr_secret *out)
{
	text(out, "{\"registry\":", row->registry);
	text(out, ",\"username\":", row->username);
	acr_secret_add(out, ",\"expires_in\":");
	if (row->left < 0)
		acr_secret_add(out, "null");
	else
		acr_secret_format(out, "%lld", (long long)row->left);
	acr_secret_format(out, ",\"in_force\":%s", row->in_force ? "true" : "false");
	text(out, ",\"kept_in\":", row->kept);
	acr_secret_add(out, "}");
}

static void sign_in(const struct acr_status_row *row, struct acr_secret *out)
{
	text(out, "{\"registry\":", *row->registry ? row->registry : NULL);
	text(out, ",\"who\":", row->who.name);
	text(out, ",\"tenant\":", row->who.tenant);
	acr_secret_format(out, ",\"since\":%lld", (long long)row->since);
	text(out, ",\"kept_in\":", row->kept);
	acr_secret_add(out, "}");
}

static void signed_out(const struct acr_status_row *row, struct acr_secret *out)
{
	text(out, "", row->registry);
}

static const struct {
	const char *name;
	void (*tell)(const struct acr_status_row *row, struct acr_secret *out);
} lists[] = {
	[ACR_STATUS_TOKEN] = { "tokens", token },
	[ACR_STATUS_LOGIN] = { "stored_logins", login },
	[ACR_STATUS_AUTHS] = { "docker_logins", docker_login },
	[ACR_STATUS_SIGN_IN] = { "sign_ins", sign_in },
	[ACR_STATUS_SIGNED_OUT] = { "signed_out", signed_out },
};

static const char *const prospects[] = {
	[ACR_PROSPECT_SERVES] = "ready",      [ACR_PROSPECT_ASKS] = "asks",
	[ACR_PROSPECT_ABSENT] = "absent",     [ACR_PROSPECT_FAILS] = "unavailable",
	[ACR_PROSPECT_LEFT_OUT] = "left-out",
};

static void identity(void *data, const struct acr_identity *row, enum acr_prospect prospect,
		     const struct acr_message *why)
{
	struct acr_secret *out = data;
	auto_string what = acr_message_text(why, NULL);

	text(out,
	     out->bytes[out->length - 1] == '[' ? "{\"identity\":" : ",{\"identity\":", row->name);
	text(out, ",\"state\":", prospects[prospect]);
	text(out, ",\"why\":", what);
	text(out, ",\"id\":", acr_message_name(acr_message_id(why)));
	acr_secret_add(out, "}");
}

/* An error in English and its id; null if there is none. */
static void failure(struct acr_secret *out, const char *name, const struct acr_error *error)
{
	bool failed = error->kind != ACR_FINE;
	auto_string english = acr_error_text(error);

	acr_secret_format(out, ",\"%s\":", name);
	text(out, "", failed ? english : NULL);
	acr_secret_format(out, ",\"%s_id\":", name);
	text(out, "", failed ? acr_message_name(acr_message_id(&error->message)) : NULL);
}

/* The configured values for this registry, and where they are set. */
static void settings(const struct acr_app *app, const struct acr_registry *registry,
		     struct acr_secret *out)
{
	for (const struct acr_setting_key *key = acr_setting_keys; registry && key->name; key++) {
		struct acr_setting_source source;

		if (key->global_only ||
		    !acr_config_find(app->config, registry->host, key->name, &source))
			continue;
		text(out,
		     out->bytes[out->length - 1] == '[' ? "{\"key\":" : ",{\"key\":", key->name);
		text(out, ",\"value\":", source.value);
		text(out, ",\"entry\":", source.entry);
		text(out, ",\"file\":", source.path);
		acr_secret_add(out, "}");
	}
}

void acr_status_json(struct acr_app *app, const struct acr_registry *registry,
		     const struct acr_status *status, struct acr_secret *out)
{
	struct acr_registry any = acr_status_any();
	struct acr_error error = { 0 };

	acr_secret_add(out, "{\"version\":1");
	text(out, ",\"registry\":", registry ? registry->host : NULL);
	for (size_t kind = 0; kind < sizeof(lists) / sizeof(lists[0]); kind++) {
		bool first = true;

		acr_secret_format(out, ",\"%s\":[", lists[kind].name);
		for (size_t i = 0; i < status->count; i++) {
			if (status->rows[i].kind != (enum acr_status_kind)kind)
				continue;
			acr_secret_add(out, first ? "" : ",");
			lists[kind].tell(&status->rows[i], out);
			first = false;
		}
		acr_secret_add(out, "]");
	}
	failure(out, "keychain", &status->keychain);
	failure(out, "decisions", &status->decisions);
	acr_secret_add(out, ",\"settings\":[");
	settings(app, registry, out);
	acr_secret_add(out, "],\"chain\":[");
	(void)!acr_chain_dry_run(app, registry ? registry : &any, identity, out, &error);
	acr_secret_add(out, "]");
	failure(out, "chain_error", &error);
	acr_secret_add(out, "}\n");
}
