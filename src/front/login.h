/* SPDX-License-Identifier: Apache-2.0 */
/* What `login` needs of this machine: a browser to send the person to, and an ear at which the
 * answer comes back. */
#ifndef FRONT_LOGIN_H
#define FRONT_LOGIN_H

#include <sys/types.h>

#include "acr/app.h"
#include "acr/error.h"
#include "acr/secret.h"

/* ---- browser.c ---- */

/* The program that would open a page for the person who sits here, owned by the caller; NULL where
 * there is no display, or nothing that can be trusted. */
char *acr_browser_find(const struct acr_app *app);

/* Open the page: through the desktop portal where the person did not name a browser, so that the
 * address is in nobody's arguments on the way there; else with this program, in a session of its
 * own, not waited for. False when it could not be started. */
bool acr_browser_open(const struct acr_app *app, const char *program, const char *url);

/* ---- loopback.c ---- */

/* Listen at one free port of 127.0.0.1 and, where this machine has it, of [::1]: a browser may take
 * either for localhost, and what we left free another user could take. */
struct acr_loopback {
	int fds[2]; /* the second is -1 without IPv6 */
	int caller; /* the browser that brought the code and waits for its page, or -1 */
	int port;
	bool told; /* that another user's request was passed by */
};
_checked_ int acr_loopback_listen(struct acr_loopback *ret, struct acr_error *error);
void acr_loopback_close(struct acr_loopback *loopback);
#define auto_loopback __attribute__((cleanup(acr_loopback_close))) struct acr_loopback

/* Wait for the one request that carries `state` and comes from a process of our own user, and take
 * the code out of it. The browser is answered by acr_loopback_answer, once it is known what the code
 * is worth. ACR_REFUSED with Entra ID's own words where they or the person said no; ACR_TIMEOUT. */
_checked_ int acr_loopback_wait(const struct acr_app *app, struct acr_loopback *loopback,
				const char *state, struct acr_secret *ret_code,
				struct acr_error *error);

/* The page that the person sees at the end. Nothing where nobody waits for one. */
void acr_loopback_answer(struct acr_loopback *loopback, bool signed_in);

/* A request, as far as it matters here. */
enum acr_loopback_request {
	ACR_LOOPBACK_HALF,    /* more is to come */
	ACR_LOOPBACK_OTHER,   /* not ours: another path, another state */
	ACR_LOOPBACK_CODE,    /* the code */
	ACR_LOOPBACK_REFUSED, /* no code, and why */
};
enum acr_loopback_request acr_loopback_read(const char *bytes, size_t length, const char *state,
					    struct acr_secret *ret_code, struct acr_error *error);

/* ---- peer.c ---- */

enum acr_peer {
	ACR_PEER_KNOWN,	  /* who holds the other end */
	ACR_PEER_GONE,	  /* nobody on this machine does */
	ACR_PEER_UNKNOWN, /* /proc is not there to tell */
};
/* Whose is the other end of this TCP connection over loopback? `ret` is set for ACR_PEER_KNOWN; a
 * user that our user namespace does not know is the overflow user, and so never us. */
enum acr_peer acr_peer_user(const struct acr_app *app, int fd, uid_t *ret);

#endif
