/* SPDX-License-Identifier: Apache-2.0 */
/* Escapes text for a terminal; see escape.h. */
#include "base/escape.h"
#include "base/budget.h"

#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/utf8.h"

#define ESC	'\x1b'
#define SGR_MAX 16 /* bytes of a color: ESC [ 3 1 ; 1 m */

/* Ranges of code points that are neither letters nor symbols. */
static const struct {
	unsigned int first, last;
} steering[] = {
	{ 0x00, 0x1f },	    { 0x7f, 0x9f },	{ 0x061c, 0x061c },
	{ 0x200e, 0x200f }, { 0x2028, 0x202e }, { 0x2066, 0x2069 },
};

unsigned int acr_escape_code(const char *bytes, size_t size)
{
	static const unsigned char first[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	unsigned int code = (unsigned char)bytes[0] & first[size];

	for (size_t i = 1; i < size; i++)
		code = code << 6 | ((unsigned char)bytes[i] & 0x3f);
	return code;
}

bool acr_escape_steers(const char *bytes, size_t size)
{
	unsigned int code = acr_escape_code(bytes, size);

	for (size_t i = 0; i < sizeof(steering) / sizeof(steering[0]); i++)
		if (code >= steering[i].first && code <= steering[i].last)
			return true;
	return false;
}

/* The length of a color sequence that begins here, 0 if there is none. */
static size_t color(const char *text, size_t left)
{
	size_t used = 2;

	if (left < 3 || text[0] != ESC || text[1] != '[')
		return 0;
	while (used < left && used < SGR_MAX && text[used] && strchr("0123456789;:", text[used]))
		used++;
	return used < left && text[used] == 'm' ? used + 1 : 0;
}

/* The length of a sequence that begins here and is printed unchanged, 0 if there is none. */
static size_t passes(const char *text, size_t left, enum acr_escape how)
{
	size_t size = acr_utf8_size(text, left);

	if (*text == '\n' || *text == '\t' || (*text == '\r' && how == ACR_ESCAPE_PIPED))
		return 1;
	if (*text == ESC && how != ACR_ESCAPE_ALL)
		return color(text, left);
	return size > 0 && !acr_escape_steers(text, size) ? size : 0;
}

void acr_escape(struct acr_secret *out, const char *text, size_t length, enum acr_escape how)
{
	acr_secret_reserve(out, out->length + length);
	for (size_t i = 0; i < length;) {
		size_t plain = passes(text + i, length - i, how);
		size_t size = acr_utf8_size(text + i, length - i);

		if (plain > 0)
			acr_secret_add_bytes(out, text + i, plain);
		else if (size > 1)
			acr_secret_format(out, "\\u%04x", acr_escape_code(text + i, size));
		else
			acr_secret_format(out, "\\x%02x", (unsigned char)text[i]);
		i += plain ? plain : size ? size : 1;
	}
}

size_t acr_escape_whole(const char *text, size_t length)
{
	const char *escape = memrchr(text, ESC, length);
	size_t begin = length;

	if (escape && text + length - escape < SGR_MAX &&
	    !color(escape, (size_t)(text + length - escape)))
		return (size_t)(escape - text);
	/* Look for an incomplete character: up to three bytes whose first byte announces more. */
	while (begin > 0 && length - begin < 3 && ((unsigned char)text[begin - 1] & 0xc0) == 0x80)
		begin--;
	if (begin == 0 || (unsigned char)text[begin - 1] < 0xc2 ||
	    acr_utf8_size(text + begin - 1, length - begin + 1) > 0)
		return length;
	return begin - 1;
}

int acr_escape_write(int fd, const char *text, size_t length)
{
	return acr_escape_write_within(fd, text, length, ACR_BUDGET_ANSWER);
}

int acr_escape_write_within(int fd, const char *text, size_t length, int patience)
{
	auto_secret escaped = { 0 };
	bool plain = true;

	/* Fast path: most texts are printable ASCII, and answers to Docker must be fast. */
	for (size_t i = 0; i < length && plain; i++)
		plain = (text[i] >= ' ' && text[i] <= '~') || text[i] == '\n';
	if (plain)
		return acr_write_within(fd, text, length, patience);
	acr_escape(&escaped, text, length, isatty(fd) ? ACR_ESCAPE_BUT_COLORS : ACR_ESCAPE_ALL);
	return acr_write_within(fd, acr_secret_text(&escaped), escaped.length, patience);
}
