/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The registry's settings by Azure Resource Manager, where the identity may read them. Its token goes to the endpoint of
 * the registry's own cloud and nowhere else, and for a registry under a name of somebody's own there is none. The
 * registry is looked for by its name in each subscription that the identity sees (learn.microsoft.com,
 * rest/api/containerregistry/registries; rest/api/resources/resources/list).
 */
#include <stdio.h>
#include <string.h>

#include "acr/config.h"
#include "acr/identity.h"
#include "base/json.h"
#include "explain/check_network.h"
#include "explain/language.h"

#define SUBSCRIPTIONS_MOST 12
#define VERSION	   "2023-07-01" /* of registries */
#define VERSION_MODE	   "2025-11-01" /* the first stable one that tells the role mode; not every cloud has it */
#define KIND		   "Microsoft.ContainerRegistry/registries"

static const int never[] = { 0 };
static const struct acr_service manager = { "Azure Resource Manager", ACR_ORIGIN_ENDPOINT, never, NULL, 1, 4000 };

struct asking {
	struct acr_app *app;
	const struct acr_case *subject;
	const char *arm;
	struct acr_token token;
	char host[ACR_HOST_MAX]; /* the registry's global one: a regional endpoint is none of its settings */
};

static int ask(const struct asking *asking, const char *path, struct json_object **ret, struct acr_error *error)
{
	auto_string url = acr_format("%s%s", asking->arm, path);
	const struct acr_request request = { .method = "GET", .url = url, .bearer = &asking->token.access, .service = &manager };
	auto_response answer = { 0 };

	if (acr_http_send(asking->app, &request, &answer, error))
		return -1;
	if (answer.status != 200) {
		acr_check_refusal(asking->arm + strlen("https://"), &answer, error);
		error->origin = ACR_ORIGIN_ENDPOINT;
		return -1;
	}
	return acr_json_parse(acr_secret_text(&answer.body), answer.body.length, ret, error);
}

/* The same identity once more, for the ARM audience. */
static int take_token(struct asking *asking, struct acr_error *error)
{
	const struct acr_registry *registry = &asking->subject->registry;
	const struct acr_identity *identity = acr_identity_by_name(acr_case_found(asking->subject, ACR_FOUND_SOURCE));
	const struct acr_config *config = asking->app->config;
	const char *list = acr_config_get(config, registry->host, "identity");
	const struct acr_ask ask_row = {
		.registry = registry,
		.audience = registry->cloud->arm_audience,
		.tenant = acr_config_get(config, registry->host, "tenant"),
		.client_id = acr_config_get(config, registry->host, "client_id"),
		.pinned = list && strcmp(list, "auto") != 0,
	};

	if (!identity)
		return acr_fail(error, ACR_NOT_SET_UP, "%s", _("no identity was asked for"));
	return identity->acquire(asking->app, &ask_row, &asking->token, error);
}

static bool is_it(const struct asking *asking, struct json_object *registry)
{
	const char *server = acr_json_string(acr_json_member(registry, "properties"), "loginServer");

	return server && strcmp(server, asking->host) == 0;
}

/* Letters, digits, hyphens: an id that was read goes into a path. */
static bool is_plain(const char *id)
{
	return *id && id[strspn(id, "0123456789abcdefABCDEFghijklmnopqrstuvwxyzGHIJKLMNOPQRSTUVWXYZ-_.()/")] == '\0' &&
	       !strstr(id, "..");
}

static int read_one(const struct asking *asking, const char *id, struct json_object **ret, struct acr_error *error)
{
	static const char *const versions[] = { VERSION_MODE, VERSION, NULL };

	for (const char *const *version = versions; *version; version++) {
		auto_string path = acr_format("%s?api-version=%s", id, *version);
		struct acr_error failure = { 0 };

		if (ask(asking, path, ret, &failure) == 0 && is_it(asking, *ret))
			return 0;
		acr_json_free(ret);
		if (failure.kind != ACR_FINE)
			*error = failure;
		/* 400: a cloud that does not know this version. */
		if (failure.status != 400)
			return -1;
	}
	return -1;
}

