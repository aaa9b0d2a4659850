/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Extracts values from messages. The rows contain the words before a value, and the characters of
 * the value (reference-error-codes and the messages of Entra ID; Azure/acr, docs;
 * docker/build-push-action#1214).
 */
#include "explain/extract.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "explain/sanitize.h"

#define WORD   "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._"
#define HEX    "0123456789abcdefABCDEF-"
#define DIGITS "0123456789"

static const struct mark {
	enum acr_fact fact;
	const char *before, *made_of; /* NULL: anything up to the closing quote */
	size_t least;		      /* minimum length in characters */
} marks[] = {
	{ ACR_FACT_CLIENT_IP, "client with IP '", "0123456789abcdefABCDEF.:", 3 },
	{ ACR_FACT_CLIENT_IP, "client with IP ", "0123456789abcdefABCDEF.:", 7 },
	{ ACR_FACT_CORRELATION, "CorrelationId: ", HEX, 8 },
	{ ACR_FACT_CORRELATION, "Correlation ID: ", HEX, 8 },
	{ ACR_FACT_CORRELATION, "correlation_id\":\"", HEX, 8 },
	{ ACR_FACT_CORRELATION, "correlation_id\": \"", HEX, 8 },
	{ ACR_FACT_CORRELATION, "correlation id ", HEX, 8 },
	{ ACR_FACT_TRACE, "Trace ID: ", HEX, 8 },
	{ ACR_FACT_CLIENT_ID, "Application with identifier '", WORD, 1 },
	{ ACR_FACT_CLIENT_ID, "for app '", WORD, 1 },
	{ ACR_FACT_CLIENT_ID, "to app '", WORD, 1 },
	{ ACR_FACT_CLIENT_ID, "for app Id '", WORD, 1 },
	{ ACR_FACT_CLIENT_ID, "application with ID '", WORD, 1 },
	{ ACR_FACT_CLIENT_ID, "Application '", HEX, 36 },
	{ ACR_FACT_CLIENT_ID, "application ", HEX, 36 },
	{ ACR_FACT_CLIENT_ID, "client '", HEX, 36 },
	{ ACR_FACT_CLIENT_ID, "principal ", HEX, 36 },
	{ ACR_FACT_OBJECT, "with object id '", HEX, 36 },
	{ ACR_FACT_ASSIGNEE, "The client '", NULL, 3 },
	{ ACR_FACT_SCOPE, "over scope '", NULL, 10 },
	{ ACR_FACT_NAME, "providers/Microsoft.ContainerRegistry/registries/", WORD, 5 },
	{ ACR_FACT_TENANT, "the directory '", NULL, 1 },
	{ ACR_FACT_TENANT, "in tenant '", NULL, 1 },
	{ ACR_FACT_TENANT, "Tenant '", NULL, 1 },
	{ ACR_FACT_TENANT, "tenant named ", WORD, 1 },
	{ ACR_FACT_TENANT, "AZURE_TENANT_ID=", WORD, 4 },
	{ ACR_FACT_TENANT, "tenant ", HEX, 36 },
	{ ACR_FACT_USER, "User account '", NULL, 1 },
	{ ACR_FACT_USER, "The user account ", NULL, 3 },
	{ ACR_FACT_USER, "user '", NULL, 1 },
	{ ACR_FACT_SUBJECT, "assertion subject '", NULL, 1 },
	{ ACR_FACT_ISSUER, "assertion issuer '", NULL, 1 },
	{ ACR_FACT_AUDIENCE, "assertion audience '", NULL, 1 },
	{ ACR_FACT_AUDIENCE, "resource principal named ", NULL, 1 },
	{ ACR_FACT_PROXY, "to proxy 'http://", WORD ":", 3 },
	{ ACR_FACT_PROXY, "the proxy ", WORD ":", 3 },
	{ ACR_FACT_RETRY_AFTER, "Retry-After: ", DIGITS, 1 },
	{ ACR_FACT_RETRY_AFTER, "retry-after: ", DIGITS, 1 },
	{ ACR_FACT_STATUS, "status: ", DIGITS, 3 },
	{ ACR_FACT_STATUS, "status code ", DIGITS, 3 },
	{ ACR_FACT_STATUS, "status code: ", DIGITS, 3 },
	{ ACR_FACT_STATUS, "Response code: ", DIGITS, 3 },
	{ ACR_FACT_STATUS, "HTTP Error ", DIGITS, 3 },
	{ ACR_FACT_STATUS, "code from registry ", DIGITS, 3 },
	{ ACR_FACT_STATUS, "(status ", DIGITS, 3 },
	{ ACR_FACT_STATUS, "(HTTP ", DIGITS, 3 },
	{ ACR_FACT_CODE, "\"code\":\"", WORD, 3 },
	{ ACR_FACT_CODE, "\"code\": \"", WORD, 3 },
	{ ACR_FACT_FILE, "DOCKER_CONFIG=", WORD "/", 1 },
};

static const char *find(const struct acr_excerpt *excerpt, const char *word)
{
	return acr_words_find(excerpt->text, excerpt->length, word, strlen(word));
}

static void take_marked(const struct acr_excerpt *excerpt, struct acr_facts *facts)
{
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		const struct mark *mark = &marks[i];
		const char *value =
			*acr_facts_get(facts, mark->fact) ? NULL : find(excerpt, mark->before);
		size_t length, left;

		if (!value)
			continue;
		value += strlen(mark->before);
		left = (size_t)(excerpt->text + excerpt->length - value);
		length = mark->made_of ? strspn(value, mark->made_of) : strcspn(value, "'\"\n ");
		length = length < left ? length : left;
		while (length > 0 && mark->made_of && strchr(".:-", value[length - 1]))
			length--;
		if (length >= mark->least && length < 200)
			acr_facts_set_bytes(facts, mark->fact, value, length);
	}
}

