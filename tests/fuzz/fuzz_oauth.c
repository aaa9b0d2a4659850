/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes the responses of Entra ID, of token endpoints on this machine, and of Azure Arc. The first
 * byte selects the status. */
#include "identity/arc.c"
#include "identity/login.h"
#include "world.h"

static const struct acr_speaker entra = { "Entra ID", "login.microsoftonline.com",
					  ACR_ORIGIN_ENTRA };

static void as_entra(const struct world *world, const struct acr_response *answer)
{
	struct acr_error error = { 0 };
	struct acr_sign_in_ask ask = { .tenant = "organizations", .client_id = CLIENT };
	auto_sign_in sign_in = { 0 };
	auto_secret refresh = { 0 };
	auto_token token = { 0 };
	auto_json json = NULL;

	if (acr_oauth_read(&entra, answer, &json, &error)) {
		must_be_told(&error);
		return;
	}
	must(answer->status == 200 && json_object_is_type(json, json_type_object));
	if (acr_oauth_token(&world->app, &entra, json, &token, &error)) {
		must_be_told(&error);
	} else {
		must(acr_token_fits(acr_secret_text(&token.access)) && token.life >= 0);
		acr_token_describe(&world->app, &token, ACR_WHO_OTHER);
	}
	/* Sign-in: the ID token names the account. */
	ask.authority = (char *)"login.microsoftonline.com";
	error = (struct acr_error){ 0 };
	if (acr_login_take(json, &ask, &sign_in, &refresh, &error))
		must_be_told(&error);
	else
		must(sign_in.who && *sign_in.who && refresh.length);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int statuses[] = { 200, 400, 401, 403, 404, 429, 500, 503 };
	struct world *world = world_begin();
	struct acr_response answer = { 0 };
	struct acr_error error = { 0 };
	auto_token token = { 0 };
	auto_string challenge = NULL;
	const char *path;

	if (size == 0)
		return 0;
	answer.status = statuses[*data % 8];
	if (*data & 8)
		snprintf(answer.type, sizeof(answer.type), "application/json");
	acr_secret_add_bytes(&answer.body, data + 1, size - 1);
	as_entra(world, &answer);
	if (acr_endpoint_token(&world->app, "the endpoint", "http://169.254.169.254/", &answer,
			       &token, &error))
		must_be_told(&error);
	challenge = acr_format("%.*s", (int)(size - 1), (const char *)data + 1);
	path = key_path(challenge);
	must(!path || (path >= challenge && path <= challenge + strlen(challenge)));
	acr_response_wipe(&answer);
	return 0;
}
