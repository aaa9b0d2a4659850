/* SPDX-License-Identifier: Apache-2.0 */
/* Cleans text of other programs. A pasted log may contain terminal colors, progress bars, nested
 * JSON and Latin-1; the result is plain lines of UTF-8. */
#include "explain/sanitize.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
#include "base/utf8.h"

/* Escape sequences for characters in logs and pages. */
static const struct {
	const char *written;
	char meant;
} escapes[] = {
	{ "&apos;", '\'' },	  { "&quot;", '"' },	    { "&amp;", '&' },
	{ "&lt;", '<' },	  { "&gt;", '>' },	    { "&nbsp;", ' ' },
	{ "\xe2\x80\x98", '\'' }, { "\xe2\x80\x99", '\'' }, { "\xe2\x80\x9c", '"' },
	{ "\xe2\x80\x9d", '"' },  { "\xc2\xa0", ' ' },
};

static size_t written(const char *bytes, size_t left, char *ret)
{
	for (size_t i = 0; i < sizeof(escapes) / sizeof(escapes[0]); i++) {
		size_t length = strlen(escapes[i].written);

		if (left >= length && memcmp(bytes, escapes[i].written, length) == 0) {
			*ret = escapes[i].meant;
			return length;
		}
	}
	return 0;
}

/* The ASCII character with a number in `base` after `from` bytes, and the character that must
 * follow it; 0 if there is none. */
static size_t numbered(const char *bytes, size_t left, size_t from, int base, const char *ends,
		       char *ret)
{
	char digits[8] = { 0 }, *end;
	size_t most = base == 16 && !*ends ? 4 : sizeof(digits) - 1;
	long value;

	for (size_t i = 0; i < most && from + i < left; i++)
		digits[i] = bytes[from + i];
	value = isxdigit((unsigned char)digits[0]) ? strtol(digits, &end, base) : 0;
	if (value < 0x20 || value > 0x7e || (!*ends && end != digits + 4) ||
	    (*ends && *end != *ends))
		return 0;
	*ret = (char)value;
	return from + (size_t)(end - digits) + strlen(ends);
}

/* "&quot;", "&#39;", "&#x27;" */
static size_t entity(const char *bytes, size_t left, char *ret)
{
	if (left < 4 || *bytes != '&' || bytes[1] != '#')
		return written(bytes, left, ret);
	if (bytes[2] == 'x' || bytes[2] == 'X')
		return numbered(bytes, left, 3, 16, ";", ret);
	return numbered(bytes, left, 2, 10, ";", ret);
}

/* A backslash sequence and its meaning; a quoted string inside a string has more backslashes. */
static size_t backslash(const char *bytes, size_t left, char *ret)
{
	static const char letters[] = "nrt\"/'", meant[] = "\n\n \"/'";
	size_t run = 0, size;
	const char *letter;

	while (run < left && bytes[run] == '\\')
		run++;
	if (run == left)
		return 0;
	if (bytes[run] == 'u')
		return numbered(bytes, left, run + 1, 16, "", ret);
	if (bytes[run] == '&') {
		size = entity(bytes + run, left - run, ret);
		return size ? run + size : 0;
	}
	letter = memchr(letters, bytes[run], sizeof(letters) - 1);
	if (!letter)
		return 0;
	*ret = meant[letter - letters];
	return run + 1;
}

static size_t escape(const char *bytes, size_t left, char *ret)
{
	switch (*bytes) {
	case '\\':
		return backslash(bytes, left, ret);
	case '&':
		return entity(bytes, left, ret);
	case '\xe2':
	case '\xc2':
		return written(bytes, left, ret);
	}
	return 0;
}

/* The length of a terminal sequence (ECMA-48: CSI, OSC, or two bytes) that begins here. */
static size_t sequence(const char *bytes, size_t left)
{
	size_t used = 2;

	if (left < 2 || bytes[0] != '\x1b')
		return 0;
	if (bytes[1] == '[') {
		while (used < left && (bytes[used] < '@' || bytes[used] > '~') && used < 64)
			used++;
		return used < left ? used + 1 : used;
	}
	if (bytes[1] == ']') {
		while (used < left && bytes[used] != '\a' && bytes[used] != '\n' && used < 512)
			used++;
		return used < left && bytes[used] == '\a' ? used + 1 : used;
	}
	return 2;
}

static void put(struct acr_secret *ret, const char *bytes, size_t length)
{
	char last = ret->length ? ret->bytes[ret->length - 1] : '\n';

	/* White space is collapsed to one character; a line end takes precedence. */
	if (length == 1 && (*bytes == ' ' || *bytes == '\n')) {
		if (last == ' ' && *bytes == '\n')
			ret->bytes[ret->length - 1] = '\n';
		if (last == ' ' || last == '\n')
			return;
	}
	acr_secret_add_bytes(ret, bytes, length);
}

void acr_words_clean(const char *bytes, size_t length, struct acr_secret *ret)
{
	acr_secret_reserve(ret, ret->length + length + 1);
	for (size_t i = 0; i < length;) {
		size_t size = sequence(bytes + i, length - i);
		char meant = '?';

		if (size > 0) {
			i += size;
			continue;
		}
		size = escape(bytes + i, length - i, &meant);
		if (size == 0) {
			size = acr_utf8_size(bytes + i, length - i);
			if (size > 0 && !acr_escape_steers(bytes + i, size)) {
				put(ret, bytes + i, size);
				i += size;
				continue;
			}
			if (size == 1 && (bytes[i] == '\n' || bytes[i] == '\r'))
				meant = '\n';
			else if (size == 1 && bytes[i] == '\t')
				meant = ' ';
		}
		put(ret, &meant, 1);
		i += size ? size : 1;
	}
}

void acr_words_fold(struct acr_secret *text)
{
	for (size_t i = 0; i < text->length; i++)
		if (text->bytes[i] == '\n')
			text->bytes[i] = ' ';
	while (text->length > 0 && text->bytes[text->length - 1] == ' ')
		text->bytes[--text->length] = '\0';
}

/* A JWT (RFC 7519), a secret in the format of Entra ID, or anything that is too long to be a
 * word. */
static bool is_secret(const char *word, size_t length)
{
	return (length >= 24 && strncmp(word, "eyJ", 3) == 0) ||
	       (length >= 30 && length <= 64 && memmem(word, length, "Q~", 2)) || length >= 120;
}

void acr_words_hide(struct acr_secret *text)
{
	static const char made_of[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._~+=-";
	auto_secret clean = { 0 };
	const char *next = acr_secret_text(text);

	while (*next) {
		size_t length = strspn(next, made_of);

		if (is_secret(next, length))
			acr_secret_add(&clean, "(hidden)");
		else
			acr_secret_add_bytes(&clean, next, length);
		next += length;
		length = strcspn(next, made_of);
		acr_secret_add_bytes(&clean, next, length);
		next += length;
	}
	acr_secret_wipe(text);
	*text = acr_secret_steal(&clean);
}

void acr_words_cut(struct acr_secret *text, size_t most)
{
	if (text->length <= most)
		return;
	while (most > 0 && ((unsigned char)text->bytes[most] & 0xc0) == 0x80)
		most--;
	text->length = most;
	text->bytes[most] = '\0';
}
