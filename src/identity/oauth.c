/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parses the response of a token endpoint: a token or an error. Entra ID and the endpoints of
 * managed identities use the same OAuth 2.0 (RFC 6749 section 5), with some numbers as strings, and
 * App Service has its own error format.
 *
 * "error" is used if there is no AADSTS code; texts and codes may change (learn.microsoft.com,
 * reference-error-codes).
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "identity/internal.h"

bool acr_oauth_code(const char *text, char *ret, size_t size)
{
	const char *code = text ? strstr(text, "AADSTS") : NULL;
	size_t length = code ? 6 + strspn(code + 6, "0123456789") : 0;

	if (length < 7 || length >= size)
		return false;
	snprintf(ret, size, "%.*s", (int)length, code);
	return true;
}

static bool is_word(const char *text)
{
	for (const char *c = text; *c; c++)
		if (!isalnum((unsigned char)*c) && !strchr("_-.", *c))
			return false;
	return *text && strlen(text) < 40;
}

/* The first of the error codes, if the text does not begin with one; App Service writes them as
 * strings. */
static int64_t first_code(struct json_object *json)
{
	struct json_object *codes = acr_json_member(json, "error_codes");

	if (!codes)
		codes = acr_json_member(json, "serviceErrorCodes");
	if (!json_object_is_type(codes, json_type_array) || json_object_array_length(codes) == 0)
		return 0;
	return json_object_get_int64(json_object_array_get_idx(codes, 0));
}

static void tell_code(struct json_object *json, const char *word, const char *text,
		      struct acr_error *error)
{
	int64_t code;

	if (acr_oauth_code(text, error->code, sizeof(error->code)))
		return;
	code = first_code(json);
	if (code > 0)
		snprintf(error->code, sizeof(error->code), "AADSTS%lld", (long long)code);
	else if (word && is_word(word))
		snprintf(error->code, sizeof(error->code), "%s", word);
}

/* The formats of an error, by the names of their members. App Service and Functions have one format
 * for errors of Entra ID and one for their own (Azure/azure-cli#20196;
 * AzureAD/microsoft-authentication-library-for-dotnet, its tests of managed identities). */
static const struct form {
	const char *nested; /* the object with the members below, NULL: the response itself */
	const char *word, *text, *id;
} forms[] = {
	{ "error", "code", "message", "correlationId" },
	{ NULL, "error", "error_description", "correlation_id" },
	{ NULL, "errorCode", "exceptionMessage", "correlationId" },
	{ NULL, "code", "message", "correlationId" },
};

/* Error, sentence and id of the first format that has a sentence, otherwise of one that has an
 * error. */
static void read_refusal(struct json_object *json, const char **ret_word, const char **ret_text,
			 const char **ret_id)
{
	const size_t count = sizeof(forms) / sizeof(forms[0]);

	for (size_t i = 0; i < count && !*ret_text; i++) {
		struct json_object *object =
			forms[i].nested ? acr_json_member(json, forms[i].nested) : json;
		const char *word = acr_json_string(object, forms[i].word);

		*ret_word = *ret_word ? *ret_word : word;
		*ret_text = acr_json_string(object, forms[i].text);
		*ret_id = *ret_id ? *ret_id : acr_json_string(object, forms[i].id);
	}
}

size_t acr_oauth_sentence(const char *text, size_t length)
{
	const char *ids = memmem(text, length, "Trace ID: ", 10);
	size_t end = ids ? (size_t)(ids - text) : length;

	for (size_t i = 0; i < end; i++)
		if (text[i] == '\r' || text[i] == '\n')
			end = i;
	while (end > 0 && text[end - 1] == ' ')
		end--;
	return end;
}

/* The message of the service, with the code if there is one. */
static void tell_refusal(const struct acr_speaker *speaker, enum acr_message_id plain,
			 enum acr_message_id with_code, struct acr_error *failure)
{
	struct acr_number status = acr_number(failure->status);
	const char *const arguments[] = { speaker->name, status.text, failure->code };
	bool code = failure->code[0];

	acr_error_reword(failure, code ? with_code : plain, arguments, code ? 3 : 2);
}