static int search(const struct asking *asking, const char *subscription, struct json_object **ret,
		  struct acr_error *error)
{
	char name[ACR_HOST_MAX];
	auto_json list = NULL;
	struct json_object *rows;
	auto_string path = NULL;

	acr_registry_name(&asking->subject->registry, name);
	path = acr_format("/subscriptions/%s/resources?$filter=resourceType%%20eq%%20'" KIND
			  "'%%20and%%20name%%20eq%%20'%s'&api-version=2021-04-01",
			  subscription, name);
	if (!is_plain(subscription) || ask(asking, path, &list, error))
		return -1;
	rows = acr_json_member(list, "value");
	for (size_t i = 0; json_object_is_type(rows, json_type_array) && i < json_object_array_length(rows); i++) {
		const char *id = acr_json_string(json_object_array_get_idx(rows, i), "id");

		if (id && id[0] == '/' && is_plain(id) && read_one(asking, id, ret, error) == 0)
			return 0;
	}
	return -1;
}

static int search_all(const struct asking *asking, struct json_object **ret, struct acr_error *error)
{
	auto_json list = NULL;
	struct json_object *rows;
	size_t count;

	if (ask(asking, "/subscriptions?api-version=2022-12-01", &list, error))
		return -1;
	rows = acr_json_member(list, "value");
	count = json_object_is_type(rows, json_type_array) ? json_object_array_length(rows) : 0;
	for (size_t i = 0; i < count && i < SUBSCRIPTIONS_MOST; i++) {
		const char *id = acr_json_string(json_object_array_get_idx(rows, i), "subscriptionId");

		if (id && search(asking, id, ret, error) == 0)
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
	const char *arm = word(acr_json_member(policies, "azureADAuthenticationAsArmPolicy"), "status", "");

	acr_check_say(ret, ACR_VERDICT_OK, _("%s, %s%sadmin user %s, anonymous pull %s"),
		      word(acr_json_member(registry, "sku"), "name", "?"),
		      !*mode		   ? ""
		      : strstr(mode, "Abac") ? _("roles by ABAC")
					   : _("roles by RBAC"),
		      *mode ? ", " : "", acr_json_bool(properties, "adminUserEnabled", false) ? _("on") : _("off"),
		      acr_json_bool(properties, "anonymousPullEnabled", false) ? _("on") : _("off"));
	if (*arm)
		acr_check_detail(ret, _("tokens for Azure Resource Manager: %s"), arm);
	acr_check_detail(ret, "%s", word(registry, "id", ""));
	acr_check_found(ret, ACR_FOUND_SETTINGS, json_object_to_json_string_ext(registry, JSON_C_TO_STRING_PLAIN));
}

static void run(struct acr_app *app, const struct acr_case *subject, struct acr_check_result *ret)
{
	const struct acr_registry *registry = &subject->registry;
	struct asking asking = { .app = app, .subject = subject, .arm = registry->cloud->arm };
	struct acr_error error = { 0 };
	auto_json found = NULL;

	snprintf(asking.host, sizeof(asking.host), "%.*s%s", (int)strcspn(registry->host, "."), registry->host,
		 registry->cloud->suffix);
	if (!*acr_case_found(subject, ACR_FOUND_ENTRA_TOKEN) || !registry->genuine)
		acr_check_say(ret, ACR_VERDICT_SKIPPED, "%s",
			      registry->genuine ? _("no identity was asked for")
						: _("it is under a name of its own, where no such token goes"));
	else if (take_token(&asking, &error) || search_all(&asking, &found, &error))
		acr_check_say(ret, ACR_VERDICT_SKIPPED, _("this identity may not read them (role Reader)%s%s"),
			      *error.text ? ": " : "", error.text);
	else
		tell(found, ret);
	acr_token_wipe(&asking.token);
}

const struct acr_check_row acr_check_settings = {
	.id = "settings",
	.title = N_("settings"),
	.about = ACR_ABOUT_REGISTRY,
	.needs = "identity",
	.budget = 8000,
	.run = run,
};
