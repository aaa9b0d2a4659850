/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decodes a pasted text. PowerShell writes UTF-16, mail programs and Terraform put a bar before
 * each line, and a terminal wraps long lines at the width of its window, inside words or between
 * them. Messages are processed by line, so wrapped lines are joined.
 */
#include "explain/decode.h"
#include "base/columns.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "explain/sanitize.h"

#define NARROWEST 60 /* columns of a window that wraps lines */
#define WIDEST	  160
#define TAG	  24 /* maximum bytes of a name in brackets before a message */
#define FEW	  2  /* lines that may have the full width by chance */
#define SAMPLE	  4096

enum encoding { UTF_8, UTF_16_LE, UTF_16_BE };

/* By its byte order mark, or by the zero bytes in every second position of Latin text. */
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

/* An unpaired surrogate becomes invalid UTF-8, which acr_words_clean replaces. */
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
	size_t room; /* columns between the bars of a frame with both sides; otherwise 0 */
};

/* The next line at `*next`, without its line end. */
static bool take_line(const char **next, const char *end, struct line *ret)
{
	const char *stop;

	if (*next >= end)
		return false;
	stop = memchr(*next, '\n', (size_t)(end - *next));
	ret->text = *next;
	ret->length = (size_t)((stop ? stop : end) - *next);
	ret->room = 0;
	*next = stop ? stop + 1 : end;
	if (ret->length > 0 && ret->text[ret->length - 1] == '\r')
		ret->length--;
	return true;
}

static size_t columns(const struct line *line)
{
	return acr_columns_of(line->text, line->length);
}

static void close_frame(struct line *line, const char *bar)
{
	size_t length = strlen(bar) - 1; /* the blank is on the other side here */

	if (line->length < length || memcmp(line->text + line->length - length, bar, length) != 0)
		return;
	line->length -= length;
	if (line->length > 0 && line->text[line->length - 1] == ' ')
		line->length--;
	line->room = columns(line);
	while (line->length > 0 && line->text[line->length - 1] == ' ')
		line->length--;
}

/* Remove the bar of a quotation or a frame before the line, and that of a frame after it; returns
 * how many columns preceded the text. */
static size_t strip(struct line *line)
{
	const char *begin = line->text;

	static const char *const bars[] = { "\xe2\x94\x82 ", "> ", "| " };

	for (size_t i = 0; i < sizeof(bars) / sizeof(bars[0]); i++) {
		size_t length = strlen(bars[i]);

		if (line->length >= length && memcmp(line->text, bars[i], length) == 0) {
			line->text += length;
			line->length -= length;
			close_frame(line, bars[i]);
		}
	}
	return acr_columns_of(begin, (size_t)(line->text - begin));
}

static size_t blanks(const struct line *line)
{
	size_t count = 0;

	while (count < line->length && line->text[count] == ' ')
		count++;
	return count;
}

static size_t first_word(const struct line *line)
{
	size_t begin = blanks(line), length = 0;

	while (begin + length < line->length && line->text[begin + length] != ' ')
		length++;
	return length;
}

static bool is_one_word(const struct line *line)
{
	return blanks(line) + first_word(line) == line->length;
}

/* "2026-05-11 ...", "2026/05/11 ..." */
static bool begins_date(const struct line *line)
{
	for (size_t i = 0; i < 4; i++)
		if (i >= line->length || !isdigit((unsigned char)line->text[i]))
			return false;
	return line->length > 4 && (line->text[4] == '-' || line->text[4] == '/');
}

/* Does a new message begin here, whatever precedes it? */
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
	size_t indent;	/* blanks at the beginning of each continuation line */
	size_t broken;	/* lines after which the next word did not fit */
	size_t cut;	/* of these, those that have the full width */
	bool doubtful;	/* the first may be two messages */
	bool hung;	/* continuation lines are indented */
};

static bool is_broken(const struct window *window, const struct line *line, const struct line *next)
{
	return next->length > 0 && blanks(next) >= window->indent && !begins_message(next) &&
	       (columns(line) == window->columns ||
		columns(line) + 1 + first_word(next) > window->columns);
}

/* "curl: (22) ...": a message that follows another program's line, which is complete. */
static bool names_program(const struct line *above, const struct line *line)
{
	size_t at = blanks(line);

	if (above->length > 0 && strchr(":,", above->text[above->length - 1]))
		return false;
	while (at < line->length &&
	       (islower((unsigned char)line->text[at]) || isdigit((unsigned char)line->text[at]) ||
		line->text[at] == '-'))
		at++;
	return at < line->length && line->text[at] == ':';
}

