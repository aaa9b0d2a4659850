/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The managed identity of App Service, Functions and Container Apps: a local endpoint, and a header
 * value that only the app has (learn.microsoft.com, app-service/overview-managed-identity). Azure
 * Machine Learning still uses the older form of 2017.
 */
#include "identity/internal.h"

/* One version of the endpoint: how it is detected and what is sent to it. */
struct generation {
	const char *name, *endpoint, *secret, *header;
	struct acr_endpoint_words words;
};

static int ask_generation(const struct acr_app *app, const struct acr_ask *ask,
			  const struct generation *generation, struct acr_token *ret,
			  struct acr_error *error)
{
	auto_string url =
		acr_endpoint_url(app, ask, generation->name, acr_env(app, generation->endpoint),
				 &generation->words, error);
	auto_response answer = { 0 };
	auto_secret header = { 0 };
	const struct acr_request request = {
		.method = "GET",
		.url = url,
		.header = &header,
		.service = &acr_service_endpoint,
		.local = true,
	};

	if (!url)
		return -1;
	acr_secret_format(&header, "%s: %s", generation->header, acr_env(app, generation->secret));
	if (acr_http_send(app, &request, &answer, error))
		return -1;
	return acr_endpoint_token(app, generation->name, url, &answer, ret, error);
}

static const struct generation newer = {
	.name = "App Service",
	.endpoint = "IDENTITY_ENDPOINT",
	.secret = "IDENTITY_HEADER",
	.header = "X-IDENTITY-HEADER",
	.words = { "2019-08-01", "client_id", "object_id", "mi_res_id" },
};

static const struct generation older = {
	.name = "App Service or Machine Learning",
	.endpoint = "MSI_ENDPOINT",
	.secret = "MSI_SECRET",
	.header = "secret",
	.words = { "2017-09-01", "clientid", NULL, NULL },
};

static bool newer_is_here(const struct acr_app *app, const struct acr_ask *ask)
{
	(void)ask;
	return acr_env(app, newer.endpoint) && acr_env(app, newer.secret);
}

static int ask_newer(const struct acr_app *app, const struct acr_ask *ask, struct acr_token *ret,
		     struct acr_error *error)
{
	return ask_generation(app, ask, &newer, ret, error);
}

static bool older_is_here(const struct acr_app *app, const struct acr_ask *ask)
{
	(void)ask;
	return acr_env(app, older.endpoint) && acr_env(app, older.secret);
}

static int ask_older(const struct acr_app *app, const struct acr_ask *ask, struct acr_token *ret,
		     struct acr_error *error)
{
	struct acr_ask more = *ask;

	/* In Machine Learning a variable selects the identity. */
	if (!acr_endpoint_wanted(app, ask))
		more.client_id = acr_env(app, "DEFAULT_IDENTITY_CLIENT_ID");
	return ask_generation(app, &more, &older, ret, error);
}

const struct acr_endpoint acr_endpoint_app_service = { "App Service", newer_is_here, ask_newer };
const struct acr_endpoint acr_endpoint_app_service_2017 = { "App Service or Machine Learning",
							    older_is_here, ask_older };
