/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes the WWW-Authenticate header: the result is a Bearer challenge with printable parameters,
 * or nothing. */
#include <strings.h>

#include "acr/registry.h"
#include "oracle.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct acr_challenge challenge;
	char *header = malloc(size + 1);

	must(header);
	memcpy(header, data, size);
	header[size] = '\0';
	if (acr_challenge_parse(header, &challenge)) {
		must(strcasecmp(challenge.scheme, "Bearer") == 0);
		must_be_printable(challenge.realm, sizeof(challenge.realm));
		must_be_printable(challenge.service, sizeof(challenge.service));
		must_be_printable(challenge.scope, sizeof(challenge.scope));
	}
	free(header);
	return 0;
}
