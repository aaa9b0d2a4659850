/* SPDX-License-Identifier: Apache-2.0 */
/* Validates UTF-8 sequences by the table of RFC 3629 section 4, and copies texts as valid UTF-8. */
#include "base/utf8.h"

#include <stdbool.h>
#include <string.h>

size_t acr_utf8_size(const char *text, size_t left)
{
	const unsigned char *bytes = (const unsigned char *)text;
	unsigned char first = bytes[0];
	size_t size = first < 0x80   ? 1
		      : first < 0xc2 ? 0
		      : first < 0xe0 ? 2
		      : first < 0xf0 ? 3
		      : first < 0xf5 ? 4
				     : 0;

	if (size == 0 || size > left)
		return 0;
	for (size_t i = 1; i < size; i++)
		if ((bytes[i] & 0xc0) != 0x80)
			return 0;
	if ((first == 0xe0 && bytes[1] < 0xa0) || (first == 0xed && bytes[1] > 0x9f) ||
	    (first == 0xf0 && bytes[1] < 0x90) || (first == 0xf4 && bytes[1] > 0x8f))
		return 0;
	return size;
}

size_t acr_utf8_clean(char *to, size_t most, const char *bytes, size_t length)
{
	const unsigned char *in = (const unsigned char *)bytes;
	size_t used = 0;

	for (size_t size; length > 0; in += size, length -= size) {
		size_t valid = acr_utf8_size((const char *)in, length);
		bool control = (valid == 1 && (*in < 0x20 || *in == 0x7f)) ||
			       (valid == 2 && in[0] == 0xc2 && in[1] < 0xa0);

		size = valid ? valid : 1;
		if (used + size > most)
			break;
		if (valid && !control)
			memcpy(to + used, in, size);
		else
			to[used] = *in == '\n' || *in == '\r' || *in == '\t' ? ' ' : '?';
		used += valid && !control ? size : 1;
	}
	return used;
}
