/* SPDX-License-Identifier: Apache-2.0 */
/* The header lines of an answer on their way into struct acr_response. */
#ifndef HTTP_ANSWER_H
#define HTTP_ANSWER_H

#include "acr/http.h"

struct acr_answer {
	struct acr_response *response; /* NULL: count, and forget */
	size_t header_bytes;
	int64_t retry_at; /* Retry-After as a date: seconds since 1970, 0 where it was none */
};

/* Take one line, with or without its line end. A status line begins anew: the headers of a 100 or
 * of a proxy are not the server's. False once all lines are more than ACR_HEADERS_MAX. */
bool acr_answer_header(struct acr_answer *answer, const char *line, size_t length);

/* Turn a Retry-After date into seconds, by the server's clock, or by `wall` where it told no Date.
 */
void acr_answer_end(struct acr_answer *answer, int64_t wall);

#endif
