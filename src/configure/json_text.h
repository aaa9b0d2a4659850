/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Iterates over the text of a JSON object that has passed acr_members_check: strings end and
 * brackets match, so no errors can occur. Offsets are relative to the beginning of the text.
 */
#ifndef CONFIGURE_JSON_TEXT_H
#define CONFIGURE_JSON_TEXT_H

#include "configure/configure.h"

struct acr_text_member {
	size_t key, key_end; /* with their quotes */
	size_t value, end;
};

size_t acr_text_skip_space(const char *text, size_t at);
/* The member after `at`, which is after a brace, a comma or a member; false, without setting `ret`,
 * at the end of the object. */
bool acr_text_next(const char *text, size_t at, struct acr_text_member *ret);
/* The decoded value of a string, owned by the caller; NULL if it is not a string. */
char *acr_text_string(const char *text, size_t from, size_t to);

#endif
