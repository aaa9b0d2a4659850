/* SPDX-License-Identifier: Apache-2.0 */
/* The table of checks, and the names of verdicts and areas. */
#include "acr/check.h"

#include "explain/language.h"

#define DOCKER(row)	   CHECK(row, DOCKER)
#define CONFIGURATION(row) CHECK(row, CONFIGURATION)
#define NETWORK(row)	   CHECK(row, NETWORK)
#define IDENTITY(row)	   CHECK(row, IDENTITY)
#define RIGHTS(row)	   CHECK(row, RIGHTS)

#define CHECK(row, area) extern const struct acr_check_row acr_check_##row;
#include "diagnose/checks.def"
#undef CHECK
#define CHECK(row, area) &acr_check_##row,
const struct acr_check_row *const acr_check_rows[] = {
#include "diagnose/checks.def"
	NULL
};
#undef CHECK
#define CHECK(row, area) ACR_AREA_##area,
const enum acr_area acr_check_areas[] = {
#include "diagnose/checks.def"
};
#undef CHECK

size_t acr_check_count(void)
{
	return sizeof(acr_check_rows) / sizeof(acr_check_rows[0]) - 1;
}

const char *acr_area_name(enum acr_area area)
{
	static const char *const names[] = {
		[ACR_AREA_DOCKER] = N_("docker"),   [ACR_AREA_CONFIGURATION] = N_("configuration"),
		[ACR_AREA_NETWORK] = N_("network"), [ACR_AREA_IDENTITY] = N_("identity"),
		[ACR_AREA_RIGHTS] = N_("rights"),
	};

	return names[area];
}

const char *acr_verdict_name(enum acr_verdict verdict)
{
	static const char *const names[] = { "ok", "warning", "problem", "skipped" };

	return names[verdict];
}
