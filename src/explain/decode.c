/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PowerShell writes UTF-16, mail and Terraform put a bar before each line, and a terminal breaks
 * long lines where its window ends, inside words or between them. Messages are read by the line, so
 * a broken one is put together again.
 */
#include "explain/decode.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "explain/sanitize.h"

#define NARROWEST 60 /* columns of a window that breaks lines */
#define WIDEST	  160
#define TAG	  24 /* bytes of a name in brackets before a message */
#define SAMPLE	  4096

enum encoding { UTF_8, UTF_16_LE, UTF_16_BE };

/* By its byte order mark, or by the zeros that every other byte of Latin text has. */
static enum encoding encoding_of(const unsigned char *bytes, size_t length)
{
	size_t zeros[2] = { 0 }, sample = length < SAMPLE ? length : SAMPLE;

	if (length < 2)
		return UTF_8;
	if (bytes[0] == 0xff && bytes[1] == 0xfe)
		return UTF_16_LE;
	if (bytes[0] == 0xfe && bytes[1] == 0xff)
		return UTF_16_BE;
	for (size_t i = 0; i < sample; i++)
		zeros[i % 2] += bytes[i] == 0;
	if (zeros[1] > sample / 5 && zeros[0] < sample / 20)
		return UTF_16_LE;
	return zeros[0] > sample / 5 && zeros[1] < sample / 20 ? UTF_16_BE : UTF_8;
}

static void add_character(uint32_t c, struct acr_secret *ret)
{
	char out[4];
	size_t size = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	static const unsigned char first[] = { 0, 0, 0xc0, 0xe0, 0xf0 };

	for (size_t i = size; i > 1; i--, c >>= 6)
		out[i - 1] = (char)(0x80 | (c & 0x3f));
	out[0] = (char)(first[size] | c);
	acr_secret_add_bytes(ret, out, size);
}

/* Half a pair comes out as no UTF-8, which the cleaning replaces. */
static void from_utf_16(const unsigned char *bytes, size_t length, bool big, struct acr_secret *ret)
{
	uint32_t high = 0;

	acr_secret_reserve(ret, length + 1);
	for (size_t i = 0; i + 1 < length; i += 2) {
		uint32_t unit = (uint32_t)bytes[i + big] | (uint32_t)bytes[i + !big] << 8;

		if (unit >= 0xd800 && unit < 0xdc00) {
			high = unit;
			continue;
		}
		if (high && unit >= 0xdc00 && unit < 0xe000)
			unit = 0x10000 + ((high - 0xd800) << 10) + (unit - 0xdc00);
		high = 0;
		if (unit && unit != 0xfeff)
			add_character(unit, ret);
	}
}

struct line {
	const char *text;
	size_t length;
};

/* The next line at `*next`, without its end. */
static bool take_line(const char **next, const char *end, struct line *ret)
{
	const char *stop;

	if (*next >= end)
		return false;
	stop = memchr(*next, '\n', (size_t)(end - *next));
	ret->text = *next;
	ret->length = (size_t)((stop ? stop : end) - *next);
	*next = stop ? stop + 1 : end;
	if (ret->length > 0 && ret->text[ret->length - 1] == '\r')
		ret->length--;
	return true;
}

/* Without the bar of a quotation or a frame before it; how many columns that was. */
static size_t strip(struct line *line)
{
	const char *begin = line->text;

	static const char *const bars[] = { "\xe2\x94\x82 ", "> ", "| " };

	for (size_t i = 0; i < sizeof(bars) / sizeof(bars[0]); i++) {
		size_t length = strlen(bars[i]);

		if (line->length >= length && memcmp(line->text, bars[i], length) == 0) {
			line->text += length;
			line->length -= length;
		}
	}
	return acr_words_columns(begin, (size_t)(line->text - begin));
}

static size_t columns(const struct line *line)
{
	return acr_words_columns(line->text, line->length);
}

static size_t first_word(const struct line *line)
{
	size_t begin = 0, length = 0;

	while (begin < line->length && line->text[begin] == ' ')
		begin++;
	while (begin + length < line->length && line->text[begin + length] != ' ')
		length++;
	return length;
}

static bool is_one_word(const struct line *line)
{
	size_t blanks = 0;

	while (blanks < line->length && line->text[blanks] == ' ')
		blanks++;
	return blanks + first_word(line) == line->length;
}

/* "2026-05-11 ...", "2026/05/11 ..." */
static bool begins_date(const struct line *line)
{
	for (size_t i = 0; i < 4; i++)
		if (i >= line->length || !isdigit((unsigned char)line->text[i]))
			return false;
	return line->length > 4 && (line->text[4] == '-' || line->text[4] == '/');
}

