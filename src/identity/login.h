/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the two sign-in flows: login_page.c and login_device.c use login_ask.c. */
#ifndef IDENTITY_LOGIN_H
#define IDENTITY_LOGIN_H

#include "acr/login.h"
#include "identity/internal.h"

/* Without offline_access the response contains no refresh token. */
#define ACR_SIGN_IN_SCOPES " openid profile offline_access"

/* Like acr_entra_post; `ret_word` gets the OAuth "error", "" if there is none. It is needed while
 * waiting for a device code, since several errors have the same AADSTS code. */
_checked_ int acr_login_post(const struct acr_app *app, const struct acr_sign_in_ask *ask,
			     const char *what, const struct acr_secret *form,
			     char ret_word[static 40], struct json_object **ret,
			     struct acr_error *error);

/* The refresh token and the user name from a token response. */
_checked_ int acr_login_take(struct json_object *json, const struct acr_sign_in_ask *ask,
			     struct acr_sign_in *ret, struct acr_secret *ret_token,
			     struct acr_error *error);

#endif
