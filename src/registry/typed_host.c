/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Completes the name of a registry that a user typed: az takes the bare name, Docker's files
 * contain the full address, and both are accepted. A name has 5 to 50 letters and digits; a hyphen
 * occurs only before the hash of a domain name label, and such an address is not guessed
 * (learn.microsoft.com, container-registry-get-started-azure-cli).
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "acr/registry.h"

#define SHORTEST 5
#define LONGEST	 50
#define HASH	 16 /* characters; in every published example except "abc123" */

static size_t count_alphanumerics(const char *text)
{
	size_t length = 0;

	while (isascii(text[length]) && isalnum((unsigned char)text[length]))
		length++;
	return length;
}

/* Is the part before the first dot or hyphen, or the whole text, as long as a name? */
static bool begins_with_name(const char *text)
{
	size_t length = count_alphanumerics(text);

	return length >= SHORTEST && length <= LONGEST;
}

/* `name-hash`; an ordinary word after the hyphen is not a hash. */
static bool is_labeled(const char *typed)
{
	const char *hyphen = strchr(typed, '-');

	if (!begins_with_name(typed) || !hyphen || hyphen != typed + count_alphanumerics(typed))
		return false;
	hyphen++;
	return *hyphen && !hyphen[count_alphanumerics(hyphen)] &&
	       (strlen(hyphen) == HASH || strpbrk(hyphen, "0123456789"));
}

/* The login server for contoso.eastus.data.azurecr.io or contoso.privatelink.azurecr.io. */
static char *login_server_of(const char *host)
{
	for (const struct acr_cloud *cloud = acr_clouds; cloud->name; cloud++) {
		size_t length = strlen(host), tail = strlen(cloud->suffix);

		if (tail > 0 && length > tail &&
		    strcasecmp(host + length - tail, cloud->suffix) == 0)
			return acr_format("%.*s%s", (int)strcspn(host, "."), host, cloud->suffix);
	}
	return NULL;
}

/* The host that was probably meant by an address; owned, NULL if there is none. */
static char *meant_by(const char *typed)
{
	const char *scheme = strstr(typed, "://");
	const char *begin = scheme ? scheme + 3 : typed;
	auto_string host = acr_format("%.*s", (int)strcspn(begin, ":/"), begin);
	auto_string found = NULL;
	struct acr_registry registry;

	if (!begins_with_name(host))
		return NULL;
	found = acr_registry_parse(NULL, host, strlen(host), &registry) ? acr_copy(host)
									: acr_near_miss(host);
	if (!found)
		found = login_server_of(host);
	if (!found || !acr_registry_parse(NULL, found, strlen(found), &registry))
		return NULL;
	return acr_copy(registry.host);
}

int acr_registry_typed(const struct acr_config *config, const struct acr_cloud *cloud,
		       const char *typed, struct acr_registry *ret, struct acr_error *error)
{
	const char *suffix = cloud ? cloud->suffix : "";
	auto_string meant = NULL;

	if (acr_registry_parse(config, typed, strlen(typed), ret))
		return 0;
	if (strpbrk(typed, ".:/@") || strcasecmp(typed, "localhost") == 0) {
		meant = meant_by(typed);
		return meant ? acr_raise(error, REGISTRY_NEAR, typed, meant)
			     : acr_raise(error, REGISTRY_FOREIGN, typed);
	}
	if (is_labeled(typed) && *suffix) {
		meant = acr_format("%s%s", typed, suffix);
		return acr_raise(error, REGISTRY_NEAR, typed, meant);
	}
	if (!begins_with_name(typed) || typed[count_alphanumerics(typed)])
		return acr_raise(error, REGISTRY_NAME, typed);
	if (!*suffix)
		return acr_raise(error, REGISTRY_SUFFIX, typed);
	meant = acr_format("%s%s", typed, suffix);
	if (acr_registry_parse(config, meant, strlen(meant), ret))
		return 0;
	return acr_raise(error, REGISTRY_FOREIGN, meant);
}
