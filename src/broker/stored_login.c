/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finds the login that the user stored for a registry. The keychain has it; the state file says
 * whether there is one, for cases where the keychain is not available. A token that a registry
 * issued (`az acr login` through another helper) does not count: it would prevent renewal, and soon
 * expire.
 */
#include <string.h>

#include "broker/broker.h"

/* Its keychain may have changed: it is moved from a file to the Secret Service. */
static void note_home(const struct acr_app *app, const char *host, const struct acr_state *state,
		      const struct acr_login *login)
{
	struct acr_error failure = { 0 };
	struct acr_state now = *state;

	if (!state->stored_login || !state->in_file || login->kept_in->plain)
		return;
	now.in_file = false;
	if (acr_state_write(app, host, &now, &failure))
		acr_debug_error(app, "stored login", &failure);
}

int acr_stored_login_find(const struct acr_app *app, const struct acr_registry *registry,
			  const char *server, const struct acr_state *state, struct acr_login *ret,
			  struct acr_error *error)
{
	const char *names[] = { registry->host, server };
	struct acr_error absent = { 0 };

	for (size_t i = 0; i < 2 && names[i]; i++) {
		struct acr_error failure = { 0 };
		auto_login found = { 0 };
		int64_t life;

		if (i > 0 && strcmp(server, registry->host) == 0)
			break;
		if (acr_keychain_look(app, names[i], &found, &absent, &failure)) {
			/* A locked keychain is not an empty one; but without a record of a stored
			 * login, none is missing. */
			if (failure.kind == ACR_NOT_FOUND || !state->stored_login)
				continue;
			*error = failure;
			return -1;
		}
		if (acr_login_issued(app, registry, &found, &life) != ACR_ISSUED_NOT)
			continue;
		note_home(app, registry->host, state, &found);
		*ret = found;
		found = (struct acr_login){ 0 };
		return 0;
	}
	if (state->stored_login && !state->in_file && absent.kind != ACR_FINE)
		return acr_raise_cause(error, &absent.message, STORED_LOGIN_UNREACHABLE,
				       registry->host);
	return acr_raise(error, LOGIN_MISSING, registry->host);
}
