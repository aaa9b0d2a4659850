/* SPDX-License-Identifier: Apache-2.0 */
/* Converts an unexpected response of a registry to an error. */
#ifndef REGISTRY_ERROR_BODY_H
#define REGISTRY_ERROR_BODY_H

#include "acr/http.h"
#include "acr/registry.h"

/* Any status except 200 as an error: ACR_REFUSED with code and message, ACR_UNREACHABLE (408, 429,
 * 5xx) or ACR_INVALID (a redirect, a web page, anything that a registry does not send). Always
 * returns -1. */
int acr_refusal(const struct acr_registry *registry, const struct acr_response *answer,
		struct acr_error *error);

/* A 200 without the expected content: TOKEN_MISSING and the like, a message about the host
 * (WEB_PAGE: and the status). Always returns -1. */
int acr_refusal_of_content(const struct acr_registry *registry, const struct acr_response *answer,
			   enum acr_message_id what, struct acr_error *error);

#endif