/* Does a message of its own begin here, whatever stands before it? */
static bool begins_message(const struct line *line)
{
	static const char *const begins[] = {
		"$ ",	   "# ",     "> ",    "+ ",    "* ", "##[",
		"time=",   "level=", "Error", "ERROR",

		"Warning", "WARN",   "INFO",  "[",     "#",  "The push refers",
		"\xe2\x94"
	};
	/* "[job 1] ..." */
	if (line->length > TAG && *line->text == '[' && memchr(line->text, ']', TAG))
		return true;

	for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++) {
		size_t length = strlen(begins[i]);

		if (line->length >= length && memcmp(line->text, begins[i], length) == 0)
			return true;
	}
	/* "AssertionError: ..." */
	for (size_t i = 0; i + 6 < line->length && line->text[i] != ' '; i++)
		if (memcmp(line->text + i, "Error:", 6) == 0)
			return true;
	return begins_date(line);
}

struct window {
	size_t columns; /* that a line has */
	size_t broken;	/* lines that end where the next word had no room */
	size_t cut;	/* of these, those that are full to the last column */
};

static bool is_full(const struct window *window, const struct line *line, const struct line *next)
{
	return columns(line) == window->columns ||
	       columns(line) + 1 + first_word(next) > window->columns;
}

/* The longest line that a window could have broken, and what stands before it. */
static size_t longest(const char *text, const char *end, size_t *ret_bar)
{
	struct line line;
	size_t most = 0;

	*ret_bar = 0;
	while (take_line(&text, end, &line)) {
		size_t bar = strip(&line), width = columns(&line);

		/* A word that is wider than the window stays whole. */
		if (width > most && (width <= NARROWEST || !is_one_word(&line))) {
			most = width;
			*ret_bar = bar;
		}
	}
	return most;
}

static void count(const char *text, const char *end, struct window *ret)
{
	struct line line, after;

	if (!take_line(&text, end, &line))
		return;
	for (strip(&line); take_line(&text, end, &after); line = after) {
		strip(&after);
		if (after.length == 0 || begins_message(&after) || !is_full(ret, &line, &after))
			continue;
		ret->broken++;
		ret->cut += columns(&line) == ret->columns;
	}
}

/* The window that broke these lines: of a usual width, or of one at which several are cut. */
static struct window measure(const char *text, const char *end)
{
	static const size_t widths[] = { 80, 100, 120, 132 };
	size_t bar, most = longest(text, end, &bar);
	struct window window = { .columns = most };

	if (most < NARROWEST || most > WIDEST)
		return (struct window){ 0 };
	count(text, end, &window);
	if (window.cut > 1 && window.cut == window.broken)
		return window;
	for (size_t i = 0; i < sizeof(widths) / sizeof(widths[0]); i++) {
		window = (struct window){ .columns = widths[i] - bar };
		if (most > window.columns)
			continue;
		count(text, end, &window);
		if (window.broken > 0)
			return window;
	}
	return (struct window){ 0 };
}

/* What a window broke is put together; `apart` where a cut is to stand behind a word. True when it
 * may: a single line that is full to its last column tells nothing about that. */
static bool unwrap(const char *text, size_t length, bool apart, struct acr_secret *ret)
{
	const char *next = text, *end = text + length;
	struct window window = measure(text, end);
	struct line line, after;
	bool wraps, cut, more;

	wraps = window.broken > 0;
	cut = wraps && window.cut == window.broken && !apart;
	acr_secret_reserve(ret, length + 1);
	more = take_line(&next, end, &line);
	if (more)
		strip(&line);
	while (more) {
		bool joined;

		acr_secret_add_bytes(ret, line.text, line.length);
		more = take_line(&next, end, &after);
		if (!more)
			break;
		strip(&after);
		joined = wraps && after.length > 0 && !begins_message(&after) &&
			 is_full(&window, &line, &after);
		acr_secret_add(ret, joined ? (cut ? "" : " ") : "\n");
		line = after;
	}
	return wraps && cut && window.broken == 1;
}

bool acr_decode(const char *bytes, size_t length, bool apart, struct acr_secret *ret)
{
	const unsigned char *raw = (const unsigned char *)bytes;
	enum encoding encoding = encoding_of(raw, length);
	auto_secret text = { 0 };
	auto_secret lines = { 0 };
	bool ambiguous;

	if (encoding != UTF_8) {
		from_utf_16(raw, length, encoding == UTF_16_BE, &text);
		bytes = acr_secret_text(&text);
		length = text.length;
	} else if (length >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0) {
		bytes += 3;
		length -= 3;
	}
	ambiguous = unwrap(bytes, length, apart, &lines);
	acr_words_clean(acr_secret_text(&lines), lines.length, ret);
	while (ret->length > 0 && strchr(" \n", ret->bytes[ret->length - 1]))
		ret->bytes[--ret->length] = '\0';
	return ambiguous;
}
