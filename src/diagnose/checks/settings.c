/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Check: the settings of the registry from Azure Resource Manager, if the identity may read them.
 * The token is sent to the endpoint of the registry's cloud only, and not at all for a registry
 * with a custom domain. Searches each subscription that the identity can see for a registry with
 * this name (learn.microsoft.com, rest/api/containerregistry/registries;
 * rest/api/resources/resources/list), until time runs out. A missing role is reported only if all
 * subscriptions were searched or if access was denied.
 */
#include <stdio.h>
#include <string.h>

#include "acr/arm.h"
#include "diagnose/arm.h"
#include "explain/error_words.h"
#include "explain/language.h"

#define RESERVE 500 /* milliseconds that are kept to report an unfinished search */
#define KIND	"Microsoft.ContainerRegistry/registries"

struct search {
	struct acr_arm arm;
	char host[ACR_HOST_MAX];      /* of the registry itself, not of a regional endpoint */
	size_t subscriptions, looked; /* existing and searched subscriptions */
	bool more;		      /* there are more subscriptions */
	bool failed;		      /* a search failed for another reason than denied access */
};

/* Keeps the error of a request. Denied access counts as an answer; after any other error the result
 * is unknown. */
static int fail(struct search *search, const struct acr_error *failure, struct acr_error *error)
{
	if (failure->kind != ACR_REFUSED && search->failed)
		return -1;
	search->failed |= failure->kind != ACR_REFUSED;
	if (failure->kind != ACR_FINE)
		*error = *failure;
	return -1;
}

static bool is_it(const struct search *search, struct json_object *registry)
{
	const char *server =
		acr_json_string(acr_json_member(registry, "properties"), "loginServer");

	return server && strcmp(server, search->host) == 0;
}

/* Is this ID safe to insert into a path? It comes from a response. */
static bool is_plain(const char *id)
{
	return *id &&
	       id[strspn(id,
			 "0123456789abcdefABCDEFghijklmnopqrstuvwxyzGHIJKLMNOPQRSTUVWXYZ-_.()/")] ==
		       '\0' &&
	       !strstr(id, "..");
}

static int read_one(struct search *search, const char *id, struct json_object **ret,
		    struct acr_error *error)
{
	for (const char *const *version = acr_arm_versions; *version; version++) {
		auto_string path = acr_format("%s?api-version=%s", id, *version);
		struct acr_error failure = { 0 };

		if (acr_arm_get(&search->arm, path, ret, &failure) == 0 && is_it(search, *ret))
			return 0;
		acr_json_free(ret);
		/* This cloud does not support this API version: try the next one. */
		if (failure.kind != ACR_FINE && failure.status != 400 &&
		    !acr_arm_refuses_version(failure.code))
			return fail(search, &failure, error);
	}
	return -1;
}

static int look_in(struct search *search, const char *subscription, struct json_object **ret,
		   struct acr_error *error)
{
	struct acr_error failure = { 0 };
	char name[ACR_HOST_MAX];
	auto_json list = NULL;
	struct json_object *rows;
	auto_string path = NULL;

	acr_registry_name(&search->arm.subject->registry, name);
	path = acr_format("/subscriptions/%s/resources?$filter=resourceType%%20eq%%20'" KIND
			  "'%%20and%%20name%%20eq%%20'%s'&api-version=2021-04-01",
			  subscription, name);
	if (!is_plain(subscription))
		return -1;
	if (acr_arm_get(&search->arm, path, &list, &failure)) {
		search->looked += failure.kind == ACR_REFUSED;
		return fail(search, &failure, error);
	}
	search->looked++;
	rows = acr_json_member(list, "value");
	for (size_t i = 0;
	     json_object_is_type(rows, json_type_array) && i < json_object_array_length(rows);
	     i++) {
		const char *id = acr_json_string(json_object_array_get_idx(rows, i), "id");

		if (id && id[0] == '/' && is_plain(id) && read_one(search, id, ret, error) == 0)
			return 0;
	}
	return -1;
}

static int look_everywhere(struct search *search, struct json_object **ret, struct acr_error *error)
{
	struct acr_error failure = { 0 };
	auto_json list = NULL;
	struct json_object *rows;

	if (acr_arm_get(&search->arm, "/subscriptions?api-version=2022-12-01", &list, &failure))
		return fail(search, &failure, error);
	rows = acr_json_member(list, "value");
	search->subscriptions =
		json_object_is_type(rows, json_type_array) ? json_object_array_length(rows) : 0;
	search->more = acr_json_string(list, "nextLink") != NULL;
	for (size_t i = 0;
	     i < search->subscriptions && acr_budget(search->arm.app, 2 * RESERVE) > RESERVE; i++) {
		const char *id =
			acr_json_string(json_object_array_get_idx(rows, i), "subscriptionId");

		if (id && look_in(search, id, ret, error) == 0)
			return 0;
	}
	return -1;
}

