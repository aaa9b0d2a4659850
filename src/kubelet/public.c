/* SPDX-License-Identifier: Apache-2.0 */
/* May anybody pull this image? Unlike docker, kubelet tells the repository, so that the registry
 * can be asked for just that. */
#include <string.h>

#include "base/json.h"
#include "base/jwt.h"
#include "kubelet/kubelet.h"

/* "team/app" of "host/team/app:1" and "host/team/app@sha256:..."; owned. */
static char *repository_of(const char *image)
{
	const char *path = strchr(image, '/');

	return path ? acr_format("%.*s", (int)strcspn(path + 1, ":@"), path + 1) : NULL;
}

bool acr_kubelet_is_public(const struct acr_app *app, const struct acr_registry *registry,
			   const char *image)
{
	auto_string repository = repository_of(image);
	struct acr_error refusal = { 0 };
	auto_secret access = { 0 };
	struct json_object *rights;
	auto_json claims = NULL;

	if (!repository || !*repository)
		return false;
	auto_string scope = acr_format("repository:%s:pull", repository);
	/* A registry grants less than it was asked for with the same 200: what counts is the
	 * claim. */
	if (acr_scope_token(app, registry, NULL, NULL, scope, &access, &refusal) ||
	    acr_jwt_claims(acr_secret_text(&access), access.length, &claims, &refusal))
		return false;
	rights = acr_json_member(claims, "access");
	return json_object_is_type(rights, json_type_array) && json_object_array_length(rights) > 0;
}
