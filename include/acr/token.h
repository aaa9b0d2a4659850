/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An access token of Entra ID, which an identity (identity.h) returns and a registry (registry.h)
 * exchanges. It is valid for one audience and about an hour, and is sent only to hosts that
 * acr_registry_parse accepted.
 */
#ifndef ACR_TOKEN_H
#define ACR_TOKEN_H

#include <stdbool.h>
#include <stdint.h>

#include "acr/registry.h"
#include "acr/secret.h"
#include "acr/who.h"

/* An Entra access token, and whose it is. */
struct acr_token {
	struct acr_secret access;  /* owned */
	int64_t life;		   /* lifetime in seconds when it was obtained; 0: not known */
	char tenant[ACR_HOST_MAX]; /* the GUID or domain to send to the registry; "" if not known */
	struct acr_who who;
	const char *audience; /* set by the chain: not ACR_AUDIENCE if no token for that could be
				 obtained; borrowed */
	uint64_t kept_as;     /* not 0: it was cached earlier, for another registry */
	bool noted; /* this audience was used because of a note that no other is available */
};
void acr_token_wipe(struct acr_token *token);
#define auto_token __attribute__((cleanup(acr_token_wipe))) struct acr_token

#endif
