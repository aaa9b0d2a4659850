/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes the output of az and azd, on stdout or, if they fail, on stderr: the result is a token, or
 * an error that contains no token. The first byte selects the program and its exit status. */
#include "identity/run_cli.h"
#include "world.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct acr_tool *tool = size && *data & 1 ? &acr_tool_azd : &acr_tool_az;
	static const char *const arguments[] = { "/usr/bin/tool", NULL };
	struct world *world = world_begin();
	struct acr_error error = { 0 };
	auto_token token = { 0 };
	auto_json json = NULL;

	if (size == 0)
		return 0;
	world->status = *data & 2 ? 1 : 0;
	world->data = data + 1;
	world->size = size - 1;
	if (acr_tool_ask(&world->app, tool, arguments, NULL, &json, &error) ||
	    acr_tool_token(&world->app, tool, json, &token, &error)) {
		must_be_told(&error);
		must(!token.access.length && !strstr(error.message.value, "eyJ") &&
		     !strstr(error.sentence, "eyJ"));
		return 0;
	}
	must(acr_token_fits(acr_secret_text(&token.access)) && token.life >= 0);
	return 0;
}
