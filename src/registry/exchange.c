/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exchanges an Entra ID token for a refresh token of the registry: POST
 * https://HOST/oauth2/exchange (github.com/Azure/acr, docs/AAD-OAuth.md). HOST has passed
 * acr_registry_parse; no response of any server changes where this request is sent.
 */
#include "acr/http.h"
#include "acr/token.h"
#include "registry/error_body.h"
#include "registry/refresh_token.h"

int acr_exchange(const struct acr_app *app, const struct acr_registry *registry,
		 const struct acr_token *token, struct acr_grant *ret, struct acr_error *error)
{
	/* Measured from before the request, so that the lifetime of a token is never
	 * overestimated. */
	int64_t asked = app->clock.boot(app);
	auto_string url = acr_format("https://%s/oauth2/exchange", registry->host);
	auto_response answer = { 0 };
	auto_secret form = { 0 };
	const struct acr_request request = {
		.method = "POST", .url = url, .body = &form, .service = &acr_service_registry
	};
	struct acr_grant grant = { 0 };
	char service[ACR_HOST_MAX];

	acr_registry_login_server(registry, service);
	acr_form_add(&form, "grant_type", "access_token");
	acr_form_add(&form, "service", service);
	acr_form_add(&form, "tenant", token->tenant[0] ? token->tenant : NULL);
	acr_form_add(&form, "access_token", acr_secret_text(&token->access));
	if (acr_http_send(app, &request, &answer, error))
		return -1;
	if (answer.status != 200)
		return acr_refusal(registry, &answer, error);
	if (acr_grant_read(registry, &answer, app->clock.wall(app), &grant, error))
		return -1;
	grant.obtained = asked;
	*ret = grant;
	return 0;
}

void acr_exchange_warm(const struct acr_app *app, const struct acr_registry *registry)
{
	auto_string url = acr_format("https://%s/v2/", registry->host);

	if (app->http && app->http->warm)
		app->http->warm(app->http, app, url);
}
