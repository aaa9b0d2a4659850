/* SPDX-License-Identifier: Apache-2.0 */
/* Errors as values: creating them, wrapping them, and quoting untrusted text of a service. */
#include "acr/error.h"

#include <errno.h>
#include <locale.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "acr/secret.h"
#include "base/escape.h"
#include "base/utf8.h"

/* The kind of each row, one byte each: pointers would slow down every start (see message.c). */
static const unsigned char kinds[] = {
	ACR_SYSTEM,
#define MESSAGE(name, id, kind, origin, places, text) ACR_##kind,
#include "acr/messages/all.def"
#undef MESSAGE
};
static const unsigned char origins[] = {
	ACR_ORIGIN_HERE,
#define MESSAGE(name, id, kind, origin, places, text) ACR_ORIGIN_##origin,
#include "acr/messages/all.def"
#undef MESSAGE
};

int acr_error_set(struct acr_error *error, enum acr_message_id id, const struct acr_message *cause,
		  const char *const *arguments, size_t count)
{
	struct acr_message message;

	if (!error)
		return -1;
	/* An argument or the cause may point into the error that is filled. */
	acr_message_set(&message, id, cause, arguments, count);
	*error = (struct acr_error){ .kind = (enum acr_kind)kinds[id],
				     .origin = (enum acr_origin)origins[id],
				     .message = message };
	return -1;
}

int acr_error_from(struct acr_error *error, enum acr_kind kind, enum acr_origin origin,
		   const struct acr_message *message)
{
	if (!error)
		return -1;
	*error = (struct acr_error){ .kind = kind, .origin = origin, .message = *message };
	return -1;
}

int acr_error_surround(struct acr_error *error, enum acr_message_id id,
		       const char *const *arguments, size_t count)
{
	if (!error)
		return -1;
	acr_message_set(&error->message, id, &error->message, arguments, count);
	return -1;
}

int acr_error_reword(struct acr_error *error, enum acr_message_id id, const char *const *arguments,
		     size_t count)
{
	struct acr_message message;

	if (!error)
		return -1;
	/* An argument may point into the error. */
	acr_message_set(&message, id, NULL, arguments, count);
	error->message = message;
	return -1;
}

char *acr_error_text(const struct acr_error *error)
{
	return acr_message_text(&error->message, NULL);
}

void acr_error_quote(struct acr_error *error, const char *bytes, size_t length)
{
	const unsigned char *in = (const unsigned char *)bytes;
	size_t used = 0;

	if (!error)
		return;
	for (size_t i = 0; i < length;) {
		size_t size = acr_utf8_size(bytes + i, length - i);
		bool control = size && acr_escape_steers(bytes + i, size);
		size_t wanted = size && !control ? size : 1;

		if (used + wanted >= sizeof(error->sentence))
			break;
		if (wanted == size && !control)
			memcpy(error->sentence + used, in + i, size);
		else
			error->sentence[used] =
				size == 1 && (in[i] == '\n' || in[i] == '\r' || in[i] == '\t')
					? ' '
					: '?';
		used += wanted;
		i += size ? size : 1;
	}
	while (used > 0 && error->sentence[used - 1] == ' ')
		used--;
	error->sentence[used] = '\0';
}

const char *acr_kind_name(enum acr_kind kind)
{
	static const char *const names[] = {
		[ACR_FINE] = "fine",
		[ACR_NOT_SET_UP] = "not-set-up",
		[ACR_UNAVAILABLE] = "unavailable",
		[ACR_NOT_FOUND] = "not-found",
		[ACR_REFUSED] = "refused",
		[ACR_UNREACHABLE] = "unreachable",
		[ACR_TIMEOUT] = "timeout",
		[ACR_LOCKED] = "locked",
		[ACR_INVALID] = "invalid",
		[ACR_SYSTEM] = "system",
	};

	return names[kind];
}

static bool answer_is_out;

void acr_answer_is_out(void)
{
	answer_is_out = true;
}

void acr_out_of_memory(void)
{
	static const char line[] = "docker-credential-acr: out of memory\n";

	if (answer_is_out)
		_exit(0);
	(void)!write(STDOUT_FILENO, line, sizeof(line) - 1);
	_exit(1);
}
