/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Selects the audience of a token: Azure Container Registry, or the configured one. The audience of
 * Azure Resource Manager is used only if the first one is not available, and only for a registry in
 * a cloud of Azure: an ARM token gives access to the whole subscription.
 *
 * If a tenant or an endpoint does not know the first audience, this is remembered for some hours,
 * per registry and identity: another identity may belong to another tenant, and a registry can be
 * configured to reject tokens for Azure Resource Manager.
 */
#include <string.h>

#include "acr/config.h"
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

/* Does this error mean that the audience is not available here to any identity, rather than that
 * this identity was rejected? An endpoint of the machine is often a proxy that knows only a few
 * audiences (azure-cli#33698). */
static bool is_unknown(const struct acr_error *error)
{
	static const char *const codes[] = {
		"AADSTS50001",	/* the resource is disabled or does not exist (azure-cli#33674) */
		"AADSTS500011", /* its principal is not in the tenant */
		"AADSTS500014", /* its principal is disabled */
		"AADSTS650052", /* the organization has no service principal for it */
		"AADSTS650057", /* the client does not list it */
		"AADSTS65002",	/* a client of Microsoft that is not preauthorized for it */
		"invalid_resource", "invalid_scope",
	};

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (strcmp(error->code, codes[i]) == 0)
			return true;
	return error->origin == ACR_ORIGIN_ENDPOINT && error->kind == ACR_REFUSED;
}

char *acr_audience_scope(const char *audience, const char *more)
{
	size_t length = strlen(audience);

	while (length > 0 && audience[length - 1] == '/')
		length--;
	return acr_format("%.*s/.default%s", (int)length, audience, more);
}

int acr_audience_each(const struct acr_app *app, const struct acr_registry *registry,
		      const struct acr_identity *row, acr_audience_ask *ask, void *data,
		      bool *ret_noted, struct acr_error *error)
{
	const char *host = *registry->host ? registry->host : NULL;
	const char *wanted = acr_config_get(app->config, host, "audience");
	const char *other = registry->cloud->arm_audience;
	struct acr_error second = { 0 };

	*ret_noted = false;
	if (wanted || !registry->genuine)
		return ask(data, wanted ? wanted : ACR_AUDIENCE, error);
	if (row && acr_audience_is_noted(app, registry, row)) {
		*ret_noted = ask(data, other, &second) == 0;
		if (*ret_noted)
			return 0;
		acr_audience_forget(app, registry, row);
	}
	if (ask(data, ACR_AUDIENCE, error) == 0)
		return 0;
	if (second.kind != ACR_FINE || !is_unknown(error))
		return -1;
	acr_debug_error(app, "there is no token for " ACR_AUDIENCE, error);
	if (ask(data, other, &second)) {
		if (!is_unknown(&second))
			*error = second;
		return -1;
	}
	if (row)
		acr_audience_note(app, registry, row);
	return 0;
}
