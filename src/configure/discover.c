/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which registries may the identity in force see? Azure Resource Manager is asked, with a token for
 * it that goes to its own endpoint and nowhere else (learn.microsoft.com, rest/api/resources,
 * "Subscriptions - List"; rest/api/containerregistry, "Registries - List").
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

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
	"/subscriptions/%s/providers/Microsoft.ContainerRegistry/"                                 \
	"registries?api-version=2023-07-01"
#define PAGES_MOST 20

static const int busy[] = { 429, 500, 0 };
static const struct acr_service manager = {
	"Azure Resource Manager", ACR_ORIGIN_ENDPOINT, busy, NULL, 2, 5000
};

struct search {
	const struct acr_app *app;
	const char *arm;
	struct acr_token token;
	struct acr_discovery *found;
};

/* ---- who we are ---- */

static int take_token(struct search *search, const struct acr_cloud *cloud, struct acr_error *error)
{
	/* Identities are asked for a registry; this one is Resource Manager's own endpoint. */
	struct acr_registry place = { .cloud = cloud, .authority = cloud->authority };
	const struct acr_token_wish wish = { .audience = cloud->arm_audience };

	snprintf(place.host, sizeof(place.host), "%s", cloud->arm + strlen("https://"));
	if (acr_get_other(search->app, &place, &wish, &search->token, error) == 0)
		return 0;
	return acr_error_is(error, IDENTITY_NONE) ? acr_raise(error, DISCOVER_NO_IDENTITY) : -1;
}

/* ---- what we see ---- */

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
		return acr_raise(error, DISCOVER_ANSWER, acr_number(answer.status).text);
	return acr_json_parse(acr_secret_text(&answer.body), answer.body.length, ret, error);
}

typedef int take_row(struct search *search, struct json_object *row, struct acr_error *error);

/* Every row of a list, page by page. A page that is not Resource Manager's own is not asked for. */
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

static int take_registry(struct search *search, struct json_object *row, struct acr_error *error)
{
	const char *server = acr_json_string(acr_json_member(row, "properties"), "loginServer");
	struct acr_discovery *found = search->found;
	struct acr_registry registry;

	(void)error;
	if (!server || found->count == ACR_HOSTS_MOST ||
	    !acr_registry_parse(NULL, server, strlen(server), &registry))
		return 0;
	for (size_t i = 0; i < found->count; i++)
		if (strcmp(found->hosts[i], registry.host) == 0)
			return 0;
	found->hosts[found->count++] = acr_copy(registry.host);
	return 0;
}

static int take_subscription(struct search *search, struct json_object *row,
			     struct acr_error *error)
{
	const char *id = acr_json_string(row, "subscriptionId");
	struct acr_error failure = { 0 };

	if (!id || strspn(id, "0123456789abcdefABCDEF-") != strlen(id))
		return 0;
	auto_string path = acr_format(REGISTRIES, id);
	/* One subscription that may not be looked at does not hide the others. */
	if (each(search, path, take_registry, &failure)) {
		auto_string why = acr_error_words(&failure);

		acr_say(search->app, _("subscription %s: %s"), id, why);
	}
	(void)error;
	return 0;
}

static int by_name(const void *left, const void *right)
{
	return strcmp(*(char *const *)left, *(char *const *)right);
}

int acr_discover(const struct acr_app *app, struct acr_discovery *ret, struct acr_error *error)
{
	const struct acr_cloud *chosen = acr_cloud_chosen(app);
	const struct acr_cloud *cloud = chosen ? chosen : &acr_clouds[0];
	struct search search = { .app = app, .arm = cloud->arm, .found = ret };
	int failed = take_token(&search, cloud, error) ||
		     each(&search, SUBSCRIPTIONS, take_subscription, error);

	acr_token_wipe(&search.token);
	if (failed)
		return -1;
	qsort(ret->hosts, ret->count, sizeof(ret->hosts[0]), by_name);
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

/* ---- which of them ---- */

/* Numbers out of "1 3,4", or all; false for anything else. */
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

int acr_discovery_choose(const struct acr_app *app, struct acr_discovery *found,
			 struct acr_error *error)
{
	bool chosen[ACR_HOSTS_MOST] = { false };
	auto_secret text = { 0 };
	char answer[256] = "";
	ssize_t length;
	size_t kept = 0;

	for (size_t i = 0; i < found->count; i++)
		acr_secret_format(&text, "%3zu  %s\n", i + 1, found->hosts[i]);
	acr_secret_add(&text, _("Which of them? Numbers, or all: "));
	if (acr_escape_write(app->err, acr_secret_text(&text), text.length))
		return acr_raise(error, DISCOVER_NO_TERMINAL);
	length = read(app->in, answer, sizeof(answer) - 1);
	if (length <= 0 || !read_choice(answer, found->count, chosen))
		return acr_raise(error, DISCOVER_CHOICE);
	for (size_t i = 0; i < found->count; i++) {
		if (chosen[i])
			found->hosts[kept++] = found->hosts[i];
		else
			acr_string_free(&found->hosts[i]);
	}
	found->count = kept;
	return kept ? 0 : acr_raise(error, DISCOVER_NO_CHOICE);
}
