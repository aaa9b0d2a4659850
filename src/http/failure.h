/* SPDX-License-Identifier: Apache-2.0 */
/* Converts a failed transfer to an error that says why there was no response. */
#ifndef HTTP_FAILURE_H
#define HTTP_FAILURE_H

#include <stdbool.h>
#include <stdint.h>

#include "acr/error.h"

/* How far the transfer got. */
enum acr_stage { ACR_STAGE_NAME, ACR_STAGE_CONNECTION, ACR_STAGE_HANDSHAKE, ACR_STAGE_ANSWER };

struct acr_failure {
	int code;	   /* CURLcode */
	int number;	   /* errno of the connection, or of the socket that could not be created */
	long verified;	   /* X509_V_ERR_... of the certificate */
	long proxy_status; /* status of a proxy's response to CONNECT; 0: none */
	enum acr_stage stage;
	int64_t took, connect; /* ms since the start, and the connect timeout in ms */
	bool offline;	       /* it failed at once, and there is no network */
	const char *host;
	const char *proxy;   /* host:port from the environment, "" if there is none */
	const char *message; /* libcurl's error text */
};

/* Fill `error`; always returns -1. ACR_SYSTEM if this machine is the cause and no server has
 * answered. */
int acr_failure_tell(const struct acr_failure *failure, struct acr_error *error);

#endif
