/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an identity (identity.h) gives and a registry (registry.h) takes in exchange: an access
 * token of Entra ID's. It is good for one audience, for about an hour, and goes to a host that
 * passed acr_registry_parse and nowhere else.
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
	int64_t life;		   /* seconds left when we got it; 0: not known */
	char tenant[ACR_HOST_MAX]; /* the GUID or domain to send along; "" where not known */
	struct acr_who who;
	const char *audience; /* what it is for, set by the chain: another than ACR_AUDIENCE where
				 that could not be had; borrowed */
	uint64_t kept_as;     /* not 0: it was asked for earlier, for another registry */
	bool noted; /* asked for this audience because it is noted that no other can be had */
};
void acr_token_wipe(struct acr_token *token);
#define auto_token __attribute__((cleanup(acr_token_wipe))) struct acr_token

#endif
