/* SPDX-License-Identifier: Apache-2.0 */
/* Functions that the network checks share. */
#ifndef DIAGNOSE_NETWORK_H
#define DIAGNOSE_NETWORK_H

#include "acr/check.h"

/* Is this an address in a private range (RFC 1918, RFC 6598, link-local, unique local), as private
 * endpoints have? */
bool acr_address_is_private(const char *text);

/* The registry as a service that is tried once, with a short timeout. */
extern const struct acr_service acr_service_once;

/* Turns a response that is neither 200 nor a challenge into an error: the code and message of the
 * JSON of a registry or of Resource Manager, or else a description of the response. Always returns
 * -1. */
int acr_check_refusal(const char *host, const struct acr_response *answer, struct acr_error *error);

/* Parses the WWW-Authenticate header of a 401 ("" if there is none), and fails with ACR_INVALID
 * unless it is a Bearer challenge that names a service and a realm at this host. */
_checked_ int acr_challenge_check(const char *host, const char *header, struct acr_challenge *ret,
				  struct acr_error *error);

#endif
