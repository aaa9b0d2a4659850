/* SPDX-License-Identifier: Apache-2.0 */
/* Texts that were made in English before anybody knew in which language they would be told. */
#ifndef EXPLAIN_REASONS_H
#define EXPLAIN_REASONS_H

#include "acr/error.h"

/* What an error says, in the language of acr_language_begin. Owned. */
char *acr_error_words(const struct acr_error *error);

/* An error's text, a notice or whose a token is ("service principal ID, tenant ID"), in the language
 * of acr_language_begin; itself where the catalogue has no such text. Owned. */
char *acr_reason(const char *text);

#endif
