/* SPDX-License-Identifier: Apache-2.0 */
/* Check: does the server ask for a login like an Azure registry: 401 with a Bearer challenge that
 * names a service, and a realm at the server itself (github.com/Azure/acr, docs/AAD-OAuth.md)? A
 * realm at another host is reported; nothing is sent to it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/url.h"
#include "diagnose/network.h"
#include "explain/language.h"

static void problem(const struct acr_app *app, const struct acr_case *subject,
		    struct acr_error *error, struct acr_check_result *ret)
{
	error->status = atoi(acr_case_found(subject, ACR_FOUND_STATUS));
	snprintf(error->host, sizeof(error->host), "%s", subject->registry.host);
	acr_check_fail(app, subject, ACR_VERDICT_PROBLEM, error, ret);
	if (error->kind == ACR_INVALID &&
	    (acr_error_is(error, CHALLENGE_MISSING) || acr_error_is(error, CHALLENGE_NOT_BEARER) ||
	     acr_error_is(error, CHALLENGE_INCOMPLETE) || acr_error_is(error, CHALLENGE_FOREIGN)))
		acr_check_explain(subject, "challenge-invalid", ret);
}

int acr_challenge_check(const char *host, const char *header, struct acr_challenge *ret,
			struct acr_error *error)
{
	if (!*header)
		return acr_raise(error, CHALLENGE_MISSING, host);
	if (!acr_challenge_parse(header, ret))
		return acr_raise(error, CHALLENGE_NOT_BEARER, host, header);
	if (!*ret->realm || !*ret->service)
		return acr_raise(error, CHALLENGE_INCOMPLETE, host);
	if (!acr_url_is_at(ret->realm, host))
		return acr_raise(error, CHALLENGE_FOREIGN, host, ret->realm);
	return 0;
}

static void run(struct acr_app *app, const struct acr_case *subject, struct acr_check_result *ret)
{
	const char *host = subject->registry.host,
		   *header = acr_case_found(subject, ACR_FOUND_CHALLENGE);
	const char *said = acr_case_found(subject, ACR_FOUND_SAID);
	int status = atoi(acr_case_found(subject, ACR_FOUND_STATUS));
	struct acr_number number = acr_number(status);
	struct acr_challenge challenge = { 0 };
	struct acr_error error = { 0 };

	if (status == 401 && *header) {
		if (acr_challenge_check(host, header, &challenge, &error))
			problem(app, subject, &error, ret);
		else
			acr_check_say(ret, ACR_VERDICT_OK, _("Bearer, at %s"), challenge.realm);
		return;
	}
	if (strcmp(acr_case_found(subject, ACR_FOUND_TYPE), "text/html") == 0) {
		acr_raise(&error, WEB_PAGE, host, number.text);
	} else if (status == 429) {
		acr_raise(&error, THROTTLED, host);
		error.retry_after = atol(acr_case_found(subject, ACR_FOUND_THROTTLED));
	} else if (status >= 500) {
		acr_raise(&error, REGISTRY_UNAVAILABLE, host, number.text);
	} else if (status == 401) {
		acr_raise(&error, CHALLENGE_MISSING, host);
	} else if (status == 200) {
		acr_check_say(ret, ACR_VERDICT_WARNING, "%s",
			      _("the registry does not request authentication"));
	} else {
		acr_raise(&error, RESPONSE_UNEXPECTED, host, number.text);
	}
	if (error.kind != ACR_FINE)
		problem(app, subject, &error, ret);
	if (*said && ret->verdict == ACR_VERDICT_PROBLEM && said[strcspn(said, "\n")])
		acr_check_detail(ret, "%s", said + strcspn(said, "\n") + 1);
}

const struct acr_check_row acr_check_challenge = {
	.id = "challenge",
	.title = N_("challenge"),
	.alias = "CONNECTIVITY_CHALLENGE_ERROR CONNECTIVITY_WWW_AUTHENTICATE_ERROR "
		 "CONNECTIVITY_AAD_LOGIN_ERROR",
	.about = ACR_ABOUT_REGISTRY,
	.needs = "firewall",
	.likely = 89,
	.run = run,
};
