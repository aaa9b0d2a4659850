/* SPDX-License-Identifier: Apache-2.0 */
/* Azure Cloud Shell: an endpoint that speaks for the person who opened the shell, so it knows no
 * other identity (azure-sdk-for-go, sdk/azidentity/managed_identity_client.go). */
#include "identity/source.h"

#define NAME "Cloud Shell"

static bool here(const struct acr_app *app, const struct acr_ask *ask)
{
	(void)ask;
	return acr_env(app, "MSI_ENDPOINT") != NULL;
}

static int ask_shell(const struct acr_app *app, const struct acr_ask *ask, struct acr_token *ret,
		     struct acr_error *error)
{
	static const char *const headers[] = { "Metadata: true", "Accept: application/json", NULL };
	const char *url = acr_env(app, "MSI_ENDPOINT");
	auto_response answer = { 0 };
	auto_secret form = { 0 };
	const struct acr_request request = {
		.method = "POST",
		.url = url,
		.headers = headers,
		.body = &form,
		.service = &acr_service_endpoint,
		.local = true,
	};

	if (!acr_endpoint_is_local(url))
		return acr_fail(error, ACR_INVALID,
				"MSI_ENDPOINT is not on this machine; nothing was sent to it");
	if (acr_endpoint_wanted(app, ask))
		return acr_fail(error, ACR_UNAVAILABLE,
				NAME
				" speaks for the person who opened it and for no other identity");
	acr_form_add(&form, "resource", ask->audience);
	if (acr_http_send(app, &request, &answer, error))
		return -1;
	return acr_endpoint_token(app, NAME, url, &answer, ret, error);
}

const struct acr_endpoint acr_endpoint_cloud_shell = { NAME, here, ask_shell };
