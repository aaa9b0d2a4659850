/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Check: can the host that stores the layers be reached? A registry redirects requests for blobs to
 * a storage account or to its own data endpoint, and a firewall may allow the registry but not that
 * host. The check follows an image to that redirect (OCI distribution), then connects to the host
 * that it names, without credentials and without the path of the URL.
 */

#include "diagnose/content.h"
#include "diagnose/network.h"
#include "explain/error_words.h"
#include "explain/language.h"

#define DEDICATED_MOST 3

static void knock(const struct acr_app *app, const struct acr_case *subject, const char *host,
		  struct acr_check_result *ret)
{
	auto_string url = acr_format("https://%s/", host);
	const struct acr_request request = { .method = "GET",
					     .url = url,
					     .service = &acr_service_once };
	auto_response answer = { 0 };
	struct acr_error error = { 0 };
	auto_string why = NULL;

	if (acr_http_send(app, &request, &answer, &error) == 0) {
		acr_check_say(ret, ACR_VERDICT_OK, _("%s responds (%s)"), host, answer.address);
		return;
	}
	why = acr_error_words(&error);
	acr_check_fail(app, subject, ACR_VERDICT_PROBLEM, &error, ret);
	acr_check_say(ret, ACR_VERDICT_PROBLEM,
		      _("the request to %s, which serves the layers, failed: %s"), host, why);
	acr_facts_set(&ret->facts, ACR_FACT_RULE, "data-endpoint-blocked");
	acr_facts_set(&ret->facts, ACR_FACT_DATA_ENDPOINT, host);
}

/* Checks the host of a redirect. Azure registries redirect to storage and data endpoints only; a
 * registry with a custom domain may use other hosts. */
static void go_to(const struct acr_app *app, const struct acr_case *subject, const char *host,
		  struct acr_check_result *ret)
{
	if (subject->registry.genuine && !acr_content_is_storage(subject, host))
		acr_check_say(ret, ACR_VERDICT_WARNING,
			      _("the registry redirects layers to %s, which is not an Azure host"),
			      host);
	else
		knock(app, subject, host, ret);
}

static void look(const struct acr_app *app, const struct acr_case *subject, const char *digest,
		 struct acr_check_result *ret)
{
	auto_string path = acr_format("%s/blobs/%s", subject->repository, digest);
	struct acr_error error = { 0 };
	auto_response answer = { 0 };
	auto_secret token = { 0 };
	char host[ACR_HOST_MAX];

	acr_secret_add(&token, acr_case_found(subject, ACR_FOUND_PULL_TOKEN));
	if (acr_content_get(app, subject, &token, path, acr_content_byte, &answer, &error))
		acr_check_say_error(ret, ACR_VERDICT_WARNING, &error);
	else if (answer.status >= 300 && answer.status < 400 &&
		 acr_content_data_host(answer.location, host))
		go_to(app, subject, host, ret);
	else if (answer.status == 200 || answer.status == 206)
		acr_check_say(ret, ACR_VERDICT_OK, "%s",
			      _("the registry serves the layers itself"));
	else
		acr_check_say(ret, ACR_VERDICT_SKIPPED,
			      _("the registry did not return a layer (status %d)"), answer.status);
}

/* Without an image, uses the settings of the registry: one dedicated data endpoint for each
 * region. */
static bool knock_at_dedicated(const struct acr_app *app, const struct acr_case *subject,
			       struct acr_check_result *ret)
{
	auto_json json = acr_case_json(subject, ACR_FOUND_SETTINGS);
	struct json_object *hosts =
		acr_json_member(acr_json_member(json, "properties"), "dataEndpointHostNames");
	size_t count =
		json_object_is_type(hosts, json_type_array) ? json_object_array_length(hosts) : 0;

	for (size_t i = 0; i < count && i < DEDICATED_MOST && ret->verdict != ACR_VERDICT_PROBLEM;
	     i++) {
		struct json_object *host = json_object_array_get_idx(hosts, i);
		auto_string url =
			acr_format("https://%s", json_object_is_type(host, json_type_string)
							 ? json_object_get_string(host)
							 : "");
		char name[ACR_HOST_MAX];

		if (acr_content_data_host(url, name))
			knock(app, subject, name, ret);
	}
	return count > 0;
}

static void run(struct acr_app *app, const struct acr_case *subject, struct acr_check_result *ret)
{
	auto_json image = acr_case_json(subject, ACR_FOUND_IMAGE);
	const char *digest = acr_json_string(acr_json_member(image, "config"), "digest");

	if (knock_at_dedicated(app, subject, ret))
		return;
	if (acr_content_is_digest(digest))
		look(app, subject, digest, ret);
	else
		acr_check_say(ret, ACR_VERDICT_SKIPPED, "%s",
			      _("requires an image that can be pulled"));
}

const struct acr_check_row acr_check_data_endpoint = {
	.id = "data-endpoint",
	.title = N_("data endpoint"),
	.about = ACR_ABOUT_REGISTRY,
	.needs = "spelling firewall",
	.after = "settings platform",
	.likely = 79,
	.run = run,
};
