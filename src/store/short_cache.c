/* SPDX-License-Identifier: Apache-2.0 */
/* Notes: facts that are remembered for seconds or minutes, in the locations of the cache. Callers
 * must also work without them. */
#include <inttypes.h>
#include <string.h>

#include "acr/store.h"
#include "base/clock.h"
#include "base/hash.h"
#include "store/serialize.h"

#define VERSION 1
#define PREFIX	"note_"

struct note {
	char *kind, *subject, *text; /* owned */
	int64_t seconds, boot;
	char *boot_id; /* owned */
};

static void wipe(struct note *note)
{
	acr_string_free(&note->kind);
	acr_string_free(&note->subject);
	acr_string_free(&note->text);
	acr_string_free(&note->boot_id);
}
#define auto_note __attribute__((cleanup(wipe))) struct note

static char *key_of(const char *kind, const char *subject)
{
	return acr_format(PREFIX "%s_%016" PRIx64, kind,
			  acr_hash(ACR_HASH_BASIS, subject, strlen(subject)));
}

static bool read_note(const struct acr_app *app, const struct acr_cache_home *home, const char *key,
		      struct note *ret)
{
	auto_secret bytes = { 0 };
	struct acr_record record;

	return home->read(app, key, &bytes, NULL) == 0 &&
	       acr_record_open(acr_secret_text(&bytes), bytes.length, "note", VERSION, &record,
			       NULL) == 0 &&
	       acr_record_take_text(&record, "kind", &ret->kind) &&
	       acr_record_take_text(&record, "subject", &ret->subject) &&
	       acr_record_take_text(&record, "text", &ret->text) &&
	       acr_record_take_number(&record, "seconds", &ret->seconds) &&
	       acr_record_take_number(&record, "boot", &ret->boot) &&
	       acr_record_take_text(&record, "boot-id", &ret->boot_id) && acr_record_done(&record);
}

static bool lives(const struct acr_app *app, const struct note *note)
{
	int64_t age = app->clock.boot(app) - note->boot;
	char boot_id[40];

	acr_clock_boot_id(app, boot_id);
	return strcmp(boot_id, note->boot_id) == 0 && age >= 0 && age / 1000 < note->seconds;
}

bool acr_note_find(const struct acr_app *app, const char *kind, const char *subject,
		   struct acr_secret *ret)
{
	auto_string key = key_of(kind, subject);

	for (size_t i = 0; acr_cache_homes[i]; i++) {
		auto_note note = { 0 };

		if (!acr_cache_allows(app, acr_cache_homes[i]) ||
		    !read_note(app, acr_cache_homes[i], key, &note) ||
		    strcmp(note.kind, kind) != 0 || strcmp(note.subject, subject) != 0 ||
		    !lives(app, &note))
			continue;
		if (ret) {
			acr_secret_wipe(ret);
			acr_secret_add(ret, note.text);
		}
		return true;
	}
	return false;
}

/* The notes in one location that are outdated. */
struct sweep {
	const struct acr_app *app;
	const struct acr_cache_home *home;
};

static void drop_dead(void *data, const char *key)
{
	const struct sweep *sweep = data;
	auto_note note = { 0 };

	if (strncmp(key, PREFIX, strlen(PREFIX)) == 0 &&
	    read_note(sweep->app, sweep->home, key, &note) && !lives(sweep->app, &note))
		sweep->home->drop(sweep->app, key, NULL);
}

void acr_note_keep(const struct acr_app *app, const char *kind, const char *subject,
		   int64_t seconds, const char *text)
{
	auto_string key = key_of(kind, subject);
	auto_secret bytes = { 0 };
	char boot_id[40];
	bool kept = false;

	if (!acr_may_use(app, ACR_KEPT_DERIVED))
		return;
	acr_clock_boot_id(app, boot_id);
	acr_record_begin(&bytes, "note", VERSION);
	acr_record_add(&bytes, "kind", kind, strlen(kind));
	acr_record_add(&bytes, "subject", subject, strlen(subject));
	acr_record_add(&bytes, "text", text, strlen(text));
	acr_record_add_number(&bytes, "seconds", seconds);
	acr_record_add_number(&bytes, "boot", app->clock.boot(app));
	acr_record_add(&bytes, "boot-id", boot_id, strlen(boot_id));
	acr_record_end(&bytes);
	for (size_t i = 0; acr_cache_homes[i]; i++) {
		struct sweep sweep = { app, acr_cache_homes[i] };

		if (kept) {
			sweep.home->drop(app, key, NULL);
		} else if (acr_cache_allows(app, sweep.home) &&
			   sweep.home->write(app, key, &bytes, seconds, NULL) == 0) {
			kept = true;
			sweep.home->each(app, drop_dead, &sweep, NULL);
		}
	}
}

void acr_note_drop(const struct acr_app *app, const char *kind, const char *subject)
{
	auto_string key = key_of(kind, subject);

	for (size_t i = 0; acr_may_use(app, ACR_KEPT_DERIVED) && acr_cache_homes[i]; i++)
		acr_cache_homes[i]->drop(app, key, NULL);
}
