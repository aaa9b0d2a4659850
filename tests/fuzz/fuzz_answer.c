/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes the header lines of a server: every field ends within its buffer and is printable. */
#include "http/answer.h"
#include "oracle.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct acr_response response = { 0 };
	struct acr_answer answer = { .response = &response };
	const char *at = (const char *)data, *end = at + size;

	while (at < end) {
		const char *line = memchr(at, '\n', (size_t)(end - at));
		size_t length = line ? (size_t)(line + 1 - at) : (size_t)(end - at);

		if (!acr_answer_header(&answer, at, length))
			break;
		at += length;
	}
	acr_answer_end(&answer, 1750000000);
	must(response.retry_after >= 0 && response.retry_after <= 86400);
	must_be_printable(response.type, sizeof(response.type));
	must_be_printable(response.challenge, sizeof(response.challenge));
	must_be_printable(response.correlation, sizeof(response.correlation));
	must_be_printable(response.location, sizeof(response.location));
	must_be_printable(response.server, sizeof(response.server));
	return 0;
}
