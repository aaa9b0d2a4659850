/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests access tokens from https://HOST/oauth2/token, as Docker does: to test whether a login
 * works, and what it allows (github.com/Azure/acr, docs/AAD-OAuth.md and Token-BasicAuth.md).
 */
#include <string.h>

#include "acr/http.h"
#include "registry/error_body.h"
#include "registry/refresh_token.h"

int acr_scope_token(const struct acr_app *app, const struct acr_registry *registry,
		    const char *user, const struct acr_secret *password, const char *scope,
		    struct acr_secret *ret_access, struct acr_error *error)
{
	bool redeem = user && strcmp(user, "<token>") == 0;
	auto_response answer = { 0 };
	auto_secret form = { 0 };
	auto_secret access = { 0 };
	auto_string url = NULL;
	struct acr_request request = { .method = redeem ? "POST" : "GET",
				       .service = &acr_service_registry };
	char service[ACR_HOST_MAX];

	/* RFC 7617 section 2: the text after the first colon would be the password. */
	if (user && strchr(user, ':'))
		return acr_raise(error, USER_NAME_INVALID);
	if (redeem)
		acr_form_add(&form, "grant_type", "refresh_token");
	acr_registry_login_server(registry, service);
	acr_form_add(&form, "service", service);
	acr_form_add(&form, "scope", scope);
	if (redeem) {
		acr_form_add(&form, "refresh_token", password ? acr_secret_text(password) : "");
		url = acr_format("https://%s/oauth2/token", registry->host);
		request.body = &form;
	} else {
		url = acr_format("https://%s/oauth2/token?%s", registry->host,
				 acr_secret_text(&form));
		request.user = user;
		request.password = password;
	}
	request.url = url;
	if (acr_http_send(app, &request, &answer, error))
		return -1;
	if (answer.status != 200)
		return acr_refusal(registry, &answer, error);
	/* "token" is the name in distribution, "access_token" the name in ACR. */
	if (acr_grant_token(registry, &answer, "token", &access, NULL) &&
	    acr_grant_token(registry, &answer, "access_token", &access, error))
		return -1;
	if (ret_access) {
		acr_secret_wipe(ret_access);
		*ret_access = acr_secret_steal(&access);
	}
	return 0;
}
