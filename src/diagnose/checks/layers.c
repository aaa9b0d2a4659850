/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Check: do all parts of the image exist (its config and its layers)? Requests one byte of each,
 * several at a time. A registry redirects to its storage account or data endpoint with a signed
 * URL; that is followed without the token, and to no other host. A part is reported as missing only
 * if the registry (BLOB_UNKNOWN) or the storage (BlobNotFound) says so; every other error means
 * "unknown".
 */
#include <stdio.h>
#include <string.h>

#include "base/budget.h"
#include "diagnose/content.h"
#include "diagnose/network.h"
#include "explain/language.h"
#include "front/parallel.h"

#define PARTS_MOST 128
#define WORKERS	   6

enum fate { THERE, GONE, DENIED, UNTOLD, FATES };

struct parts {
	struct acr_app *app;
	const struct acr_case *subject;
	const char *digests[PARTS_MOST]; /* borrowed from the manifest's JSON */
	size_t count;
	enum fate fates[PARTS_MOST];
	int status; /* the status of a part whose result is unknown */
};

/* Evaluates the response of the storage account (learn.microsoft.com, rest/api/storageservices,
 * blob service error codes). */
static enum fate judge_storage(const struct acr_response *answer)
{
	const char *body = acr_secret_text(&answer->body);

	if (answer->status == 200 || answer->status == 206)
		return THERE;
	if (answer->status == 404 &&
	    (strstr(body, "<Code>BlobNotFound<") || strstr(body, "<Code>ContainerNotFound<")))
		return GONE;
	if (answer->status == 403 && (strstr(body, "<Code>AuthorizationFailure<") ||
				      strstr(body, "<Code>AuthenticationFailed<")))
		return DENIED;
	return UNTOLD;
}

static enum fate follow(const struct acr_app *app, const char *location, int *ret_status)
{
	const struct acr_request request = { .method = "GET",
					     .url = location,
					     .headers = acr_content_byte,
					     .service = &acr_service_once };
	struct acr_error error = { 0 };
	auto_response answer = { 0 };

	/* More than one byte was returned: the server does not support ranges, but the part
	 * exists. */
	if (acr_http_send(app, &request, &answer, &error))
		return acr_error_is(&error, RESPONSE_TOO_LARGE) ? THERE : UNTOLD;
	*ret_status = answer.status;
	return judge_storage(&answer);
}

static enum fate look(const struct parts *parts, const struct acr_secret *token, const char *digest,
		      int *ret_status)
{
	const struct acr_case *subject = parts->subject;
	auto_string path = acr_format("%s/blobs/%s", subject->repository, digest);
	struct acr_error error = { 0 };
	auto_response answer = { 0 };
	char host[ACR_HOST_MAX];

	*ret_status = 0;
	if (acr_content_get(parts->app, subject, token, path, acr_content_byte, &answer, &error))
		return acr_error_is(&error, RESPONSE_TOO_LARGE) ? THERE : UNTOLD;
	*ret_status = answer.status;
	if (answer.status == 200 || answer.status == 206)
		return THERE;
	if (answer.status >= 300 && answer.status < 400) {
		if (acr_content_data_host(answer.location, host) &&
		    acr_content_is_storage(subject, host))
			return follow(parts->app, answer.location, ret_status);
		/* A registry with a custom domain may use any storage. */
		return subject->registry.genuine ? UNTOLD : THERE;
	}
	acr_check_refusal(subject->registry.host, &answer, &error);
	return acr_content_is_unknown(&error) ? GONE : UNTOLD;
}

static int64_t budget(const void *data, size_t index)
{
	const struct parts *parts = data;

	(void)index;
	return acr_budget(parts->app, ACR_BUDGET_GET);
}

/* Runs in a child process: checks every n-th part over one connection. */
static void work(struct acr_app *app, void *data, size_t index, struct acr_secret *ret)
{
	struct parts *parts = data;
	auto_secret token = { 0 };

	parts->app = app;
	acr_secret_add(&token, acr_case_found(parts->subject, ACR_FOUND_PULL_TOKEN));
	for (size_t i = index; i < parts->count; i += WORKERS) {
		int status = 0;
		enum fate fate = look(parts, &token, parts->digests[i], &status);

		acr_secret_format(ret, "%zu %d %d\n", i, (int)fate, status);
	}
}

