/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sends requests with libcurl, which is loaded at the first request. One multi handle per process
 * lets the exchange reuse the connection that `warm` opened while Entra ID was asked.
 *
 * Timeouts are enforced here. libcurl waits for the end of a DNS lookup even after its timeout
 * (measured: 10 s instead of 1) unless it has QUICK_EXIT (7.87). Without it, the multi handle is
 * not released: the process ends soon, by _exit.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "acr/http.h"
#include "base/budget.h"
#include "base/library.h"
#include "http/transfer.h"

#define SYMBOLS(X)                                                                                 \
	X(curl_global_init)                                                                        \
	X(curl_version_info)                                                                       \
	X(curl_multi_init)                                                                         \
	X(curl_multi_add_handle)                                                                   \
	X(curl_multi_remove_handle)                                                                \
	X(curl_multi_perform)                                                                      \
	X(curl_multi_poll)                                                                         \
	X(curl_multi_info_read) X(curl_easy_getinfo)
ACR_LIBRARY_DECLARE(SYMBOLS)
ACR_LIBRARY_NOTE(note,
		 "[{\"soname\":[\"libcurl.so.4\",\"libcurl-gnutls.so.4\"],\"feature\":\"network\","
		 "\"description\":\"getting tokens from Entra ID and registries\","
		 "\"priority\":\"required\"}]");

struct network {
	struct acr_http http; /* first: `self` is this struct */
	bool loaded, quick_exit;
	/* The TLS library reads a hashed folder on demand, and it has been sufficient so far. */
	bool hashed;
	/* A transfer failed. OpenSSL may still hold its request, and would send that in place of
	 * the next one: the answer to another question. No connection is used again then. */
	bool spoiled;
	pid_t owner; /* a fork must not use the connections of its parent */
	CURLM *multi;
	struct acr_transfer *warm; /* at most one */
	/* A host that timed out: every further identity would wait for it as long. */
	struct {
		char origin[sizeof(((struct acr_transfer *)NULL)->origin)];
		int64_t until;
		struct acr_error error;
	} silent;
};

/* The C library reads this variable when a thread of libcurl first looks up a name. A value that
 * the user set takes precedence. */
static void bound_lookups(const struct acr_app *app)
{
	const char *own = acr_env(app, "RES_OPTIONS");
	auto_string options = acr_format(ACR_RESOLVER_OPTIONS " %s", own ? own : "");

	setenv("RES_OPTIONS", options, 1);
}

static int load_library(struct network *network, const struct acr_app *app, struct acr_error *error)
{
	/* The second one is the variant that Debian's git depends on. */
	static const char *const sonames[] = { "libcurl.so.4", "libcurl-gnutls.so.4" };
	const curl_version_info_data *version;
	struct acr_error failures[2] = { 0 };

	for (int i = 0; i < 2 && !network->loaded; i++)
		network->loaded = acr_library_load(sonames[i], "asking Entra ID and registries",
						   library_symbols, &failures[i]) == 0 &&
				  acr_transfer_load(sonames[i], &failures[i]) == 0;
	if (!network->loaded) {
		/* Report a library that exists but cannot be loaded rather than one that is
		 * missing. */
		if (error)
			*error = failures[acr_library_is_absent(&failures[0]) &&
					  !acr_library_is_absent(&failures[1])];
		return -1;
	}
	bound_lookups(app);
	if (sym_curl_global_init(CURL_GLOBAL_DEFAULT)) {
		network->loaded = false;
		return acr_raise(error, HTTP_UNAVAILABLE);
	}
	version = sym_curl_version_info(CURLVERSION_NOW);
	network->hashed = version->ssl_version && strncmp(version->ssl_version, "OpenSSL", 7) == 0;
	network->quick_exit = version->version_num >= 0x075700;
	return 0;
}

static int load(struct network *network, const struct acr_app *app, struct acr_error *error)
{
	if (!network->loaded && load_library(network, app, error))
		return -1;
	if (network->owner == getpid())
		return 0;
	network->warm = NULL;
	network->multi = sym_curl_multi_init();
	if (!network->multi)
		return acr_raise(error, HTTP_UNAVAILABLE);
	network->owner = getpid();
	return 0;
}

