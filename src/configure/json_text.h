/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A walk over the text of a JSON object that has passed acr_members_check: strings end and brackets
 * match, so it needs no errors. Offsets are from the beginning of the text.
 */
#ifndef CONFIGURE_JSON_TEXT_H
#define CONFIGURE_JSON_TEXT_H

#include "configure/configure.h"

struct acr_text_member {
	size_t key, key_end; /* with the quotes */
	size_t value, end;
};

size_t acr_text_skip_space(const char *text, size_t at);
/* The member behind `at`, which is behind a brace, a comma or a member; false and `ret` untouched where
 * the object ends. */
bool acr_text_next(const char *text, size_t at, struct acr_text_member *ret);
/* A string as what it means, owned by the caller; NULL when it is none. */
char *acr_text_string(const char *text, size_t from, size_t to);

#endif
