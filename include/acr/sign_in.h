/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Our own sign-in, for people who have no Azure tool at hand: `login` lets them prove to Entra ID
 * who they are, and keeps the refresh token that it is given; the identity `login` redeems it, and
 * keeps the new one that comes back each time.
 *
 * A sign-in is for one registry, or for all of them. Its token lies in the Secret Service under a
 * name that no server can have ("docker-credential-acr://login/acme.azurecr.io", ".../default"):
 * that is the label under which other programs show it, and none of the protocol's verbs takes it.
 * In a file it lies only when the person said so (`--insecure-storage`). Beside it stands a small
 * file without secrets that says whose it is and where: so whoever never signed in pays for two
 * looks that find nothing, and the file of the sign-in for all is part of every cache key.
 *
 * This is how it is kept (src/store/sign_in.c); login.h is how it is got.
 */
#ifndef ACR_SIGN_IN_H
#define ACR_SIGN_IN_H

#include <stdbool.h>
#include <stdint.h>

#include "acr/app.h"
#include "acr/error.h"
#include "acr/secret.h"
#include "acr/store.h"

struct acr_sign_in {
	char *registry;	 /* "" for all. This and all that follow are owned */
	char *who;	 /* "developer@contoso.com" */
	char *tenant;	 /* where the token was had; it is good at others as well */
	char *client_id; /* the application that was consented to: a token is bound to it */
	char *authority; /* Entra ID's host, which tells the cloud; never where anything is sent */
	char *keychain;	 /* which one keeps the token: acr_keychain.name */
	char *id;	 /* of this very sign-in */
	int64_t since;	 /* seconds since 1970 */
	bool repaired;	 /* others could read the file until now; not written down */
};
void acr_sign_in_wipe(struct acr_sign_in *sign_in);
#define auto_sign_in __attribute__((cleanup(acr_sign_in_wipe))) struct acr_sign_in

/* Is this one of the names above? Such a name is never given to, taken from or told to a client. */
bool acr_sign_in_reserved(const char *server);

/* The file of the sign-in for all registries, owned by the caller, NULL without a home. */
char *acr_sign_in_path(const struct acr_app *app);

/* The registry's own sign-in, or the one for all. Reads a file or two, no keychain. ACR_NOT_FOUND:
 * nobody signed in. A file that is there and cannot be used is ACR_INVALID or ACR_SYSTEM, with a
 * text that names it and the command that repairs it: another identity must not take its place. */
_checked_ int acr_sign_in_find(const struct acr_app *app, const char *host, struct acr_sign_in *ret,
			       struct acr_error *error);
/* Visits all that can be read; the first that cannot be is the error. */
_checked_ int acr_sign_in_each(const struct acr_app *app,
			       void (*visit)(void *data, const struct acr_sign_in *sign_in),
			       void *data, struct acr_error *error);
/* The registry ("": all) of every file, readable or not. -1 where there may be more. */
_checked_ int acr_sign_in_registries(const struct acr_app *app,
				     void (*visit)(void *data, const char *registry), void *data,
				     struct acr_error *error);
/* -1 where a newer version wrote the file, which a new sign-in may not replace: to be asked before
 * a person is sent to a browser. */
_checked_ int acr_sign_in_replaceable(const struct acr_app *app, const char *registry,
				      struct acr_error *error);

/* Its refresh token. ACR_INVALID where its keychain has it no longer or is not known, ACR_LOCKED
 * where it cannot be reached or read. */
_checked_ int acr_sign_in_token(const struct acr_app *app, const struct acr_sign_in *sign_in,
				struct acr_secret *ret, struct acr_error *error);

/* The keychain that would keep a token now: the first that does not lie open on a disk, or
 * (`plain`) the first that does. To be asked before a person is sent to a browser. */
_checked_ int acr_sign_in_keeper(const struct acr_app *app, bool plain,
				 const struct acr_keychain **ret, struct acr_error *error);

/* Keep a new sign-in in `keeper`, in the place of any other for the same registry. Sets
 * sign_in->keychain and since. */
_checked_ int acr_sign_in_keep(const struct acr_app *app, struct acr_sign_in *sign_in,
			       const struct acr_keychain *keeper, const struct acr_secret *token,
			       struct acr_error *error);

/* Keep the token that came in the place of the one that was redeemed, unless the person signed out
 * or in anew meanwhile. Best effort: the older one stays good for a while. */
void acr_sign_in_roll(const struct acr_app *app, const struct acr_sign_in *sign_in,
		      const struct acr_secret *token);

/* Forget the sign-in for a registry ("": that for all). It is not used any more in any case; an
 * error means that its token could not be removed. `*ret_any` tells whether there was one. */
_checked_ int acr_sign_in_drop(const struct acr_app *app, const char *registry, bool *ret_any,
			       struct acr_error *error);

#endif
