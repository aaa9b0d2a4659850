/* SPDX-License-Identifier: Apache-2.0 */
/* Composes a log query for the registry's owner: the failed logins of the last hour, if the
 * registry sends its logs to Log Analytics (learn.microsoft.com,
 * azure-monitor/reference/tables/containerregistryloginevents). */
#include <string.h>

#include "acr/check.h"

/* Writes a KQL string literal. Only backslash and double quote need to be escaped. */
static void quote(const char *text, struct acr_secret *out)
{
	acr_secret_add(out, "\"");
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			acr_secret_add(out, "\\");
		acr_secret_add_bytes(out, text, 1);
	}
	acr_secret_add(out, "\"");
}

void acr_case_query(const struct acr_case *subject, struct acr_secret *out)
{
	struct acr_who who;
	const char *name;

	/* The name of the identity in the logs of the registry. */
	acr_case_who(subject, &who);
	name = who.type == ACR_WHO_USER ? who.name : who.id;
	acr_secret_add(out, "ContainerRegistryLoginEvents | where TimeGenerated > ago(1h)\n"
			    "| where LoginServer == ");
	quote(subject->registry.host, out);
	if (*name) {
		acr_secret_add(out, "\n| where Identity == ");
		quote(name, out);
	}
	acr_secret_add(out,
		       "\n| where ResultDescription != \"200\" | order by TimeGenerated desc\n"
		       "| project TimeGenerated, Identity, CallerIpAddress, ResultDescription\n");
}
