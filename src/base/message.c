/* SPDX-License-Identifier: Apache-2.0 */
/* Messages: stores an id and its arguments compactly, and formats them as a sentence. */
#include "acr/message.h"

#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acr/error.h"
#include "acr/secret.h"
#include "acr/who.h"
#include "base/utf8.h"

#define BEGIN	 '\x02'
#define PART	 '\x1f'
#define END	 '\x03'
#define ARGUMENT 200 /* bytes, at most */
#define DEPTH	 6   /* causes of causes */

/* One block with the id and text of each row, and their offsets as numbers: the loader would have
 * to relocate every pointer of an array at each start, even for a cached get. */
static const struct rows {
	char none[1];
#define MESSAGE(name, id, kind, origin, places, text) char row_##name[sizeof(id "\0" text)];
#include "acr/messages/all.def"
#undef MESSAGE
} rows = {
	"",
#define MESSAGE(name, id, kind, origin, places, text) id "\0" text,
#include "acr/messages/all.def"
#undef MESSAGE
};

static const unsigned int places_of_rows[] = {
	0,
#define MESSAGE(name, id, kind, origin, places, text) offsetof(struct rows, row_##name),
#include "acr/messages/all.def"
#undef MESSAGE
};
#define COUNT (sizeof(places_of_rows) / sizeof(places_of_rows[0]))

const char *acr_message_name(enum acr_message_id id)
{
	return (const char *)&rows + (id < COUNT ? places_of_rows[id] : 0);
}

static const char *text_of(enum acr_message_id id)
{
	const char *name = acr_message_name(id);

	return *name ? name + strlen(name) + 1 : "";
}

/* The row whose id is at the beginning of "id...". */
static enum acr_message_id find(const char *id)
{
	size_t length = strcspn(id, "\x02\x03\x1f");

	for (enum acr_message_id number = ACR_MESSAGE_NONE + 1; number < COUNT; number++) {
		const char *name = acr_message_name(number);

		if (*name == *id && strncmp(name, id, length) == 0 && !name[length])
			return number;
	}
	return ACR_MESSAGE_NONE;
}

enum acr_message_id acr_message_id(const struct acr_message *message)
{
	return message->value[0] == BEGIN ? find(message->value + 1) : ACR_MESSAGE_NONE;
}

bool acr_message_holds(const struct acr_message *message, enum acr_message_id id)
{
	const char *name = acr_message_name(id);
	size_t length = strlen(name);

	for (const char *at = message->value; id && (at = strchr(at, BEGIN)); at++)
		if (strncmp(at + 1, name, length) == 0 &&
		    (at[1 + length] == PART || at[1 + length] == END))
			return true;
	return false;
}

char *acr_message_names(const struct acr_message *message)
{
	auto_secret names = { 0 };

	for (const char *at = message->value; (at = strchr(at, BEGIN)); at++) {
		if (names.length)
			acr_secret_add(&names, " ");
		acr_secret_add_bytes(&names, at + 1, strcspn(at + 1, "\x03\x1f"));
	}
	return acr_copy(acr_secret_text(&names));
}

/* "EACCES": rules could not distinguish 1 from 13. */
static const char *errno_name(const char *digits)
{
	const char *name = strerrorname_np((int)strtol(digits, NULL, 10));

	return name ? name : "";
}

char *acr_message_data(const struct acr_message *message)
{
	auto_secret data = { 0 };
	bool number = false;

	for (const char *at = message->value; *at;) {
		size_t length = strcspn(at + 1, "\x02\x03\x1f");

		if (*at == BEGIN) {
			number = strncmp(at + 1, "errno\x1f", 6) == 0;
			acr_secret_format(&data, " acr-error:%.*s;", (int)length, at + 1);
		} else if (*at == PART && length) {
			acr_secret_add(&data, " ");
			if (number)
				acr_secret_add(&data, errno_name(at + 1));
			else
				acr_secret_add_bytes(&data, at + 1, length);
		}
		at += 1 + length;
	}
	return acr_copy(data.length ? acr_secret_text(&data) + 1 : "");
}

/* ---- filling in ---- */

void acr_message_set(struct acr_message *ret, enum acr_message_id id,
		     const struct acr_message *cause, const char *const *arguments, size_t count)
{
	const char *name = acr_message_name(id);
	/* The cause may be `ret` itself, which then gets a context. */
	struct acr_message inner = cause ? *cause : (struct acr_message){ 0 };
	size_t length = strlen(inner.value), room;
	char *to = ret->value;

	/* If not everything fits, first the cause is dropped, then arguments are cut. */
	if (length + strlen(name) + 8 + count * 40 > sizeof(ret->value))
		length = 0;
	room = sizeof(ret->value) - strlen(name) - length - count - 6;
	*to++ = BEGIN;
	to = stpcpy(to, name);
	for (size_t i = 0; i < count; i++) {
		const char *argument = arguments[i] ? arguments[i] : "";
		size_t share = room / (count - i), used;

		*to++ = PART;
		used = acr_utf8_clean(to, share < ARGUMENT ? share : ARGUMENT, argument,
				      strlen(argument));
		to += used;
		room -= used;
	}
	if (cause) {
		*to++ = PART;
		memcpy(to, inner.value, length);
		to += length;
	}
	*to++ = END;
	*to = '\0';
}

