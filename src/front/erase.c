/* SPDX-License-Identifier: Apache-2.0 */
/* `erase`: reads a server from stdin and removes its login. */
#include "base/budget.h"
#include "explain/explain.h"
#include "explain/language.h"
#include "front/front.h"

static int erase(struct acr_app *app, char *const *arguments, const char *const *values)
{
	struct acr_report report = { 0 };
	struct acr_error error = { 0 };
	auto_secret server = { 0 };

	(void)arguments;
	(void)values;
	app->deadline = app->clock.boot(app) + ACR_BUDGET_GET;
	if (acr_docker_server(app, &server, &error) || acr_front_begin(app, &error) ||
	    acr_erase(app, &server, &report, &error))
		return acr_docker_refuse(app, &report, &error);
	acr_explain_notices(app, &report);
	return 0;
}

const struct acr_command acr_command_erase = {
	.name = "erase",
	.arguments = "",
	.summary = N_("remove the login for the server specified on stdin"),
	.about = N_("Removes the stored login and every cached token. Removing a login that does "
		    "not exist is not an error. An Azure identity of this machine still gives "
		    "access afterwards: see the logout command."),
	.protocol = true,
	.reads = N_("a server such as contoso.azurecr.io"),
	.run = erase,
};
