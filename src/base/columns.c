/* SPDX-License-Identifier: Apache-2.0 */
/* Formats text for the width of a terminal. */
#include "base/columns.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#define NARROWEST 40
#define WIDEST	  100 /* longer lines are hard to read */

static size_t most_columns = ACR_COLUMNS_MOST;

size_t acr_columns_most(void)
{
	return most_columns;
}

void acr_columns_fit(int terminal)
{
	struct winsize window;

	if (ioctl(terminal, TIOCGWINSZ, &window) || window.ws_col == 0)
		return;
	most_columns = window.ws_col < NARROWEST ? NARROWEST
		       : window.ws_col > WIDEST	 ? WIDEST
						 : window.ws_col;
}

void acr_columns_duration(int64_t seconds, char ret[static 24])
{
	long long hours = seconds / 3600, minutes = seconds / 60 % 60;

	if (seconds < 60)
		snprintf(ret, 24, "%llds", (long long)(seconds > 0 ? seconds : 0));
	else if (hours == 0)
		snprintf(ret, 24, "%lldm", minutes);
	else
		snprintf(ret, 24, "%lldh %02lldm", hours, minutes);
}

static bool continues(char byte)
{
	return ((unsigned char)byte & 0xc0) == 0x80;
}

size_t acr_columns_of(const char *text, size_t length)
{
	size_t columns = 0;

	for (size_t i = 0; i < length && text[i]; i++)
		columns += !continues(text[i]);
	return columns;
}

size_t acr_columns_width(const char *text)
{
	return acr_columns_of(text, strlen(text));
}

void acr_columns_cell(struct acr_secret *out, const char *text, size_t width, bool last)
{
	size_t wide = acr_columns_width(text), bytes = 0, kept = width > 3 ? width - 3 : width;

	if (wide <= width) {
		acr_secret_add(out, text);
		acr_secret_format(out, "%*s", last ? 0 : (int)(width - wide), "");
		return;
	}
	for (size_t seen = 0; text[bytes]; bytes++) {
		seen += !continues(text[bytes]);
		if (seen > kept)
			break;
	}
	acr_secret_add_bytes(out, text, bytes);
	acr_secret_add(out, width > 3 ? "..." : "");
}

/* Up to the next blank; in a command, up to the next blank outside of quotes. */
static size_t word_length(const char *text, bool command)
{
	size_t length = 0;
	char quote = '\0';

	for (; text[length] && (quote || text[length] != ' '); length++) {
		if (!command || (text[length] != '\'' && text[length] != '"'))
			continue;
		if (!quote)
			quote = text[length];
		else if (quote == text[length])
			quote = '\0';
	}
	return length;
}

/* What stays on one line: a word, or an option of a command with its value. */
static size_t unit_length(const char *text, bool command)
{
	size_t length = word_length(text, command);

	if (!command || strncmp(text, "--", 2) != 0 || text[length] != ' ' ||
	    strchr("-<>|&", text[length + 1]))
		return length;
	return length + 1 + word_length(text + length + 1, command);
}

/* Wraps the words of one line; `first` columns are already used. Later lines are indented by
 * `indent` blanks. */
static void wrap(struct acr_secret *out, const char *text, size_t first, size_t indent,
		 bool command)
{
	size_t column = first, most = acr_columns_most() - (command ? 2 : 0);
	bool begun = false;

	text += strspn(text, " ");
	while (*text) {
		size_t length = unit_length(text, command);
		size_t columns = acr_columns_of(text, length);

		if (begun && column + 1 + columns > most) {
			acr_secret_format(out, "%s\n%*s", command ? " \\" : "", (int)indent, "");
			column = indent;
			begun = false;
		}
		if (begun) {
			acr_secret_add(out, " ");
			column++;
		}
		acr_secret_add_bytes(out, text, length);
		column += columns;
		begun = true;
		text += length;
		text += strspn(text, " ");
	}
	acr_secret_add(out, "\n");
}

void acr_columns_wrap(struct acr_secret *out, const char *text, size_t used, size_t indent)
{
	wrap(out, text, used, indent, false);
}

void acr_columns_wrap_command(struct acr_secret *out, const char *text, size_t used, size_t indent)
{
	wrap(out, text, used, indent, true);
}
