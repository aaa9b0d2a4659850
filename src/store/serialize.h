/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file format of this layer: a record consists of lines of text. Each part is preceded by its
 * length, so that it may contain any byte. The first line names the kind and the version, the last
 * line is a checksum of everything before it (against corruption, not against attacks). These two
 * lines are the same in every version, so that an older program can tell a record of a newer
 * version from a damaged one.
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
/* Negative numbers are written as 0. */
void acr_record_add_number(struct acr_secret *record, const char *name, int64_t number);
void acr_record_end(struct acr_secret *record);

/* A record that is being read, part by part, in the order in which it was written. */
struct acr_record {
	const char *next, *end; /* borrowed from the bytes */
};

/* ACR_INVALID: damaged, or of another kind. ACR_UNAVAILABLE: undamaged, but of a newer version. */
_checked_ int acr_record_open(const char *bytes, size_t length, const char *kind, int version,
			      struct acr_record *ret, struct acr_error *error);

/* Read the next part if it has this name; otherwise return false and do not advance. `ret` is
 * borrowed and not terminated. */
bool acr_record_take(struct acr_record *record, const char *name, const char **ret,
		     size_t *ret_length);
/* The same as an owned string; false if it contains a NUL. */
bool acr_record_take_text(struct acr_record *record, const char *name, char **ret);
bool acr_record_take_number(struct acr_record *record, const char *name, int64_t *ret);
bool acr_record_done(const struct acr_record *record);

#endif