/* Let libcurl continue all transfers, and note which have finished. False if it cannot (for
 * example, no descriptors are left). */
static bool perform(struct network *network, const struct acr_app *app)
{
	int running, queued;
	CURLMsg *message;

	if (sym_curl_multi_perform(network->multi, &running))
		return false;
	while ((message = sym_curl_multi_info_read(network->multi, &queued))) {
		CURL *easy = message->easy_handle;
		CURLcode code = message->data.result;
		struct acr_transfer *transfer = NULL;

		if (message->msg != CURLMSG_DONE ||
		    sym_curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&transfer))
			continue;
		transfer->done = true;
		transfer->code = code;
		network->spoiled |= code != CURLE_OK;
		transfer->ended = app->clock.boot(app);
		sym_curl_multi_remove_handle(network->multi, easy);
		/* Images often add the certificate of a private CA only to the bundle. */
		if (code == CURLE_PEER_FAILED_VERIFICATION && transfer->hashed)
			network->hashed = false;
	}
	return true;
}

/* Run all transfers until this one has finished, or until `deadline`, its connect timeout, or
 * `answer` ms after it is connected without the first byte of a response that is wanted. */
static CURLcode drive(struct network *network, const struct acr_app *app,
		      struct acr_transfer *transfer, int64_t deadline, int64_t answer)
{
	int64_t connected = 0;

	for (;;) {
		int64_t limit = transfer->began + transfer->connect, left;

		if (!perform(network, app))
			return CURLE_FAILED_INIT;
		if (transfer->done)
			return transfer->code;
		if (acr_transfer_stage(transfer) == ACR_STAGE_ANSWER) {
			connected = connected ? connected : app->clock.boot(app);
			limit = connected + answer;
			if (transfer->heard && transfer->answer.response)
				limit = deadline;
		}
		if (limit > deadline)
			limit = deadline;
		left = limit - app->clock.boot(app);
		if (left <= 0)
			return CURLE_OPERATION_TIMEDOUT;
		sym_curl_multi_poll(network->multi, NULL, 0, left < 1000 ? (int)left : 1000, NULL);
	}
}

static void finish(struct network *network, struct acr_transfer *transfer)
{
	bool leave = transfer->easy && !transfer->done && !network->quick_exit &&
		     acr_transfer_stage(transfer) == ACR_STAGE_NAME;

	if (leave)
		network->owner = 0; /* load() reinitializes it */
	else if (transfer->easy && !transfer->done)
		sym_curl_multi_remove_handle(network->multi, transfer->easy);
	acr_transfer_end(transfer, leave);
}

static void cool(struct network *network)
{
	struct acr_transfer *warm = network->warm;

	network->warm = NULL;
	if (!warm)
		return;
	finish(network, warm);
	free(warm);
}

/* If the warm connection goes to the requested origin, let it finish, so that it can be used. Its
 * response is not needed; if it is slow, a new connection is opened. If it could not connect, a new
 * one could not either: then its error is the result. */
static int settle(struct network *network, const struct acr_app *app, const char *origin,
		  int64_t deadline, struct acr_error *error)
{
	struct acr_transfer *warm = network->warm;
	CURLcode code = CURLE_OK;
	int result = 0;

	if (!warm || strcmp(warm->origin, origin) != 0)
		return 0;
	if (!warm->done) {
		int64_t patience = warm->began + 2 * warm->connect;

		code = drive(network, app, warm, deadline < patience ? deadline : patience,
			     ACR_BUDGET_WARM);
	}
	if (code && !(code == CURLE_PEER_FAILED_VERIFICATION && warm->hashed) &&
	    (acr_transfer_stage(warm) != ACR_STAGE_ANSWER || app->clock.boot(app) >= deadline))
		result = acr_transfer_fail(app, warm, code, error);
	cool(network);
	return result;
}

