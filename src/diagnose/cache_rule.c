/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finds the artifact cache rule that fills a repository from another registry. If there is one, an
 * image that is missing or denied is missing or denied at the source (learn.microsoft.com,
 * container-registry-artifact-cache). The rules are visible only to an identity that may read the
 * settings of the registry; without one, nothing is reported.
 */
#include <string.h>

#include "diagnose/arm.h"
#include "diagnose/content.h"
#include "explain/language.h"

#define VERSION "2023-07-01" /* the first stable version with cache rules; all clouds support it */

/* Returns the source of the case's repository if `target` matches it. A target is a repository, or
 * a prefix that ends in an asterisk; the text that the asterisk matches is appended to the source.
 * NULL if it does not match; owned by the caller. */
static char *source_of(const struct acr_case *subject, const char *target, const char *source)
{
	size_t length = strlen(target);
	bool all = length > 0 && target[length - 1] == '*';

	if (!all)
		return strcmp(target, subject->repository) == 0 ? acr_copy(source) : NULL;
	if (strncmp(target, subject->repository, length - 1) != 0)
		return NULL;
	return acr_format("%.*s%s", (int)strcspn(source, "*"), source,
			  subject->repository + length - 1);
}

static char *tell(const struct acr_case *subject, struct json_object *rule)
{
	struct json_object *properties = acr_json_member(rule, "properties");
	const char *name = acr_json_string(rule, "name"),
		   *target = acr_json_string(properties, "targetRepository"),
		   *source = acr_json_string(properties, "sourceRepository"),
		   *login = acr_json_string(properties, "credentialSetResourceId");
	auto_string image = target && source ? source_of(subject, target, source) : NULL;

	if (!name || !image)
		return NULL;
	return acr_format(
		login && *login
			? _("Cache rule %s fills the repository from %s")
			: _("Cache rule %s fills the repository from %s, without credentials"),
		name, image);
}

/* Is this a resource ID as Azure Resource Manager returns it, with no characters that could change
 * the URL it is inserted into? */
static bool is_id(const char *text)
{
	return text && strncmp(text, "/subscriptions/", 15) == 0 && !strstr(text, "..") &&
	       text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				 "/._()-")] == '\0';
}

char *acr_cache_rule_find(struct acr_app *app, const struct acr_case *subject)
{
	auto_json registry = acr_case_json(subject, ACR_FOUND_SETTINGS);
	const char *id = acr_json_string(registry, "id");
	auto_json answer = NULL;
	struct acr_error error = { 0 };
	struct json_object *rules;
	auto_string path = NULL;
	char *found = NULL;
	auto_arm arm = { 0 };

	if (!is_id(id))
		return acr_copy("");
	path = acr_format("%s/cacheRules?api-version=" VERSION, id);
	if (acr_arm_begin(app, subject, acr_case_found(subject, ACR_FOUND_SOURCE), &arm, &error) ||
	    acr_arm_get(&arm, path, &answer, &error))
		return acr_copy("");
	rules = acr_json_member(answer, "value");
	for (size_t i = 0; !found && json_object_is_type(rules, json_type_array) &&
			   i < json_object_array_length(rules);
	     i++)
		found = tell(subject, json_object_array_get_idx(rules, i));
	return found ? found : acr_copy("");
}
