/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Distinguishes a token that a registry issued from a login of the user. `az acr login`, and
 * `docker login` after `get`, store such tokens as passwords.
 */
#include "broker/broker.h"

#define MOST_LIFE (3 * 3600) /* seconds; ACR's refresh tokens are not valid for longer */

enum acr_issued acr_login_issued(const struct acr_app *app, const struct acr_registry *registry,
				 const struct acr_login *login, int64_t *ret_life)
{
	struct acr_who who;
	int64_t ends;
	enum acr_issued issued = acr_registry_issued(registry, &login->secret, &ends, &who);
	int64_t left = ends - app->clock.wall(app);

	*ret_life = left < 0 ? 0 : left < MOST_LIFE ? left : MOST_LIFE;
	return issued;
}
