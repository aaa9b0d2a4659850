/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes the response of a registry to /oauth2/exchange: the result is a token that can be
 * returned, or a printable error. The first two bytes are the status, the third the content type;
 * the rest is the body. */
#include "oracle.h"
#include "registry/error_body.h"
#include "registry/refresh_token.h"

static void check_error(const struct acr_error *error)
{
	auto_string text = acr_error_text(error);

	must(error->kind == ACR_INVALID || error->kind == ACR_REFUSED ||
	     error->kind == ACR_UNREACHABLE);
	must(*text);
	must_be_printable(text, strlen(text) + 1);
	must_be_printable(error->code, sizeof(error->code));
	must_be_printable(error->sentence, sizeof(error->sentence));
	must_be_printable(error->correlation, sizeof(error->correlation));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct acr_response answer = { .date = 1750000000 };
	struct acr_registry registry;
	struct acr_error error = { 0 };
	struct acr_grant grant = { 0 };

	if (size < 3)
		return 0;
	must(acr_registry_parse(NULL, "acme.azurecr.io", 15, &registry));
	answer.status = 100 + (data[0] << 8 | data[1]) % 500;
	strcpy(answer.type, data[2] & 1 ? "text/html" : "application/json");
	acr_secret_add_bytes(&answer.body, data + 3, size - 3);
	acr_refusal(&registry, &answer, &error);
	check_error(&error);
	if (acr_grant_read(&registry, &answer, 1750000000, &grant, &error) == 0) {
		int64_t ends;
		struct acr_who who;

		acr_registry_issued(&registry, &grant.token, &ends, &who);
		must(grant.token.length > 0 && grant.token.length <= 32768);
		must(strspn(acr_secret_text(&grant.token),
			    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			    "0123456789._~+/=-") == grant.token.length);
		must(grant.life > 0 && grant.life <= 10800);
		must(grant.audience[0] == '\0' || strlen(grant.audience) == 15);
	} else {
		check_error(&error);
		must(grant.token.bytes == NULL);
	}
	acr_grant_wipe(&grant);
	acr_response_wipe(&answer);
	return 0;
}
