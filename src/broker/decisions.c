/* SPDX-License-Identifier: Apache-2.0 */
/* The user's decisions about a registry, for commands that act on them and commands that change
 * them. */
#include <string.h>

#include "acr/sign_in.h"
#include "broker/broker.h"

int acr_decisions_of(const struct acr_app *app, const char *host, struct acr_state *ret,
		     struct acr_error *error)
{
	struct acr_state whole = { 0 };
	struct acr_registry registry;
	char server[ACR_HOST_MAX];

	if (acr_state_read(app, host, ret, error))
		return -1;
	if (ret->decided || !acr_registry_parse(NULL, host, strlen(host), &registry))
		return 0;
	acr_registry_login_server(&registry, server);
	if (strcmp(server, host) == 0)
		return 0;
	if (acr_state_read(app, server, &whole, error))
		return -1;
	ret->signed_out = whole.signed_out;
	return 0;
}

int acr_decisions_read(const struct acr_app *app, const char *host, struct acr_state *ret,
		       struct acr_report *report, struct acr_error *error)
{
	auto_sign_in sign_in = { 0 };

	if (acr_decisions_of(app, host, ret, error))
		return -1;
	/* If a sign-in cannot be used, the identity that would use it reports the error. */
	if (ret->repaired || (acr_sign_in_find(app, host, &sign_in, NULL) == 0 && sign_in.repaired))
		acr_report_notice(report, DECISION_REPAIRED, host);
	return 0;
}

int acr_decisions_recover(const struct acr_app *app, const char *host, struct acr_state *ret,
			  struct acr_error *error)
{
	struct acr_error failure = { 0 };
	auto_login login = { 0 };

	if (acr_state_replaceable(app, host, error))
		return -1;
	if (acr_decisions_of(app, host, ret, &failure) == 0)
		return 0;
	acr_debug_error(app, "decision", &failure);
	*ret = (struct acr_state){ .signed_out = true };
	ret->stored_login =
		acr_keychain_find(app, host, &login, &failure) == 0 || failure.kind == ACR_LOCKED;
	return 0;
}
