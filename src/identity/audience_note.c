/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a tenant or an endpoint knows no audience of Azure Container Registry's, that is remembered
 * for some hours, per registry and identity: another identity may be of another tenant, and a
 * registry can be told to take no token for Azure Resource Manager.
 */
#include "acr/store.h"
#include "identity/internal.h"

#define KIND	   "audience"
#define REMEMBERED (6 * 3600) /* seconds */

static char *subject(const struct acr_app *app, const struct acr_registry *registry,
		     const struct acr_identity *row)
{
	struct acr_fingerprint who = { 0 };
	char *text;

	acr_fingerprint_take(app, registry, &who);
	text = acr_format("%s %s %016llx", row->name, registry->host, (unsigned long long)who.hash);
	acr_fingerprint_free(&who);
	return text;
}

bool acr_audience_is_noted(const struct acr_app *app, const struct acr_registry *registry,
			   const struct acr_identity *row)
{
	auto_string about = subject(app, registry, row);

	return acr_note_find(app, KIND, about, NULL);
}

void acr_audience_note(const struct acr_app *app, const struct acr_registry *registry,
		       const struct acr_identity *row)
{
	auto_string about = subject(app, registry, row);

	acr_note_keep(app, KIND, about, REMEMBERED, registry->cloud->arm_audience);
}

void acr_audience_forget(const struct acr_app *app, const struct acr_registry *registry,
			 const struct acr_identity *row)
{
	auto_string about = subject(app, registry, row);

	acr_note_drop(app, KIND, about);
}
