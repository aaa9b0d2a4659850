/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signing in at Entra ID: a page for the person's browser, or a code that they type into one
 * elsewhere. Both end in a refresh token and in whose it is (sign_in.h), to be kept by the caller.
 *
 * Browser and terminal are the front's: here is what is asked of Entra ID
 * (src/identity/login_ask.c, login_page.c, login_device.c).
 */
#ifndef ACR_LOGIN_H
#define ACR_LOGIN_H

#include "acr/app.h"
#include "acr/error.h"
#include "acr/registry.h"
#include "acr/secret.h"
#include "acr/sign_in.h"

/* Whom to ask, and as which application. Text fields are owned. */
struct acr_sign_in_ask {
	struct acr_registry registry; /* for all: one without a name, of the cloud that is asked */
	char *authority, *tenant, *client_id;
	char *scope; /* set by acr_sign_in_by */
};
void acr_sign_in_ask_wipe(struct acr_sign_in_ask *ask);
#define auto_sign_in_ask __attribute__((cleanup(acr_sign_in_ask_wipe))) struct acr_sign_in_ask

/* What holds for this registry (NULL: for all) by config and environment; `tenant` (may be NULL)
 * stands over both. ACR_INVALID where the tenant can be none. */
_checked_ int acr_sign_in_prepare(const struct acr_app *app, const struct acr_registry *registry,
				  const char *tenant, struct acr_sign_in_ask *ret,
				  struct acr_error *error);

/* One of the two ways below, from its beginning to its end. */
typedef int acr_sign_in_flow(void *data, const struct acr_sign_in_ask *ask,
			     struct acr_error *error);

/* Sign in that way: for the audience of Azure Container Registry (or the config's), and once more
 * for Azure Resource Manager's where Entra ID knows no token of the first, as `get` does. `error`
 * must not be NULL. */
_checked_ int acr_sign_in_by(const struct acr_app *app, struct acr_sign_in_ask *ask,
			     acr_sign_in_flow *flow, void *data, struct acr_error *error);

/* A page for the person's browser: authorization code with PKCE (RFC 7636), coming back to
 * http://localhost:PORT (RFC 8252; learn.microsoft.com, v2-oauth2-auth-code-flow). */
struct acr_sign_in_page {
	char *url, *redirect;	    /* owned */
	struct acr_secret verifier; /* owned */
	char state[44];		    /* what must come back with the code */
};
void acr_sign_in_page_wipe(struct acr_sign_in_page *page);
#define auto_sign_in_page __attribute__((cleanup(acr_sign_in_page_wipe))) struct acr_sign_in_page

_checked_ int acr_sign_in_page(const struct acr_sign_in_ask *ask, int port,
			       struct acr_sign_in_page *ret, struct acr_error *error);
_checked_ int acr_sign_in_redeem(const struct acr_app *app, const struct acr_sign_in_ask *ask,
				 const struct acr_sign_in_page *page, const struct acr_secret *code,
				 struct acr_sign_in *ret, struct acr_secret *ret_token,
				 struct acr_error *error);

/* A code that the person types into a browser elsewhere (RFC 8628; learn.microsoft.com,
 * v2-oauth2-device-code). */
struct acr_sign_in_device {
	struct acr_secret code; /* owned */
	char user_code[32], where[256];
	int64_t interval; /* seconds between two questions */
	int64_t until;	  /* boot time in ms */
};
void acr_sign_in_device_wipe(struct acr_sign_in_device *device);
#define auto_sign_in_device                                                                        \
	__attribute__((cleanup(acr_sign_in_device_wipe))) struct acr_sign_in_device

_checked_ int acr_sign_in_device_begin(const struct acr_app *app, const struct acr_sign_in_ask *ask,
				       struct acr_sign_in_device *ret, struct acr_error *error);
/* Ask until the person has answered, or the code or the run has ended. */
_checked_ int acr_sign_in_device_wait(const struct acr_app *app, const struct acr_sign_in_ask *ask,
				      struct acr_sign_in_device *device, struct acr_sign_in *ret,
				      struct acr_secret *ret_token, struct acr_error *error);

#endif
