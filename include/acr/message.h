/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A sentence for people, as a value: an id and what stands in its places. The words are made when
 * it is printed, in the person's language, from the row that its id has in include/acr/messages/.
 * Programs compare ids; nobody compares words.
 *
 *	MESSAGE(DNS_FAILED, "dns-failed", UNREACHABLE, HERE, 1, "cannot resolve host name {host}")
 *
 *	return acr_raise(error, DNS_FAILED, host);
 *
 * The first argument stands in the place that the English text names first, and so on; how many
 * there are is checked by the compiler. A place may hold another message: the cause. What stands in
 * {who} or {who_...} is a line of who.h, and becomes words with the rest. A message owns nothing
 * and is copied like a number; what is kept on disk or sent to another process is `value`.
 */
#ifndef ACR_MESSAGE_H
#define ACR_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>

/* Docker's protocol: what clients compare byte for byte, never translated. */
#define ACR_NO_CREDENTIALS "credentials not found in native keychain"
#define ACR_NO_SERVER	   "no credentials server URL"
#define ACR_NO_USERNAME	   "no credentials username"

/* Marks a text for the catalog; whoever prints it looks it up (src/explain/language.h). */
#define N_(text) text

enum acr_message_id {
	ACR_MESSAGE_NONE,
#define MESSAGE(name, id, kind, origin, places, text) ACR_MESSAGE_##name,
#include "acr/messages/all.def"
#undef MESSAGE
};

/* How many places a row has: ACR_PLACEHOLDERS_DNS_FAILED. */
enum {
#define MESSAGE(name, id, kind, origin, places, text) ACR_PLACEHOLDERS_##name = (places),
#include "acr/messages/all.def"
#undef MESSAGE
};

/* Arguments as a list that ends with NULL, and how many they are. */
#define ACR_ARGUMENTS(...)                                                                         \
	(const char *const[])                                                                      \
	{                                                                                          \
		__VA_ARGS__ __VA_OPT__(, ) NULL                                                    \
	}
#define ACR_GIVEN(...) (sizeof(ACR_ARGUMENTS(__VA_ARGS__)) / sizeof(const char *) - 1)
/* With `extra` causes they fill the places of the row; anything else does not compile. */
#define ACR_CHECK_PLACEHOLDERS(name, extra, ...)                                                   \
	_Static_assert(ACR_GIVEN(__VA_ARGS__) + (extra) == (size_t)ACR_PLACEHOLDERS_##name,        \
		       "arguments of " #name)

struct acr_message {
	/* STX id [US argument]... ETX, nested for a cause; "" for none. Printable UTF-8 otherwise,
	 * cut so that it stays whole. */
	char value[768];
};

/* Which one it is; ACR_MESSAGE_NONE for none. */
enum acr_message_id acr_message_id(const struct acr_message *message);
/* "dns-failed"; "" for ACR_MESSAGE_NONE. Borrowed for ever. */
const char *acr_message_name(enum acr_message_id id);
/* Is it this one, or one that holds it as a cause? */
bool acr_message_holds(const struct acr_message *message, enum acr_message_id id);
/* The ids of it and of its causes, a blank between them, owned. */
char *acr_message_names(const struct acr_message *message);

/* Ids and arguments for rules to match, without any words of ours, owned:
 * "acr-error:dns-failed; HOST"; of an errno its name, "acr-error:errno; EACCES". */
char *acr_message_data(const struct acr_message *message);

/* Fill in. `cause` (may be NULL) takes the last place; control characters in arguments and what is
 * no UTF-8 become '?', long ones are cut. */
void acr_message_set(struct acr_message *ret, enum acr_message_id id,
		     const struct acr_message *cause, const char *const *arguments, size_t count);

/* The meaning of an errno as a cause. */
struct acr_message acr_message_errno(int number);

/* The sentence, owned: one line, no full stop. `translate` (may be NULL: English) is given the
 * English text of a row. */
char *acr_message_text(const struct acr_message *message,
		       const char *(*translate)(const char *english));

/* `value` as it was read from a file or a pipe: false, and nothing in `ret`, where it is none. */
bool acr_message_read(const char *value, struct acr_message *ret);

/* A number as an argument: acr_number(30).text. */
struct acr_number {
	char text[24];
};
struct acr_number acr_number(long long number);
/* Milliseconds as seconds with one decimal: "5.0". */
struct acr_number acr_seconds(long long milliseconds);

#endif
