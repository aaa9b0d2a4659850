/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signing in to Entra ID: with a page in the user's browser, or with a device code that the user
 * enters in a browser elsewhere. Both return a refresh token and whose it is (sign_in.h), for the
 * caller to store.
 *
 * The front handles the browser and the terminal; this layer sends the requests to Entra ID
 * (src/identity/login_ask.c, login_page.c, login_device.c).
 */
#ifndef ACR_LOGIN_H
#define ACR_LOGIN_H

#include "acr/app.h"
#include "acr/error.h"
#include "acr/registry.h"
#include "acr/secret.h"
#include "acr/sign_in.h"

/* The authority, tenant and application to use. Text fields are owned. */
struct acr_sign_in_ask {
	struct acr_registry registry; /* for all registries: one of the cloud, without a name */
	char *authority, *tenant, *client_id;
	char *scope; /* set by acr_sign_in_by */
};
void acr_sign_in_ask_wipe(struct acr_sign_in_ask *ask);
#define auto_sign_in_ask __attribute__((cleanup(acr_sign_in_ask_wipe))) struct acr_sign_in_ask

/* Determine them for a registry (NULL: for all) from the configuration and the environment;
 * `tenant` (may be NULL) overrides both. ACR_INVALID if the tenant is not valid. */
_checked_ int acr_sign_in_prepare(const struct acr_app *app, const struct acr_registry *registry,
				  const char *tenant, struct acr_sign_in_ask *ret,
				  struct acr_error *error);

/* Runs one of the two flows below. */
typedef int acr_sign_in_flow(void *data, const struct acr_sign_in_ask *ask,
			     struct acr_error *error);

/* Run a flow for the audience of Azure Container Registry (or that of the configuration), and again
 * for Azure Resource Manager if Entra ID cannot issue a token for the first, as `get` does. `error`
 * must not be NULL. */
_checked_ int acr_sign_in_by(const struct acr_app *app, struct acr_sign_in_ask *ask,
			     acr_sign_in_flow *flow, void *data, struct acr_error *error);

/* Sign-in with the user's browser: authorization code flow with PKCE (RFC 7636), with a redirect to
 * http://localhost:PORT (RFC 8252; learn.microsoft.com, v2-oauth2-auth-code-flow). */
struct acr_sign_in_page {
	char *url, *redirect;	    /* owned */
	struct acr_secret verifier; /* owned */
	char state[44];		    /* must be returned with the code */
};
void acr_sign_in_page_wipe(struct acr_sign_in_page *page);
#define auto_sign_in_page __attribute__((cleanup(acr_sign_in_page_wipe))) struct acr_sign_in_page

_checked_ int acr_sign_in_page(const struct acr_sign_in_ask *ask, int port,
			       struct acr_sign_in_page *ret, struct acr_error *error);
_checked_ int acr_sign_in_redeem(const struct acr_app *app, const struct acr_sign_in_ask *ask,
				 const struct acr_sign_in_page *page, const struct acr_secret *code,
				 struct acr_sign_in *ret, struct acr_secret *ret_token,
				 struct acr_error *error);

/* Sign-in with a code that the user enters in a browser elsewhere: device code flow (RFC 8628;
 * learn.microsoft.com, v2-oauth2-device-code). */
struct acr_sign_in_device {
	struct acr_secret code; /* owned */
	char user_code[32], where[256];
	int64_t interval; /* seconds between two requests */
	int64_t until;	  /* when the code expires: boot time in ms */
};
void acr_sign_in_device_wipe(struct acr_sign_in_device *device);
#define auto_sign_in_device                                                                        \
	__attribute__((cleanup(acr_sign_in_device_wipe))) struct acr_sign_in_device

_checked_ int acr_sign_in_device_begin(const struct acr_app *app, const struct acr_sign_in_ask *ask,
				       struct acr_sign_in_device *ret, struct acr_error *error);
/* Poll until the user has signed in or declined, the code has expired, or the run has timed out. */
_checked_ int acr_sign_in_device_wait(const struct acr_app *app, const struct acr_sign_in_ask *ask,
				      struct acr_sign_in_device *device, struct acr_sign_in *ret,
				      struct acr_secret *ret_token, struct acr_error *error);

#endif
