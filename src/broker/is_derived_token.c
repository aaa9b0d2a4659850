/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Telling a token that an identity gave from a login that a person gave. `az acr login` and `docker
 * login` after our own `get` store such tokens: user name null GUID or <token>, password a JWT
 * whose audience is the registry.
 */
#include <string.h>

#include "base/jwt.h"
#include "broker/broker.h"

#define MOST_LIFE (3 * 3600) /* seconds; ACR's refresh tokens live no longer */

bool acr_login_is_derived(const struct acr_app *app, const struct acr_registry *registry,
			  const struct acr_login *login, int64_t *ret_life)
{
	struct acr_error ignored = { 0 };
	auto_json claims = NULL;
	const char *audience;
	int64_t ends;

	*ret_life = 0;
	if (strcmp(login->username, ACR_NULL_GUID) != 0 && strcmp(login->username, "<token>") != 0)
		return false;
	if (acr_jwt_claims(acr_secret_text(&login->secret), login->secret.length, &claims,
			   &ignored))
		return false;
	audience = acr_json_string(claims, "aud");
	if (!audience || !acr_registry_is_audience(registry, audience))
		return false;
	ends = acr_json_int(claims, "exp", 0);
	if (ends > app->clock.wall(app))
		*ret_life = ends - app->clock.wall(app);
	if (*ret_life > MOST_LIFE)
		*ret_life = MOST_LIFE;
	return true;
}
