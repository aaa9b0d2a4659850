/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A byte buffer that wipes itself.
 *
 * Tokens, passwords, request bodies and answers of services are held in this type: a growing buffer
 * with a NUL after `length` bytes. It grows by allocating, copying and wiping (never with realloc,
 * which leaves the old block in memory), and is wiped when it goes out of scope:
 *
 *	auto_secret body = {0};
 *	acr_secret_add(&body, "grant_type=refresh_token");
 *
 * Since it is a struct, it cannot be passed to printf by accident. Secrets leave the program only
 * through acr_write (docker's stdout), the body of a request and the stores. Copies by json-c,
 * libcurl and GLib are wiped by the executable's own free() (src/base/heap.c).
 */
#ifndef ACR_SECRET_H
#define ACR_SECRET_H

#include <stdbool.h>
#include <stddef.h>

#include "acr/error.h"

struct acr_secret {
	char *bytes; /* owned; NULL if empty: use acr_secret_text */
	size_t length, capacity;
};

#define auto_secret __attribute__((cleanup(acr_secret_wipe))) struct acr_secret

/* Append; out of memory ends the process (acr_out_of_memory). */
void acr_secret_add_bytes(struct acr_secret *secret, const void *bytes, size_t length);
void acr_secret_add(struct acr_secret *secret, const char *text);
void acr_secret_format(struct acr_secret *secret, const char *format, ...) _printf_(2, 3);

/* Reserve space for `length` bytes in total, so that it need not grow in steps. */
void acr_secret_reserve(struct acr_secret *secret, size_t length);

/* The bytes as a string, "" if empty. Borrowed: valid until the next change. May contain NULs
 * before `length`. */
const char *acr_secret_text(const struct acr_secret *secret);

/* Move the contents out and leave `secret` empty. */
struct acr_secret acr_secret_steal(struct acr_secret *secret);

/* Is it exactly this text? Compares in constant time. */
bool acr_secret_equals(const struct acr_secret *secret, const char *text);

/* Wipe and release; the struct is empty and usable afterwards. */
void acr_secret_wipe(struct acr_secret *secret);

/* Wipe and free a string, and set it to NULL. */
void acr_string_free(char **string);
#define auto_string __attribute__((cleanup(acr_string_free))) char *

/* strdup and asprintf that cannot fail (acr_out_of_memory). Owned by the caller. */
char *acr_copy(const char *text);
char *acr_copy_bytes(const char *bytes, size_t length);
char *acr_format(const char *format, ...) _printf_(1, 2);

/* Grow `list`, with `count` elements of `size` bytes, such that one more fits. Takes over `list`
 * (NULL: empty); the result is owned by the caller, never NULL. Call it for each element that is
 * added: the capacity doubles. */
void *acr_grow(void *list, size_t count, size_t size);

#endif
