/* SPDX-License-Identifier: Apache-2.0 */
/* `logout`: from now on `get` answers "not found" for a registry, until somebody stores a login for
 * it or signs in. */
#include <string.h>

#include "explain/explain.h"
#include "front/front.h"

static int logout(struct acr_app *app, char *const *arguments, const char *const *values)
{
	struct acr_report report = { 0 };
	struct acr_error error = { 0 };
	auto_secret server = { 0 };
	auto_secret line = { 0 };

	(void)values;
	if (!arguments[0]) {
		acr_say(app, "logout needs the name of a registry, such as acme.azurecr.io");
		return ACR_EXIT_USAGE;
	}
	acr_secret_add(&server, arguments[0]);
	if (acr_docker_check_server(&server, &error) || acr_front_begin(app, &error) ||
	    acr_sign_out(app, &server, &report, &error)) {
		acr_explain(app, &report, &error);
		return 1;
	}
	acr_secret_format(
		&line,
		"Signed out of %s: get answers \"not found\" for it until a login is stored.\n",
		report.registry.host);
	return acr_docker_answer(app, &line);
}

const struct acr_command acr_command_logout = {
	.name = "logout",
	.arguments = "REGISTRY",
	.summary = "do not use an Azure identity for a registry any more",
	.about = "Forgets everything about the registry, as docker logout does, and remembers that "
		 "no Azure\n"
		 "identity of this machine is to be used for it. This is also the way to anonymous "
		 "pull.",
	.most = 1,
	.run = logout,
};