struct acr_message acr_message_errno(int number)
{
	struct acr_message message;

	acr_message_set(&message, ACR_MESSAGE_ERRNO, NULL,
			(const char *const[]){ acr_number(number).text }, 1);
	return message;
}

struct acr_number acr_number(long long number)
{
	struct acr_number ret;

	snprintf(ret.text, sizeof(ret.text), "%lld", number);
	return ret;
}

struct acr_number acr_seconds(long long milliseconds)
{
	struct acr_number ret;

	snprintf(ret.text, sizeof(ret.text), "%lld.%lld", milliseconds / 1000,
		 milliseconds % 1000 / 100);
	return ret;
}

/* ---- reading and rendering ---- */

/* After the message or the argument that begins here; NULL if it has no end. */
static const char *skip(const char *at, int depth)
{
	if (*at != BEGIN)
		return at + strcspn(at, "\x02\x03\x1f");
	if (depth > DEPTH)
		return NULL;
	at += 1 + strcspn(at + 1, "\x02\x03\x1f");
	while (*at == PART) {
		at = skip(at + 1, depth + 1);
		if (!at)
			return NULL;
	}
	return *at == END ? at + 1 : NULL;
}

bool acr_message_read(const char *value, struct acr_message *ret)
{
	const char *end = *value == BEGIN ? skip(value, 0) : NULL;
	size_t length = strlen(value);

	if (!end || *end || length >= sizeof(ret->value))
		return false;
	for (const char *at = value; (at = strchr(at, BEGIN)); at++) {
		if (find(at + 1) == ACR_MESSAGE_NONE)
			return false;
	}
	for (const char *at = value; *at; at++)
		if ((unsigned char)*at < 0x20 && *at != BEGIN && *at != PART && *at != END)
			return false;
	memcpy(ret->value, value, length + 1);
	return true;
}

/* The length of a {name} at `text` with its braces, otherwise 0. */
static size_t place(const char *text)
{
	size_t length = *text == '{' ? strspn(text + 1, "abcdefghijklmnopqrstuvwxyz_") : 0;

	return length > 0 && text[length + 1] == '}' ? length + 2 : 0;
}

/* The number of the placeholder with this name: they are counted in the order of their first
 * occurrence. */
static int number_of(const char *english, const char *name, size_t length)
{
	const char *seen[9];
	size_t sizes[9];
	int count = 0;

	for (; *english; english++) {
		size_t size = place(english);
		int i = 0;

		while (size && i < count &&
		       (sizes[i] != size || memcmp(seen[i], english, size) != 0))
			i++;
		if (!size || i < count || count == 9)
			continue;
		if (size == length && memcmp(english, name, size) == 0)
			return count;
		seen[count] = english;
		sizes[count++] = size;
	}
	return -1;
}

static void add_errno(const char *digits, bool english, struct acr_secret *out)
{
	static locale_t plain;
	int number = (int)strtol(digits, NULL, 10);

	if (!plain)
		plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	acr_secret_add(out, english && plain ? strerror_l(number, plain) : strerror(number));
}

/* An argument for a placeholder that is named {who}. */
static void add_who(const char *line, const char *(*translate)(const char *),
		    struct acr_secret *out)
{
	struct acr_who who;
	auto_string text = NULL;

	acr_who_read(line, &who);
	text = acr_who_text(&who, translate);
	acr_secret_add(out, text);
}

/* {who}, {who_else} */
static bool is_who(const char *place)
{
	return strncmp(place, "{who", 4) == 0 && (place[4] == '}' || place[4] == '_');
}

static void render(const char *at, const char *(*translate)(const char *), int depth,
		   struct acr_secret *out)
{
	enum acr_message_id id;
	const char *parts[9] = { 0 }, *end = at;
	const char *english, *text;
	int count = 0;

	if (*at != BEGIN || depth > DEPTH) {
		acr_secret_add_bytes(out, at, strcspn(at, "\x02\x03\x1f"));
		return;
	}
	id = find(at + 1);
	english = text_of(id);
	end = at + 1 + strcspn(at + 1, "\x02\x03\x1f");
	while (end && *end == PART && count < 9) {
		parts[count++] = end + 1;
		end = skip(end + 1, depth + 1);
	}
	if (id == ACR_MESSAGE_ERRNO) {
		add_errno(count ? parts[0] : "0", !translate, out);
		return;
	}
	for (text = translate && *english ? translate(english) : english; *text;) {
		size_t size = place(text);
		int which = size ? number_of(english, text, size) : -1;

		if (which >= 0 && which < count && is_who(text))
			add_who(parts[which], translate, out);
		else if (which >= 0 && which < count)
			render(parts[which], translate, depth + 1, out);
		else if (which < 0)
			acr_secret_add_bytes(out, text, size ? size : 1);
		text += size ? size : 1;
	}
}

char *acr_message_text(const struct acr_message *message, const char *(*translate)(const char *))
{
	auto_secret out = { 0 };

	render(message->value, translate, 0, &out);
	return acr_copy(acr_secret_text(&out));
}
