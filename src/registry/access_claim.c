/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The `access` claim of an access token: what the token allows (distribution, spec/auth/token).
 * Azure's registries write its members as type, name and actions, and in tokens of the admin user
 * as Type, Name and Actions (azure-sdk-for-java, a token of 2022).
 */
#include <string.h>

#include "acr/registry.h"
#include "base/json.h"
#include "base/jwt.h"

static struct json_object *member(struct json_object *row, const char *small, const char *capital)
{
	struct json_object *found = acr_json_member(row, small);

	return found ? found : acr_json_member(row, capital);
}

static bool is_about(struct json_object *row, const char *repository)
{
	struct json_object *name = member(row, "name", "Name");

	return !repository || !*repository ||
	       (json_object_is_type(name, json_type_string) &&
		(strcmp(json_object_get_string(name), repository) == 0 ||
		 strcmp(json_object_get_string(name), "*") == 0));
}

static void take_actions(struct json_object *actions, struct acr_secret *ret)
{
	size_t count = json_object_is_type(actions, json_type_array)
			       ? json_object_array_length(actions)
			       : 0;

	for (size_t i = 0; i < count; i++) {
		struct json_object *one = json_object_array_get_idx(actions, i);

		if (json_object_is_type(one, json_type_string) &&
		    strlen(json_object_get_string(one)) < 32)
			acr_secret_format(ret, "%s%s", ret->length ? "," : "",
					  json_object_get_string(one));
	}
}

bool acr_access_read(const struct acr_secret *token, const char *repository, struct acr_secret *ret)
{
	struct json_object *access;
	auto_json claims = NULL;

	acr_secret_wipe(ret);
	if (acr_jwt_claims(acr_secret_text(token), token->length, &claims, NULL))
		return false;
	access = member(claims, "access", "Access");
	for (size_t i = 0;
	     json_object_is_type(access, json_type_array) && i < json_object_array_length(access);
	     i++) {
		struct json_object *row = json_object_array_get_idx(access, i);

		if (is_about(row, repository))
			take_actions(member(row, "actions", "Actions"), ret);
	}
	return true;
}
