/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists the registries that the current identity can see. The token for Azure Resource Manager is
 * sent only to ARM's own endpoint (learn.microsoft.com, rest/api/resources, "Subscriptions - List";
 * rest/api/containerregistry, "Registries - List").
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "acr/arm.h"
#include "acr/broker.h"
#include "acr/http.h"
#include "acr/identity.h"
#include "base/escape.h"
#include "base/file.h"
#include "configure/plan.h"
#include "explain/error_words.h"
#include "explain/language.h"

#define SUBSCRIPTIONS "/subscriptions?api-version=2022-12-01"
#define REGISTRIES                                                                                 \
	"/subscriptions/%s/providers/Microsoft.ContainerRegistry/registries?api-version=%s"
#define PAGES_MOST 20

static const int busy[] = { 429, 500, 0 };
static const struct acr_service manager = {
	"Azure Resource Manager", ACR_ORIGIN_ENDPOINT, busy, NULL, 2, 5000
};

struct search {
	const struct acr_app *app;
	const char *arm;
	struct acr_token token;
	const char *const *version; /* of the API: the newest that this cloud accepts */
	struct acr_discovery *found;
};

/* ---- the identity ---- */

static int take_token(struct search *search, const struct acr_cloud *cloud, struct acr_error *error)
{
	/* Identities are asked for a registry; this one represents the endpoint of Resource
	 * Manager. */
	struct acr_registry place = { .cloud = cloud, .authority = cloud->authority };
	const struct acr_token_request request = { .audience = cloud->arm_audience };

	snprintf(place.host, sizeof(place.host), "%s", cloud->arm + strlen("https://"));
	if (acr_get_other(search->app, &place, &request, &search->token, error) == 0)
		return 0;
	return acr_error_is(error, IDENTITY_NONE) ? acr_raise(error, DISCOVER_NO_IDENTITY) : -1;
}

/* ---- the registries ---- */

/* Adds the code of {"error":{"code","message"}}, if there is one. */
static int refuse(const struct acr_response *answer, struct acr_error *error)
{
	auto_json json = NULL;
	const char *code;

	(void)acr_raise(error, DISCOVER_ANSWER, acr_number(answer->status).text);
	if (acr_json_parse(acr_secret_text(&answer->body), answer->body.length, &json, NULL) == 0) {
		code = acr_json_string(acr_json_member(json, "error"), "code");
		snprintf(error->code, sizeof(error->code), "%s", code ? code : "");
	}
	return -1;
}

static int get(struct search *search, const char *url, struct json_object **ret,
	       struct acr_error *error)
{
	const struct acr_request request = {
		.method = "GET",
		.url = url,
		.bearer = &search->token.access,
		.service = &manager,
	};
	auto_response answer = { 0 };

	if (acr_http_send(search->app, &request, &answer, error))
		return -1;
	if (answer.status != 200)
		return refuse(&answer, error);
	return acr_json_parse(acr_secret_text(&answer.body), answer.body.length, ret, error);
}

typedef int take_row(struct search *search, struct json_object *row, struct acr_error *error);

/* Visit every row of a list, page by page. A link to a page outside of Resource Manager is not
 * followed. */
static int each(struct search *search, const char *path, take_row *take, struct acr_error *error)
{
	auto_string url = acr_format("%s%s", search->arm, path);

	for (int page = 0; url && page < PAGES_MOST; page++) {
		auto_json json = NULL;
		struct json_object *rows;
		const char *next;
		char *following = NULL;

		if (get(search, url, &json, error))
			return -1;
		rows = acr_json_member(json, "value");
		for (size_t i = 0; json_object_is_type(rows, json_type_array) &&
				   i < json_object_array_length(rows);
		     i++)
			if (take(search, json_object_array_get_idx(rows, i), error))
				return -1;
		next = acr_json_string(json, "nextLink");
		if (next && strncmp(next, search->arm, strlen(search->arm)) == 0 &&
		    next[strlen(search->arm)] == '/')
			following = acr_copy(next);
		acr_string_free(&url);
		url = following;
	}
	return 0;
}

static void add(void *data, const struct acr_registry *registry)
{
	struct acr_discovery *found = data;

	for (size_t i = 0; i < found->count; i++)
		if (strcmp(found->hosts[i], registry->host) == 0)
			return;
	if (found->count == ACR_HOSTS_MOST)
		found->more = true;
	else
		found->hosts[found->count++] = acr_copy(registry->host);
}

static int take_registry(struct search *search, struct json_object *row, struct acr_error *error)
{
	const char *server = acr_json_string(acr_json_member(row, "properties"), "loginServer");
	struct acr_registry registry;

	(void)error;
	if (!server || !acr_registry_parse(NULL, server, strlen(server), &registry))
		return 0;
	add(search->found, &registry);
	acr_arm_each_regional(row, add, search->found);
	return 0;
}

/* With the newest version of the API that the cloud accepts. */
static int each_registry(struct search *search, const char *subscription, struct acr_error *error)
{
	for (;; search->version++) {
		auto_string path = acr_format(REGISTRIES, subscription, *search->version);

		*error = (struct acr_error){ 0 };
		if (each(search, path, take_registry, error) == 0)
			return 0;
		if (!acr_arm_refuses_version(error->code) || !search->version[1])
			return -1;
	}
}

static int take_subscription(struct search *search, struct json_object *row,
			     struct acr_error *error)
{
	const char *id = acr_json_string(row, "subscriptionId");
	struct acr_error failure = { 0 };

