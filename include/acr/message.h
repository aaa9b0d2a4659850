/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages are values: an id and arguments. The text is made when a message is printed, in the
 * user's language, from the row of its id in include/acr/messages/. Code compares ids, never texts.
 *
 *	MESSAGE(DNS_FAILED, "dns-failed", UNREACHABLE, HERE, 1, "cannot resolve host name {host}")
 *
 *	return acr_raise(error, DNS_FAILED, host);
 *
 * The first argument is for the placeholder that the English text names first, and so on; the
 * compiler checks their number. An argument may be another message: the cause. An argument for
 * {who} or {who_...} is a line of who.h, which is also turned into text when it is printed. A
 * message owns no memory and can be copied; `value` is what is stored or sent to another process.
 */
#ifndef ACR_MESSAGE_H
#define ACR_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>

/* Messages of Docker's protocol, which clients compare byte for byte: never translated. */
#define ACR_NO_CREDENTIALS "credentials not found in native keychain"
#define ACR_NO_SERVER	   "no credentials server URL"
#define ACR_NO_USERNAME	   "no credentials username"

/* Marks a text for the catalog; the code that prints it translates it (src/explain/language.h). */
#define N_(text) text

enum acr_message_id {
	ACR_MESSAGE_NONE,
#define MESSAGE(name, id, kind, origin, places, text) ACR_MESSAGE_##name,
#include "acr/messages/all.def"
#undef MESSAGE
};

/* The number of placeholders of a row: ACR_PLACEHOLDERS_DNS_FAILED. */
enum {
#define MESSAGE(name, id, kind, origin, places, text) ACR_PLACEHOLDERS_##name = (places),
#include "acr/messages/all.def"
#undef MESSAGE
};

/* Arguments as a NULL-terminated list, and their number. */
#define ACR_ARGUMENTS(...)                                                                         \
	(const char *const[])                                                                      \
	{                                                                                          \
		__VA_ARGS__ __VA_OPT__(, ) NULL                                                    \
	}
#define ACR_GIVEN(...) (sizeof(ACR_ARGUMENTS(__VA_ARGS__)) / sizeof(const char *) - 1)
/* Checks at compile time that the arguments and `extra` causes fill the placeholders of the row. */
#define ACR_CHECK_PLACEHOLDERS(name, extra, ...)                                                   \
	_Static_assert(ACR_GIVEN(__VA_ARGS__) + (extra) == (size_t)ACR_PLACEHOLDERS_##name,        \
		       "arguments of " #name)

struct acr_message {
	/* STX id [US argument]... ETX, nested for a cause; "" for none. Otherwise printable UTF-8,
	 * shortened such that it stays well-formed. */
	char value[768];
};

/* The id of the message; ACR_MESSAGE_NONE for none. */
enum acr_message_id acr_message_id(const struct acr_message *message);
/* "dns-failed"; "" for ACR_MESSAGE_NONE. A constant. */
const char *acr_message_name(enum acr_message_id id);
/* Is it this message, or does it contain it as a cause? */
bool acr_message_holds(const struct acr_message *message, enum acr_message_id id);
/* The ids of the message and its causes, separated by blanks; owned. */
char *acr_message_names(const struct acr_message *message);

/* Ids and arguments for rules to match, without any text of this program; owned:
 * "acr-error:dns-failed; HOST", and for an errno its name, "acr-error:errno; EACCES". */
char *acr_message_data(const struct acr_message *message);

/* Set a message. `cause` (may be NULL) is the last argument. Control characters and invalid UTF-8
 * in arguments become '?'; long arguments are cut. */
void acr_message_set(struct acr_message *ret, enum acr_message_id id,
		     const struct acr_message *cause, const char *const *arguments, size_t count);

/* The meaning of an errno as a cause. */
struct acr_message acr_message_errno(int number);

/* The text, owned: one line, no period. `translate` (NULL: English) gets the English text of a
 * row. */
char *acr_message_text(const struct acr_message *message,
		       const char *(*translate)(const char *english));

/* Parse a `value` that was read from a file or a pipe. False, with `ret` empty, if it is not
 * valid. */
bool acr_message_read(const char *value, struct acr_message *ret);

/* A number as an argument: acr_number(30).text. */
struct acr_number {
	char text[24];
};
struct acr_number acr_number(long long number);
/* Milliseconds as seconds with one decimal: "5.0". */
struct acr_number acr_seconds(long long milliseconds);

#endif
