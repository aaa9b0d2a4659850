/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Remembers the last failure for a host and an identity, in one note. A refusal of a service is
 * kept for half a minute: BuildKit asks two to eight times per build, and processes that waited for
 * the lock take the result of its holder instead of asking Azure again. A failed renewal of a token
 * that is still valid is kept for longer, with a pause in which nobody retries. The note is a copy
 * of the error and the trail, written as lines, so that the user sees the same error again; a note
 * that cannot be parsed is ignored.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/budget.h"
#include "broker/broker.h"

#define KIND	      "refusal"
#define LONGEST	      3600 /* maximum of Retry-After that is respected, in seconds */
#define FIRST_PAUSE   60   /* seconds after a failed renewal; doubled after each further failure */
#define LONGEST_PAUSE 900
#define REMEMBERED    (2 * LONGEST_PAUSE) /* seconds that a failed renewal is reported */

/* Keep errors that have a status, or a code that was reported by az. This machine may be the cause
 * of all others (no descriptors, no permission, no memory), and these are retried. "Not found" is
 * kept as well, if Docker continues anonymously after a refusal. */
bool acr_refusal_is_kept(const struct acr_error *error)
{
	return error->origin != ACR_ORIGIN_HERE && error->kind != ACR_SYSTEM &&
	       (error->status || error->code[0]);
}

struct memory {
	long failures; /* of renewals in sequence; 0: a refusal */
	int64_t pause; /* no renewal before this time, by the boot clock */
	struct acr_error error;
};

static void add_error(struct acr_secret *text, const struct acr_error *error)
{
	acr_secret_format(text, "%d %d %d %d %ld %d %d\n%s\n%s\n%s\n%s\n%s\n", (int)error->kind,
			  (int)error->origin, (int)error->transport, error->status,
			  error->retry_after, error->terse, error->temporary, error->code,
			  error->host, error->correlation, error->sentence, error->message.value);
}

static void keep(const struct acr_app *app, const struct acr_lookup *lookup,
		 const struct memory *memory, const struct acr_trail *trail, int64_t seconds)
{
	auto_string about = acr_lookup_subject(lookup);
	auto_secret text = { 0 };

	acr_secret_format(&text, "%ld %lld\n", memory->failures, (long long)memory->pause);
	add_error(&text, &memory->error);
	for (size_t i = 0; trail && i < trail->count; i++) {
		const struct acr_step *step = &trail->steps[i];

		acr_secret_format(&text, "%s\n%s\n%s\n", step->identity->name,
				  step->refused_by_registry ? "refused" : "",
				  acr_who_line(&step->who).text);
		add_error(&text, &step->error);
	}
	acr_note_keep(app, KIND, about, seconds, acr_secret_text(&text));
}

/* Copy the text up to the next newline to a field; advances behind it. */
static void field(const char **next, char *ret, size_t size)
{
	size_t length = strcspn(*next, "\n");

	snprintf(ret, size, "%.*s", (int)length, *next);
	*next += length + ((*next)[length] == '\n');
}

static bool take_error(const char **next, struct acr_error *ret)
{
	int kind, origin, transport, terse, temporary;
	struct acr_error error = { 0 };
	char numbers[96], message[sizeof(error.message.value)];

	field(next, numbers, sizeof(numbers));
	if (sscanf(numbers, "%d %d %d %d %ld %d %d", &kind, &origin, &transport, &error.status,
		   &error.retry_after, &terse, &temporary) != 7 ||
	    kind < ACR_FINE || kind > ACR_SYSTEM || origin < 0 || origin > ACR_ORIGIN_KEYCHAIN ||
	    transport < 0 || transport > ACR_TRANSPORT_PROXY)
		return false;
	error.kind = (enum acr_kind)kind;
	error.origin = (enum acr_origin)origin;
	error.transport = (enum acr_transport)transport;
	error.terse = terse != 0;
	error.temporary = temporary != 0;
	field(next, error.code, sizeof(error.code));
	field(next, error.host, sizeof(error.host));
	field(next, error.correlation, sizeof(error.correlation));
	field(next, error.sentence, sizeof(error.sentence));
	field(next, message, sizeof(message));
	if (*message && !acr_message_read(message, &error.message))
		return false;
	*ret = error;
	return true;
}

