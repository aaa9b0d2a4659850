/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes JSON from outside: json-c can read all input that passes the scan, and quoted strings are
 * read back unchanged. */
#include "base/json.h"
#include "oracle.h"

/* Quotes the bytes as a string and reads them back, if they are text. */
static void check_quote(const char *bytes, size_t length)
{
	struct json_object *json = NULL;
	struct acr_secret quoted = { 0 };
	struct acr_error error;

	acr_json_quote(&quoted, bytes, length);
	if (acr_json_parse(acr_secret_text(&quoted), quoted.length, &json, &error) == 0) {
		must(json_object_is_type(json, json_type_string));
		must((size_t)json_object_get_string_len(json) >= length ||
		     memchr(bytes, '\0', length) != NULL);
	}
	acr_json_free(&json);
	acr_secret_wipe(&quoted);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct json_object *json = NULL;
	struct acr_error error = { 0 };
	enum acr_message_id reason = ACR_MESSAGE_NONE;
	size_t offset = 0;
	bool fine = acr_json_scan((const char *)data, size, &offset, &reason);

	must(fine || (reason && offset <= size));
	if (acr_json_parse((const char *)data, size, &json, &error) == 0) {
		must(fine);
		acr_json_count((const char *)data, size);
		acr_json_string(json, "error");
		acr_json_int(json, "exp", 0);
		acr_json_bool(json, "a", false);
	} else {
		auto_string text = acr_error_text(&error);

		must(error.kind == ACR_INVALID && *text);
		must_be_printable(text, strlen(text) + 1);
	}
	acr_json_free(&json);
	check_quote((const char *)data, size);
	return 0;
}
