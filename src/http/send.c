/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sends one request, with as many retries as its service and the deadline of the run allow.
 *
 * The pause between two attempts has a random length ("full jitter"), so that many machines that
 * failed at the same time do not retry at the same time. If the service sent Retry-After, the pause
 * is that long and a little more. A pause that would end after the deadline is not started: the
 * last error of the service is more useful to the caller than "timed out".
 */
#include <string.h>
#include <sys/random.h>

#include "acr/http.h"
#include "base/budget.h"
#include "base/json.h"
#include "base/jsonc.h"
#include "http/failure.h"

#define FIRST_PAUSE   500  /* milliseconds, doubled for each attempt */
#define LONGEST_PAUSE 8000 /* milliseconds */

static bool holds(const int *list, int number)
{
	for (; *list; list++)
		if (*list == number)
			return true;
	return false;
}

/* A failure that took long is not retried, and without a network every attempt fails alike. */
static bool is_retried_failure(const struct acr_error *failure, int64_t took)
{
	if (took > ACR_BUDGET_AGAIN || acr_error_is(failure, OFFLINE))
		return false;
	if (failure->kind != ACR_UNREACHABLE || failure->transport == ACR_TRANSPORT_CERTIFICATE ||
	    failure->transport == ACR_TRANSPORT_PROXY)
		return false;
	/* A proxy that denies access (403, 407) will deny it again. */
	return failure->status == 0 || failure->status == 429 || failure->status >= 500;
}

static bool is_retried_answer(const struct acr_service *service, const struct acr_response *answer)
{
	struct acr_error unreadable;
	auto_json json = NULL;
	const char *said;

	if (holds(service->retried,
		  answer->status >= 500 && answer->status < 600 ? 500 : answer->status))
		return true;
	if (!service->retried_error || answer->status != 400 ||
	    acr_json_parse(acr_secret_text(&answer->body), answer->body.length, &json, &unreadable))
		return false;
	said = acr_json_string(json, "error");
	return said && strcmp(said, service->retried_error) == 0;
}

/* Milliseconds to wait before the next attempt; `tried` is 1 after the first. */
static int64_t pause_length(int tried, long retry_after)
{
	int64_t most = (int64_t)FIRST_PAUSE << (tried - 1);
	uint32_t random;

	/* Never fails after the kernel has finished booting; a pause that is not random does no
	 * harm. */
	if (getrandom(&random, sizeof(random), GRND_NONBLOCK) != sizeof(random))
		random = UINT32_MAX / 2;
	if (most > LONGEST_PAUSE)
		most = LONGEST_PAUSE;
	return (int64_t)retry_after * 1000 + (most * random >> 32);
}

int acr_http_send(const struct acr_app *app, const struct acr_request *request,
		  struct acr_response *ret, struct acr_error *error)
{
	const struct acr_service *service = request->service;

	/* Without json-c a valid response would look invalid, so no request is sent. */
	if (acr_jsonc_load(error))
		return -1;
	for (int tried = 1;; tried++) {
		struct acr_error failure = { 0 };
		int64_t left = acr_budget(app, ACR_BUDGET_GET), pause, took;
		int result;

		acr_response_wipe(ret);
		if (left <= 0)
			return acr_raise(error, NO_TIME_LEFT, service->name);
		if (service->answer && service->answer < left)
			left = service->answer;
		took = app->clock.boot(app);
		result = app->http->send(app->http, app, request, left, ret, &failure);
		took = app->clock.boot(app) - took;
		if (failure.kind != ACR_SYSTEM)
			failure.origin = service->origin;
		pause = pause_length(tried, result ? 0 : ret->retry_after);
		if (tried < service->tries &&
		    (result ? is_retried_failure(&failure, took)
			    : is_retried_answer(service, ret)) &&
		    pause < acr_budget(app, ACR_BUDGET_GET)) {
			if (result)
				acr_debug_error(app, service->name, &failure);
			acr_debug(app, "%s: try %d failed, waiting %lld ms", service->name, tried,
				  (long long)pause);
			if (app->http->wait)
				app->http->wait(app->http, app, pause);
			continue;
		}
		if (result && error)
			*error = failure;
		return result ? -1 : 0;
	}
}
