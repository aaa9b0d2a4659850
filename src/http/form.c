/* SPDX-License-Identifier: Apache-2.0 */
/* Encodes form fields: all bytes outside of RFC 3986's unreserved set are percent-encoded, so that
 * no value can end its own field. */
#include <string.h>

#include "acr/http.h"

static bool is_unreserved(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '.' || c == '_' || c == '~';
}

void acr_form_add(struct acr_secret *form, const char *name, const char *value)
{
	static const char digits[] = "0123456789ABCDEF";

	if (!value)
		return;
	acr_secret_reserve(form, form->length + strlen(name) + 3 * strlen(value) + 2);
	if (form->length > 0)
		acr_secret_add(form, "&");
	acr_secret_add(form, name);
	acr_secret_add(form, "=");
	for (; *value; value++) {
		unsigned char byte = (unsigned char)*value;
		char escaped[3] = { '%', digits[byte >> 4], digits[byte & 15] };

		if (is_unreserved(*value))
			acr_secret_add_bytes(form, value, 1);
		else
			acr_secret_add_bytes(form, escaped, sizeof(escaped));
	}
}
