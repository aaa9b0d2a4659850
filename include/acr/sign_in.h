/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sign-ins, for users without an Azure tool: the command `login` signs in to Entra ID and stores
 * the refresh token; the identity `login` redeems it, and stores the new one that it gets each
 * time.
 *
 * A sign-in is for one registry, or for all. Its token is in the Secret Service under a name that
 * no server can have ("docker-credential-acr://login/acme.azurecr.io", ".../default"). Other
 * programs show it under this label; the protocol's verbs do not accept it. It is in a file only if
 * the user requested that (`--insecure-storage`). In addition there is a small file without secrets
 * that says whose sign-in it is and where its token is. If nobody signed in, this costs two failed
 * file lookups. The file of the sign-in for all registries is part of every cache key.
 *
 * This header is about storage (src/store/sign_in.c); login.h is about signing in.
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
	char *registry;	 /* "" for all. This and the following fields are owned */
	char *who;	 /* "developer@contoso.com" */
	char *tenant;	 /* that issued the token, which may be valid in others as well */
	char *client_id; /* the application that the token is bound to */
	char *authority; /* Entra ID's host, which determines the cloud; nothing is sent to it */
	char *keychain;	 /* that contains the token: acr_keychain.name */
	char *id;	 /* of this sign-in */
	int64_t since;	 /* seconds since 1970 */
	bool repaired;	 /* others could read the file until now; not stored */
};
void acr_sign_in_wipe(struct acr_sign_in *sign_in);
#define auto_sign_in __attribute__((cleanup(acr_sign_in_wipe))) struct acr_sign_in

/* Is this one of the names above? They are never accepted from a client or shown to one. */
bool acr_sign_in_reserved(const char *server);

/* The file of the sign-in for all registries, owned by the caller; NULL without a home
 * directory. */
char *acr_sign_in_path(const struct acr_app *app);

/* The registry's own sign-in, otherwise the one for all. Reads one or two files, no keychain.
 * ACR_NOT_FOUND: there is no sign-in. A file that exists and cannot be used is ACR_INVALID or
 * ACR_SYSTEM, with a message that names it and the command that repairs it: no other identity may
 * be used instead. */
_checked_ int acr_sign_in_find(const struct acr_app *app, const char *host, struct acr_sign_in *ret,
			       struct acr_error *error);
/* Visit all sign-ins that can be read; the error is that of the first one that cannot. */
_checked_ int acr_sign_in_each(const struct acr_app *app,
			       void (*visit)(void *data, const struct acr_sign_in *sign_in),
			       void *data, struct acr_error *error);
/* Visit the registry ("": all) of every file, readable or not. -1 if there may be more. */
_checked_ int acr_sign_in_registries(const struct acr_app *app,
				     void (*visit)(void *data, const char *registry), void *data,
				     struct acr_error *error);
/* -1 if a newer version wrote the file, which must not be replaced. Check this before the user
 * signs in. */
_checked_ int acr_sign_in_replaceable(const struct acr_app *app, const char *registry,
				      struct acr_error *error);

/* The refresh token of a sign-in. ACR_INVALID if its keychain no longer contains it or is not
 * known, ACR_LOCKED if the keychain cannot be reached or read. */
_checked_ int acr_sign_in_token(const struct acr_app *app, const struct acr_sign_in *sign_in,
				struct acr_secret *ret, struct acr_error *error);

/* The keychain that would store a token now: the first that is encrypted, or (`plain`) the first
 * that is not. Check this before the user signs in. */
_checked_ int acr_sign_in_keeper(const struct acr_app *app, bool plain,
				 const struct acr_keychain **ret, struct acr_error *error);

/* Store a new sign-in in `keeper`, replacing any other for the same registry. Sets
 * sign_in->keychain and since. */
_checked_ int acr_sign_in_keep(const struct acr_app *app, struct acr_sign_in *sign_in,
			       const struct acr_keychain *keeper, const struct acr_secret *token,
			       struct acr_error *error);

/* Store the token that replaces the redeemed one, unless the user has signed out or in again in the
 * meantime. Best effort: the older token remains valid for some time. */
void acr_sign_in_roll(const struct acr_app *app, const struct acr_sign_in *sign_in,
		      const struct acr_secret *token);

/* Remove the sign-in for a registry ("": the one for all). It is no longer used in any case; an
 * error means that its token could not be removed. `*ret_any` tells whether there was one. */
_checked_ int acr_sign_in_drop(const struct acr_app *app, const char *registry, bool *ret_any,
			       struct acr_error *error);

#endif
