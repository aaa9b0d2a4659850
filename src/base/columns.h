/* SPDX-License-Identifier: Apache-2.0 */
/* Formats text for people in columns: durations, text cut to a width, wrapped lines. */
#ifndef BASE_COLUMNS_H
#define BASE_COLUMNS_H

#include <stddef.h>
#include <stdint.h>

#include "acr/secret.h"

/* "2h 41m", "58m", "40s". */
void acr_columns_duration(int64_t seconds, char ret[static 24]);

/* How many columns a text, or its first `length` bytes, takes: one per character. */
size_t acr_columns_width(const char *text);
size_t acr_columns_of(const char *text, size_t length);

/* `text` in exactly `width` columns: padded with spaces, or cut and ended with "...". The last cell
 * of a line is not padded. */
void acr_columns_cell(struct acr_secret *out, const char *text, size_t width, bool last);

/* The width of a page: ACR_COLUMNS_MOST, unless acr_columns_fit found a terminal. */
#define ACR_COLUMNS_MOST 80
size_t acr_columns_most(void);
/* From now on use the width of this terminal, from 40 to 100 columns; no effect if the descriptor
 * is not a terminal. */
void acr_columns_fit(int terminal);

/* `text` wrapped between words so that no line is wider than acr_columns_most(); the first line
 * begins at column `used`, the others at `indent`. Ends with a newline. */
void acr_columns_wrap(struct acr_secret *out, const char *text, size_t used, size_t indent);

/* The same for a command, which can be pasted as printed: wrapped lines end in a backslash, quoted
 * text and an option with its value are not separated. */
void acr_columns_wrap_command(struct acr_secret *out, const char *text, size_t used, size_t indent);

#endif