/* Properties of the lines that may have been wrapped. */
struct shape {
	size_t longest; /* columns of the longest of them */
	size_t bar;	/* columns before the text of that line */
	size_t room;	/* columns in the narrowest frame */
};

static struct shape look(const char *text, const char *end)
{
	struct shape ret = { 0 };
	struct line line;

	while (take_line(&text, end, &line)) {
		size_t bar = strip(&line), width = columns(&line);

		/* A word that is wider than the frame moves its bar. */
		if (line.room > 0 && (ret.room == 0 || line.room < ret.room))
			ret.room = line.room;
		/* A word that is wider than the window is not wrapped. */
		if (width > ret.longest && (width <= NARROWEST || !is_one_word(&line))) {
			ret.longest = width;
			ret.bar = bar;
		}
	}
	return ret;
}

/* Statistics for a window of this width; `hanging`: only breaks with an indent, as deep as the
 * first one. */
static struct window count(const char *text, const char *end, size_t width, bool hanging)
{
	struct window ret = { .columns = width };
	struct line line, after;
	size_t least = SIZE_MAX;

	if (!take_line(&text, end, &line))
		return ret;
	for (strip(&line); take_line(&text, end, &after); line = after) {
		strip(&after);
		if (!is_broken(&ret, &line, &after) ||
		    (hanging && ret.broken == 0 && blanks(&after) < blanks(&line) + 2))
			continue;
		if (ret.broken++ == 0)
			ret.doubtful = names_program(&line, &after);
		ret.cut += columns(&line) == width;
		least = blanks(&after) < least ? blanks(&after) : least;
		ret.indent = hanging ? least : 0;
	}
	if (ret.broken > 0)
		ret.indent = least;
	return ret;
}

/* The window that wrapped these lines: that of the frame around them, one of a common width, or one
 * at which several lines are cut or whose continuation lines are indented. */
static struct window measure(const char *text, const char *end)
{
	static const size_t widths[] = { 80, 100, 120, 132 };
	struct shape shape = look(text, end);
	struct window window, own, hung;

	if (shape.longest < NARROWEST || shape.longest > WIDEST)
		return (struct window){ 0 };
	own = count(text, end, shape.longest, false);
	if (own.cut > 1 && own.cut == own.broken)
		return own;
	if (shape.room >= shape.longest && shape.room <= WIDEST)
		return count(text, end, shape.room, false);
	hung = count(text, end, shape.longest, true);
	hung.hung = true;
	if (hung.broken == 1 && hung.doubtful)
		hung.broken = 0;
	/* The bar was either added after wrapping, or takes space in the window. */
	for (size_t i = 0; i < 2 * sizeof(widths) / sizeof(widths[0]); i++) {
		size_t width = widths[i / 2] - (i % 2 ? 0 : shape.bar);

		window = count(text, end, width, false);
		if (shape.longest <= width && window.broken > 0)
			return window.broken < hung.broken ? hung : window;
	}
	return hung;
}

/* Join lines that a window has wrapped: inside a word if lines have the full width, but between
 * words if an indent shows that the window wraps at words; with `other` the reverse. True if both
 * are possible, since there are too few lines to decide. */
static bool unwrap(const char *text, size_t length, bool other, struct acr_secret *ret)
{
	const char *next = text, *end = text + length;
	struct window window = measure(text, end);
	struct line line, after;
	bool wraps, cut, glued, more;
	size_t skip = 0;

	wraps = window.broken > 0;
	cut = wraps && window.cut == window.broken;
	glued = cut && window.hung == other;
	acr_secret_reserve(ret, length + 1);
	more = take_line(&next, end, &line);
	if (more)
		strip(&line);
	while (more) {
		bool joined;

		acr_secret_add_bytes(ret, line.text + skip, line.length - skip);
		more = take_line(&next, end, &after);
		if (!more)
			break;
		strip(&after);
		joined = wraps && is_broken(&window, &line, &after);
		acr_secret_add(ret, joined ? (glued ? "" : " ") : "\n");
		/* One blank may be part of the message. */
		skip = joined && window.indent > 1 ? window.indent : 0;
		line = after;
	}
	return cut && window.broken <= FEW;
}

bool acr_decode(const char *bytes, size_t length, bool other, struct acr_secret *ret)
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
	ambiguous = unwrap(bytes, length, other, &lines);
	acr_words_clean(acr_secret_text(&lines), lines.length, ret);
	while (ret->length > 0 && strchr(" \n", ret->bytes[ret->length - 1]))
		ret->bytes[--ret->length] = '\0';
	return ambiguous;
}
