/* SPDX-License-Identifier: Apache-2.0 */
/* Why no answer came, in words: what curl.c knows about a transfer that failed, made into an error.
 */
#ifndef HTTP_FAILURE_H
#define HTTP_FAILURE_H

#include <stdbool.h>
#include <stdint.h>

#include "acr/error.h"

/* How far it came. */
enum acr_stage { ACR_STAGE_NAME, ACR_STAGE_CONNECTION, ACR_STAGE_HANDSHAKE, ACR_STAGE_ANSWER };

struct acr_failure {
	int code;	   /* CURLcode */
	int number;	   /* errno of the connection, or of the socket that there was none for */
	long verified;	   /* X509_V_ERR_... of the certificate */
	long proxy_status; /* what a proxy answered to CONNECT; 0: nothing, or no proxy */
	enum acr_stage stage;
	int64_t took, connect; /* ms since the start, and how many of them connecting might take */
	bool offline;	       /* it failed at once, and no network is connected */
	const char *host;
	const char *proxy;   /* host:port that the environment names, "" for none */
	const char *message; /* libcurl's own words */
};

/* Fill `error`; always -1. ACR_SYSTEM where this machine is the cause: then nobody else said
 * anything. */
int acr_failure_tell(const struct acr_failure *failure, struct acr_error *error);

#endif
