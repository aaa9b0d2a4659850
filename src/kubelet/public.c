/* SPDX-License-Identifier: Apache-2.0 */
/* Tests whether an image can be pulled anonymously. Unlike Docker, kubelet provides the repository,
 * so that the registry can be asked about exactly this one. */
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

/* Registries write these members in either case. */
static struct json_object *member_of(struct json_object *row, const char *lower, const char *upper)
{
	struct json_object *found = acr_json_member(row, lower);

	return found ? found : acr_json_member(row, upper);
}

static const char *text_of(struct json_object *row, const char *lower, const char *upper)
{
	struct json_object *found = member_of(row, lower, upper);

	return json_object_is_type(found, json_type_string) ? json_object_get_string(found) : "";
}

/* Does this row of the claim "access" allow pulling from the repository? A row may exist and allow
 * nothing. */
static bool lets_pull(struct json_object *row, const char *repository)
{
	struct json_object *actions = member_of(row, "actions", "Actions");

	if (strcmp(text_of(row, "type", "Type"), "repository") != 0 ||
	    strcmp(text_of(row, "name", "Name"), repository) != 0 ||
	    !json_object_is_type(actions, json_type_array))
		return false;
	for (size_t i = 0; i < json_object_array_length(actions); i++) {
		struct json_object *action = json_object_array_get_idx(actions, i);

		if (json_object_is_type(action, json_type_string) &&
		    (strcmp(json_object_get_string(action), "pull") == 0 ||
		     strcmp(json_object_get_string(action), "*") == 0))
			return true;
	}
	return false;
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
	/* If a registry grants less than was requested, it still sends a 200: the claim decides. */
	if (acr_scope_token(app, registry, NULL, NULL, scope, &access, &refusal) ||
	    acr_jwt_claims(acr_secret_text(&access), access.length, &claims, &refusal))
		return false;
	rights = acr_json_member(claims, "access");
	if (!json_object_is_type(rights, json_type_array))
		return false;
	for (size_t i = 0; i < json_object_array_length(rights); i++)
		if (lets_pull(json_object_array_get_idx(rights, i), repository))
			return true;
	return false;
}