static void done(void *data, size_t index, const struct acr_secret *said)
{
	struct parts *parts = data;
	size_t part;
	int fate, status;

	(void)index;
	for (const char *line = acr_secret_text(said);
	     sscanf(line, "%zu %d %d\n", &part, &fate, &status) == 3 && strchr(line, '\n');
	     line = strchr(line, '\n') + 1) {
		if (part >= parts->count || fate < 0 || fate >= FATES)
			continue;
		parts->fates[part] = (enum fate)fate;
		if (fate == UNTOLD)
			parts->status = status;
	}
}

/* Adds a part, unless it is stored elsewhere ("urls", as for layers of Windows) or embedded in the
 * manifest ("data"). */
static void add(struct parts *parts, struct json_object *descriptor)
{
	const char *digest = acr_json_string(descriptor, "digest"),
		   *type = acr_json_string(descriptor, "mediaType");

	if (!acr_content_is_digest(digest) || parts->count == PARTS_MOST ||
	    acr_json_member(descriptor, "urls") || acr_json_member(descriptor, "data") ||
	    (type && (strstr(type, ".foreign.") || strstr(type, ".nondistributable."))))
		return;
	for (size_t i = 0; i < parts->count; i++)
		if (strcmp(parts->digests[i], digest) == 0)
			return;
	parts->fates[parts->count] = UNTOLD;
	parts->digests[parts->count++] = digest;
}

static size_t count(const struct parts *parts, enum fate fate)
{
	size_t found = 0;

	for (size_t i = 0; i < parts->count; i++)
		found += parts->fates[i] == fate;
	return found;
}

static void tell(const struct parts *parts, struct acr_check_result *ret)
{
	size_t gone = count(parts, GONE), denied = count(parts, DENIED),
	       untold = count(parts, UNTOLD);

	if (gone > 0) {
		acr_check_say(ret, ACR_VERDICT_PROBLEM,
			      _("%zu of %zu are missing; your login works"), gone, parts->count);
		for (size_t i = 0; i < parts->count; i++)
			if (parts->fates[i] == GONE)
				acr_check_detail(ret, _("missing: %s"), parts->digests[i]);
		acr_check_explain(parts->subject, "layer-missing", ret);
	} else if (denied > 0) {
		acr_check_say(
			ret, ACR_VERDICT_PROBLEM,
			_("the storage denied access to %zu of %zu (status 403); your login works"),
			denied, parts->count);
		acr_check_explain(parts->subject, "layer-download-denied", ret);
	} else if (untold > 0) {
		acr_check_say(ret, ACR_VERDICT_WARNING, _("%zu of %zu could not be checked"),
			      untold, parts->count);
		if (parts->status)
			acr_check_detail(ret, _("response status: %d"), parts->status);
	} else {
		acr_check_say(ret, ACR_VERDICT_OK, _("all %zu exist"), parts->count);
	}
}

static void run(struct acr_app *app, const struct acr_case *subject, struct acr_check_result *ret)
{
	struct parts parts = { .app = app, .subject = subject };
	auto_json image = acr_case_json(subject, ACR_FOUND_IMAGE);
	struct json_object *layers = acr_json_member(image, "layers");

	add(&parts, acr_json_member(image, "config"));
	for (size_t i = 0;
	     json_object_is_type(layers, json_type_array) && i < json_object_array_length(layers);
	     i++)
		add(&parts, json_object_array_get_idx(layers, i));
	if (parts.count == 0) {
		acr_check_say(ret, ACR_VERDICT_SKIPPED, "%s", _("requires an image with layers"));
		return;
	}
	acr_parallel(app, &(const struct acr_parallel){ .count = parts.count < WORKERS ? parts.count
										       : WORKERS,
							.budget = budget,
							.work = work,
							.done = done,
							.data = &parts });
	tell(&parts, ret);
}

const struct acr_check_row acr_check_layers = {
	.id = "layers",
	.title = N_("layers"),
	.about = ACR_ABOUT_REGISTRY,
	.needs = "platform data-endpoint",
	.budget = 10000,
	.likely = 76,
	.run = run,
};
