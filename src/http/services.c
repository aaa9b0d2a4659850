/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The services that we send requests to, and which of their statuses are retried: one row each.
 *
 * IMDS answers 404 and 410 while it is being updated (learn.microsoft.com, how-to-use-vm-token,
 * "Retry guidance"); 408, 429 and 5xx are what azure-sdk retries; `temporarily_unavailable` is an
 * error code of OAuth (RFC 6749 section 4.1.2.1). Nothing else is retried: repeating a wrong secret
 * would lock out its owner.
 */
#include "acr/http.h"
#include "base/budget.h"

static const int busy[] = { 429, 500, 0 };
static const int busy_or_slow[] = { 408, 429, 500, 0 };
static const int busy_or_updated[] = { 404, 410, 429, 500, 0 };
static const int nothing[] = { 0 };

const struct acr_service acr_service_entra = {
	"Entra ID", ACR_ORIGIN_ENTRA, busy, "temporarily_unavailable", 3, ACR_BUDGET_CONNECT, 0
};

const struct acr_service acr_service_registry = {
	"the registry", ACR_ORIGIN_REGISTRY, busy_or_slow, NULL, 3, ACR_BUDGET_CONNECT, 0
};

const struct acr_service acr_service_imds = { "the instance metadata service",
					      ACR_ORIGIN_ENDPOINT,
					      busy_or_updated,
					      NULL,
					      5,
					      ACR_BUDGET_CONNECT,
					      ACR_BUDGET_ENDPOINT };

const struct acr_service acr_service_probe = { "the instance metadata service",
					       ACR_ORIGIN_ENDPOINT,
					       nothing,
					       NULL,
					       1,
					       ACR_BUDGET_PROBE,
					       ACR_BUDGET_ENDPOINT };

const struct acr_service acr_service_slow_probe = {
	"the instance metadata service", ACR_ORIGIN_ENDPOINT, nothing, NULL, 1,
	ACR_BUDGET_PROBE_SLOW,		 ACR_BUDGET_ENDPOINT
};

const struct acr_service acr_service_endpoint = {
	"the token endpoint", ACR_ORIGIN_ENDPOINT, busy, NULL, 3, ACR_BUDGET_CONNECT, 0
};
