/* SPDX-License-Identifier: Apache-2.0 */
/* What `login` needs of this machine: a browser to send the person to, and an ear at which the
 * answer comes back. */
#ifndef FRONT_LOGIN_H
#define FRONT_LOGIN_H

#include "acr/app.h"
#include "acr/error.h"
#include "acr/secret.h"

/* ---- browser.c ---- */

/* The program that would open a page for the person who sits here, owned by the caller; NULL where
 * there is no display, or nothing that can be trusted. */
char *acr_browser_find(const struct acr_app *app);

/* Open it, in a session of its own, and do not wait. False when it could not be started. */
bool acr_browser_open(const struct acr_app *app, const char *program, const char *url);

/* ---- loopback.c ---- */

/* Listen at one free port of 127.0.0.1 and, where this machine has it, of [::1]: a browser may take
 * either for localhost, and what we left free another user could take. */
struct acr_loopback {
	int fds[2]; /* the second is -1 without IPv6 */
	int port;
};
_checked_ int acr_loopback_listen(struct acr_loopback *ret, struct acr_error *error);
void acr_loopback_close(struct acr_loopback *loopback);
#define auto_loopback __attribute__((cleanup(acr_loopback_close))) struct acr_loopback

/* Wait for the one request that carries `state`, answer it with a page that says that the window
 * can be closed, and take the code out of it. ACR_REFUSED with Entra ID's own words where they or
 * the person said no; ACR_TIMEOUT. */
_checked_ int acr_loopback_wait(const struct acr_app *app, const struct acr_loopback *loopback,
				const char *state, struct acr_secret *ret_code,
				struct acr_error *error);

/* A request, as far as it matters here. */
enum acr_loopback_request {
	ACR_LOOPBACK_HALF,    /* more is to come */
	ACR_LOOPBACK_OTHER,   /* not ours: another path, another state */
	ACR_LOOPBACK_CODE,    /* the code */
	ACR_LOOPBACK_REFUSED, /* no code, and why */
};
enum acr_loopback_request acr_loopback_read(const char *bytes, size_t length, const char *state,
					    struct acr_secret *ret_code, struct acr_error *error);

#endif
