/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A refusal, remembered for half a minute per host and identity: BuildKit asks two to eight times
 * for one build, and those who waited for the lock take the holder's answer instead of asking Azure
 * again. It is a copy of the error, written as lines; what cannot be read is no refusal.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/budget.h"
#include "broker/broker.h"

#define LONGEST 3600 /* seconds that a service may ask us to wait */

/* Only what a service said: with a status, or a code that came by way of az. This machine may have
 * been the cause of anything else (no descriptors, no permission, no memory), and is asked anew.
 * "Not found" counts as well, where docker goes on anonymously after a refusal. */
static bool worth_keeping(const struct acr_error *error)
{
	return error->origin != ACR_ORIGIN_HERE && error->kind != ACR_SYSTEM &&
	       (error->status || error->code[0]);
}

void acr_refusal_keep(const struct acr_app *app, const struct acr_lookup *lookup,
		      const struct acr_error *error)
{
	auto_string about = acr_lookup_subject(lookup);
	int64_t seconds = ACR_NOTE_REFUSAL;
	auto_secret text = { 0 };

	if (!worth_keeping(error))
		return;
	acr_secret_format(&text, "%d %d %d %ld %d\n%s\n%s\n%s\n%s\n%s", (int)error->kind,
			  (int)error->origin, error->status, error->retry_after, error->terse,
			  error->code, error->host, error->correlation, error->sentence,
			  error->text);
	/* Asking again before the time that the service named only makes it longer. */
	if (seconds < error->retry_after)
		seconds = error->retry_after < LONGEST ? error->retry_after : LONGEST;
	acr_note_keep(app, "refusal", about, seconds, acr_secret_text(&text));
}

/* The text up to the next newline into a field; moves behind it. */
static void field(const char **next, char *ret, size_t size)
{
	size_t length = strcspn(*next, "\n");

	snprintf(ret, size, "%.*s", (int)length, *next);
	*next += length + ((*next)[length] == '\n');
}

bool acr_refusal_find(const struct acr_app *app, const struct acr_lookup *lookup,
		      struct acr_error *ret)
{
	auto_string about = acr_lookup_subject(lookup);
	struct acr_error error = { 0 };
	auto_secret text = { 0 };
	char numbers[96];
	int kind, origin, terse;
	const char *next;

	if (!acr_note_find(app, "refusal", about, &text))
		return false;
	next = acr_secret_text(&text);
	field(&next, numbers, sizeof(numbers));
	if (sscanf(numbers, "%d %d %d %ld %d", &kind, &origin, &error.status, &error.retry_after,
		   &terse) != 5 ||
	    kind <= ACR_FINE || kind > ACR_SYSTEM || origin < 0 || origin > ACR_ORIGIN_KEYCHAIN)
		return false;
	error.kind = (enum acr_kind)kind;
	error.origin = (enum acr_origin)origin;
	error.terse = terse != 0;
	field(&next, error.code, sizeof(error.code));
	field(&next, error.host, sizeof(error.host));
	field(&next, error.correlation, sizeof(error.correlation));
	field(&next, error.sentence, sizeof(error.sentence));
	field(&next, error.text, sizeof(error.text));
	if (!worth_keeping(&error))
		return false;
	*ret = error;
	return true;
}

void acr_refusal_drop(const struct acr_app *app, const struct acr_lookup *lookup)
{
	auto_string about = acr_lookup_subject(lookup);

	acr_note_drop(app, "refusal", about);
}
