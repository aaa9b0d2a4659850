/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Does it ask for a login as a registry of Azure does: 401, and a Bearer challenge that names a
 * realm and a service of its own (github.com/Azure/acr, docs/AAD-OAuth.md)? A realm elsewhere is
 * evidence; nothing is sent there.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "diagnose/network.h"
#include "explain/language.h"

static void problem(const struct acr_app *app, const struct acr_case *subject, enum acr_kind kind,
		    const char *text, const char *check, struct acr_check_result *ret)
{
	struct acr_error error = { 0 };

	acr_fail(&error, kind, "%s", text);
	error.origin = ACR_ORIGIN_REGISTRY;
	error.status = atoi(acr_case_found(subject, ACR_FOUND_STATUS));
	snprintf(error.host, sizeof(error.host), "%s", subject->registry.host);
	acr_check_fail(app, subject, ACR_VERDICT_PROBLEM, &error, ret);
	if (check)
		acr_facts_set(&ret->facts, ACR_FACT_CHECK, check);
}

/* "https://HOST/..." of the realm. */
static bool is_at(const char *realm, const char *host)
{
	size_t length = strlen(host);

	return strncasecmp(realm, "https://", 8) == 0 &&
	       strncasecmp(realm + 8, host, length) == 0 &&
	       (realm[8 + length] == '/' || realm[8 + length] == '\0');
}

static void look(const struct acr_app *app, const struct acr_case *subject, const char *header,
		 struct acr_check_result *ret)
{
	static const char *const aad = "CONNECTIVITY_AAD_LOGIN_ERROR";
	const char *host = subject->registry.host;
	struct acr_challenge challenge = { 0 };
	auto_string text = NULL;

	if (!acr_challenge_parse(header, &challenge)) {
		text = acr_format(
			_("it asks for a login with \"%.60s\", which no registry of Azure does"),
			header);
		problem(app, subject, ACR_INVALID, text, aad, ret);
	} else if (!*challenge.realm || !*challenge.service) {
		problem(app, subject, ACR_INVALID,
			_("its challenge lacks the realm or the service"), aad, ret);
	} else if (!is_at(challenge.realm, host)) {
		text = acr_format(_("it sends clients to %.200s for a token, which is not its own"),
				  challenge.realm);
		problem(app, subject, ACR_INVALID, text, aad, ret);
	} else {
		acr_check_say(ret, ACR_VERDICT_OK, _("Bearer, at %s"), challenge.realm);
	}
}

static void run(struct acr_app *app, const struct acr_case *subject, struct acr_check_result *ret)
{
	const char *host = subject->registry.host,
		   *header = acr_case_found(subject, ACR_FOUND_CHALLENGE);
	const char *said = acr_case_found(subject, ACR_FOUND_SAID);
	int status = atoi(acr_case_found(subject, ACR_FOUND_STATUS));
	auto_string text = NULL;

	if (status == 401 && *header) {
		look(app, subject, header, ret);
		return;
	}
	if (strcmp(acr_case_found(subject, ACR_FOUND_TYPE), "text/html") == 0) {
		text = acr_format("%s answered with a web page (status %d): a proxy or a sign-in "
				  "portal may stand in between",
				  host, status);
		problem(app, subject, ACR_INVALID, text, NULL, ret);
	} else if (status == 429) {
		text = acr_format("%s is throttling (status 429)", host);
		problem(app, subject, ACR_UNREACHABLE, text, NULL, ret);
		acr_facts_set(&ret->facts, ACR_FACT_RETRY_AFTER,
			      acr_case_found(subject, ACR_FOUND_THROTTLED));
	} else if (status >= 500) {
		text = acr_format("%s cannot answer now (status %d)", host, status);
		problem(app, subject, ACR_UNREACHABLE, text, NULL, ret);
	} else if (status == 401) {
		problem(app, subject, ACR_INVALID, _("it refuses without saying how to sign in"),
			"CONNECTIVITY_WWW_AUTHENTICATE_ERROR", ret);
	} else if (status == 200) {
		acr_check_say(ret, ACR_VERDICT_WARNING, "%s", _("it asks for no login at all"));
	} else {
		text = acr_format("%s gave an answer that no registry gives (status %d)", host,
				  status);
		problem(app, subject, ACR_INVALID, text, NULL, ret);
	}
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
