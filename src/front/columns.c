/* SPDX-License-Identifier: Apache-2.0 */
/* Texts that must fit a terminal of 80 columns. */
#include "front/columns.h"

#include <stdio.h>
#include <string.h>

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

size_t acr_columns_width(const char *text)
{
	size_t width = 0;

	for (; *text; text++)
		width += !continues(*text);
	return width;
}

static void fill(struct acr_secret *out, size_t count)
{
	while (count-- > 0)
		acr_secret_add_bytes(out, " ", 1);
}

void acr_columns_cell(struct acr_secret *out, const char *text, size_t width, bool last)
{
	size_t wide = acr_columns_width(text), bytes = 0, kept = width > 3 ? width - 3 : width;

	if (wide <= width) {
		acr_secret_add(out, text);
		if (!last)
			fill(out, width - wide);
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

void acr_columns_wrap(struct acr_secret *out, const char *text, size_t used, size_t indent)
{
	bool fresh = true;

	for (text += strspn(text, " "); *text; text += strspn(text, " ")) {
		size_t length = strcspn(text, " ");
		auto_string word = acr_format("%.*s", (int)length, text);
		size_t wide = acr_columns_width(word);

		if (!fresh && used + 1 + wide > ACR_COLUMNS_MOST) {
			acr_secret_add(out, "\n");
			fill(out, indent);
			used = indent;
			fresh = true;
		}
		if (!fresh)
			acr_secret_add(out, " ");
		acr_secret_add(out, word);
		used += wide + !fresh;
		fresh = false;
		text += length;
	}
	acr_secret_add(out, "\n");
}
