/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A record: how this floor writes down what it must be able to trust later. Lines of text, each
 * part with its length in front, so that any byte may stand in it; the first line says what it is
 * and in which version, the last one is a checksum of all before it (against disks, not against
 * people). Every version keeps the first and the last line as they are: that is how an older
 * program tells a newer record from a damaged one.
 *
 *	docker-credential-acr entry 1
 *	host 18 contoso.azurecr.io
 *	life 10800
 *	check 8a1c0de2f7b35c11
 */
#ifndef STORE_SERIALIZE_H
#define STORE_SERIALIZE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "acr/error.h"
#include "acr/secret.h"

void acr_record_begin(struct acr_secret *record, const char *kind, int version);
void acr_record_add(struct acr_secret *record, const char *name, const char *bytes, size_t length);
/* Numbers are 0 or more; less is written as 0. */
void acr_record_add_number(struct acr_secret *record, const char *name, int64_t number);
void acr_record_end(struct acr_secret *record);

/* A record being read, part after part, in the order in which it was written. */
struct acr_record {
	const char *next, *end; /* borrowed from the bytes */
};

/* ACR_INVALID: damaged, or of another kind. ACR_UNAVAILABLE: whole, and of a newer version. */
_checked_ int acr_record_open(const char *bytes, size_t length, const char *kind, int version,
			      struct acr_record *ret, struct acr_error *error);

/* The next part, if it has this name; false, and nothing moves, if not. `ret` is borrowed and not
 * terminated. */
bool acr_record_take(struct acr_record *record, const char *name, const char **ret,
		     size_t *ret_length);
/* The same as a string of its own; false when it holds a NUL. */
bool acr_record_take_text(struct acr_record *record, const char *name, char **ret);
bool acr_record_take_number(struct acr_record *record, const char *name, int64_t *ret);
bool acr_record_done(const struct acr_record *record);

#endif
