/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text for a terminal. What services, files, variables and arguments say may hold bytes that steer
 * one: they set its title, clear it, turn the order of letters around. So whatever people read goes
 * through here, in the few functions that print.
 */
#ifndef BASE_ESCAPE_H
#define BASE_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>

#include "acr/secret.h"

/* Does this UTF-8 sequence steer a terminal or the order in which text is read? C0 (line end and
 * tab included), DEL, C1, U+2028 and U+2029, and the controls of bidirectional text (UAX #9). */
bool acr_escape_steers(const char *bytes, size_t size);

/* The code point of a sequence that acr_utf8_size has found. */
unsigned int acr_escape_code(const char *bytes, size_t size);

enum acr_escape {
	ACR_ESCAPE_ALL,
	ACR_ESCAPE_BUT_COLORS, /* lets ESC [ ... m pass: for a page of ours on a terminal */
	ACR_ESCAPE_PIPED,      /* and carriage returns: what others printed and we hand on */
};

/* Append the text, with \x1b, \u009b, \u202e or \xff in place of what steers or is not UTF-8. Line
 * ends and tabs stay. */
void acr_escape(struct acr_secret *out, const char *text, size_t length, enum acr_escape how);

/* How much of a piece can be escaped now: without a sequence at its end that may go on. */
size_t acr_escape_whole(const char *text, size_t length);

/* Escape and write to a descriptor; colors pass where it is a terminal. As acr_write. */
_checked_ int acr_escape_write(int fd, const char *text, size_t length);
/* The same with another patience, in milliseconds, for a reader that has stopped. */
_checked_ int acr_escape_write_within(int fd, const char *text, size_t length, int patience);

#endif
