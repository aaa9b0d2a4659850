/* SPDX-License-Identifier: Apache-2.0 */
/* Check: is this a valid login server? The name has 5 to 50 letters and digits before the suffix of
 * the cloud, and a hyphen only before the hash of a domain name label (learn.microsoft.com,
 * container-registry-get-started-azure-cli). */
#include <string.h>
#include <strings.h>

#include "acr/check.h"
#include "explain/extract.h"
#include "explain/language.h"

#define SHORTEST 5
#define LONGEST	 50

static const char *const microsofts[] = { "mcr.microsoft.com", "mcrprod.azurecr.io",
					  "mcr.microsoft.eaglex.ic.gov", "mcr.microsoft.scloud",
					  NULL };

static void tell_foreign(struct acr_app *app, const struct acr_case *subject,
			 struct acr_check_result *ret)
{
	const struct acr_excerpt excerpt = { subject->typed, strlen(subject->typed), 0 };
	const char *near;

	acr_extract_hosts(app, &excerpt, &ret->facts);
	acr_extract_names(&excerpt, &ret->facts);
	acr_facts_set(&ret->facts, ACR_FACT_SERVER, subject->typed);
	for (const char *const *row = microsofts; *row; row++)
		if (strcasecmp(subject->typed, *row) == 0) {
			acr_check_say(
				ret, ACR_VERDICT_PROBLEM, "%s",
				_("this is Microsoft's own registry, which needs no sign-in"));
			acr_facts_set(&ret->facts, ACR_FACT_CHECK, "name-microsoft");
			return;
		}
	near = acr_facts_get(&ret->facts, ACR_FACT_NEAR_MISS);
	if (*near) {
		acr_check_say(ret, ACR_VERDICT_PROBLEM,
			      _("not a valid login server; did you mean %s?"), near);
	} else if (!strpbrk(subject->typed, ".:")) {
		acr_check_say(ret, ACR_VERDICT_PROBLEM,
			      _("a short name; the login server would be %s.azurecr.io"),
			      subject->typed);
	} else {
		acr_check_say(ret, ACR_VERDICT_PROBLEM, "%s",
			      _("not the login server of an Azure container registry, and not in "
				"this helper's configuration"));
		acr_facts_set(&ret->facts, ACR_FACT_CHECK, "name-foreign");
	}
}

static void run(struct acr_app *app, const struct acr_case *subject, struct acr_check_result *ret)
{
	char name[ACR_HOST_MAX];

	if (!subject->ours) {
		tell_foreign(app, subject, ret);
		return;
	}
	acr_registry_name(&subject->registry, name);
	if (subject->registry.genuine && (strlen(name) < SHORTEST || strlen(name) > LONGEST))
		acr_check_say(ret, ACR_VERDICT_WARNING,
			      _("%s has %zu characters; a registry name has 5 to 50"), name,
			      strlen(name));
	else
		acr_check_say(ret, ACR_VERDICT_OK, "%s, %s", subject->registry.host,
			      subject->registry.cloud->name);
}

const struct acr_check_row acr_check_name = {
	.id = "name",
	.title = N_("name"),
	.alias = "LOGIN_SERVER_ERROR",
	.about = ACR_ABOUT_REGISTRY,
	.likely = 100,
	.run = run,
};