static const char *word(struct json_object *object, const char *key, const char *otherwise)
{
	const char *value = acr_json_string(object, key);

	return value && *value ? value : otherwise;
}

static void tell(struct json_object *registry, struct acr_check_result *ret)
{
	struct json_object *properties = acr_json_member(registry, "properties");
	struct json_object *policies = acr_json_member(properties, "policies");
	const char *mode = word(properties, "roleAssignmentMode", "");
	const char *arm =
		word(acr_json_member(policies, "azureADAuthenticationAsArmPolicy"), "status", "");
	auto_secret text = { 0 };

	acr_check_say(ret, ACR_VERDICT_OK, _("%s, admin user %s, anonymous pull %s%s%s"),
		      word(acr_json_member(registry, "sku"), "name", "?"),
		      acr_json_bool(properties, "adminUserEnabled", false) ? _("on") : _("off"),
		      acr_json_bool(properties, "anonymousPullEnabled", false) ? _("on") : _("off"),
		      *mode ? ", " : "",
		      !*mode		     ? ""
		      : strstr(mode, "Abac") ? _("role assignment mode ABAC")
					     : _("role assignment mode RBAC"));
	if (*arm)
		acr_check_detail(ret, _("tokens for Azure Resource Manager: %s"), arm);
	acr_check_detail(ret, "%s", word(registry, "id", ""));
	acr_json_write(&text, registry);
	acr_check_found(ret, ACR_FOUND_SETTINGS, acr_secret_text(&text));
}

/* The settings are not visible. They are not needed to pull, but the user may want to see them. */
static void unseen(const struct acr_app *app, const struct acr_case *subject,
		   const struct acr_error *error, struct acr_check_result *ret)
{
	auto_string why = acr_error_words(error);
	struct acr_who who;
	bool person;

	acr_case_who(subject, &who);
	person = who.type == ACR_WHO_USER;
	acr_check_say(ret, person ? ACR_VERDICT_WARNING : ACR_VERDICT_SKIPPED,
		      _("this identity is not allowed to read them (requires the Reader role)%s%s"),
		      *why ? ": " : "", why);
	if (!person)
		return;
	acr_facts_of_error(app, error, &ret->facts);
	acr_check_explain(subject, "registry-settings-unreadable", ret);
	acr_facts_set(&ret->facts, ACR_FACT_USER, who.name);
	acr_facts_set(&ret->facts, ACR_FACT_OBJECT, who.object);
}

/* The search is incomplete, so the registry may be in a subscription that was not searched. */
static void unfinished(const struct search *search, const struct acr_error *error,
		       struct acr_check_result *ret)
{
	if (search->failed)
		acr_check_say_error(ret, ACR_VERDICT_SKIPPED, error);
	else
		acr_check_say(
			ret, ACR_VERDICT_SKIPPED,
			_("not found in %zu of %zu%s subscriptions; the others were not searched"),
			search->looked, search->subscriptions, search->more ? "+" : "");
}

static void run(struct acr_app *app, const struct acr_case *subject, struct acr_check_result *ret)
{
	const struct acr_registry *registry = &subject->registry;
	struct search search = { 0 };
	struct acr_error error = { 0 };
	auto_json found = NULL;

	snprintf(search.host, sizeof(search.host), "%.*s%s", (int)strcspn(registry->host, "."),
		 registry->host, registry->cloud->suffix);
	if (acr_arm_begin(app, subject, acr_case_found(subject, ACR_FOUND_SOURCE), &search.arm,
			  &error))
		acr_check_say_error(ret, ACR_VERDICT_SKIPPED, &error);
	else if (look_everywhere(&search, &found, &error) == 0)
		tell(found, ret);
	else if (search.failed || search.more || search.looked < search.subscriptions)
		unfinished(&search, &error, ret);
	else
		unseen(app, subject, &error, ret);
	acr_arm_end(&search.arm);
}

const struct acr_check_row acr_check_settings = {
	.id = "settings",
	.title = N_("registry settings"),
	.about = ACR_ABOUT_REGISTRY,
	.needs = "identity",
	.budget = 8000,
	.advises = true,
	.run = run,
};
