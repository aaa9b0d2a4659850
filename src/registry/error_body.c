/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A registry's "no", read with care: what comes back may be the registry's JSON, OAuth's JSON, or
 * the web page of something that stands between.
 *
 *	{"errors":[{"code":"DENIED","message":"client with IP '203.0.113.7' is not allowed access.
 *..."}]}
 *
 * (github.com/Azure/acr, docs/AAD-OAuth.md; Azure/acr#164; docker/build-push-action#1214)
 */
#include "registry/error_body.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"

/* Codes are words; anything else is not repeated. */
static void copy_code(struct acr_error *error, const char *code)
{
	size_t length = code ? strlen(code) : 0;

	if (length > 0 && length < sizeof(error->code) &&
	    strspn(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.") ==
		    length)
		memcpy(error->code, code, length + 1);
}

/* Newer sentences end "CorrelationId: <guid>". */
static void copy_correlation(struct acr_error *error, const struct acr_response *answer)
{
	static const char mark[] = "CorrelationId: ";
	const char *found = strstr(error->sentence, mark);

	if (answer->correlation[0])
		snprintf(error->correlation, sizeof(error->correlation), "%s", answer->correlation);
	else if (found)
		snprintf(error->correlation, sizeof(error->correlation), "%.36s",
			 found + strlen(mark));
}

/* Code and sentence of the first error; false when this is no JSON of a service. */
static bool read_body(const struct acr_response *answer, struct acr_error *error)
{
	struct acr_error unreadable;
	struct json_object *errors, *first;
	const char *message;
	auto_json json = NULL;

	if (acr_json_parse(acr_secret_text(&answer->body), answer->body.length, &json, &unreadable))
		return false;
	errors = acr_json_member(json, "errors");
	first = json_object_is_type(errors, json_type_array) ? json_object_array_get_idx(errors, 0)
							     : NULL;
	if (first) {
		copy_code(error, acr_json_string(first, "code"));
		message = acr_json_string(first, "message");
	} else {
		copy_code(error, acr_json_string(json, "error"));
		message = acr_json_string(json, "error_description");
	}
	if (message)
		acr_error_quote(error, message, strlen(message));
	return error->code[0] || error->sentence[0];
}

static bool is_page(const struct acr_response *answer)
{
	return strcmp(answer->type, "text/html") == 0 ||
	       strcmp(answer->type, "application/xhtml+xml") == 0;
}

/* The host that a redirect wanted to go to, as evidence. */
static void copy_location(const struct acr_response *answer, char *ret, size_t size)
{
	const char *start = strstr(answer->location, "://");

	start = start ? start + 3 : answer->location;
	snprintf(ret, size, "%.*s", (int)strcspn(start, "/?#"), start);
}

static int explain(const struct acr_registry *registry, const struct acr_response *answer,
		   const struct acr_error *said, struct acr_error *error)
{
	const char *host = registry->host;
	int status = answer->status;
	char where[256];

	if (status >= 300 && status < 400) {
		copy_location(answer, where, sizeof(where));
		return acr_fail(
			error, ACR_INVALID,
			"%s answered with a redirect to %s (status %d), which is never followed",
			host, *where ? where : "nowhere", status);
	}
	if (status == 429 && answer->retry_after)
		return acr_fail(error, ACR_UNREACHABLE,
				"%s is throttling (status 429), and asks to wait %ld s", host,
				answer->retry_after);
	if (status == 429)
		return acr_fail(error, ACR_UNREACHABLE, "%s is throttling (status 429)", host);
	if (status == 408 || status >= 500)
		return acr_fail(error, ACR_UNREACHABLE, "%s cannot answer now (status %d)", host,
				status);
	if (is_page(answer))
		return acr_fail(error, ACR_INVALID,
				"%s answered with a web page (status %d): a proxy or a sign-in "
				"portal may stand "
				"in between",
				host, status);
	if (status == 403 && strstr(said->sentence, "is not allowed access"))
		return acr_fail(error, ACR_REFUSED,
				"the firewall of %s does not let this machine in (status 403)",
				host);
	if (status == 401 || status == 403 || (status >= 400 && said->code[0]))
		return acr_fail(error, ACR_REFUSED, "%s refused (status %d%s%s)", host, status,
				said->code[0] ? ", " : "", said->code);
	if (status == 404)
		return acr_fail(error, ACR_INVALID,
				"%s does not know the way to sign in to an Azure container "
				"registry (status 404)",
				host);
	return acr_fail(error, ACR_INVALID, "%s gave an answer that no registry gives (status %d)",
			host, status);
}

int acr_refusal(const struct acr_registry *registry, const struct acr_response *answer,
		struct acr_error *error)
{
	struct acr_error said = { 0 };

	if (!error)
		return -1;
	if (!is_page(answer))
		read_body(answer, &said);
	explain(registry, answer, &said, error);
	error->origin = ACR_ORIGIN_REGISTRY;
	error->terse = error->kind == ACR_REFUSED;
	error->status = answer->status;
	error->retry_after = answer->retry_after;
	memcpy(error->code, said.code, sizeof(error->code));
	memcpy(error->sentence, said.sentence, sizeof(error->sentence));
	snprintf(error->host, sizeof(error->host), "%s", registry->host);
	copy_correlation(error, answer);
	return -1;
}

int acr_refusal_of_content(const struct acr_registry *registry, const struct acr_response *answer,
			   const char *what, struct acr_error *error)
{
	acr_fail(error, ACR_INVALID, "%s answered with %s", registry->host, what);
	if (!error)
		return -1;
	error->origin = ACR_ORIGIN_REGISTRY;
	error->status = answer->status;
	snprintf(error->host, sizeof(error->host), "%s", registry->host);
	copy_correlation(error, answer);
	return -1;
}
