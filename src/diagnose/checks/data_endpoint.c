/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Layers do not come from the registry itself: a blob's address leads on to a storage account or
 * to a data endpoint of the registry's own, and a firewall may let the one through and not the
 * other. So an image is looked into as far as that address (OCI distribution), and the host that it
 * names is knocked at, with no credential and no more of the address than its name.
 */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "diagnose/network.h"
#include "diagnose/rights.h"
#include "explain/error_words.h"
#include "explain/language.h"

#define DEDICATED_MOST 3

static const char *const accepts[] = { "Accept: application/vnd.oci.image.manifest.v1+json, "
				       "application/vnd.docker.distribution.manifest.v2+json, "
				       "application/vnd.oci.image.index.v1+json, "
				       "application/vnd.docker.distribution.manifest.list.v2+json",
				       NULL };
static const char *const little[] = { "Range: bytes=0-0", NULL };

static int get(const struct acr_app *app, const struct acr_case *subject, const char *what,
	       const char *which, const char *const *headers, struct acr_response *ret,
	       struct acr_error *error)
{
	auto_string url = acr_format("https://%s/v2/%s/%s/%s", subject->registry.host,
				     subject->repository, what, which);
	auto_secret token = { 0 };
	const struct acr_request request = { .method = "GET",
					     .url = url,
					     .headers = headers,
					     .bearer = &token,
					     .service = &acr_service_once };

	acr_secret_add(&token, acr_case_found(subject, ACR_FOUND_ACCESS_TOKEN));
	return acr_http_send(app, &request, ret, error);
}

static bool is_digest(const char *text)
{
	return text && strncmp(text, "sha256:", 7) == 0 && strlen(text) == 71 &&
	       text[7 + strspn(text + 7, "0123456789abcdef")] == '\0';
}

/* The digest of a small blob of the image, through a list of images where it is one. */
static char *find_blob(const struct acr_app *app, const struct acr_case *subject, int *ret_status)
{
	auto_string which = acr_copy(*subject->reference ? subject->reference : "latest");

	for (int depth = 0; depth < 2; depth++) {
		auto_response answer = { 0 };
		struct acr_error error = { 0 };
		struct json_object *list;
		auto_json json = NULL;
		const char *digest;

		if (get(app, subject, "manifests", which, accepts, &answer, &error))
			return NULL;
		*ret_status = answer.status;
		if (answer.status != 200 ||
		    acr_json_parse(acr_secret_text(&answer.body), answer.body.length, &json, NULL))
			return NULL;
		digest = acr_json_string(acr_json_member(json, "config"), "digest");
		if (is_digest(digest))
			return acr_copy(digest);
		list = acr_json_member(json, "manifests");
		digest = json_object_is_type(list, json_type_array)
				 ? acr_json_string(json_object_array_get_idx(list, 0), "digest")
				 : NULL;
		if (!is_digest(digest))
			return NULL;
		acr_string_free(&which);
		which = acr_copy(digest);
	}
	return NULL;
}

/* Letters, digits, hyphens and dots behind "https://": what a request may be made to. */
static bool take_host(const char *location, char ret[static ACR_HOST_MAX])
{
	size_t length;

	if (strncmp(location, "https://", 8) != 0)
		return false;
	length = strspn(location + 8,
			"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-");
	if (length == 0 || length >= ACR_HOST_MAX ||
	    (location[8 + length] != '/' && location[8 + length] != '\0'))
		return false;
	snprintf(ret, ACR_HOST_MAX, "%.*s", (int)length, location + 8);
	return true;
}

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
		acr_check_say(ret, ACR_VERDICT_OK, _("%s answers (%s)"), host, answer.address);
		return;
	}
	why = acr_error_words(&error);
	acr_check_fail(app, subject, ACR_VERDICT_PROBLEM, &error, ret);
	acr_check_say(ret, ACR_VERDICT_PROBLEM, _("%s, where the layers lie, does not answer: %s"),
		      host, why);
	acr_facts_set(&ret->facts, ACR_FACT_RULE, "data-endpoint-blocked");
	acr_facts_set(&ret->facts, ACR_FACT_DATA_ENDPOINT, host);
}

static void look(const struct acr_app *app, const struct acr_case *subject, const char *digest,
		 struct acr_check_result *ret)
{
	auto_response answer = { 0 };
	struct acr_error error = { 0 };
	char host[ACR_HOST_MAX];

	if (get(app, subject, "blobs", digest, little, &answer, &error))
		acr_check_say_error(ret, ACR_VERDICT_WARNING, &error);
	else if (answer.status >= 300 && answer.status < 400 && take_host(answer.location, host))
		knock(app, subject, host, ret);
	else if (answer.status == 200 || answer.status == 206)
		acr_check_say(ret, ACR_VERDICT_OK, "%s", _("the registry itself gives the layers"));
	else
		acr_check_say(ret, ACR_VERDICT_WARNING,
			      _("the registry does not give a layer (status %d)"), answer.status);
}

/* Where no image tells, the registry's settings may: its dedicated endpoints, one a region. */
static bool knock_at_dedicated(const struct acr_app *app, const struct acr_case *subject,
			       struct acr_check_result *ret)
{
	const char *settings = acr_case_found(subject, ACR_FOUND_SETTINGS);
	auto_json json = NULL;
	struct json_object *hosts;
	size_t count;

	if (!*settings || acr_json_parse(settings, strlen(settings), &json, NULL))
		return false;
	hosts = acr_json_member(acr_json_member(json, "properties"), "dataEndpointHostNames");
	count = json_object_is_type(hosts, json_type_array) ? json_object_array_length(hosts) : 0;
	for (size_t i = 0; i < count && i < DEDICATED_MOST && ret->verdict != ACR_VERDICT_PROBLEM;
	     i++) {
		struct json_object *host = json_object_array_get_idx(hosts, i);
		auto_string url =
			acr_format("https://%s", json_object_is_type(host, json_type_string)
							 ? json_object_get_string(host)
							 : "");
		char name[ACR_HOST_MAX];

		if (take_host(url, name))
			knock(app, subject, name, ret);
	}
	return count > 0;
}

static void run(struct acr_app *app, const struct acr_case *subject, struct acr_check_result *ret)
{
	auto_string digest = NULL;
	int status = 0;

	if (knock_at_dedicated(app, subject, ret))
		return;
	if (!*subject->repository || !*acr_case_found(subject, ACR_FOUND_ACCESS_TOKEN) ||
	    !acr_rights_hold(acr_case_found(subject, ACR_FOUND_ACTIONS), "pull")) {
		acr_check_say(ret, ACR_VERDICT_SKIPPED, "%s",
			      _("needs an image that may be pulled"));
		return;
	}
	digest = find_blob(app, subject, &status);
	if (digest)
		look(app, subject, digest, ret);
	else if (status == 404)
		acr_check_say(ret, ACR_VERDICT_SKIPPED, _("there is no %s:%s to look at"),
			      subject->repository,
			      *subject->reference ? subject->reference : "latest");
	else
		acr_check_say(ret, ACR_VERDICT_SKIPPED,
			      _("the image does not say where its layers lie (status %d)"), status);
}

const struct acr_check_row acr_check_data_endpoint = {
	.id = "data-endpoint",
	.title = N_("data endpoint"),
	.about = ACR_ABOUT_REGISTRY,
	.needs = "access spelling",
	.after = "settings",
	.likely = 79,
	.run = run,
};
