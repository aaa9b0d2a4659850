/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Check: the regional endpoints (NAME.REGION.geo.azurecr.io) in the settings of the registry. Each
 * is a login server with its own name in DNS, firewalls and private endpoints. Sends one request
 * without credentials to each, which needs DNS, port 443, TLS and a challenge. Clients that use the
 * name of the registry do not need these endpoints, so an endpoint that does not respond is a
 * warning. It is a problem if the user asks about an endpoint that the registry does not have.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acr/arm.h"
#include "base/json.h"
#include "diagnose/network.h"
#include "explain/error_words.h"
#include "explain/language.h"

#define RESERVE 1000 /* minimum milliseconds that must remain to try an endpoint */

static const int never[] = { 0 };
static const struct acr_service endpoint_once = {
	"the regional endpoint", ACR_ORIGIN_REGISTRY, never, NULL, 1, 3000
};

struct round {
	struct acr_app *app;
	const struct acr_case *subject;
	struct acr_check_result *ret;
	size_t count, answered, failed, unasked;
	bool named; /* the host that the user asks about is one of them */
};

static int judge(const struct acr_registry *endpoint, const struct acr_response *answer,
		 struct acr_error *error)
{
	struct acr_challenge challenge = { 0 };

	if (answer->status != 401)
		return acr_check_refusal(endpoint->host, answer, error);
	return acr_challenge_check(endpoint->host, answer->challenge, &challenge, error);
}

static int ask(struct acr_app *app, const struct acr_registry *endpoint, struct acr_response *ret,
	       struct acr_error *error)
{
	auto_string url = acr_format("https://%s/v2/", endpoint->host);
	const struct acr_request request = { .method = "GET",
					     .url = url,
					     .service = &endpoint_once };

	if (acr_http_send(app, &request, ret, error))
		return -1;
	return judge(endpoint, ret, error);
}

static void fail(struct round *round, const char *host, const struct acr_error *error)
{
	auto_string why = acr_error_words(error);

	acr_check_detail(round->ret, "%s: %s", host, why);
	if (round->failed++)
		return;
	acr_check_fail(round->app, round->subject, ACR_VERDICT_WARNING, error, round->ret);
	acr_check_say(round->ret, ACR_VERDICT_WARNING, _("the request to %s failed: %s"), host,
		      why);
	acr_facts_set(&round->ret->facts, ACR_FACT_HOST, host);
	acr_facts_set(&round->ret->facts, ACR_FACT_RULE, "regional-endpoint-blocked");
}

static void visit(void *data, const struct acr_registry *endpoint)
{
	struct round *round = data;
	auto_response answer = { 0 };
	struct acr_error error = { 0 };

	round->count++;
	/* The other checks cover the host that the user asks about. */
	if (strcmp(endpoint->host, round->subject->registry.host) == 0) {
		round->named = true;
		round->answered++;
		return;
	}
	if (acr_budget(round->app, 2 * RESERVE) <= RESERVE) {
		acr_check_detail(round->ret, _("%s: skipped, no time left"), endpoint->host);
		round->unasked++;
		return;
	}
	if (ask(round->app, endpoint, &answer, &error)) {
		fail(round, endpoint->host, &error);
		return;
	}
	round->answered++;
	acr_check_detail(round->ret, _("%s responds (%s)"), endpoint->host, answer.address);
}

/* Does the user ask about an endpoint that the registry does not have and that does not respond? */
static bool is_unknown(const struct round *round)
{
	const struct acr_registry *registry = &round->subject->registry;
	char server[ACR_HOST_MAX];

	acr_registry_login_server(registry, server);
	return strcmp(server, registry->host) != 0 && !round->named &&
	       atoi(acr_case_found(round->subject, ACR_FOUND_STATUS)) != 401;
}

static void tell_unknown(const struct round *round)
{
	char server[ACR_HOST_MAX];

	acr_registry_login_server(&round->subject->registry, server);
	acr_check_say(round->ret, ACR_VERDICT_PROBLEM,
		      _("%s has no regional endpoint with this name"), server);
	acr_check_explain(round->subject, "regional-endpoint-unknown", round->ret);
	acr_facts_set(&round->ret->facts, ACR_FACT_NEAR_MISS, server);
}

static void run(struct acr_app *app, const struct acr_case *subject, struct acr_check_result *ret)
{
	struct round round = { .app = app, .subject = subject, .ret = ret };
	auto_json json = acr_case_json(subject, ACR_FOUND_SETTINGS);
	enum acr_regional said;

	if (!json) {
		acr_check_say(ret, ACR_VERDICT_SKIPPED, "%s",
			      _("the registry settings are not available"));
		return;
	}
	said = acr_arm_regional(json);
	acr_arm_each_regional(json, visit, &round);
	if (said != ACR_REGIONAL_UNKNOWN && is_unknown(&round))
		tell_unknown(&round);
	else if (said == ACR_REGIONAL_UNKNOWN)
		acr_check_say(ret, ACR_VERDICT_SKIPPED, "%s",
			      _("this cloud does not report regional endpoints"));
	else if (round.count == 0)
		acr_check_say(ret, ACR_VERDICT_SKIPPED, "%s", _("none are enabled"));
	else if (round.failed == 0)
		acr_check_say(ret, ACR_VERDICT_OK, _("responding: %zu of %zu"), round.answered,
			      round.count);
}

const struct acr_check_row acr_check_regional_endpoints = {
	.id = "regional-endpoints",
	.title = N_("regional endpoints"),
	.about = ACR_ABOUT_REGISTRY,
	.needs = "name",
	.after = "settings connection",
	.budget = 12000,
	.likely = 96,
	.advises = true,
	.run = run,
};
