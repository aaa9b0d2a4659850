/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An Entra access token is good for every registry of a cloud: the one that was had for the first
 * serves the others, at three round trips instead of four, without Python and without a keychain.
 * In memory only, and under a name made of all that decides whose it is: what the fingerprint
 * knows, the row, and what it was asked.
 *
 * Not for rows that are `apart`, and not when a person asks (app->interactive), who wants to know
 * what is so now.
 */
#include <string.h>

#include "acr/store.h"
#include "base/clock.h"
#include "identity/source.h"

#define LEAST 300 /* seconds that a token must live on; MSAL's own figure */

/* Owned by the caller, with the hash that names the entry. */
static void name_it(const struct acr_app *app, const struct acr_identity *row,
		    const struct acr_ask *ask, struct acr_fingerprint *ret)
{
	struct acr_fingerprint machine = { 0 };
	auto_secret text = { 0 };

	acr_fingerprint_take(app, NULL, &machine);
	acr_secret_format(&text, "%sidentity %s\nauthority %s %s\naudience %s\ntenant %s\nclient %s\n",
			  machine.text, row->name, ask->registry->cloud->name,
			  ask->registry->authority, ask->audience, ask->tenant ? ask->tenant : "-",
			  ask->client_id ? ask->client_id : "-");
	acr_fingerprint_free(&machine);
	ret->hash = acr_fingerprint_hash(acr_secret_text(&text), text.length);
	ret->text = acr_copy(acr_secret_text(&text));
}

static bool is_kept(const struct acr_identity *row, const struct acr_ask *ask)
{
	return !row->apart && !ask->survey;
}

bool acr_kept_token_find(const struct acr_app *app, const struct acr_identity *row,
			 const struct acr_ask *ask, struct acr_token *ret)
{
	struct acr_fingerprint name = { 0 };
	auto_entry entry = { 0 };
	bool found;

	if (!is_kept(row, ask) || app->interactive)
		return false;
	name_it(app, row, ask, &name);
	found = acr_cache_find_token(app, name.hash, name.text, &entry) && entry.left >= LEAST &&
		acr_token_fits(acr_secret_text(&entry.token));
	if (found) {
		acr_token_wipe(ret);
		ret->access = acr_secret_steal(&entry.token);
		ret->life = entry.left;
		ret->kept_as = name.hash;
		strncpy(ret->tenant, entry.username, sizeof(ret->tenant) - 1);
		strncpy(ret->who, entry.who, sizeof(ret->who) - 1);
	}
	acr_fingerprint_free(&name);
	return found;
}

void acr_kept_token_keep(const struct acr_app *app, const struct acr_identity *row,
			 const struct acr_ask *ask, const struct acr_token *token)
{
	struct acr_fingerprint name = { 0 };
	auto_entry entry = { 0 };

	if (!is_kept(row, ask) || token->life <= LEAST)
		return;
	name_it(app, row, ask, &name);
	entry = (struct acr_entry){
		.host = acr_copy(ask->registry->authority),
		.identity = name.text, /* taken over */
		.source = acr_copy(row->name),
		.who = acr_copy(token->who),
		.username = acr_copy(token->tenant),
		.life = token->life,
		.validity = LEAST,
		.wall = app->clock.wall(app),
		.boot = app->clock.boot(app),
	};
	acr_clock_boot_id(app, entry.boot_id);
	acr_secret_add_bytes(&entry.token, token->access.bytes, token->access.length);
	acr_cache_keep_token(app, name.hash, &entry);
}

bool acr_token_forget(const struct acr_app *app, struct acr_token *token)
{
	uint64_t kept_as = token->kept_as;

	if (kept_as)
		acr_cache_drop_token(app, kept_as);
	return kept_as != 0;
}
