/* SPDX-License-Identifier: Apache-2.0 */
/* Chooses the registries to diagnose if none is given: those in docker's configuration, in the
 * configuration of this helper, and in the cache. */
#include <string.h>

#include "acr/broker.h"
#include "acr/check.h"
#include "acr/config.h"
#include "base/budget.h"
#include "base/file.h"
#include "base/json.h"
#include "diagnose/docker.h"

struct listing {
	const struct acr_app *app;
	struct acr_case *cases;
	size_t count, most;
};

static void add(struct listing *listing, const char *server)
{
	struct acr_registry registry;

	if (listing->count == listing->most ||
	    !acr_registry_parse(listing->app->config, server, strlen(server), &registry))
		return;
	for (size_t i = 1; i < listing->count; i++)
		if (strcmp(listing->cases[i].registry.host, registry.host) == 0)
			return;
	acr_case_begin(listing->app, registry.host, NULL, NULL, &listing->cases[listing->count++]);
}

static void add_keys(struct listing *listing, struct json_object *object)
{
	if (!json_object_is_type(object, json_type_object))
		return;
	json_object_object_foreach(object, key, value)
	{
		(void)value;
		add(listing, key);
	}
}

static void add_configured(void *data, const char *host, bool in_hosts)
{
	(void)in_hosts;
	add(data, host);
}

static void add_cached(void *data, const struct acr_cached *cached)
{
	add(data, cached->registry.host);
}

static void add_marked(void *data, const char *host)
{
	add(data, host);
}

size_t acr_case_discover(const struct acr_app *app, struct acr_case *ret, size_t most)
{
	struct listing listing = { app, ret, 1, most };
	auto_string path = acr_docker_config_path(app);
	auto_secret text = { 0 };
	auto_json json = NULL;

	acr_case_begin(app, "", NULL, NULL, &ret[0]);
	if (path && acr_file_read(path, ACR_CONFIG_MAX, &text, NULL) == 0 &&
	    acr_json_parse(acr_secret_text(&text), text.length, &json, NULL) == 0) {
		add_keys(&listing, acr_docker_member(json, "credHelpers"));
		add_keys(&listing, acr_docker_member(json, "auths"));
	}
	acr_config_hosts(app->config, add_configured, &listing);
	acr_cached_each(app, add_cached, &listing);
	acr_marker_each(app, ACR_WORKED, add_marked, &listing);
	return listing.count;
}

/* Do the names differ by one letter that is added, missing, wrong, or swapped with the next one? */
static bool is_near(const char *a, const char *b)
{
	size_t lengths[] = { strlen(a), strlen(b) }, same = 0;
	const char *shorter = lengths[0] < lengths[1] ? a : b, *longer = shorter == a ? b : a;

	if (strcmp(a, b) == 0)
		return false;
	while (shorter[same] && shorter[same] == longer[same])
		same++;
	if (lengths[0] != lengths[1])
		return strlen(longer) == strlen(shorter) + 1 &&
		       strcmp(shorter + same, longer + same + 1) == 0;
	return strcmp(a + same + 1, b + same + 1) == 0 ||
	       (a[same] == b[same + 1] && a[same + 1] == b[same] &&
		strcmp(a + same + 2, b + same + 2) == 0);
}

char *acr_case_nearest(const struct acr_app *app, const char *host)
{
	struct acr_case cases[16] = { 0 };
	size_t count = acr_case_discover(app, cases, 16);
	char *found = NULL;

	for (size_t i = 0; i < count; i++) {
		if (i > 0 && !found && is_near(cases[i].registry.host, host))
			found = acr_copy(cases[i].registry.host);
		acr_case_wipe(&cases[i]);
	}
	return found;
}
