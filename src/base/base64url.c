/* SPDX-License-Identifier: Apache-2.0 */
/* base64 in both alphabets of RFC 4648: with '-' and '_' and no padding for JWTs, with '+', '/' and
 * padding elsewhere. */
#include <string.h>

#include "base/jwt.h"

static const char url_alphabet[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static bool decode(const char *digits, const char *text, size_t length, struct acr_secret *ret)
{
	unsigned int bits = 0;
	int count = 0;

	while (length > 0 && text[length - 1] == '=')
		length--;
	if (length % 4 == 1)
		return false;
	acr_secret_reserve(ret, ret->length + length / 4 * 3 + 3);
	for (size_t i = 0; i < length; i++) {
		const char *digit = text[i] ? strchr(digits, text[i]) : NULL;

		if (!digit)
			return false;
		bits = (bits << 6 | (unsigned int)(digit - digits)) & 0xffffff;
		count += 6;
		if (count >= 8) {
			char byte = (char)(bits >> (count - 8));
			count -= 8;
			acr_secret_add_bytes(ret, &byte, 1);
		}
	}
	return true;
}

static void encode(const char *digits, bool padded, const unsigned char *bytes, size_t length,
		   struct acr_secret *ret)
{
	acr_secret_reserve(ret, ret->length + length / 3 * 4 + 5);
	for (size_t i = 0; i < length; i += 3) {
		size_t left = length - i;
		unsigned int bits = (unsigned int)bytes[i] << 16 |
				    (left > 1 ? (unsigned int)bytes[i + 1] << 8 : 0) |
				    (left > 2 ? bytes[i + 2] : 0);
		char four[4] = { digits[bits >> 18], digits[bits >> 12 & 63],
				 digits[bits >> 6 & 63], digits[bits & 63] };
		size_t used = left > 2 ? 4 : left + 1;

		acr_secret_add_bytes(ret, four, used);
		if (padded && used < 4)
			acr_secret_add(ret, &"=="[used - 2]);
	}
}

bool acr_base64url_decode(const char *text, size_t length, struct acr_secret *ret)
{
	return decode(url_alphabet, text, length, ret);
}

bool acr_base64_decode(const char *text, size_t length, struct acr_secret *ret)
{
	return decode(alphabet, text, length, ret);
}

void acr_base64url_encode(const void *bytes, size_t length, struct acr_secret *ret)
{
	encode(url_alphabet, false, bytes, length, ret);
}

void acr_base64_encode(const void *bytes, size_t length, struct acr_secret *ret)
{
	encode(alphabet, true, bytes, length, ret);
}
