/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parses the response headers that are used: one row each. Values come from a server, so they are
 * cut to the size of their field, and control characters are replaced here.
 */
#include "http/answer.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/budget.h"
#include "base/clock.h"

#define LONGEST_WAIT (24 * 3600)

typedef void taker(struct acr_answer *answer, const char *value);

static void take_date(struct acr_answer *answer, const char *value)
{
	answer->response->date = acr_clock_http_date(value);
}

static void take_retry_after(struct acr_answer *answer, const char *value)
{
	char *end;
	long seconds = strtol(value, &end, 10);

	answer->response->retry_after = 0;
	answer->retry_at = 0;
	if (end == value)
		answer->retry_at = acr_clock_http_date(value);
	else if (*end == '\0' && seconds > 0)
		answer->response->retry_after = seconds < LONGEST_WAIT ? seconds : LONGEST_WAIT;
}

static void take_type(struct acr_answer *answer, const char *value)
{
	char *type = answer->response->type;
	size_t length = 0;

	while (value[length] && !strchr("; ,", value[length]) &&
	       length < sizeof(answer->response->type) - 1) {
		type[length] =
			(char)(value[length] >= 'A' && value[length] <= 'Z' ? value[length] | 32
									    : value[length]);
		length++;
	}
	type[length] = '\0';
}

#define FIELD(name) offsetof(struct acr_response, name), sizeof(((struct acr_response *)0)->name)

static const struct {
	const char *name;
	size_t offset, size; /* the text field that the value is copied to */
	bool first;	     /* if the header is repeated, the first value is kept */
	taker *take;	     /* or a function that parses the value */
} headers[] = {
	{ "date", 0, 0, false, take_date },
	{ "retry-after", 0, 0, false, take_retry_after },
	{ "content-type", 0, 0, false, take_type },
	{ "www-authenticate", FIELD(challenge), true, NULL },
	{ "location", FIELD(location), false, NULL },
	{ "server", FIELD(server), false, NULL },
	/* ACR's own id takes precedence over those that Azure Front Door adds. */
	{ "x-ms-correlation-request-id", FIELD(correlation), false, NULL },
	{ "x-ms-request-id", FIELD(correlation), true, NULL },
	{ "client-request-id", FIELD(correlation), true, NULL },
};

static void forget(struct acr_answer *answer)
{
	struct acr_response *response = answer->response;

	response->date = 0;
	response->retry_after = 0;
	response->type[0] = response->challenge[0] = response->correlation[0] = '\0';
	response->location[0] = response->server[0] = '\0';
	answer->retry_at = 0;
}

bool acr_answer_header(struct acr_answer *answer, const char *line, size_t length)
{
	char value[sizeof(answer->response->location)];
	const char *colon;
	size_t used = 0;

	answer->header_bytes += length;
	if (answer->header_bytes > ACR_HEADERS_MAX)
		return false;
	if (!answer->response)
		return true;
	if (length > 5 && memcmp(line, "HTTP/", 5) == 0)
		forget(answer);
	colon = memchr(line, ':', length);
	if (!colon)
		return true;
	for (const char *c = colon + 1; c < line + length && used < sizeof(value) - 1; c++) {
		if (used == 0 && (*c == ' ' || *c == '\t'))
			continue;
		value[used++] = *c;
	}
	while (used > 0 && strchr(" \t\r\n", value[used - 1]))
		used--;
	value[used] = '\0';
	for (size_t i = 0; i < used; i++)
		if ((unsigned char)value[i] < 0x20 || (unsigned char)value[i] >= 0x7f)
			value[i] = '?';
	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
		size_t name = strlen(headers[i].name);
		char *field = (char *)answer->response + headers[i].offset;

		if ((size_t)(colon - line) != name || strncasecmp(line, headers[i].name, name) != 0)
			continue;
		if (headers[i].take) {
			headers[i].take(answer, value);
		} else if (!headers[i].first || field[0] == '\0') {
			size_t fits = used < headers[i].size - 1 ? used : headers[i].size - 1;
			memcpy(field, value, fits);
			field[fits] = '\0';
		}
	}
	return true;
}

void acr_answer_end(struct acr_answer *answer, int64_t wall)
{
	struct acr_response *response = answer->response;
	int64_t now = response->date ? response->date : wall;

	if (answer->retry_at > now)
		response->retry_after = answer->retry_at - now < LONGEST_WAIT
						? (long)(answer->retry_at - now)
						: LONGEST_WAIT;
}

void acr_response_wipe(struct acr_response *response)
{
	acr_secret_wipe(&response->body);
	*response = (struct acr_response){ 0 };
}
