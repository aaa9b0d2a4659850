/* SPDX-License-Identifier: Apache-2.0 */
/* Functions of `login` that depend on this machine: starting a browser, and listening for its
 * response. */
#ifndef FRONT_LOGIN_H
#define FRONT_LOGIN_H

#include <sys/types.h>

#include "acr/app.h"
#include "acr/error.h"
#include "acr/secret.h"

/* ---- browser.c ---- */

/* The program that would open a URL for the user, owned by the caller; NULL if there is no display,
 * or no trusted browser. */
char *acr_browser_find(const struct acr_app *app);

/* Open the URL: through the desktop portal if the user did not configure a browser, so that the URL
 * is not visible in the arguments of a process; otherwise with this program, in a session of its
 * own, without waiting for it. False if it could not be started. */
bool acr_browser_open(const struct acr_app *app, const char *program, const char *url);

/* ---- loopback.c ---- */

/* Listen on one free port of 127.0.0.1 and, if available, of [::1]: a browser may use either for
 * localhost, and another user could listen on the one that we leave free. */
struct acr_loopback {
	int fds[2]; /* the second is -1 without IPv6 */
	int caller; /* the browser that sent the code and waits for a page, or -1 */
	int port;
	bool told; /* it was reported that a request of another user was ignored */
};
_checked_ int acr_loopback_listen(struct acr_loopback *ret, struct acr_error *error);
void acr_loopback_close(struct acr_loopback *loopback);
#define auto_loopback __attribute__((cleanup(acr_loopback_close))) struct acr_loopback

/* Wait for the one request that contains `state` and comes from a process of the same user, and
 * extract the code. The browser gets its response from acr_loopback_answer, when the result of the
 * code is known. ACR_REFUSED with Entra ID's message if it or the user declined; ACR_TIMEOUT. */
_checked_ int acr_loopback_wait(const struct acr_app *app, struct acr_loopback *loopback,
				const char *state, struct acr_secret *ret_code,
				struct acr_error *error);

/* Send the final page to the user's browser. Does nothing if no browser is waiting. */
void acr_loopback_answer(struct acr_loopback *loopback, bool signed_in);

/* The result of parsing a request. */
enum acr_loopback_request {
	ACR_LOOPBACK_HALF,    /* incomplete */
	ACR_LOOPBACK_OTHER,   /* not for us: another path or another state */
	ACR_LOOPBACK_CODE,    /* it contains the code */
	ACR_LOOPBACK_REFUSED, /* it contains an error instead of a code */
};
enum acr_loopback_request acr_loopback_read(const char *bytes, size_t length, const char *state,
					    struct acr_secret *ret_code, struct acr_error *error);

/* ---- peer.c ---- */

enum acr_peer {
	ACR_PEER_KNOWN,	  /* the owner of the other end is known */
	ACR_PEER_GONE,	  /* no process on this machine owns it */
	ACR_PEER_UNKNOWN, /* /proc is not available */
};
/* Which user owns the other end of this TCP connection over loopback? `ret` is set for
 * ACR_PEER_KNOWN; a user that is not mapped in our user namespace is the overflow user, which is
 * never us. */
enum acr_peer acr_peer_user(const struct acr_app *app, int fd, uid_t *ret);

#endif
