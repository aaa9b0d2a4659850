/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_LIBSECRET_H
#define STORE_LIBSECRET_H

#include "acr/store.h"

enum acr_libsecret_verb {
	ACR_LIBSECRET_FIND,
	ACR_LIBSECRET_KEEP,
	ACR_LIBSECRET_DROP,
	ACR_LIBSECRET_EACH
};

struct acr_libsecret_question {
	enum acr_libsecret_verb verb;
	const char *bus;	       /* addresses of the session bus */
	const char *server;	       /* not for EACH */
	const struct acr_login *login; /* for KEEP */
	bool prompt;		       /* KEEP may ask the user to unlock the keyring */
};

/*
 * Ask the Secret Service on the bus that the question names (session_bus.h). May block forever, may
 * abort, and prints to stderr: call it only in a child. `ret` gets the parts of a record: FIND
 * "username", "modified" and "secret"; EACH "server" and "username" of each login, only the newest
 * for each server. ACR_NOT_FOUND, ACR_LOCKED (also: it gave no usable answer) or ACR_UNAVAILABLE.
 */
_checked_ int acr_libsecret_answer(const struct acr_libsecret_question *question,
				   struct acr_secret *ret, struct acr_error *error);

#endif
