/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Extracts registries and images from a text. A word with the characters of a host name is passed
 * to acr_registry_parse, which decides whether it is an Azure registry; the text after it and a
 * slash is an image.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "acr/config.h"
#include "explain/extract.h"
#include "explain/sanitize.h"

static bool in_host(char c)
{
	return isalnum((unsigned char)c) || c == '-' || c == '.';
}

static bool in_path(char c)
{
	return in_host(c) || c == '_' || c == '/';
}

/* The word of host name characters that begins at `*at`; false if `at` is not at the beginning of a
 * word or the word contains no dot. Trailing dots belong to the sentence and are removed. */
static bool take_host(const struct acr_excerpt *excerpt, size_t at, size_t *ret_length)
{
	size_t length = 0;
	bool dot = false;

	if (!isalnum((unsigned char)excerpt->text[at]) ||
	    (at > 0 && in_host(excerpt->text[at - 1])) ||
	    (at > 0 && strchr("@\\_", excerpt->text[at - 1])))
		return false;
	while (at + length < excerpt->length && in_host(excerpt->text[at + length]))
		length++;
	while (length > 0 && !isalnum((unsigned char)excerpt->text[at + length - 1]))
		length--;
	for (size_t i = 0; i < length; i++)
		dot = dot || excerpt->text[at + i] == '.';
	*ret_length = length;
	return dot && length < ACR_HOST_MAX;
}

static size_t away(size_t one, size_t other)
{
	return one > other ? one - other : other - one;
}

/* The decoded value after "scope=repository%3A" or "repository:", up to the next colon. */
static void take_scope(const struct acr_excerpt *excerpt, struct acr_facts *facts)
{
	static const char *const marks[] = { "repository%3a", "repository:" };
	char name[256], action[64];

	for (size_t i = 0; i < 2 && !*acr_facts_get(facts, ACR_FACT_ACTION); i++) {
		const char *end = excerpt->text + excerpt->length;
		const char *found =
			acr_words_find(excerpt->text, excerpt->length, marks[i], strlen(marks[i]));
		size_t used = 0, colon;

		if (!found)
			continue;
		found += strlen(marks[i]);
		while (found < end && used < sizeof(name) - 1 &&
		       (in_path(*found) || *found == '%' || *found == ':' || *found == ',')) {
			unsigned int byte;

			if (*found == '%' && end - found > 2 &&
			    sscanf(found + 1, "%2x", &byte) == 1) {
				name[used++] = (char)byte;
				found += 3;
			} else {
				name[used++] = *found++;
			}
		}
		name[used] = '\0';
		colon = strcspn(name, ":");
		if (colon == 0 || colon == used)
			continue;
		snprintf(action, sizeof(action), "%.60s", name + colon + 1);
		action[strcspn(action, ":&")] = '\0';
		if (!*acr_facts_get(facts, ACR_FACT_REPOSITORY))
			acr_facts_set_bytes(facts, ACR_FACT_REPOSITORY, name, colon);
		acr_facts_set(facts, ACR_FACT_ACTION,
			      strstr(action, "push")	 ? "push"
			      : strstr(action, "delete") ? "delete"
							 : "pull");
	}
}

/* "/team/app:v1", "/v2/team/app/manifests/v1" after the name of a registry. */
static void take_image(const struct acr_excerpt *excerpt, size_t at, struct acr_facts *facts)
{
	static const char *const ends[] = { "/manifests/", "/blobs/",	   "/tags/",
					    "/referrers/", "/_manifests/", "/_tags/" };
	static const char *const begins[] = { "v2/", "acr/v1/" };
	char path[256];
	size_t length = 0;

	if (at + 4 < excerpt->length && strncmp(excerpt->text + at, ":443", 4) == 0)
		at += 4;
	if (at >= excerpt->length || excerpt->text[at] != '/')
		return;
	at++;
	for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++) {
		size_t begin = strlen(begins[i]);

		if (at + begin < excerpt->length &&
		    strncmp(excerpt->text + at, begins[i], begin) == 0)
			at += begin;
	}
	while (at + length < excerpt->length && length < sizeof(path) - 1 &&
	       in_path(excerpt->text[at + length]))
		length++;
	snprintf(path, sizeof(path), "%.*s", (int)length, excerpt->text + at);
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		char *end = strstr(path, ends[i]);
		if (end)
			*end = '\0';
	}
	length = strlen(path);
	while (length > 0 && !isalnum((unsigned char)path[length - 1]))
		path[--length] = '\0';
	if (length > 0 && strncmp(path, "oauth2", 6) != 0 && strcmp(path, "v2") != 0 &&
	    strcmp(path, "_catalog") != 0 && strcmp(path, "acr") != 0)
		acr_facts_set(facts, ACR_FACT_REPOSITORY, path);
}

void acr_extract_hosts(const struct acr_app *app, const struct acr_excerpt *excerpt,
		       struct acr_facts *facts)
{
	size_t nearest = (size_t)-1, length;

