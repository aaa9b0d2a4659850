/* SPDX-License-Identifier: Apache-2.0 */
/* Parses the error body of a service: {"errors":[{code,message}]} from a registry, or
 * {"error":{code,message}} from Azure Resource Manager. */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "diagnose/network.h"

static void take(struct json_object *said, struct acr_error *error)
{
	const char *code = acr_json_string(said, "code"),
		   *message = acr_json_string(said, "message");

	if (code)
		snprintf(error->code, sizeof(error->code), "%s", code);
	for (char *c = error->code; *c; c++)
		if ((unsigned char)*c < 0x21 || (unsigned char)*c > 0x7e)
			*c = '?';
	if (message)
		acr_error_quote(error, message, strlen(message));
}

int acr_check_refusal(const char *host, const struct acr_response *answer, struct acr_error *error)
{
	struct acr_number status = acr_number(answer->status);
	bool page = strcmp(answer->type, "text/html") == 0;
	struct acr_error said = { 0 };
	struct json_object *errors;
	auto_json json = NULL;

	if (!page &&
	    acr_json_parse(acr_secret_text(&answer->body), answer->body.length, &json, NULL) == 0) {
		errors = acr_json_member(json, "errors");
		take(json_object_is_type(errors, json_type_array)
			     ? json_object_array_get_idx(errors, 0)
			     : acr_json_member(json, "error"),
		     &said);
	}
	if (answer->status == 429)
		acr_raise(error, THROTTLED, host);
	else if (answer->status >= 500)
		acr_raise(error, REGISTRY_UNAVAILABLE, host, status.text);
	else if (page)
		acr_raise(error, WEB_PAGE, host, status.text);
	else if (strstr(said.sentence, "is not allowed access"))
		acr_raise(error, FIREWALL_DENIED, host);
	else if (said.code[0])
		acr_raise(error, REGISTRY_DENIED_CODE, host, status.text, said.code);
	else
		acr_raise(error, REGISTRY_DENIED, host, status.text);
	error->origin = ACR_ORIGIN_REGISTRY;
	error->status = answer->status;
	error->retry_after = answer->retry_after;
	memcpy(error->code, said.code, sizeof(error->code));
	memcpy(error->sentence, said.sentence, sizeof(error->sentence));
	snprintf(error->host, sizeof(error->host), "%s", host);
	snprintf(error->correlation, sizeof(error->correlation), "%s", answer->correlation);
	return -1;
}
