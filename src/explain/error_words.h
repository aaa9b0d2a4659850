/* SPDX-License-Identifier: Apache-2.0 */
/* Formats errors for people. */
#ifndef EXPLAIN_ERROR_WORDS_H
#define EXPLAIN_ERROR_WORDS_H

#include "acr/error.h"

/* In the language of acr_language_begin, owned. */
char *acr_error_words(const struct acr_error *error);

#endif
