/* SPDX-License-Identifier: Apache-2.0 */
/* A buffer that wipes its memory, and string functions that cannot fail. */
#include "acr/secret.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void acr_secret_reserve(struct acr_secret *secret, size_t length)
{
	size_t capacity = secret->capacity ? 2 * secret->capacity : 256;
	char *bytes;

	if (length < secret->capacity)
		return;
	if (length > SIZE_MAX / 4)
		acr_out_of_memory();
	/* The requested capacity, or twice the old one, so that repeated appending is cheap. */
	if (capacity <= length)
		capacity = length + 1;
	bytes = malloc(capacity);
	if (!bytes)
		acr_out_of_memory();
	if (secret->bytes) {
		memcpy(bytes, secret->bytes, secret->length);
		explicit_bzero(secret->bytes, secret->capacity);
		free(secret->bytes);
	}
	bytes[secret->length] = '\0';
	secret->bytes = bytes;
	secret->capacity = capacity;
}

void acr_secret_add_bytes(struct acr_secret *secret, const void *bytes, size_t length)
{
	if (length > SIZE_MAX / 4)
		acr_out_of_memory();
	acr_secret_reserve(secret, secret->length + length);
	if (length > 0)
		memcpy(secret->bytes + secret->length, bytes, length);
	secret->length += length;
	secret->bytes[secret->length] = '\0';
}

void acr_secret_add(struct acr_secret *secret, const char *text)
{
	acr_secret_add_bytes(secret, text, strlen(text));
}

void acr_secret_format(struct acr_secret *secret, const char *format, ...)
{
	va_list arguments, again;
	size_t room;
	int length;

	va_start(arguments, format);
	va_copy(again, arguments);
	/* Format into the available space, and once more if that was too small. */
	acr_secret_reserve(secret, secret->length);
	room = secret->capacity - secret->length;
	length = vsnprintf(secret->bytes + secret->length, room, format, arguments);
	if (length < 0)
		acr_out_of_memory();
	if ((size_t)length >= room) {
		acr_secret_reserve(secret, secret->length + (size_t)length);
		vsnprintf(secret->bytes + secret->length, (size_t)length + 1, format, again);
	}
	va_end(again);
	va_end(arguments);
	secret->length += (size_t)length;
}

const char *acr_secret_text(const struct acr_secret *secret)
{
	return secret->bytes ? secret->bytes : "";
}

struct acr_secret acr_secret_steal(struct acr_secret *secret)
{
	struct acr_secret taken = *secret;

	*secret = (struct acr_secret){ 0 };
	return taken;
}

bool acr_secret_equals(const struct acr_secret *secret, const char *text)
{
	size_t length = strlen(text);
	unsigned char difference = 0;

	if (length != secret->length)
		return false;
	for (size_t i = 0; i < length; i++)
		difference |= (unsigned char)(secret->bytes[i] ^ text[i]);
	return difference == 0;
}

void acr_secret_wipe(struct acr_secret *secret)
{
	if (secret->bytes) {
		explicit_bzero(secret->bytes, secret->capacity);
		free(secret->bytes);
	}
	*secret = (struct acr_secret){ 0 };
}

void acr_string_free(char **string)
{
	if (*string)
		explicit_bzero(*string, strlen(*string));
	free(*string);
	*string = NULL;
}

char *acr_copy(const char *text)
{
	char *copy = strdup(text);

	if (!copy)
		acr_out_of_memory();
	return copy;
}

char *acr_copy_bytes(const char *bytes, size_t length)
{
	char *copy = strndup(bytes, length);

	if (!copy)
		acr_out_of_memory();
	return copy;
}

char *acr_format(const char *format, ...)
{
	va_list arguments;
	char *text;
	int length;

	va_start(arguments, format);
	length = vasprintf(&text, format, arguments);
	va_end(arguments);
	if (length < 0)
		acr_out_of_memory();
	return text;
}

/* A list of 2^n elements is full; others have free slots. */
void *acr_grow(void *list, size_t count, size_t size)
{
	if (count & (count - 1))
		return list;
	list = reallocarray(list, count ? 2 * count : 1, size);
	if (!list)
		acr_out_of_memory();
	return list;
}
