/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes tokens that cannot be verified: claims are an object or missing, and base64 can be decoded
 * and encoded again. */
#include "base/jwt.h"
#include "oracle.h"

static void check_base64(const uint8_t *data, size_t size)
{
	struct acr_secret text = { 0 }, bytes = { 0 };

	acr_base64url_encode(data, size, &text);
	must(acr_base64url_decode(acr_secret_text(&text), text.length, &bytes));
	must(bytes.length == size && (size == 0 || memcmp(bytes.bytes, data, size) == 0));
	acr_secret_wipe(&text);
	acr_secret_wipe(&bytes);
	acr_base64_encode(data, size, &text);
	must(text.length % 4 == 0);
	must(acr_base64_decode(acr_secret_text(&text), text.length, &bytes));
	must(bytes.length == size && (size == 0 || memcmp(bytes.bytes, data, size) == 0));
	acr_secret_wipe(&text);
	acr_secret_wipe(&bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct json_object *claims = NULL;
	struct acr_error error = { 0 };
	struct acr_secret token = { 0 }, subject = { 0 };

	check_base64(data, size);
	if (acr_jwt_claims((const char *)data, size, &claims, &error) == 0)
		must(json_object_is_type(claims, json_type_object));
	else
		must(error.kind == ACR_INVALID && error.message.value[0]);
	acr_json_free(&claims);
	/* Uses the same bytes as claims, because mutation rarely produces valid base64. */
	acr_secret_add(&token, "e30.");
	acr_base64url_encode(data, size, &token);
	acr_secret_add(&token, ".c2ln");
	if (acr_jwt_claims(acr_secret_text(&token), token.length, &claims, &error) == 0)
		must(json_object_is_type(claims, json_type_object));
	acr_json_free(&claims);
	acr_jwt_subject(acr_secret_text(&token), token.length, &subject);
	acr_jwt_subject((const char *)data, size, &subject);
	acr_secret_wipe(&subject);
	acr_secret_wipe(&token);
	return 0;
}
