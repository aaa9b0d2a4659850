/* SPDX-License-Identifier: Apache-2.0 */
/* Parses the header lines of a response into struct acr_response. */
#ifndef HTTP_ANSWER_H
#define HTTP_ANSWER_H

#include "acr/http.h"

struct acr_answer {
	struct acr_response *response; /* NULL: count the lines only */
	size_t header_bytes;
	int64_t retry_at; /* Retry-After as a date: seconds since 1970, 0 if it is not one */
};

/* Process one line, with or without its line end. A status line discards all earlier headers: those
 * of a 100 or of a proxy are not the server's. False once all lines together exceed
 * ACR_HEADERS_MAX. */
bool acr_answer_header(struct acr_answer *answer, const char *line, size_t length);

/* Convert a Retry-After date to seconds, by the server's clock, or by `wall` if it sent no Date. */
void acr_answer_end(struct acr_answer *answer, int64_t wall);

#endif
