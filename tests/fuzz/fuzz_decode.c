/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes the first stage of explain. Any bytes become UTF-8 without control characters, no longer
 * than they would be as UTF-16, and as long as the stage reports, however wrapped lines are read. A
 * line of ordinary words stays unchanged. */
#include "base/utf8.h"
#include "explain/decode.h"
#include "oracle.h"

#define LINE 60 /* bytes: shorter than a line that a terminal wraps */

static void check(const struct acr_secret *text, size_t size)
{
	const char *at = acr_secret_text(text);

	must(strlen(at) == text->length && text->length <= 3 * size + 1);
	for (size_t left = text->length, width; left > 0; at += width, left -= width) {
		width = acr_utf8_size(at, left);
		must(width > 0);
		must((unsigned char)*at >= 0x20 || *at == '\n' || *at == '\t');
		must((unsigned char)*at != 0x7f);
		must(width != 2 || (unsigned char)at[0] != 0xc2 || (unsigned char)at[1] >= 0xa0);
	}
}

/* Checks the letters of the input as one line of words. */
static void check_words(const uint8_t *data, size_t size)
{
	char line[LINE + 8] = "said";
	size_t length = strlen(line);
	auto_secret text = { 0 };

	for (size_t i = 0; i < size && length < LINE; i++)
		if (data[i] >= 'a' && data[i] <= 'z')
			line[length++] = (char)data[i];
	acr_decode(line, length, false, &text);
	must(strncmp(acr_secret_text(&text), line, length) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_secret joined = { 0 }, apart = { 0 };

	if (acr_decode((const char *)data, size, false, &joined)) {
		acr_decode((const char *)data, size, true, &apart);
		check(&apart, size);
	}
	check(&joined, size);
	check_words(data, size);
	return 0;
}
