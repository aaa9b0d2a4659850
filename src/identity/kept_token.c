/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keeps Entra access tokens, since one is valid for every registry of a cloud: the token that was
 * requested for one registry also serves others, with three round trips instead of four, without
 * Python and without a keychain. It is kept only in memory, under a name made of everything that
 * determines its owner: the fingerprint, the row, and the parameters of the request.
 *
 * Not used for rows that are `apart`; not for the registry that it was requested for, which asks
 * again only if it needs another token; and not for interactive commands (app->interactive), whose
 * user wants the current state.
 */
#include <stdio.h>
#include <string.h>

#include "acr/store.h"
#include "base/clock.h"
#include "identity/internal.h"

#define LEAST 300 /* seconds that a token must remain valid; the same as in MSAL */

void acr_kept_token_name(const struct acr_app *app, const struct acr_identity *row,
			 const struct acr_ask *ask, struct acr_fingerprint *ret)
{
	struct acr_fingerprint machine = { 0 };
	auto_secret text = { 0 };

	*ret = (struct acr_fingerprint){ 0 };
	if (row->apart || ask->dry_run)
		return;
	acr_fingerprint_take(app, NULL, &machine);
	acr_secret_format(&text, "%sidentity %s\nauthority %s\naudience %s\ntenant %s\nclient %s\n",
			  machine.text, row->name, ask->registry->authority, ask->audience,
			  ask->tenant ? ask->tenant : "-", ask->client_id ? ask->client_id : "-");
	acr_fingerprint_free(&machine);
	ret->hash = acr_fingerprint_hash(acr_secret_text(&text), text.length);
	ret->text = acr_copy(acr_secret_text(&text));
}

bool acr_kept_token_find(const struct acr_app *app, const struct acr_ask *ask,
			 const struct acr_fingerprint *name, struct acr_token *ret)
{
	auto_entry entry = { 0 };

	if (!name->text || app->interactive ||
	    !acr_cache_find_token(app, name->hash, name->text, &entry) || entry.left < LEAST ||
	    strcmp(entry.host, ask->registry->host) == 0 ||
	    !acr_token_fits(acr_secret_text(&entry.token)))
		return false;
	acr_token_wipe(ret);
	ret->access = acr_secret_steal(&entry.token);
	ret->life = entry.left;
	ret->kept_as = name->hash;
	snprintf(ret->tenant, sizeof(ret->tenant), "%s", entry.username);
	acr_who_read(entry.who, &ret->who);
	return true;
}

void acr_kept_token_keep(const struct acr_app *app, const struct acr_identity *row,
			 const struct acr_ask *ask, const struct acr_fingerprint *name,
			 const struct acr_token *token)
{
	auto_entry entry = { 0 };

	if (!name->text || token->life <= LEAST)
		return;
	entry = (struct acr_entry){
		.host = acr_copy(ask->registry->host),
		.identity = acr_copy(name->text),
		.source = acr_copy(row->name),
		.who = acr_copy(acr_who_line(&token->who).text),
		.username = acr_copy(token->tenant),
		.life = token->life,
		.validity = LEAST,
		.wall = app->clock.wall(app),
		.boot = app->clock.boot(app),
	};
	acr_clock_boot_id(app, entry.boot_id);
	acr_secret_add_bytes(&entry.token, token->access.bytes, token->access.length);
	acr_cache_keep_token(app, name->hash, &entry);
}
