/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Determines permissions from the `access` claim of an access token, because a registry answers 200
 * even if it grants less than requested (distribution, spec/auth/token). Which role grants an
 * action depends on the role assignment mode of the registry: with ABAC, AcrPull, AcrPush and
 * AcrDelete have no effect (learn.microsoft.com,
 * container-registry-rbac-abac-repository-permissions).
 */
#include "diagnose/rights.h"

#include <string.h>

#include "base/json.h"
#include "base/jwt.h"

static const struct {
	const char *action, *rbac, *abac;
} roles[] = {
	{ "pull", "AcrPull", "Container Registry Repository Reader" },
	{ "push", "AcrPush", "Container Registry Repository Writer" },
	{ "delete", "AcrDelete", "Container Registry Repository Contributor" },
};

char *acr_rights_scope(const struct acr_case *subject)
{
	if (!*subject->repository)
		return NULL;
	return acr_format("repository:%s:pull,push,delete", subject->repository);
}

bool acr_rights_read(const struct acr_case *subject, const struct acr_secret *token,
		     struct acr_secret *ret)
{
	return acr_access_read(token, subject->repository, ret);
}

int acr_rights_try(const struct acr_app *app, const struct acr_case *subject, const char *user,
		   const struct acr_secret *password, struct acr_secret *ret_actions,
		   struct acr_error *error)
{
	auto_string scope = acr_rights_scope(subject);
	auto_secret access = { 0 };

	if (acr_scope_token(app, &subject->registry, user, password, scope, &access, error))
		return -1;
	acr_rights_read(subject, &access, ret_actions);
	return 0;
}

bool acr_rights_hold(const char *actions, const char *action)
{
	for (size_t length; *actions; actions += length + (actions[length] == ',')) {
		length = strcspn(actions, ",");
		if ((length == strlen(action) && strncmp(actions, action, length) == 0) ||
		    (length == 1 && *actions == '*'))
			return true;
	}
	return false;
}

const char *acr_rights_mode(const struct acr_case *subject)
{
	auto_json json = acr_case_json(subject, ACR_FOUND_SETTINGS);
	const char *mode =
		acr_json_string(acr_json_member(json, "properties"), "roleAssignmentMode");
	return !mode ? "" : strstr(mode, "Abac") ? "abac" : "rbac";
}

void acr_rights_facts(const struct acr_case *subject, const char *action,
		      struct acr_check_result *ret)
{
	bool abac = strcmp(acr_rights_mode(subject), "abac") == 0;
	struct acr_who who;

	acr_check_facts(subject, NULL, ret);
	acr_facts_set(&ret->facts, ACR_FACT_ACTION, action);
	acr_facts_set(&ret->facts, ACR_FACT_CHECK, abac ? "access-abac" : "access");
	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
		if (strcmp(roles[i].action, action) == 0)
			acr_facts_set(&ret->facts, ACR_FACT_ROLE,
				      abac ? roles[i].abac : roles[i].rbac);
	acr_case_who(subject, &who);
	acr_facts_of_who(&who, &ret->facts);
}
