/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signs in with a browser: authorization code flow with PKCE (RFC 7636). The URL contains the hash
 * of a verifier that only this process knows, so that an intercepted code is useless, and a state,
 * by which the response is matched to this request.
 */
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "base/jwt.h"
#include "identity/certificate_file.h"
#include "identity/login.h"

void acr_sign_in_page_wipe(struct acr_sign_in_page *page)
{
	acr_string_free(&page->url);
	acr_string_free(&page->redirect);
	acr_secret_wipe(&page->verifier);
}

/* 43 characters that cannot be predicted. */
static int random_text(struct acr_secret *ret, struct acr_error *error)
{
	unsigned char bytes[32];

	if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
		return acr_raise(error, RANDOM_UNAVAILABLE);
	acr_base64url_encode(bytes, sizeof(bytes), ret);
	explicit_bzero(bytes, sizeof(bytes));
	return 0;
}

int acr_sign_in_page(const struct acr_sign_in_ask *ask, int port, struct acr_sign_in_page *ret,
		     struct acr_error *error)
{
	auto_secret state = { 0 }, challenge = { 0 }, query = { 0 };
	unsigned char digest[32];

	if (random_text(&ret->verifier, error) || random_text(&state, error) ||
	    acr_sha256(ret->verifier.bytes, ret->verifier.length, digest, error))
		return -1;
	acr_base64url_encode(digest, sizeof(digest), &challenge);
	snprintf(ret->state, sizeof(ret->state), "%s", acr_secret_text(&state));
	/* Entra ID accepts any port for this host; for 127.0.0.1, only registered ports. */
	ret->redirect = acr_format("http://localhost:%d", port);
	acr_form_add(&query, "client_id", ask->client_id);
	acr_form_add(&query, "response_type", "code");
	acr_form_add(&query, "redirect_uri", ret->redirect);
	acr_form_add(&query, "response_mode", "query");
	acr_form_add(&query, "scope", ask->scope);
	acr_form_add(&query, "state", ret->state);
	acr_form_add(&query, "code_challenge", acr_secret_text(&challenge));
	acr_form_add(&query, "code_challenge_method", "S256");
	acr_form_add(&query, "prompt", "select_account");
	ret->url = acr_format("https://%s/%s/oauth2/v2.0/authorize?%s", ask->authority, ask->tenant,
			      acr_secret_text(&query));
	return 0;
}

int acr_sign_in_redeem(const struct acr_app *app, const struct acr_sign_in_ask *ask,
		       const struct acr_sign_in_page *page, const struct acr_secret *code,
		       struct acr_sign_in *ret, struct acr_secret *ret_token,
		       struct acr_error *error)
{
	auto_secret form = { 0 };
	auto_json json = NULL;
	char word[40];

	acr_form_add(&form, "grant_type", "authorization_code");
	acr_form_add(&form, "client_id", ask->client_id);
	acr_form_add(&form, "code", acr_secret_text(code));
	acr_form_add(&form, "redirect_uri", page->redirect);
	acr_form_add(&form, "code_verifier", acr_secret_text(&page->verifier));
	acr_form_add(&form, "scope", ask->scope);
	if (acr_login_post(app, ask, "token", &form, word, &json, error))
		return -1;
	return acr_login_take(json, ask, ret, ret_token, error);
}