static int attempt(struct network *network, const struct acr_app *app,
		   const struct acr_request *request, struct acr_transfer *transfer,
		   int64_t deadline, struct acr_error *error)
{
	CURLcode code;

	if (load(network, app, error) || settle(network, app, transfer->origin, deadline, error) ||
	    load(network, app, error))
		return -1;
	transfer->fresh = network->spoiled;
	if (acr_transfer_begin(app, request, network->hashed, transfer, error))
		return -1;
	sym_curl_multi_add_handle(network->multi, transfer->easy);
	code = drive(network, app, transfer, deadline, ACR_BUDGET_SILENT);
	if (code)
		return acr_transfer_fail(app, transfer, code, error);
	acr_transfer_answer(app, transfer);
	return 0;
}

static bool is_known_silent(const struct network *network, const struct acr_app *app,
			    const struct acr_transfer *transfer)
{
	return strcmp(network->silent.origin, transfer->origin) == 0 &&
	       app->clock.boot(app) < network->silent.until;
}

/* Not if the deadline of the caller had passed. */
static void note_silence(struct network *network, const struct acr_app *app,
			 const struct acr_transfer *transfer, int64_t began, int64_t deadline,
			 const struct acr_error *failure)
{
	int64_t now = app->clock.boot(app);

	if (now - began <= ACR_BUDGET_AGAIN || now >= deadline ||
	    (failure->kind != ACR_UNREACHABLE && failure->kind != ACR_TIMEOUT))
		return;
	snprintf(network->silent.origin, sizeof(network->silent.origin), "%s", transfer->origin);
	network->silent.until = now + ACR_BUDGET_KNOWN;
	network->silent.error = *failure;
}

static int send_request(struct acr_http *self, const struct acr_app *app,
			const struct acr_request *request, int64_t budget, struct acr_response *ret,
			struct acr_error *error)
{
	struct network *network = (struct network *)self;
	int64_t began = app->clock.boot(app), deadline = began + budget;
	struct acr_error failure = { 0 };
	bool untrusted;
	int result;

	do {
		struct acr_transfer transfer = { .answer = { .response = ret } };

		acr_transfer_name(&transfer, request->url);
		if (is_known_silent(network, app, &transfer)) {
			if (error)
				*error = network->silent.error;
			return -1;
		}
		result = attempt(network, app, request, &transfer, deadline, &failure);
		if (result)
			note_silence(network, app, &transfer, began, deadline, &failure);
		/* Retry with the bundle: no request has been sent yet, and perform() has ensured
		 * that the folder is not used again. */
		untrusted = transfer.hashed && transfer.code == CURLE_PEER_FAILED_VERIFICATION;
		finish(network, &transfer);
	} while (untrusted);
	if (result && error)
		*error = failure;
	return result;
}

static void warm(struct acr_http *self, const struct acr_app *app, const char *url)
{
	const struct acr_request request = { .method = "GET",
					     .url = url,
					     .service = &acr_service_registry };
	struct network *network = (struct network *)self;
	struct acr_transfer *transfer = calloc(1, sizeof(*transfer));

	if (!transfer)
		acr_out_of_memory();
	acr_transfer_name(transfer, url);
	if (network->warm && network->owner == getpid() &&
	    strcmp(network->warm->origin, transfer->origin) == 0) {
		free(transfer);
		return;
	}
	if (network->owner == getpid())
		cool(network);
	if (load(network, app, NULL) ||
	    acr_transfer_begin(app, &request, network->hashed, transfer, NULL)) {
		acr_transfer_end(transfer, false);
		free(transfer);
		return;
	}
	network->warm = transfer;
	sym_curl_multi_add_handle(network->multi, transfer->easy);
	perform(network, app);
}

static void wait_for(struct acr_http *self, const struct acr_app *app, int64_t milliseconds)
{
	struct network *network = (struct network *)self;
	int64_t end = app->clock.boot(app) + milliseconds, left;

	while ((left = end - app->clock.boot(app)) > 0) {
		int patience = left < 1000 ? (int)left : 1000;

		if (network->warm && network->owner == getpid() && !network->warm->done) {
			perform(network, app);
			sym_curl_multi_poll(network->multi, NULL, 0, patience, NULL);
		} else {
			poll(NULL, 0, patience);
		}
	}
}

struct acr_http *acr_http_curl(void)
{
	static struct network network = { .http = { send_request, warm, wait_for } };

	return &network.http;
}
