/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Azure Instance Metadata Service (learn.microsoft.com, how-to-use-vm-token). It must cost no
 * time on other machines: most networks drop packets to 169.254.169.254, and other clouds have
 * their own metadata service there.
 *
 * Every virtual machine of Azure has a chassis asset tag that identifies Azure, which cloud-init
 * also uses (cloudinit/sources/helpers/azure.py, ChassisAssetTag). If no tag can be read (in some
 * containers, in WSL), a request is sent. A refused connection, no route, or the response of
 * another cloud prove that IMDS is not here, which is remembered for minutes. A timeout may be
 * caused by a network that drops packets or by a slow IMDS: a second attempt with a longer timeout
 * decides, and the result is remembered only for seconds, since another identity may be used
 * meanwhile. If the connection is accepted, IMDS is here; after one response it is known to be here
 * until the next boot, and a later failure is reported as an error.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "acr/store.h"
#include "base/budget.h"
#include "base/file.h"
#include "identity/internal.h"

#define NAME	    "Azure IMDS"
#define HOST	    "169.254.169.254"
#define ENDPOINT    "http://" HOST "/metadata/identity/oauth2/token"
#define TAG_PATH    "/sys/class/dmi/id/chassis_asset_tag"
#define NODE_PATH   "/etc/kubernetes/azure.json" /* AKS and other clusters in Azure */
#define NETWORK	    "/proc/self/ns/net"
#define AZURE_TAG   "7783-7084-3265-9085-8269-3286-77"
#define ABSENT_NOTE "imds-absent"
#define SILENT_NOTE "imds-silent" /* the attempt with the long timeout failed */
#define HERE_NOTE   "imds-here"

enum belief { ABSENT, UNKNOWN, PRESENT };

/* The notes hold for one network: a container may share the home directory and the kernel keyring
 * with a host that has IMDS. Owned by the caller. */
static char *network(const struct acr_app *app)
{
	auto_string path = acr_system_path(app, NETWORK);
	struct stat status = { 0 };

	(void)!stat(path, &status);
	return acr_format("%ju", (uintmax_t)status.st_ino);
}

static bool is_noted(const struct acr_app *app, const char *note)
{
	auto_string subject = network(app);

	return acr_note_find(app, note, subject, NULL);
}

static void keep_note(const struct acr_app *app, const char *note, int64_t seconds)
{
	auto_string subject = network(app);

	acr_note_keep(app, note, subject, seconds, "");
}

static enum belief believe(const struct acr_app *app, const struct acr_ask *ask)
{
	auto_string tag_path = acr_system_path(app, TAG_PATH);
	auto_string node_path = acr_system_path(app, NODE_PATH);
	auto_secret tag = { 0 };

	if (ask->pinned || access(node_path, F_OK) == 0)
		return PRESENT;
	/* sysfs reports the size of one page for every file. */
	if (acr_file_read(tag_path, 64 * 1024, &tag, NULL))
		return is_noted(app, HERE_NOTE) ? PRESENT : UNKNOWN;
	return strncmp(acr_secret_text(&tag), AZURE_TAG, strlen(AZURE_TAG)) == 0 ? PRESENT : ABSENT;
}

static bool here(const struct acr_app *app, const struct acr_ask *ask)
{
	enum belief belief = believe(app, ask);

	return belief == PRESENT ||
	       (belief == UNKNOWN && (app->interactive || !is_noted(app, ABSENT_NOTE)));
}

static int send(const struct acr_app *app, const char *url, const struct acr_service *service,
		struct acr_response *ret, struct acr_error *error)
{
	static const char *const headers[] = { "Metadata: true", NULL };
	const struct acr_request request = {
		.method = "GET",
		.url = url,
		.headers = headers,
		.service = service,
		.local = true,
	};

	return acr_http_send(app, &request, ret, error);
}

/* Another cloud's metadata service: Amazon's answers 401, Google's 403, others 404; a proxy or a
 * captive portal answers 200 or 403 with a page. IMDS sends none of these, except for a 404 while
 * it is being updated. */
static bool is_of_another_cloud(const struct acr_response *answer)
{
	return answer->status == 401 || answer->status == 403 || answer->status == 404 ||
	       (answer->status == 200 && strcmp(answer->type, "text/html") == 0);
}

