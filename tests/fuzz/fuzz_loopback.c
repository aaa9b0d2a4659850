/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes requests to the port that the browser is redirected to: the result is a code that is safe
 * in a form, a printable error, or nothing. */
#include "acr/secret.h"
#include "front/login.h"
#include "world.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_secret bytes = { 0 }, code = { 0 };
	struct acr_error error = { 0 };

	acr_secret_add_bytes(&bytes, data, size);
	switch (acr_loopback_read(acr_secret_text(&bytes), size, "state", &code, &error)) {
	case ACR_LOOPBACK_CODE:
		must(code.length > 0 && strlen(acr_secret_text(&code)) == code.length);
		must_be_printable(acr_secret_text(&code), code.length + 1);
		break;
	case ACR_LOOPBACK_REFUSED:
		must_be_told(&error);
		break;
	case ACR_LOOPBACK_HALF:
	case ACR_LOOPBACK_OTHER:
		must(!code.length && error.kind == ACR_FINE);
	}
	return 0;
}
