/* SPDX-License-Identifier: Apache-2.0 */
/* Sends the requests of checks to Azure Resource Manager: no retries, a short timeout, JSON
 * only. */
#include "diagnose/arm.h"

#include <stdio.h>
#include <string.h>

#include "acr/broker.h"
#include "diagnose/network.h"
#include "explain/language.h"

#define TENANTS_MOST 4

static const int never[] = { 0 };
static const struct acr_service manager = {
	"Azure Resource Manager", ACR_ORIGIN_ENDPOINT, never, NULL, 1, 4000
};

void acr_arm_end(struct acr_arm *arm)
{
	acr_token_wipe(&arm->token);
}

int acr_arm_token(struct acr_app *app, const struct acr_case *subject, const char *source,
		  const char *audience, const char *tenant, struct acr_token *ret,
		  struct acr_error *error)
{
	const struct acr_token_request request = { audience, tenant, source };

	if (!*source)
		return acr_raise(error, ARM_NO_IDENTITY);
	return acr_get_other(app, &subject->registry, &request, ret, error);
}

int acr_arm_begin(struct acr_app *app, const struct acr_case *subject, const char *source,
		  struct acr_arm *ret, struct acr_error *error)
{
	*ret = (struct acr_arm){ .app = app, .subject = subject };
	if (!subject->registry.genuine)
		return acr_raise(error, ARM_FOREIGN);
	return acr_arm_token(app, subject, source, subject->registry.cloud->arm_audience, NULL,
			     &ret->token, error);
}

int acr_arm_get(const struct acr_arm *arm, const char *path, struct json_object **ret,
		struct acr_error *error)
{
	const char *endpoint = arm->subject->registry.cloud->arm;
	auto_string url = acr_format("%s%s", endpoint, path);
	const struct acr_request request = {
		.method = "GET", .url = url, .bearer = &arm->token.access, .service = &manager
	};
	auto_response answer = { 0 };

	if (acr_http_send(arm->app, &request, &answer, error))
		return -1;
	if (answer.status != 200) {
		acr_check_refusal(endpoint + strlen("https://"), &answer, error);
		error->origin = ACR_ORIGIN_ENDPOINT;
		return -1;
	}
	return acr_json_parse(acr_secret_text(&answer.body), answer.body.length, ret, error);
}

/* Does the registry accept this identity with a token from that tenant? */
static bool serves(struct acr_app *app, const struct acr_case *subject, const char *source,
		   const char *tenant)
{
	struct acr_grant grant = { 0 };
	struct acr_error error = { 0 };
	auto_token token = { 0 };
	bool taken =
		acr_arm_token(app, subject, source, ACR_AUDIENCE, tenant, &token, &error) == 0 &&
		acr_exchange(app, &subject->registry, &token, &grant, &error) == 0;

	acr_grant_wipe(&grant);
	return taken;
}

bool acr_arm_other_tenant(struct acr_app *app, const struct acr_case *subject, const char *source,
			  const char *tenant, char *ret, size_t size)
{
	struct acr_error error = { 0 };
	struct json_object *rows;
	auto_json list = NULL;
	auto_arm arm = { 0 };
	size_t count;

	if (acr_arm_begin(app, subject, source, &arm, &error) ||
	    acr_arm_get(&arm, "/tenants?api-version=2022-12-01", &list, &error))
		return false;
	rows = acr_json_member(list, "value");
	count = json_object_is_type(rows, json_type_array) ? json_object_array_length(rows) : 0;
	for (size_t i = 0; i < count && i < TENANTS_MOST; i++) {
		const char *other = acr_json_string(json_object_array_get_idx(rows, i), "tenantId");

		if (other && strcmp(other, tenant) != 0 && serves(app, subject, source, other)) {
			snprintf(ret, size, "%s", other);
			return true;
		}
	}
	return false;
}