/* "AADSTS7000222: The provided client secret keys are expired. Visit ..." */
static void take_entra(const struct acr_excerpt *excerpt, struct acr_facts *facts)
{
	const char *end = excerpt->text + excerpt->length, *found = find(excerpt, "AADSTS"), *stop;
	size_t digits;

	/* The one nearest to the position, otherwise the first. */
	if (excerpt->length - excerpt->at > 6 &&
	    strncasecmp(excerpt->text + excerpt->at, "AADSTS", 6) == 0)
		found = excerpt->text + excerpt->at;
	if (!found || *acr_facts_get(facts, ACR_FACT_NUMBER) ||
	    (digits = strspn(found + 6, DIGITS)) == 0 || digits > 12)
		return;
	acr_facts_set_bytes(facts, ACR_FACT_CODE, found, 6 + digits);
	acr_facts_set_bytes(facts, ACR_FACT_NUMBER, found + 6, digits);
	found += 6 + digits;
	found += strspn(found, ": ");
	stop = found;
	while (stop < end && *stop != '\n' &&
	       !(*stop == '.' && (stop + 1 == end || strchr(" \n\"", stop[1]))))
		stop++;
	if (stop > found + 3 && !*acr_facts_get(facts, ACR_FACT_SENTENCE))
		acr_facts_set_bytes(facts, ACR_FACT_SENTENCE, found, (size_t)(stop - found));
}

/* An error of `az acr check-health`: CONNECTIVITY_DNS_ERROR. */
static void take_check(const struct acr_excerpt *excerpt, struct acr_facts *facts)
{
	const char *found = find(excerpt, "_ERROR");
	const char *begin = found, *end = found;

	while (begin && begin > excerpt->text &&
	       (isupper((unsigned char)begin[-1]) || begin[-1] == '_'))
		begin--;
	while (end && (isupper((unsigned char)*end) || *end == '_'))
		end++;
	if (found && end - begin > 8 && !*acr_facts_get(facts, ACR_FACT_CHECK))
		acr_facts_set_bytes(facts, ACR_FACT_CHECK, begin, (size_t)(end - begin));
}

/* "401 Unauthorized", anywhere in the text. */
static void take_status(const struct acr_excerpt *excerpt, struct acr_facts *facts)
{
	static const char *const words[] = { "401 Unauthorized", "403 Forbidden", "404 Not Found",
					     "407 Proxy Auth",	 "429 Too Many",  "500 Internal",
					     "502 Bad Gateway",	 "503 Service",	  "504 Gateway" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!*acr_facts_get(facts, ACR_FACT_STATUS) && find(excerpt, words[i]))
			acr_facts_set_bytes(facts, ACR_FACT_STATUS, words[i], 3);
}

void acr_extract_text(const struct acr_excerpt *excerpt, struct acr_facts *facts)
{
	take_entra(excerpt, facts);
	take_marked(excerpt, facts);
	take_status(excerpt, facts);
	take_check(excerpt, facts);
}

void acr_extract_facts(const struct acr_app *app, const struct acr_excerpt *excerpt,
		       struct acr_facts *facts)
{
	if (!*acr_facts_get(facts, ACR_FACT_TEXT))
		acr_facts_set_bytes(facts, ACR_FACT_TEXT, excerpt->text, excerpt->length);
	acr_extract_text(excerpt, facts);
	acr_extract_hosts(app, excerpt, facts);
	acr_extract_names(excerpt, facts);
}
