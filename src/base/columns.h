/* SPDX-License-Identifier: Apache-2.0 */
/* What people read in columns: durations, texts cut to a width, lines that are broken at one. */
#ifndef BASE_COLUMNS_H
#define BASE_COLUMNS_H

#include <stddef.h>
#include <stdint.h>

#include "acr/secret.h"

/* "2h 41m", "58m", "40s". */
void acr_columns_duration(int64_t seconds, char ret[static 24]);

/* How many columns a text takes, or its first `length` bytes: one a character. */
size_t acr_columns_width(const char *text);
size_t acr_columns_of(const char *text, size_t length);

/* `text` in exactly `width` columns: filled with spaces, or cut with "..." at its end. The last of
 * a line is not filled. */
void acr_columns_cell(struct acr_secret *out, const char *text, size_t width, bool last);

/* How wide a page for people is: ACR_COLUMNS_MOST, unless acr_columns_fit found a terminal. */
#define ACR_COLUMNS_MOST 80
size_t acr_columns_most(void);
/* From now on as wide as this terminal, from 40 to 100 columns; a descriptor that is no terminal
 * changes nothing. */
void acr_columns_fit(int terminal);

/* `text` broken between words so that no line is wider than acr_columns_most(); the first line begins
 * at column `used`, the others at `indent`. Ends with a newline. */
void acr_columns_wrap(struct acr_secret *out, const char *text, size_t used, size_t indent);

/* The same of a command, which can be pasted as it is: broken lines end in a backslash, quoted text and
 * an option with its value stay together. */
void acr_columns_wrap_command(struct acr_secret *out, const char *text, size_t used, size_t indent);

#endif