/* IMDS is temporarily not available: retry as its documentation recommends. */
static bool is_passing(const struct acr_response *answer)
{
	return answer->status == 404 || answer->status == 410 || answer->status == 429 ||
	       answer->status >= 500;
}

static bool is_silence(const struct acr_error *failure)
{
	return acr_error_is(failure, CONNECT_TIMEOUT);
}

/* After a timeout, one more attempt unless there was one recently; on a machine of Azure, two more
 * after any failure. */
static int connect_imds(const struct acr_app *app, const char *url, enum belief belief,
			struct acr_response *answer, struct acr_error *error)
{
	const bool impatient = !app->interactive && is_noted(app, SILENT_NOTE);
	int more = belief == PRESENT ? 2 : impatient ? 0 : 1;
	const struct acr_service *service = &acr_service_probe;

	while (send(app, url, service, answer, error)) {
		/* If it has accepted the request and does not respond, it will not respond to a
		 * retry either. */
		if (more-- <= 0 || error->kind == ACR_TIMEOUT || error->kind == ACR_SYSTEM ||
		    (belief == UNKNOWN && !is_silence(error)) || acr_budget(app, 1) <= 0)
			return -1;
		service = &acr_service_slow_probe;
	}
	return 0;
}

/* IMDS, which was only assumed to be here, is not. */
static int be_absent(const struct acr_app *app, bool certain, struct acr_error *error)
{
	if (!certain)
		keep_note(app, SILENT_NOTE, ACR_NOTE_IMDS);
	keep_note(app, ABSENT_NOTE, certain ? ACR_NOTE_IMDS : ACR_NOTE_IMDS_SILENT);
	return acr_raise(error, IMDS_ABSENT, NAME);
}

/* All retries have failed, and it is still being updated, which takes up to 70 s
 * (learn.microsoft.com, how-to-use-vm-token, "Retry guidance"). */
static int tell_update(int status, struct acr_error *error)
{
	acr_raise(error, IMDS_UPDATING, NAME, acr_number(status).text);
	if (!error)
		return -1;
	error->status = status;
	snprintf(error->host, sizeof(error->host), "%s", HOST);
	return -1;
}

static int ask_imds(const struct acr_app *app, const struct acr_ask *ask, struct acr_token *ret,
		    struct acr_error *error)
{
	/* The names of IMDS's parameters, unchanged since 2018. */
	static const struct acr_endpoint_words words = { "2018-02-01", "client_id", "object_id",
							 "msi_res_id" };
	auto_string url = acr_endpoint_url(app, ask, NAME, ENDPOINT, &words, error);
	enum belief belief = believe(app, ask);
	struct acr_error failure = { 0 };
	auto_response answer = { 0 };
	int failed;

	if (!url)
		return -1;
	failed = connect_imds(app, url, belief, &answer, &failure);
	/* A fault of this machine says nothing about whether IMDS is here. */
	if (failed && failure.kind == ACR_SYSTEM) {
		if (error)
			*error = failure;
		return -1;
	}
	/* A retry of another cloud's 404 is as fast; IMDS's own 404 ends within a minute. */
	if (belief == UNKNOWN && !failed && is_of_another_cloud(&answer))
		return be_absent(app, answer.status != 404, error);
	if (belief == UNKNOWN && failed && failure.kind != ACR_TIMEOUT)
		return be_absent(app, !is_silence(&failure), error);
	if (!failed && is_passing(&answer))
		failed = send(app, url, &acr_service_imds, &answer, &failure);
	if (failed) {
		failure.kind = ACR_UNAVAILABLE;
		failure.temporary = true;
		if (error)
			*error = failure;
		return -1;
	}
	if (answer.status == 404 || answer.status == 410)
		return tell_update(answer.status, error);
	failed = acr_endpoint_token(app, NAME, url, &answer, ret, error);
	if (!failed && belief == UNKNOWN)
		keep_note(app, HERE_NOTE, ACR_NOTE_IMDS_HERE);
	return failed;
}

const struct acr_endpoint acr_endpoint_imds = { NAME, here, ask_imds };
