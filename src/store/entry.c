/* SPDX-License-Identifier: Apache-2.0 */
/* Converts a cached login to bytes and back, and computes its remaining lifetime. */
#include <stdlib.h>
#include <string.h>

#include "acr/store.h"
#include "base/budget.h"
#include "base/clock.h"
#include "store/serialize.h"

#define VERSION 1

/* The parts in the order of the record. */
static const struct {
	const char *name;
	size_t offset;
} texts[] = {
	{ "host", offsetof(struct acr_entry, host) },
	{ "identity", offsetof(struct acr_entry, identity) },
	{ "source", offsetof(struct acr_entry, source) },
	{ "who", offsetof(struct acr_entry, who) },
	{ "username", offsetof(struct acr_entry, username) },
}, numbers[] = {
	{ "life", offsetof(struct acr_entry, life) },
	{ "renew", offsetof(struct acr_entry, renew) },
	{ "validity", offsetof(struct acr_entry, validity) },
	{ "wall", offsetof(struct acr_entry, wall) },
	{ "boot", offsetof(struct acr_entry, boot) },
};
#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static char **text_at(struct acr_entry *entry, size_t i)
{
	return (char **)(void *)((char *)entry + texts[i].offset);
}

static int64_t *number_at(struct acr_entry *entry, size_t i)
{
	return (int64_t *)(void *)((char *)entry + numbers[i].offset);
}

void acr_entry_wipe(struct acr_entry *entry)
{
	for (size_t i = 0; i < COUNT(texts); i++)
		acr_string_free(text_at(entry, i));
	acr_secret_wipe(&entry->token);
	*entry = (struct acr_entry){ 0 };
}

void acr_entry_write(const struct acr_entry *entry, struct acr_secret *ret)
{
	struct acr_entry copy = *entry; /* the table has no const pointers */

	acr_secret_reserve(ret, entry->token.length + 1024);
	acr_record_begin(ret, "entry", VERSION);
	for (size_t i = 0; i < COUNT(texts); i++) {
		const char *text = *text_at(&copy, i) ? *text_at(&copy, i) : "";
		acr_record_add(ret, texts[i].name, text, strlen(text));
	}
	acr_record_add(ret, "token", acr_secret_text(&entry->token), entry->token.length);
	for (size_t i = 0; i < COUNT(numbers); i++)
		acr_record_add_number(ret, numbers[i].name, *number_at(&copy, i));
	acr_record_add(ret, "boot-id", entry->boot_id, strlen(entry->boot_id));
	acr_record_end(ret);
}

static bool take(struct acr_record *record, struct acr_entry *ret)
{
	const char *bytes;
	size_t length;

	for (size_t i = 0; i < COUNT(texts); i++)
		if (!acr_record_take_text(record, texts[i].name, text_at(ret, i)))
			return false;
	if (!acr_record_take(record, "token", &bytes, &length))
		return false;
	acr_secret_add_bytes(&ret->token, bytes, length);
	for (size_t i = 0; i < COUNT(numbers); i++)
		if (!acr_record_take_number(record, numbers[i].name, number_at(ret, i)))
			return false;
	if (!acr_record_take(record, "boot-id", &bytes, &length) || length >= sizeof(ret->boot_id))
		return false;
	memcpy(ret->boot_id, bytes, length);
	return strlen(ret->boot_id) == length && acr_record_done(record);
}

int acr_entry_read(const char *bytes, size_t length, struct acr_entry *ret, struct acr_error *error)
{
	auto_entry entry = { 0 };
	struct acr_record record;

	if (length > ACR_ENTRY_MAX)
		return acr_raise(error, RECORD_DAMAGED);
	if (acr_record_open(bytes, length, "entry", VERSION, &record, error))
		return -1;
	if (!take(&record, &entry))
		return acr_raise(error, RECORD_DAMAGED);
	acr_entry_wipe(ret);
	*ret = entry;
	entry = (struct acr_entry){ 0 };
	return 0;
}

int64_t acr_entry_left(const struct acr_app *app, const struct acr_entry *entry, int64_t *ret_age)
{
	char boot_id[40];
	int64_t age;

	acr_clock_boot_id(app, boot_id);
	if (boot_id[0] && strcmp(boot_id, entry->boot_id) == 0)
		age = (app->clock.boot(app) - entry->boot) / 1000;
	else
		age = app->clock.wall(app) - entry->wall;
	if (ret_age)
		*ret_age = age < 0 ? 0 : age;
	/* In the future: a clock was changed, and the remaining lifetime is unknown. */
	return age < 0 || age >= entry->life ? 0 : entry->life - age;
}
