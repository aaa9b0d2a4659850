/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parses error responses of a registry. The body may be the registry's JSON, OAuth's JSON, or a web
 * page of a proxy.
 *
 *	{"errors":[{"code":"DENIED","message":"client with IP '203.0.113.7' is not allowed ..."}]}
 *
 * (github.com/Azure/acr, docs/AAD-OAuth.md; Azure/acr#164; docker/build-push-action#1214)
 */
#include "registry/error_body.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"

/* A code that is not a single word is not repeated. */
static void copy_code(struct acr_error *error, const char *code)
{
	size_t length = code ? strlen(code) : 0;

	if (length > 0 && length < sizeof(error->code) &&
	    strspn(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.") ==
		    length)
		memcpy(error->code, code, length + 1);
}

/* Newer messages end with "CorrelationId: <guid>". */
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

/* Code and message of the first error; false if this is not the JSON of a registry. */
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

/* The host that a redirect points to, as evidence. */
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
	struct acr_number code = acr_number(status);
	char where[256];

	if (status >= 300 && status < 400) {
		copy_location(answer, where, sizeof(where));
		return *where ? acr_raise(error, REDIRECTED, host, where, code.text)
			      : acr_raise(error, REDIRECTED_NOWHERE, host, code.text);
	}
	if (status == 429)
		return answer->retry_after ? acr_raise(error, THROTTLED_UNTIL, host,
						       acr_number(answer->retry_after).text)
					   : acr_raise(error, THROTTLED, host);
	if (status == 408 || status >= 500)
		return acr_raise(error, REGISTRY_UNAVAILABLE, host, code.text);
	if (is_page(answer))
		return acr_raise(error, WEB_PAGE, host, code.text);
	if (status == 403 && strstr(said->sentence, "is not allowed access"))
		return acr_raise(error, FIREWALL_DENIED, host);
	if (status == 401 || status == 403 || (status >= 400 && said->code[0]))
		return said->code[0]
			       ? acr_raise(error, REGISTRY_DENIED_CODE, host, code.text, said->code)
			       : acr_raise(error, REGISTRY_DENIED, host, code.text);
	if (status == 404)
		return acr_raise(error, NOT_A_REGISTRY, host);
	return acr_raise(error, RESPONSE_UNEXPECTED, host, code.text);
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
			   enum acr_message_id what, struct acr_error *error)
{
	struct acr_number status = acr_number(answer->status);
	const char *const arguments[] = { registry->host, status.text };

	if (!error)
		return -1;
	acr_error_set(error, what, NULL, arguments, what == ACR_MESSAGE_WEB_PAGE ? 2 : 1);
	error->origin = ACR_ORIGIN_REGISTRY;
	error->status = answer->status;
	snprintf(error->host, sizeof(error->host), "%s", registry->host);
	copy_correlation(error, answer);
	return -1;
}
