/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stddef.h>

/* Bytes of the UTF-8 sequence that begins here (RFC 3629: shortest form, no surrogates), 0 when
 * there is none. */
size_t acr_utf8_size(const char *bytes, size_t left);

/* Copy `length` bytes as printable UTF-8, `most` at most and no character in part: white space that
 * steers becomes a blank, other control characters and what is no UTF-8 '?'. Returns how many were
 * written; nothing is terminated. */
size_t acr_utf8_clean(char *to, size_t most, const char *bytes, size_t length);

#endif
