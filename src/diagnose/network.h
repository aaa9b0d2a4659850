/* SPDX-License-Identifier: Apache-2.0 */
/* What the checks of the network share. */
#ifndef DIAGNOSE_NETWORK_H
#define DIAGNOSE_NETWORK_H

#include "acr/check.h"

/* RFC 1918, RFC 6598, link-local, unique local: where a private endpoint is. */
bool acr_address_is_private(const char *text);

/* The registry as it answers somebody who asks once and does not wait long. */
extern const struct acr_service acr_service_once;

/* An answer that is no 200 and no challenge, as an error: code and sentence of a registry's or
 * Resource Manager's JSON, or what else it was. Always -1. */
int acr_check_refusal(const char *host, const struct acr_response *answer, struct acr_error *error);

#endif
