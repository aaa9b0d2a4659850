/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Translates texts for people. `_()` around a sentence looks it up in the catalog (src/explain/po)
 * after acr_language_begin has selected one; before that it returns the English text. `N_()`
 * (acr/message.h) only marks a text. Never use them for what programs read: protocol strings,
 * codes, JSON keys, commands.
 */
#ifndef EXPLAIN_LANGUAGE_H
#define EXPLAIN_LANGUAGE_H

#include "acr/message.h"

#define ACR_DOMAIN "docker-credential-acr"

/* The translation, or `text` itself. Borrowed, valid forever. */
const char *acr_text(const char *text) __attribute__((format_arg(1)));

/* The same for a number of things: `one` and `many` are in English. */
const char *acr_plural(const char *one, const char *many, unsigned long count)
	__attribute__((format_arg(1), format_arg(2)));

#define _(text) acr_text(text)

#endif
