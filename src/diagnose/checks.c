/* SPDX-License-Identifier: Apache-2.0 */
/* The table of checks, and words for what they find. */
#include "acr/check.h"

#define CHECK(row) extern const struct acr_check_row acr_check_##row;
#include "diagnose/checks.def"
#undef CHECK
#define CHECK(row) &acr_check_##row,
const struct acr_check_row *const acr_check_rows[] = {
#include "diagnose/checks.def"
	NULL
};
#undef CHECK

size_t acr_check_count(void)
{
	return sizeof(acr_check_rows) / sizeof(acr_check_rows[0]) - 1;
}

const char *acr_verdict_name(enum acr_verdict verdict)
{
	static const char *const names[] = { "ok", "warning", "problem", "skipped" };

	return names[verdict];
}
