/* SPDX-License-Identifier: Apache-2.0 */
/* What the two CI sources share: where a job's own token may be sent to be exchanged. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "identity/internal.h"

/* The host of an https URL without user, port or anything unusual; "" for none. */
static void host_of(const char *url, char ret[static ACR_HOST_MAX])
{
	size_t length;

	ret[0] = '\0';
	if (!url || strncasecmp(url, "https://", 8) != 0)
		return;
	url += 8;
	length = strspn(url, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-");
	if (length < ACR_HOST_MAX && (url[length] == '/' || url[length] == '\0'))
		snprintf(ret, ACR_HOST_MAX, "%.*s", (int)length, url);
}

/* Is it this host, or one below it? */
static bool is_below(const char *host, const char *domain)
{
	size_t length = strlen(host), end = strlen(domain);

	return end > 0 && length >= end && strcasecmp(host + length - end, domain) == 0 &&
	       (length == end || host[length - end - 1] == '.');
}

bool acr_ci_trusts(const char *url, const char *const *domains, const char *server)
{
	char host[ACR_HOST_MAX], own[ACR_HOST_MAX];

	host_of(url, host);
	host_of(server, own);
	if (!host[0])
		return false;
	for (; *domains; domains++)
		if (is_below(host, *domains))
			return true;
	return is_below(host, own);
}
