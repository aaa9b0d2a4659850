/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Common code of the endpoints of managed identities: they run on this machine, take a resource and
 * the choice of an identity as a query, and return a token.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "identity/internal.h"

/* 127/8 and 169.254/16, in dotted decimal notation only: libraries parse other notations
 * differently. */
static bool is_local_address(const char *host)
{
	unsigned int b[4];
	int used = 0;

	if (strspn(host, "0123456789.") != strlen(host) ||
	    sscanf(host, "%3u.%3u.%3u.%3u%n", &b[0], &b[1], &b[2], &b[3], &used) != 4 ||
	    host[used] != '\0')
		return false;
	for (size_t i = 0; i < 4; i++)
		if (b[i] > 255)
			return false;
	return b[0] == 127 || (b[0] == 169 && b[1] == 254);
}

bool acr_endpoint_is_local(const char *url)
{
	char host[64];
	const char *end;
	size_t length;

	if (strncasecmp(url, "http://", 7) == 0)
		url += 7;
	else if (strncasecmp(url, "https://", 8) == 0)
		url += 8;
	else
		return false;
	/* Printable ASCII only: no byte ends a line or a string for another parser. */
	for (const char *c = url; *c; c++)
		if (*c <= ' ' || *c > '~')
			return false;
	length = strncmp(url, "[::1]", 5) == 0 ? 5 : strcspn(url, ":/?");
	if (length >= sizeof(host))
		return false;
	memcpy(host, url, length);
	host[length] = '\0';
	end = url + length;
	if (*end == ':')
		end += 1 + strspn(end + 1, "0123456789");
	return (*end == '\0' || *end == '/' || *end == '?') &&
	       (strcmp(host, "[::1]") == 0 || strcasecmp(host, "localhost") == 0 ||
		is_local_address(host));
}

const char *acr_endpoint_wanted(const struct acr_app *app, const struct acr_ask *ask)
{
	return ask->client_id ? ask->client_id : acr_env(app, "AZURE_CLIENT_ID");
}

char *acr_endpoint_url(const struct acr_app *app, const struct acr_ask *ask, const char *name,
		       const char *base, const struct acr_endpoint_words *words,
		       struct acr_error *error)
{
	const char *wanted = acr_endpoint_wanted(app, ask);
	const char *parameter = words->client_id;
	auto_secret query = { 0 };

	if (!acr_endpoint_is_local(base)) {
		acr_raise(error, ENDPOINT_NOT_LOCAL, name);
		return NULL;
	}
	if (wanted && wanted[0] == '/') {
		parameter = words->resource_id;
	} else if (wanted && strncasecmp(wanted, "object:", 7) == 0) {
		parameter = words->object_id;
		wanted += 7;
	}
	if (wanted && !parameter) {
		acr_raise(error, ENDPOINT_CHOICE, name, wanted);
		return NULL;
	}
	acr_form_add(&query, "api-version", words->version);
	acr_form_add(&query, "resource", ask->audience);
	if (wanted)
		acr_form_add(&query, parameter, wanted);
	return acr_format("%s%c%s", base, strchr(base, '?') ? '&' : '?', acr_secret_text(&query));
}

static bool says(const struct acr_error *error, const struct acr_response *answer,
		 const char *words)
{
	return strcasestr(error->sentence, words) ||
	       strcasestr(acr_secret_text(&answer->body), words);
}

/* Interprets a refusal of a managed identity; only its text distinguishes the cases
 * (learn.microsoft.com, how-to-use-vm-token, "Error handling"). */
static void tell_meaning(const char *name, const struct acr_response *answer,
			 struct acr_error *error)
{
	static const struct {
		const char *words;
		int status;
		enum acr_message_id message;
	} rows[] = {
		{ "Identity not found", 400, ACR_MESSAGE_MACHINE_IDENTITY_UNKNOWN },
		{ "No User Assigned or Delegated Managed Identity found", 400,
		  ACR_MESSAGE_MACHINE_IDENTITY_UNKNOWN },
		{ "No Managed Identity found", 400, ACR_MESSAGE_MACHINE_IDENTITY_UNKNOWN },
		{ "Multiple user assigned identities", 400,
		  ACR_MESSAGE_MACHINE_IDENTITY_AMBIGUOUS },
		{ "unreachable", 403, ACR_MESSAGE_ENDPOINT_PROXIED },
	};

	if (error->kind != ACR_REFUSED || strncmp(error->code, "AADSTS", 6) == 0)
		return;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].status != answer->status || !says(error, answer, rows[i].words))
			continue;
		error->kind = ACR_UNAVAILABLE;
		acr_error_reword(error, rows[i].message, &name, 1);
		return;
	}
}

int acr_endpoint_token(const struct acr_app *app, const char *name, const char *url,
		       const struct acr_response *answer, struct acr_token *ret,
		       struct acr_error *error)
{
	const char *start = strstr(url, "//") + 2;
	auto_string host = acr_format("%.*s", (int)strcspn(start, "/?"), start);
	const struct acr_speaker speaker = { name, host, ACR_ORIGIN_ENDPOINT };
	struct acr_error failure = { 0 };
	auto_json json = NULL;

	if (acr_oauth_read(&speaker, answer, &json, &failure) ||
	    acr_oauth_token(app, &speaker, json, ret, &failure)) {
		tell_meaning(name, answer, &failure);
		if (error)
			*error = failure;
		return -1;
	}
	acr_token_describe(app, ret, ACR_WHO_MANAGED_IDENTITY);
	return 0;
}
