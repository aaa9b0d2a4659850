/* SPDX-License-Identifier: Apache-2.0 */
/* What the two ways of our own sign-in share: login_page.c and login_device.c use login_ask.c. */
#ifndef IDENTITY_LOGIN_H
#define IDENTITY_LOGIN_H

#include "acr/login.h"
#include "identity/internal.h"

/* offline_access: without it no new refresh token comes back. */
#define ACR_SIGN_IN_SCOPES " openid profile offline_access"

/* As acr_entra_post; `ret_word` gets OAuth's own "error", "" for none. It decides while a device
 * code waits: the AADSTS code is the same for several of them. */
_checked_ int acr_login_post(const struct acr_app *app, const struct acr_sign_in_ask *ask,
			     const char *what, const struct acr_secret *form,
			     char ret_word[static 40], struct json_object **ret,
			     struct acr_error *error);

/* Refresh token and name from a token answer. */
_checked_ int acr_login_take(struct json_object *json, const struct acr_sign_in_ask *ask,
			     struct acr_sign_in *ret, struct acr_secret *ret_token,
			     struct acr_error *error);

#endif
