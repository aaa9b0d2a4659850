/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes that must not outlive their use.
 *
 * Tokens, passwords, request bodies and service answers are all held in one type: a growing buffer
 * that is always NUL-terminated behind `length`, grows by allocate-copy-wipe (never realloc, which
 * leaves the old block behind), and is wiped when it goes out of scope:
 *
 *	auto_secret body = {0};
 *	acr_secret_add(&body, "grant_type=refresh_token");
 *
 * Being a struct it cannot be handed to printf by accident; it leaves the program through acr_write
 * (docker's stdout), a request's body and the stores, nowhere else. What json-c, libcurl and GLib
 * copy is wiped by the executable's own free() (src/base/heap.c).
 */
#ifndef ACR_SECRET_H
#define ACR_SECRET_H

#include <stdbool.h>
#include <stddef.h>

#include "acr/error.h"

struct acr_secret {
	char *bytes; /* owned; NULL while empty: read it with acr_secret_text */
	size_t length, capacity;
};

#define auto_secret __attribute__((cleanup(acr_secret_wipe))) struct acr_secret

/* Append; out of memory ends the process (acr_out_of_memory). */
void acr_secret_add_bytes(struct acr_secret *secret, const void *bytes, size_t length);
void acr_secret_add(struct acr_secret *secret, const char *text);
void acr_secret_format(struct acr_secret *secret, const char *format, ...) _printf_(2, 3);

/* Make room for `length` bytes in all, so that reading into it does not grow it step by step. */
void acr_secret_reserve(struct acr_secret *secret, size_t length);

/* The bytes as a string, "" while empty. Borrowed: valid until the next change. May hold NULs
 * before `length`. */
const char *acr_secret_text(const struct acr_secret *secret);

/* Move the contents out and leave `secret` empty. */
struct acr_secret acr_secret_steal(struct acr_secret *secret);

/* Is it exactly this text? Takes the same time wherever they differ. */
bool acr_secret_equals(const struct acr_secret *secret, const char *text);

/* Wipe and release; the struct is empty and usable afterwards. */
void acr_secret_wipe(struct acr_secret *secret);

/* For strings that hold secrets in borrowed hands: wipe, free, set to NULL. `auto_string` is for
 * plain strings. */
void acr_string_free(char **string);
#define auto_string __attribute__((cleanup(acr_string_free))) char *

/* strdup and asprintf that cannot fail (acr_out_of_memory). Owned by the caller. */
char *acr_copy(const char *text);
char *acr_copy_bytes(const char *bytes, size_t length);
char *acr_format(const char *format, ...) _printf_(1, 2);

/* `list` of `count` elements of `size` bytes with room for one more. Never NULL; takes `list` over
 * (NULL: an empty one), owned by the caller. Call it for each element that is added: the room
 * doubles. */
void *acr_grow(void *list, size_t count, size_t size);

#endif
