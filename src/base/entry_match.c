/* SPDX-License-Identifier: Apache-2.0 */
/* Matches hosts against the entries of "registries": exact names and patterns. */
#include "base/entry_match.h"

#include <string.h>
#include <strings.h>

#include "acr/secret.h"
#include "base/settings.h"

#define EXACT	 1001
#define REGIONAL 1000 /* a host name has at most 253 characters: every pattern is below this */

bool acr_entry_is_pattern(const char *entry)
{
	auto_string name = acr_copy(entry);
	char *star = strchr(name, '*');

	if (!star || strchr(star + 1, '*'))
		return false;
	*star = 'x';
	return acr_setting_is_host(name);
}

/* The host without ".REGION.geo" if it is a regional endpoint, otherwise NULL. Owned. */
static char *global_name(const char *host)
{
	const char *region = strchr(host, '.');
	const char *geo = region ? strchr(region + 1, '.') : NULL;

	if (!geo || strncasecmp(geo, ".geo.", 5) != 0)
		return NULL;
	return acr_format("%.*s%s", (int)(region - host), host, geo + 4);
}

static bool ends_with(const char *text, size_t length, const char *end)
{
	size_t size = strlen(end);

	return size <= length && strncasecmp(text + length - size, end, size) == 0;
}

static bool fits(const char *pattern, const char *host)
{
	size_t begin = strcspn(pattern, "*"), length = strlen(host);
	const char *end = pattern + begin + 1;

	if (length < begin || strncasecmp(pattern, host, begin) != 0 ||
	    !ends_with(host + begin, length - begin, end))
		return false;
	return !memchr(host + begin, '.', length - begin - strlen(end));
}

unsigned acr_entry_match(const char *entry, const char *host)
{
	auto_string global = NULL;

	if (strcasecmp(entry, host) == 0)
		return EXACT;
	global = global_name(host);
	if (global && strcasecmp(entry, global) == 0)
		return REGIONAL;
	if (!acr_entry_is_pattern(entry) || !(fits(entry, host) || (global && fits(entry, global))))
		return 0;
	return 1 + (unsigned)strcspn(entry, "*");
}

/* After their stars one pattern must end like the other one, up to the dot, and continue alike. */
bool acr_entry_collides(const char *left, const char *right)
{
	size_t begin = strcspn(left, "*");
	const char *a = left + begin + 1, *b = right + begin + 1;
	size_t before_a, before_b;

	if (strcasecmp(left, right) == 0)
		return true;
	if (!acr_entry_is_pattern(left) || !acr_entry_is_pattern(right) ||
	    strcspn(right, "*") != begin || strncasecmp(left, right, begin) != 0)
		return false;
	before_a = strcspn(a, ".");
	before_b = strcspn(b, ".");
	if (strcasecmp(a + before_a, b + before_b) != 0)
		return false;
	return before_a > before_b ? strncasecmp(a + before_a - before_b, b, before_b) == 0
				   : strncasecmp(b + before_b - before_a, a, before_a) == 0;
}
