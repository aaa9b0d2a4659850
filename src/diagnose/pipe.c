/* SPDX-License-Identifier: Apache-2.0 */
/* Serializes the result of a check, which is sent from its child process through a pipe: fields in
 * a fixed order, each preceded by its length. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "diagnose/scheduler.h"

#define HEAD 9 /* eight hexadecimal digits and a space */

static void put(struct acr_secret *out, const char *bytes, size_t length)
{
	acr_secret_format(out, "%08zx ", length);
	acr_secret_add_bytes(out, bytes, length);
}

static bool take(const struct acr_secret *bytes, size_t *at, struct acr_secret *ret)
{
	unsigned long length;
	char *end;

	if (bytes->length - *at < HEAD)
		return false;
	length = strtoul(bytes->bytes + *at, &end, 16);
	if (end != bytes->bytes + *at + HEAD - 1 || length > bytes->length - *at - HEAD)
		return false;
	acr_secret_wipe(ret);
	if (length > 0)
		acr_secret_add_bytes(ret, bytes->bytes + *at + HEAD, length);
	*at += HEAD + length;
	return true;
}

void acr_check_result_write(const struct acr_check_result *result, struct acr_secret *out)
{
	const char *verdict = acr_verdict_name(result->verdict);

	put(out, verdict, strlen(verdict));
	put(out, acr_secret_text(&result->line), result->line.length);
	put(out, acr_secret_text(&result->details), result->details.length);
	for (int i = 0; i < ACR_FACT_COUNT; i++) {
		const char *value = acr_facts_get(&result->facts, (enum acr_fact)i);

		put(out, value, strlen(value));
	}
	for (size_t i = 0; i < ACR_FOUND_COUNT; i++)
		put(out, acr_secret_text(&result->found[i]), result->found[i].length);
}

bool acr_check_result_read(const struct acr_secret *bytes, struct acr_check_result *ret)
{
	auto_secret field = { 0 };
	bool known = false;
	size_t at = 0;

	if (!take(bytes, &at, &field))
		return false;
	for (int verdict = ACR_VERDICT_OK; verdict <= ACR_VERDICT_SKIPPED; verdict++)
		if (strcmp(acr_secret_text(&field), acr_verdict_name((enum acr_verdict)verdict)) ==
		    0) {
			ret->verdict = (enum acr_verdict)verdict;
			known = true;
		}
	if (!known || !take(bytes, &at, &ret->line) || !take(bytes, &at, &ret->details))
		return false;
	for (int i = 0; i < ACR_FACT_COUNT; i++) {
		if (!take(bytes, &at, &field))
			return false;
		acr_facts_set_bytes(&ret->facts, (enum acr_fact)i, field.bytes, field.length);
	}
	for (size_t i = 0; i < ACR_FOUND_COUNT; i++)
		if (!take(bytes, &at, &ret->found[i]))
			return false;
	return at == bytes->length;
}
