/* SPDX-License-Identifier: Apache-2.0 */
/* A text that is changed in places and remembers them. */
#include <stdlib.h>
#include <string.h>

#include "configure/configure.h"

static void free_splice(struct acr_splice *splice)
{
	acr_string_free(&splice->removed);
	acr_string_free(&splice->inserted);
}

void acr_edit_free(struct acr_edit *text)
{
	for (size_t i = 0; i < text->count; i++)
		free_splice(&text->splices[i]);
	free(text->splices);
	acr_secret_wipe(&text->bytes);
	*text = (struct acr_edit){ 0 };
}

static void replace(struct acr_secret *bytes, size_t at, size_t removed, const char *inserted)
{
	auto_secret made = { 0 };

	acr_secret_reserve(&made, bytes->length + strlen(inserted));
	acr_secret_add_bytes(&made, acr_secret_text(bytes), at);
	acr_secret_add(&made, inserted);
	acr_secret_add_bytes(&made, acr_secret_text(bytes) + at + removed,
			     bytes->length - at - removed);
	acr_secret_wipe(bytes);
	*bytes = acr_secret_steal(&made);
}

void acr_edit_splice(struct acr_edit *text, size_t at, size_t removed, const char *inserted)
{
	text->splices = acr_grow(text->splices, text->count, sizeof(*text->splices));
	text->splices[text->count++] = (struct acr_splice){
		.at = at,
		.removed = acr_format("%.*s", (int)removed, acr_secret_text(&text->bytes) + at),
		.inserted = acr_copy(inserted),
	};
	replace(&text->bytes, at, removed, inserted);
}

bool acr_edit_undo(struct acr_secret *bytes, const struct acr_splice *splice)
{
	size_t length = strlen(splice->inserted);

	if (splice->at > bytes->length || length > bytes->length - splice->at ||
	    memcmp(acr_secret_text(bytes) + splice->at, splice->inserted, length) != 0)
		return false;
	replace(bytes, splice->at, length, splice->removed);
	return true;
}

static void blank(void *data, size_t from, size_t to)
{
	struct acr_secret *bytes = data;

	memset(bytes->bytes + from, '*', to - from);
}

uint64_t acr_edit_mark(const struct acr_secret *bytes)
{
	const char *text = acr_secret_text(bytes);
	auto_secret copy = { 0 };
	auto_json json = NULL;

	acr_secret_add_bytes(&copy, text, bytes->length);
	if (text[strspn(text, " \t\r\n")] == '{') {
		if (acr_json_parse(text, bytes->length, &json, NULL))
			return 0;
		acr_member_values(bytes, blank, &copy);
	}
	return acr_edit_hash(&copy);
}

uint64_t acr_edit_hash(const struct acr_secret *bytes)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < bytes->length; i++)
		hash = (hash ^ (unsigned char)bytes->bytes[i]) * UINT64_C(0x100000001b3);
	return hash;
}
