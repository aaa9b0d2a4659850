/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A refusal, remembered for half a minute per host and identity: BuildKit asks two to eight times
 * for one build, and those who waited for the lock take the holder's answer instead of asking Azure
 * again. It is a copy of the error and of what was tried, written as lines, so that a person hears the
 * same again; what cannot be read is no refusal.
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

static void add_error(struct acr_secret *text, const struct acr_error *error)
{
	acr_secret_format(text, "%d %d %d %d %ld %d %d\n%s\n%s\n%s\n%s\n%s\n%s\n", (int)error->kind,
			  (int)error->origin, (int)error->transport, error->status,
			  error->retry_after, error->terse, error->temporary, error->code,
			  error->host, error->correlation, error->sentence, error->message.value,
			  error->text);
}

void acr_refusal_keep(const struct acr_app *app, const struct acr_lookup *lookup,
		      const struct acr_trail *trail, const struct acr_error *error)
{
	auto_string about = acr_lookup_subject(lookup);
	int64_t seconds = ACR_NOTE_REFUSAL;
	auto_secret text = { 0 };

	if (!worth_keeping(error))
		return;
	add_error(&text, error);
	for (size_t i = 0; i < trail->count; i++) {
		const struct acr_step *step = &trail->steps[i];

		acr_secret_format(&text, "%s\n%s\n%s\n", step->identity->name,
				  step->refused_by_registry ? "refused" : "",
				  acr_who_line(&step->who).text);
		add_error(&text, &step->error);
	}
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
	field(next, error.text, sizeof(error.text));
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

bool acr_refusal_find(const struct acr_app *app, const struct acr_lookup *lookup,
		      struct acr_trail *ret_trail, struct acr_error *ret)
{
	const size_t most = sizeof(ret_trail->steps) / sizeof(ret_trail->steps[0]);
	auto_string about = acr_lookup_subject(lookup);
	struct acr_trail trail = { .chosen_only = ret_trail->chosen_only };
	struct acr_error error = { 0 };
	auto_secret text = { 0 };
	const char *next;

	if (!acr_note_find(app, "refusal", about, &text))
		return false;
	next = acr_secret_text(&text);
	if (!take_error(&next, &error) || error.kind == ACR_FINE || !worth_keeping(&error))
		return false;
	while (*next && trail.count < most)
		if (!take_step(&next, &trail.steps[trail.count++]))
			return false;
	*ret_trail = trail;
	*ret = error;
	return true;
}

void acr_refusal_drop(const struct acr_app *app, const struct acr_lookup *lookup)
{
	auto_string about = acr_lookup_subject(lookup);

	acr_note_drop(app, "refusal", about);
}
