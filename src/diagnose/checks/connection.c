/* SPDX-License-Identifier: Apache-2.0 */
/* Check: sends GET https://HOST/v2/ without credentials, the request with which every client
 * begins. This check only reports whether a server answers; later checks evaluate the response. */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "diagnose/network.h"
#include "explain/language.h"

static const int never[] = { 0 };
const struct acr_service acr_service_once = {
	"the registry", ACR_ORIGIN_REGISTRY, never, NULL, 1, 5000
};

/* Keeps the codes and messages of the registry's JSON, one on each line. */
static void take_said(const struct acr_response *answer, struct acr_check_result *ret)
{
	struct acr_error said = { 0 };
	auto_secret lines = { 0 };

	if (answer->status == 401 && answer->challenge[0])
		return;
	acr_check_refusal("", answer, &said);
	acr_secret_format(&lines, "%s\n%s", said.code, said.sentence);
	acr_check_found(ret, ACR_FOUND_SAID, acr_secret_text(&lines));
}

static void hand_on(const struct acr_app *app, const struct acr_response *answer,
		    struct acr_check_result *ret)
{
	acr_check_found(ret, ACR_FOUND_ANSWERED, answer->address);
	acr_check_found(ret, ACR_FOUND_ISSUER, answer->issuer);
	acr_check_found(ret, ACR_FOUND_CHALLENGE, answer->challenge);
	acr_check_found(ret, ACR_FOUND_TYPE, answer->type);
	acr_check_found(ret, ACR_FOUND_CORRELATION, answer->correlation);
	acr_check_found_number(ret, ACR_FOUND_STATUS, answer->status);
	if (answer->date > 0)
		acr_check_found_number(ret, ACR_FOUND_SKEW, app->clock.wall(app) - answer->date);
	if (answer->status == 429)
		acr_check_found_number(ret, ACR_FOUND_THROTTLED, answer->retry_after);
	take_said(answer, ret);
}

/* Are all known addresses private? If so, a firewall is not the most likely cause. */
static bool leads_to_private(const struct acr_case *subject)
{
	const char *at = acr_case_found(subject, ACR_FOUND_ADDRESSES);
	bool any = false;

	for (; *at; at += strcspn(at, "\n") + 1, any = true) {
		auto_string one = acr_format("%.*s", (int)strcspn(at, "\n"), at);

		if (!acr_address_is_private(one))
			return false;
	}
	return any;
}

static void fail(const struct acr_app *app, const struct acr_case *subject,
		 const struct acr_error *error, struct acr_check_result *ret)
{
	const char *addresses = acr_case_found(subject, ACR_FOUND_ADDRESSES);

	acr_check_fail(app, subject, ACR_VERDICT_PROBLEM, error, ret);
	acr_facts_set_bytes(&ret->facts, ACR_FACT_ADDRESS, addresses, strcspn(addresses, "\n"));
	if (!*acr_case_found(subject, ACR_FOUND_PROXY) && leads_to_private(subject))
		acr_facts_set(&ret->facts, ACR_FACT_CHECK, "connection-private");
}

static void run(struct acr_app *app, const struct acr_case *subject, struct acr_check_result *ret)
{
	auto_string url = acr_format("https://%s/v2/", subject->registry.host);
	const struct acr_request request = { .method = "GET",
					     .url = url,
					     .service = &acr_service_once };
	const char *proxy = acr_case_found(subject, ACR_FOUND_PROXY);
	int64_t begun = app->clock.boot(app);
	struct acr_error error = { 0 };
	auto_response answer = { 0 };

	if (acr_http_send(app, &request, &answer, &error) == 0) {
		hand_on(app, &answer, ret);
		acr_check_say(ret, ACR_VERDICT_OK, _("%s port 443 responded after %lld ms%s%s"),
			      *answer.address ? answer.address : subject->registry.host,
			      (long long)(app->clock.boot(app) - begun),
			      *proxy ? _(", through proxy ") : "", proxy);
	} else if (error.transport == ACR_TRANSPORT_TLS ||
		   error.transport == ACR_TRANSPORT_CERTIFICATE) {
		/* Input of the check certificate. */
		auto_string tls = acr_format("%s\n%s", error.message.value, error.sentence);

		acr_check_found(ret, ACR_FOUND_TLS_ERROR, tls);
		acr_check_say(ret, ACR_VERDICT_OK, _("port 443 of %s is reachable"),
			      subject->registry.host);
	} else {
		fail(app, subject, &error, ret);
	}
}

const struct acr_check_row acr_check_connection = {
	.id = "connection",
	.title = N_("connection"),
	.alias = "CONNECTIVITY_CHALLENGE_ERROR",
	.about = ACR_ABOUT_REGISTRY,
	.needs = "dns",
	.after = "proxy",
	.likely = 92,
	.run = run,
};