	(void)error;
	if (!id || strspn(id, "0123456789abcdefABCDEF-") != strlen(id))
		return 0;
	/* A subscription without access does not hide the others. */
	if (each_registry(search, id, &failure)) {
		auto_string why = acr_error_words(&failure);

		acr_say(search->app, _("subscription %s: %s"), id, why);
	}
	return 0;
}

static bool is_regional(const char *host, char login_server[static ACR_HOST_MAX])
{
	struct acr_registry registry;

	login_server[0] = '\0';
	if (acr_registry_parse(NULL, host, strlen(host), &registry))
		acr_registry_login_server(&registry, login_server);
	return strcmp(host, login_server) != 0;
}

/* Registries, each followed by its regional endpoints. */
static int by_name(const void *left, const void *right)
{
	const char *a = *(char *const *)left, *b = *(char *const *)right;
	char of_a[ACR_HOST_MAX], of_b[ACR_HOST_MAX];
	bool regional_a = is_regional(a, of_a), regional_b = is_regional(b, of_b);
	int order = strcmp(of_a, of_b);

	if (order == 0)
		order = (int)regional_a - (int)regional_b;
	return order ? order : strcmp(a, b);
}

int acr_discover(const struct acr_app *app, struct acr_discovery *ret, struct acr_error *error)
{
	const struct acr_cloud *chosen = acr_cloud_chosen(app);
	const struct acr_cloud *cloud = chosen ? chosen : &acr_clouds[0];
	struct search search = {
		.app = app, .arm = cloud->arm, .version = acr_arm_versions, .found = ret
	};
	int failed = take_token(&search, cloud, error) ||
		     each(&search, SUBSCRIPTIONS, take_subscription, error);

	acr_token_wipe(&search.token);
	if (failed)
		return -1;
	qsort(ret->hosts, ret->count, sizeof(ret->hosts[0]), by_name);
	if (ret->more)
		acr_say(app, _("only the first %d registries are shown"), ACR_HOSTS_MOST);
	if (ret->count == 0)
		return acr_raise(error, DISCOVER_NOTHING);
	return 0;
}

void acr_discovery_free(struct acr_discovery *found)
{
	for (size_t i = 0; i < found->count; i++)
		acr_string_free(&found->hosts[i]);
	found->count = 0;
}

/* The list of all hosts that are, or are not, regional endpoints. */
static void list_json(const struct acr_discovery *found, bool regional, struct acr_secret *out)
{
	char login_server[ACR_HOST_MAX];
	bool any = false;

	acr_secret_add(out, "[");
	for (size_t i = 0; i < found->count; i++) {
		if (is_regional(found->hosts[i], login_server) != regional)
			continue;
		acr_secret_add(out, any ? "," : "");
		acr_json_quote(out, found->hosts[i], strlen(found->hosts[i]));
		any = true;
	}
	acr_secret_add(out, "]");
}

void acr_discovery_list(const struct acr_discovery *found, bool json, struct acr_secret *out)
{
	if (json) {
		acr_secret_add(out, "{\"registries\":");
		list_json(found, false, out);
		acr_secret_add(out, ",\"regional_endpoints\":");
		list_json(found, true, out);
		acr_secret_add(out, "}\n");
		return;
	}
	for (size_t i = 0; i < found->count; i++)
		acr_secret_format(out, "%s\n", found->hosts[i]);
}

/* ---- selection ---- */

/* Parses "1 3,4", or all; false for anything else. */
static bool read_choice(const char *text, size_t count, bool chosen[static ACR_HOSTS_MOST])
{
	if (strncasecmp(text, "all", 3) == 0 && text[3 + strspn(text + 3, " \n")] == '\0') {
		for (size_t i = 0; i < count; i++)
			chosen[i] = true;
		return true;
	}
	for (text += strspn(text, " ,\n"); *text; text += strspn(text, " ,\n")) {
		char *end;
		unsigned long number = strtoul(text, &end, 10);

		if (end == text || number < 1 || number > count)
			return false;
		chosen[number - 1] = true;
		text = end;
	}
	return true;
}

/* Numbers are those of registries; selecting one includes its regional endpoints. */
static size_t number(const struct acr_discovery *found, size_t of[static ACR_HOSTS_MOST],
		     struct acr_secret *page)
{
	char login_server[ACR_HOST_MAX];
	size_t count = 0;

	for (size_t i = 0; i < found->count; i++) {
		if (is_regional(found->hosts[i], login_server))
			acr_secret_format(page, "       %s\n", found->hosts[i]);
		else
			acr_secret_format(page, "%3zu  %s\n", ++count, found->hosts[i]);
		of[i] = count - 1;
	}
	return count;
}

int acr_discovery_choose(const struct acr_app *app, struct acr_discovery *found,
			 struct acr_error *error)
{
	bool chosen[ACR_HOSTS_MOST] = { false };
	size_t of[ACR_HOSTS_MOST] = { 0 }, count, kept = 0;
	auto_secret text = { 0 };
	char answer[256] = "";
	ssize_t length;

	count = number(found, of, &text);
	acr_secret_add(&text, _("Registries to set up (numbers, or all): "));
	if (acr_escape_write(app->err, acr_secret_text(&text), text.length))
		return acr_raise(error, DISCOVER_NO_TERMINAL);
	length = read(app->in, answer, sizeof(answer) - 1);
	if (length <= 0 || !read_choice(answer, count, chosen))
		return acr_raise(error, DISCOVER_CHOICE);
	for (size_t i = 0; i < found->count; i++) {
		if (chosen[of[i]])
			found->hosts[kept++] = found->hosts[i];
		else
			acr_string_free(&found->hosts[i]);
	}
	found->count = kept;
	return kept ? 0 : acr_raise(error, DISCOVER_NO_CHOICE);
}
