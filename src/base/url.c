/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the host in an https URL; see url.h. */
#include "base/url.h"

#include <string.h>
#include <strings.h>

#define SCHEME "https://"

/* Set `ret` to the first character of the host and return its length; 0 if there is none. */
static size_t find(const char *url, const char **ret)
{
	size_t length;

	if (!url || strncasecmp(url, SCHEME, strlen(SCHEME)) != 0)
		return 0;
	*ret = url + strlen(SCHEME);
	length = strspn(*ret, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.");
	return (*ret)[length] == '/' || (*ret)[length] == '\0' ? length : 0;
}

bool acr_url_host(const char *url, char *ret, size_t size)
{
	const char *host = "";
	size_t length = find(url, &host);

	if (length >= size)
		length = 0;
	memcpy(ret, host, length);
	ret[length] = '\0';
	return length > 0;
}

bool acr_url_is_at(const char *url, const char *host)
{
	const char *found = "";
	size_t length = find(url, &found);

	return length > 0 && strlen(host) == length && strncasecmp(found, host, length) == 0;
}