	for (size_t at = 0; at < excerpt->length; at++) {
		struct acr_registry registry;
		auto_string host = NULL;

		if (!take_host(excerpt, at, &length))
			continue;
		if (away(at, excerpt->at) < nearest &&
		    acr_registry_parse(app->config, excerpt->text + at, length, &registry)) {
			nearest = away(at, excerpt->at);
			host = acr_copy_bytes(excerpt->text + at, length);
			acr_facts_set(facts, ACR_FACT_REPOSITORY, NULL);
			acr_facts_of_registry(&registry, facts);
			acr_facts_set(facts, ACR_FACT_TYPED,
				      strcmp(host, registry.host) ? host : NULL);
			take_image(excerpt, at + length, facts);
		}
		at += length;
	}
}

/* The image in another part of the text: "docker pull HOST/IMAGE" above the error. */
static void take_image_elsewhere(const struct acr_excerpt *excerpt, struct acr_facts *facts)
{
	const char *registry = acr_facts_get(facts, ACR_FACT_REGISTRY), *here = excerpt->text;
	size_t length = strlen(registry);

	while (length > 0 && !*acr_facts_get(facts, ACR_FACT_REPOSITORY) &&
	       (here = acr_words_find(here, excerpt->length - (size_t)(here - excerpt->text),
				      registry, length))) {
		take_image(excerpt, (size_t)(here - excerpt->text) + length, facts);
		here += length;
	}
}

/* The host name whose DNS lookup failed: after "lookup " (Go), "host: " (curl), "resolve '"
 * (urllib3). */
static void take_looked_up(const struct acr_excerpt *excerpt, struct acr_facts *facts)
{
	static const char *const marks[] = { "lookup ",	  "resolve host: ", "resolve host ",
					     "resolve '", "the name ",	    "DNS for registry '" };

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		const char *found =
			acr_words_find(excerpt->text, excerpt->length, marks[i], strlen(marks[i]));
		size_t length = 0;

		if (!found)
			continue;
		found += strlen(marks[i]);
		while (in_host(found[length]) || found[length] == '_')
			length++;
		while (length > 0 && !isalnum((unsigned char)found[length - 1]))
			length--;
		if (length == 0 || length >= ACR_HOST_MAX)
			continue;
		acr_facts_set_bytes(facts, ACR_FACT_HOST, found, length);
		return;
	}
}

/* A data endpoint, and the nearest name that is similar to a registry's. */
static void take_others(const struct acr_excerpt *excerpt, struct acr_facts *facts)
{
	bool known = *acr_facts_get(facts, ACR_FACT_REGISTRY) ||
		     *acr_facts_get(facts, ACR_FACT_NEAR_MISS);
	size_t nearest = (size_t)-1, length;

	for (size_t at = 0; at < excerpt->length; at++) {
		auto_string host = NULL;
		auto_string meant = NULL;

		if (!take_host(excerpt, at, &length))
			continue;
		host = acr_copy_bytes(excerpt->text + at, length);
		if (acr_words_has(host, ".blob.core.|.data.azurecr."))
			acr_facts_set(facts, ACR_FACT_DATA_ENDPOINT, host);
		meant = known ? NULL : acr_near_miss(host);
		if (meant && away(at, excerpt->at) < nearest) {
			nearest = away(at, excerpt->at);
			acr_facts_set(facts, ACR_FACT_NEAR_MISS, meant);
			acr_facts_set(facts, ACR_FACT_TYPED, host);
		}
		at += length;
	}
}

/* An address with an underscore, which is not valid in a host name. */
static void take_underscored(const struct acr_excerpt *excerpt, struct acr_facts *facts)
{
	static const char suffix[] = ".azurecr.";
	const char *found = acr_words_find(excerpt->text, excerpt->length, suffix, strlen(suffix));
	const char *begin = found, *end = found;

	if (!found || *acr_facts_get(facts, ACR_FACT_TYPED))
		return;
	while (begin > excerpt->text && (in_host(begin[-1]) || begin[-1] == '_'))
		begin--;
	if (!memchr(begin, '_', (size_t)(found - begin)))
		return;
	for (end++; end < excerpt->text + excerpt->length && in_host(*end); end++)
		continue;
	while (!isalnum((unsigned char)end[-1]))
		end--;
	acr_facts_set_bytes(facts, ACR_FACT_TYPED, begin, (size_t)(end - begin));
}

void acr_extract_image(const struct acr_excerpt *excerpt, struct acr_facts *facts)
{
	if (!*acr_facts_get(facts, ACR_FACT_REPOSITORY))
		take_image(excerpt, excerpt->at, facts);
}

void acr_extract_names(const struct acr_excerpt *excerpt, struct acr_facts *facts)
{
	take_others(excerpt, facts);
	take_underscored(excerpt, facts);
	take_image_elsewhere(excerpt, facts);
	if (!*acr_facts_get(facts, ACR_FACT_HOST))
		take_looked_up(excerpt, facts);
	take_scope(excerpt, facts);
}
