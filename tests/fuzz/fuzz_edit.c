/* SPDX-License-Identifier: Apache-2.0 */
/* Any JSON of docker's or a person's hand: what is read after an edit is what was there and our
 * part, and the splices run
 * backwards give the very bytes. */
#include <strings.h>

#include "configure/edit.c"
#include "configure/json_edit.c"
#include "oracle.h"

/* What `configure` refuses before it edits. */
static bool is_docker_config(struct json_object *json)
{
	if (!json_object_is_type(json, json_type_object))
		return false;
	json_object_object_foreach(json, key, value)
	{
		if (strcasecmp(key, "credHelpers") == 0 && value &&
		    !json_object_is_type(value, json_type_object))
			return false;
		if (strcasecmp(key, "credsStore") == 0 && value &&
		    !json_object_is_type(value, json_type_string))
			return false;
	}
	return true;
}

static void put(struct acr_edit *text, const char *outer, const char *key)
{
	auto_json json = NULL;
	auto_string value = NULL;

	acr_member_put(text, outer, key, "acr");
	must(acr_json_parse(acr_secret_text(&text->bytes), text->bytes.length, &json, NULL) == 0);
	value = acr_member_string(&text->bytes, outer, key);
	must(value && strcmp(value, "acr") == 0);
}

static void count(void *data, size_t from, size_t to)
{
	must(from <= to && to <= *(size_t *)data);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_edit text = { 0 };
	auto_secret back = { 0 };
	auto_json json = NULL;

	if (acr_json_parse((const char *)data, size, &json, NULL) || !is_docker_config(json))
		return 0;
	acr_secret_add_bytes(&text.bytes, data, size);
	acr_member_values(&text.bytes, count, &text.bytes.length);
	acr_edit_mark(&text.bytes);
	put(&text, "credHelpers", "acme.azurecr.io");
	put(&text, "credHelpers", "b.azurecr.io");
	put(&text, NULL, "credsStore");
	acr_secret_add_bytes(&back, text.bytes.bytes, text.bytes.length);
	for (size_t i = text.count; i-- > 0;)
		must(acr_edit_undo(&back, &text.splices[i]));
	must(back.length == size && memcmp(acr_secret_text(&back), data, size) == 0);
	must(acr_member_drop(&text, "credHelpers", "acme.azurecr.io"));
	acr_json_free(&json);
	must(acr_json_parse(acr_secret_text(&text.bytes), text.bytes.length, &json, NULL) == 0);
	return 0;
}
