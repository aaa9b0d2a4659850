/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parses WWW-Authenticate (RFC 7235 section 2.1 and 4.1): challenges are separated by commas, and
 * so are the parameters of one challenge; a word that is not followed by "=" begins the next
 * challenge. Only used by `diagnose`; no request is ever sent to the URL of a realm.
 */
#include <string.h>
#include <strings.h>

#include "acr/registry.h"

struct parameter {
	const char *name;
	char *field;
	size_t size;
};

static bool is_token(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c != '\0' && strchr("!#$%&'*+-.^_`|~", c));
}

static const char *skip(const char *at, const char *what)
{
	return at + strspn(at, what);
}

/* Read a word; false if there is none, or if it is longer than its field. */
static bool take_token(const char **at, char *ret, size_t size)
{
	size_t length = 0;

	while (is_token((*at)[length]) && length < size - 1) {
		ret[length] = (*at)[length];
		length++;
	}
	ret[length] = '\0';
	*at += length;
	return length > 0 && !is_token(**at);
}

/* Read a value, quoted or not. `ret` may be NULL if the value is not needed. */
static bool take_value(const char **at, char *ret, size_t size)
{
	bool quoted = **at == '"';
	size_t length = 0;

	*at += quoted;
	for (;; ++*at) {
		char c = **at;

		if (quoted ? c == '"' : !is_token(c) && !(c != '\0' && strchr("/=:", c)))
			break;
		if (quoted && c == '\\')
			c = *++*at;
		/* NUL as well: there is no closing quote. */
		if ((unsigned char)c < 0x20 || c == 0x7f || (ret && length >= size - 1))
			return false;
		if (ret)
			ret[length++] = c;
	}
	*at += quoted;
	if (ret)
		ret[length] = '\0';
	return quoted || length > 0 || !ret;
}

/* The parameters of one challenge, up to the next or the end. */
static bool take_parameters(const char **at, struct acr_challenge *challenge)
{
	const struct parameter parameters[] = {
		{ "realm", challenge->realm, sizeof(challenge->realm) },
		{ "service", challenge->service, sizeof(challenge->service) },
		{ "scope", challenge->scope, sizeof(challenge->scope) },
	};

	for (;;) {
		const char *start = *at = skip(*at, " \t,");
		const struct parameter *wanted = NULL;
		char name[32];

		if (**at == '\0')
			return true;
		if (!take_token(at, name, sizeof(name)))
			return false;
		*at = skip(*at, " \t");
		if (**at != '=') {
			*at = start;
			return true;
		}
		*at = skip(*at + 1, " \t");
		for (size_t i = 0; i < sizeof(parameters) / sizeof(parameters[0]); i++)
			if (strcasecmp(parameters[i].name, name) == 0)
				wanted = &parameters[i];
		/* A repeated parameter is rejected: parsers could disagree about which one
		 * counts. */
		if (wanted && wanted->field[0])
			return false;
		if (!take_value(at, wanted ? wanted->field : NULL, wanted ? wanted->size : 0))
			return false;
		*at = skip(*at, " \t");
		if (**at != ',' && **at != '\0')
			return false;
	}
}

bool acr_challenge_parse(const char *header, struct acr_challenge *ret)
{
	const char *at = skip(header, " \t,");

	while (*at != '\0') {
		struct acr_challenge challenge = { 0 };

		if (!take_token(&at, challenge.scheme, sizeof(challenge.scheme)) ||
		    (*at != ' ' && *at != '\0' && *at != ',') || !take_parameters(&at, &challenge))
			return false;
		if (strcasecmp(challenge.scheme, "Bearer") == 0) {
			*ret = challenge;
			return true;
		}
	}
	return false;
}
