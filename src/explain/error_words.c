/* SPDX-License-Identifier: Apache-2.0 */
/* Formats an error in the user's language. */
#include "explain/error_words.h"

#include "explain/language.h"

char *acr_error_words(const struct acr_error *error)
{
	return acr_message_text(&error->message, acr_text);
}
