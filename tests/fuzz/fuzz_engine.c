/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes the responses of a docker engine, and the texts that are searched for a version. */
#include "diagnose/checks/docker_engine.c"
#include "world.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct acr_case subject = { 0 };
	struct acr_check_result *result = calloc(1, sizeof(*result));
	auto_string text = acr_format("%.*s", (int)size, (const char *)data);
	auto_secret said = { 0 };

	must(result && acr_look_version(text) >= 0);
	acr_secret_add_bytes(&said, data, size);
	tell(&subject, "unix:///run/docker.sock", &said, result);
	must_be_printable(acr_secret_text(&result->line), result->line.length + 1);
	acr_check_result_wipe(result);
	free(result);
	return 0;
}
