/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Azure Instance Metadata Service (learn.microsoft.com, how-to-use-vm-token), which must cost
 * nothing where there is none: 169.254.169.254 is a black hole in most networks, and another
 * cloud's metadata in some.
 *
 * Azure puts a tag of its own on the chassis of every machine, by which cloud-init knows it too
 * (cloudinit/sources/helpers/azure.py, ChassisAssetTag). Where there is no tag to read, one request
 * that must connect within ACR_BUDGET_PROBE finds out, and its "no" is remembered.
 */
#include <string.h>
#include <unistd.h>

#include "acr/store.h"
#include "base/budget.h"
#include "base/file.h"
#include "identity/internal.h"

#define NAME	  "the instance metadata service"
#define ENDPOINT  "http://169.254.169.254/metadata/identity/oauth2/token"
#define TAG_PATH  "/sys/class/dmi/id/chassis_asset_tag"
#define NODE_PATH "/etc/kubernetes/azure.json" /* AKS and other clusters of Azure */
#define AZURE_TAG "7783-7084-3265-9085-8269-3286-77"
#define NOTE	  "imds-absent"
#define CONNECTS  3 /* tries to connect on a machine that is Azure's */

enum belief { ABSENT, UNKNOWN, PRESENT };

static enum belief believe(const struct acr_app *app, const struct acr_ask *ask)
{
	auto_string tag_path = acr_system_path(app, TAG_PATH);
	auto_string node_path = acr_system_path(app, NODE_PATH);
	auto_secret tag = { 0 };

	if (ask->pinned || access(node_path, F_OK) == 0)
		return PRESENT;
	/* sysfs calls every file as large as a page. */
	if (acr_file_read(tag_path, 64 * 1024, &tag, NULL))
		return UNKNOWN;
	return strncmp(acr_secret_text(&tag), AZURE_TAG, strlen(AZURE_TAG)) == 0 ? PRESENT : ABSENT;
}

static bool here(const struct acr_app *app, const struct acr_ask *ask)
{
	enum belief belief = believe(app, ask);

	return belief == PRESENT ||
	       (belief == UNKNOWN && (app->interactive || !acr_note_find(app, NOTE, "", NULL)));
}

static int send(const struct acr_app *app, const char *url, const struct acr_service *service,
		struct acr_response *ret, struct acr_error *error)
{
	static const char *const headers[] = { "Metadata: true", "Accept: application/json", NULL };
	const struct acr_request request = {
		.method = "GET",
		.url = url,
		.headers = headers,
		.service = service,
		.local = true,
	};

	return acr_http_send(app, &request, ret, error);
}

/* It is there, but not quite: worth the tries that IMDS asks for. */
static bool is_passing(const struct acr_response *answer)
{
	return answer->status == 404 || answer->status == 410 || answer->status == 429 ||
	       answer->status >= 500;
}

static int connect_imds(const struct acr_app *app, const char *url, int tries,
			struct acr_response *answer, struct acr_error *error)
{
	while (send(app, url, &acr_service_probe, answer, error))
		/* One that took the request and says nothing will say nothing again. */
		if (--tries <= 0 || error->kind == ACR_TIMEOUT || acr_budget(app, 1) <= 0)
			return -1;
	return 0;
}

static int ask_imds(const struct acr_app *app, const struct acr_ask *ask, struct acr_token *ret,
		    struct acr_error *error)
{
	/* IMDS has no other name for its parameters since 2018, and no reason to. */
	static const struct acr_endpoint_words words = { "2018-02-01", "client_id", "object_id",
							 "msi_res_id" };
	auto_string url = acr_endpoint_url(app, ask, NAME, ENDPOINT, &words, error);
	enum belief belief = believe(app, ask);
	struct acr_error failure = { 0 };
	auto_response answer = { 0 };
	int failed;

	if (!url)
		return -1;
	failed = connect_imds(app, url, belief == PRESENT ? CONNECTS : 1, &answer, &failure);
	/* A 404 is IMDS being updated on a machine of Azure's, and another cloud's metadata
	 * elsewhere. */
	if (belief == UNKNOWN && (failed || answer.status == 404)) {
		acr_note_keep(app, NOTE, "", ACR_NOTE_IMDS, "");
		return acr_fail(error, ACR_NOT_SET_UP, NAME " does not answer here");
	}
	if (!failed && is_passing(&answer))
		failed = send(app, url, &acr_service_imds, &answer, &failure);
	if (failed) {
		failure.kind = ACR_UNAVAILABLE;
		if (error)
			*error = failure;
		return -1;
	}
	return acr_endpoint_token(app, NAME, url, &answer, ret, error);
}

const struct acr_endpoint acr_endpoint_imds = { NAME, here, ask_imds };