static bool take_step(const char **next, struct acr_step *ret)
{
	char name[32], refused[16];
	struct acr_who_line who;

	field(next, name, sizeof(name));
	field(next, refused, sizeof(refused));
	field(next, who.text, sizeof(who.text));
	acr_who_read(who.text, &ret->who);
	ret->identity = acr_identity_by_name(name);
	ret->refused_by_registry = *refused != '\0';
	return ret->identity && take_error(next, &ret->error);
}

/* `ret_trail` may be NULL. */
static bool find(const struct acr_app *app, const struct acr_lookup *lookup, struct memory *ret,
		 struct acr_trail *ret_trail)
{
	const size_t most = sizeof(ret_trail->steps) / sizeof(ret_trail->steps[0]);
	auto_string about = acr_lookup_subject(lookup);
	auto_secret text = { 0 };
	struct memory memory;
	long long pause;
	char numbers[64];
	const char *next;

	if (!acr_note_find(app, KIND, about, &text))
		return false;
	next = acr_secret_text(&text);
	field(&next, numbers, sizeof(numbers));
	if (sscanf(numbers, "%ld %lld", &memory.failures, &pause) != 2 ||
	    !take_error(&next, &memory.error) || memory.error.kind == ACR_FINE)
		return false;
	memory.pause = pause;
	while (*next && ret_trail && ret_trail->count < most)
		if (!take_step(&next, &ret_trail->steps[ret_trail->count++]))
			return false;
	*ret = memory;
	return true;
}

void acr_refusal_keep(const struct acr_app *app, const struct acr_lookup *lookup,
		      const struct acr_trail *trail, const struct acr_error *error)
{
	const struct memory memory = { .error = *error };
	int64_t seconds = ACR_NOTE_REFUSAL;

	if (!acr_refusal_is_kept(error))
		return;
	/* Asking again before the time in Retry-After only prolongs it. */
	if (seconds < error->retry_after)
		seconds = error->retry_after < LONGEST ? error->retry_after : LONGEST;
	keep(app, lookup, &memory, trail, seconds);
}

bool acr_refusal_find(const struct acr_app *app, const struct acr_lookup *lookup,
		      struct acr_trail *ret_trail, struct acr_error *ret)
{
	struct acr_trail trail = { .chosen_only = ret_trail->chosen_only };
	struct memory memory;

	if (!find(app, lookup, &memory, &trail) || memory.failures ||
	    !acr_refusal_is_kept(&memory.error))
		return false;
	*ret_trail = trail;
	*ret = memory.error;
	return true;
}

void acr_renewal_note(const struct acr_app *app, const struct acr_lookup *lookup,
		      const struct acr_error *why)
{
	struct memory memory = { 0 };
	int64_t pause;

	/* A fault of this machine may be over at once, and retrying it puts no load on a
	 * service. */
	if (why->kind == ACR_SYSTEM)
		return;
	if (find(app, lookup, &memory, NULL) && (memory.failures < 0 || memory.failures > 10))
		memory.failures = 10; /* far beyond the longest pause */
	pause = (int64_t)FIRST_PAUSE << memory.failures;
	if (pause < why->retry_after)
		pause = why->retry_after;
	if (pause > LONGEST_PAUSE)
		pause = LONGEST_PAUSE;
	memory.failures++;
	memory.pause = app->clock.boot(app) + pause * 1000;
	memory.error = *why;
	keep(app, lookup, &memory, NULL, REMEMBERED);
}

bool acr_renewal_pauses(const struct acr_app *app, const struct acr_lookup *lookup,
			struct acr_error *ret_why)
{
	struct memory memory;

	if (!find(app, lookup, &memory, NULL) || !memory.failures ||
	    memory.pause <= app->clock.boot(app))
		return false;
	*ret_why = memory.error;
	return true;
}

bool acr_renewal_failed(const struct acr_app *app, const struct acr_registry *registry,
			struct acr_message *ret_why)
{
	auto_lookup lookup = { 0 };
	struct memory memory;

	acr_lookup_begin(app, registry, &lookup);
	if (!find(app, &lookup, &memory, NULL) || !memory.failures)
		return false;
	*ret_why = memory.error.message;
	return true;
}

void acr_refusal_drop(const struct acr_app *app, const struct acr_lookup *lookup)
{
	auto_string about = acr_lookup_subject(lookup);

	acr_note_drop(app, KIND, about);
}
