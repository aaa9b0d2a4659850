/* SPDX-License-Identifier: Apache-2.0 */
/* Check: does the registry accept connections from this machine? A 403 before authentication comes
 * from its network rules or from a proxy. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "diagnose/network.h"
#include "explain/language.h"

static void run(struct acr_app *app, const struct acr_case *subject, struct acr_check_result *ret)
{
	const char *said = acr_case_found(subject, ACR_FOUND_SAID), *sentence;
	bool page = strcmp(acr_case_found(subject, ACR_FOUND_TYPE), "text/html") == 0;
	int status = atoi(acr_case_found(subject, ACR_FOUND_STATUS));
	const char *host = subject->registry.host, *address;
	struct acr_error error = { 0 };

	if (status != 403) {
		acr_check_say(ret, ACR_VERDICT_OK, "%s", _("the registry allows this machine"));
		return;
	}
	sentence = said + strcspn(said, "\n");
	sentence += *sentence == '\n';
	if (page)
		acr_raise(&error, WEB_PAGE, host, acr_number(status).text);
	else if (strstr(sentence, "is not allowed access"))
		acr_raise(&error, FIREWALL_DENIED, host);
	else
		acr_raise(&error, FORBIDDEN_UNASKED, host);
	error.origin = ACR_ORIGIN_REGISTRY;
	error.status = status;
	snprintf(error.code, sizeof(error.code), "%.*s", (int)strcspn(said, "\n"), said);
	snprintf(error.host, sizeof(error.host), "%s", host);
	snprintf(error.correlation, sizeof(error.correlation), "%s",
		 acr_case_found(subject, ACR_FOUND_CORRELATION));
	acr_error_quote(&error, sentence, strlen(sentence));
	acr_check_fail(app, subject, ACR_VERDICT_PROBLEM, &error, ret);
	address = acr_facts_get(&ret->facts, ACR_FACT_CLIENT_IP);
	if (*address)
		acr_check_say(ret, ACR_VERDICT_PROBLEM,
			      _("the registry does not allow the client IP address %s"), address);
	if (error.kind == ACR_REFUSED && !*address)
		acr_facts_set(&ret->facts, ACR_FACT_RULE, "registry-forbidden");
}

const struct acr_check_row acr_check_firewall = {
	.id = "firewall",
	.title = N_("firewall"),
	.alias = "CONNECTIVITY_FORBIDDEN_ERROR",
	.about = ACR_ABOUT_REGISTRY,
	.needs = "certificate",
	.likely = 90,
	.run = run,
};
