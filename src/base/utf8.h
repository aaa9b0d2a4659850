/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stddef.h>

/* Bytes of the UTF-8 sequence that begins here (RFC 3629: shortest form, no surrogates), 0 when
 * there is none. */
size_t acr_utf8_size(const char *bytes, size_t left);

#endif
