/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Takes over a login from another program. It is stored like a login of the user, never replaces
 * another one, and is read back before the caller removes the original.
 */
#include <string.h>

#include "broker/broker.h"

bool acr_login_equals(const struct acr_login *one, const struct acr_login *other)
{
	return strcmp(one->username, other->username) == 0 &&
	       one->secret.length == other->secret.length &&
	       acr_secret_equals(&one->secret, acr_secret_text(&other->secret));
}

/* For an Azure registry: would the login be used, and is it allowed? */
static int check_ours(const struct acr_app *app, const struct acr_registry *registry,
		      const struct acr_login *login, struct acr_error *error)
{
	struct acr_state state = { 0 };
	int64_t life;

	if (acr_login_issued(app, registry, login, &life) != ACR_ISSUED_NOT)
		return acr_raise(error, ADOPT_TOKEN);
	if (acr_decisions_of(app, registry->host, &state, error))
		return -1;
	return state.signed_out ? acr_raise(error, SIGNED_OUT, registry->host) : 0;
}

/* 0 if there is no login yet, or (`*ret_there`) exactly this one. */
static int look(const struct acr_app *app, const char *server, const struct acr_login *login,
		bool *ret_there, struct acr_error *error)
{
	struct acr_error missing = { 0 };
	auto_login found = { 0 };

	*ret_there = acr_keychain_find(app, server, &found, &missing) == 0;
	if (*ret_there)
		return acr_login_equals(&found, login) ? 0 : acr_raise(error, ADOPT_DIFFERS);
	if (missing.kind == ACR_NOT_FOUND)
		return 0;
	*error = missing;
	return -1;
}

int acr_adopt(const struct acr_app *app, const char *server, const struct acr_login *login,
	      bool *ret_added, struct acr_report *report, struct acr_error *error)
{
	struct acr_error kept = { 0 };
	struct acr_registry registry;
	auto_secret name = { 0 };
	bool ours = acr_registry_parse(app->config, server, strlen(server), &registry);
	const char *key = ours ? registry.host : server;
	bool there = false;

	*ret_added = false;
	if ((ours && check_ours(app, &registry, login, error)) ||
	    look(app, key, login, &there, error))
		return -1;
	if (there)
		return 0;
	acr_secret_add(&name, key);
	if (acr_store(app, &name, login, report, error))
		return -1;
	if (look(app, key, login, &there, &kept) == 0 && there) {
		*ret_added = true;
		return 0;
	}
	(void)!acr_erase(app, &name, report, &kept);
	return acr_raise(error, ADOPT_NOT_READ_BACK);
}
