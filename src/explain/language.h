/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Words for people, in their language. `_()` around a sentence looks it up in the catalogue
 * (src/explain/po), once acr_language_begin has chosen one; before that it gives the English back.
 * `N_()` (acr/message.h) only marks. Never around what programs read: protocol strings, codes, JSON keys, commands.
 */
#ifndef EXPLAIN_LANGUAGE_H
#define EXPLAIN_LANGUAGE_H

#include "acr/message.h"

#define ACR_DOMAIN "docker-credential-acr"

/* Translated, or `text` itself. Borrowed for ever. */
const char *acr_text(const char *text) __attribute__((format_arg(1)));

/* The same for a number of things: `one` and `many` in English. */
const char *acr_plural(const char *one, const char *many, unsigned long count)
	__attribute__((format_arg(1), format_arg(2)));

#define _(text) acr_text(text)

#endif