/* The service that responded is the origin of the error, not this machine. */
static int blame(const struct acr_speaker *speaker, int status, struct acr_error *error)
{
	if (!error)
		return -1;
	error->origin = speaker->origin;
	error->status = status;
	snprintf(error->host, sizeof(error->host), "%s", speaker->host);
	return -1;
}

static int refuse(const struct acr_speaker *speaker, const struct acr_response *answer,
		  struct json_object *json, struct acr_error *error)
{
	struct acr_error failure = { .kind = ACR_REFUSED,
				     .origin = speaker->origin,
				     .status = answer->status,
				     .retry_after = answer->retry_after };
	const char *word = NULL, *text = NULL, *id = NULL;

	read_refusal(json, &word, &text, &id);
	tell_code(json, word, text, &failure);
	if (!id)
		id = answer->correlation;
	if (strspn(id, "0123456789abcdefABCDEF-") == strlen(id))
		snprintf(failure.correlation, sizeof(failure.correlation), "%s", id);
	snprintf(failure.host, sizeof(failure.host), "%s", speaker->host);
	if (text)
		acr_error_quote(&failure, text, acr_oauth_sentence(text, strlen(text)));
	failure.terse = true;
	if (answer->status == 429 || answer->status >= 500 ||
	    (word && strcmp(word, "temporarily_unavailable") == 0)) {
		failure.kind = ACR_UNREACHABLE;
		failure.terse = false;
		tell_refusal(speaker, ACR_MESSAGE_SERVICE_UNAVAILABLE,
			     ACR_MESSAGE_SERVICE_UNAVAILABLE_CODE, &failure);
	} else if (!word && !text && speaker->origin == ACR_ORIGIN_ENTRA) {
		/* Entra ID's errors are always JSON: this is the response of a proxy or a captive
		 * portal. */
		failure.kind = ACR_UNREACHABLE;
		failure.terse = false;
		acr_reword(&failure, SERVICE_IMPERSONATED, speaker->host,
			   acr_number(answer->status).text);
	} else {
		tell_refusal(speaker, ACR_MESSAGE_SERVICE_REJECTED,
			     ACR_MESSAGE_SERVICE_REJECTED_CODE, &failure);
	}
	if (error)
		*error = failure;
	return -1;
}

int acr_oauth_read(const struct acr_speaker *speaker, const struct acr_response *answer,
		   struct json_object **ret, struct acr_error *error)
{
	struct acr_error wrong = { 0 };
	auto_json json = NULL;

	if (acr_json_parse(acr_secret_text(&answer->body), answer->body.length, &json, &wrong)) {
		json = NULL;
		if (wrong.kind == ACR_SYSTEM) { /* json-c is missing: nothing was parsed */
			if (error)
				*error = wrong;
			return -1;
		}
	}
	if (answer->status != 200)
		return refuse(speaker, answer, json, error);
	if (!json_object_is_type(json, json_type_object)) {
		if (wrong.kind)
			acr_raise_cause(error, &wrong.message, SERVICE_NOT_JSON, speaker->name);
		else
			acr_raise(error, SERVICE_NOT_AN_OBJECT, speaker->name);
		return blame(speaker, answer->status, error);
	}
	*ret = json;
	json = NULL;
	return 0;
}

int acr_oauth_token(const struct acr_app *app, const struct acr_speaker *speaker,
		    struct json_object *json, struct acr_token *ret, struct acr_error *error)
{
	const char *token = acr_json_string(json, "access_token");
	const char *type = acr_json_string(json, "token_type");
	int64_t life = acr_json_int(json, "expires_in", 0);
	int64_t end = acr_json_int(json, "expires_on", 0);

	if (!token || !acr_token_fits(token) || (type && strcasecmp(type, "Bearer") != 0)) {
		acr_raise(error, SERVICE_NO_TOKEN, speaker->name);
		return blame(speaker, 200, error);
	}
	/* expires_on is in seconds since 1970; for an old format with a date, the claims of the
	 * token are used. */
	if (life <= 0 && end > 0)
		life = end - app->clock.wall(app);
	acr_token_wipe(ret);
	acr_secret_add(&ret->access, token);
	ret->life = life > 0 ? life : 0;
	return 0;
}
