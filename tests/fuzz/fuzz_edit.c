/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes edits of JSON files that docker or users wrote: an edited file contains the original
 * members and ours, and after our members are removed it is the original again. */
#include "configure/json_edit.c"
#include "oracle.h"

static void set(struct acr_secret *text, const char *outer, const char *key,
		struct acr_changes *changes)
{
	auto_string value = NULL;

	if (acr_member_check("config.json", text, outer, key, NULL))
		return;
	acr_member_set(text, outer, key, "\"acr\"", changes);
	must(acr_members_check("config.json", text, NULL) == 0);
	value = acr_member_string(text, outer, key);
	must(value && strcmp(value, "acr") == 0);
}

/* Parses the text with another parser; NULL: that parser cannot represent the content. */
static struct json_object *read_text(const struct acr_secret *text)
{
	struct json_object *json = NULL;

	return acr_json_parse(acr_secret_text(text), text->length, &json, NULL) ? NULL : json;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_secret given = { 0 }, text = { 0 };
	auto_changes changes = { 0 };
	auto_json before = NULL;
	auto_json after = NULL;

	acr_secret_add_bytes(&given, data, size);
	if (acr_members_check("config.json", &given, NULL))
		return 0;
	acr_members_text(&given, &text);
	before = read_text(&text);
	set(&text, "credHelpers", "acme.azurecr.io", &changes);
	set(&text, "credHelpers", "b.azurecr.io", &changes);
	set(&text, "registries/b.azurecr.io", "tenant", &changes);
	set(&text, NULL, "credsStore", &changes);
	acr_members_layout(&text);
	acr_changes_undo(&changes, &text, NULL);
	must(acr_members_check("config.json", &text, NULL) == 0);
	acr_members_layout(&text);
	after = read_text(&text);
	must(!before == !after && json_object_equal(before, after));
	return 0;
}
