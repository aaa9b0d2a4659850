/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stddef.h>

/* The length in bytes of the UTF-8 sequence that begins here (RFC 3629: shortest form, no
 * surrogates), 0 if it is invalid. */
size_t acr_utf8_size(const char *bytes, size_t left);

/* Copy `length` bytes as printable UTF-8, at most `most` bytes and only whole characters: white
 * space that controls a terminal becomes a blank, other control characters and invalid bytes '?'.
 * Returns how many bytes were written, without a terminating NUL. */
size_t acr_utf8_clean(char *to, size_t most, const char *bytes, size_t length);

#endif
