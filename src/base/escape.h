/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Escapes text for a terminal. Text from services, files, variables and arguments may contain bytes
 * that control a terminal: they set its title, clear it, or reverse the order of letters. Therefore
 * all output for people is escaped here, in the few functions that print.
 */
#ifndef BASE_ESCAPE_H
#define BASE_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>

#include "acr/secret.h"

/* Does this UTF-8 sequence control a terminal or the order in which text is read? C0 (including
 * line feed and tab), DEL, C1, U+2028 and U+2029, and the bidirectional controls (UAX #9). */
bool acr_escape_steers(const char *bytes, size_t size);

/* The code point of a sequence that acr_utf8_size has found. */
unsigned int acr_escape_code(const char *bytes, size_t size);

enum acr_escape {
	ACR_ESCAPE_ALL,
	ACR_ESCAPE_BUT_COLORS, /* also keeps ESC [ ... m: for our own page on a terminal */
	ACR_ESCAPE_PIPED,      /* also keeps carriage returns: for output of other programs */
};

/* Append the text, with \x1b, \u009b, \u202e or \xff in place of control characters and bytes that
 * are not UTF-8. Line ends and tabs are kept. */
void acr_escape(struct acr_secret *out, const char *text, size_t length, enum acr_escape how);

/* How many bytes of a piece can be escaped now, without an incomplete sequence at its end. */
size_t acr_escape_whole(const char *text, size_t length);

/* Escape and write to a descriptor; colors pass where it is a terminal. As acr_write. */
_checked_ int acr_escape_write(int fd, const char *text, size_t length);
/* The same with another timeout, in milliseconds, for a reader that has stopped. */
_checked_ int acr_escape_write_within(int fd, const char *text, size_t length, int patience);

#endif
