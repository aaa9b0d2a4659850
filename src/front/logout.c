/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `logout`: from now on `get` answers "not found" for a registry, until a login for it is stored or
 * the user signs in. Without a registry: removes our own sign-ins and everything that is cached.
 */
#include <string.h>

#include "acr/sign_in.h"
#include "explain/explain.h"
#include "explain/language.h"
#include "front/front.h"

static int logout_of(struct acr_app *app, const char *registry)
{
	struct acr_report report = { 0 };
	struct acr_error error = { 0 };
	struct acr_registry named;
	auto_secret server = { 0 };
	auto_secret line = { 0 };

	if (acr_front_begin(app, &error)) {
		acr_explain(app, &report, &error);
		return 1;
	}
	if (!acr_front_registry(app, &acr_command_logout, registry, false, &named))
		return ACR_EXIT_USAGE;
	/* A client may have stored a login under exactly this text. */
	acr_secret_add(&server, strchr(registry, '.') ? registry : named.host);
	if (acr_sign_out(app, &server, &report, &error)) {
		acr_explain(app, &report, &error);
		return 1;
	}
	acr_secret_format(&line,
			  _("Signed out of %s: get reports \"not found\" for it until a login is "
			    "stored or you run %s login %s\n"),
			  report.registry.host, app->program, report.registry.host);
	return acr_docker_answer(app, &line);
}

static int logout_everywhere(struct acr_app *app)
{
	struct acr_error error = { 0 };
	struct acr_sign_out done;
	auto_secret line = { 0 };

	if (acr_front_begin(app, &error) || acr_sign_out_everywhere(app, &done, &error)) {
		acr_say_error(app, &error);
		return 1;
	}
	acr_secret_format(&line,
			  acr_plural("Removed %zu sign-in of this helper\n",
				     "Removed %zu sign-ins of this helper\n", done.sign_ins),
			  done.sign_ins);
	acr_secret_format(&line,
			  acr_plural("Removed the tokens for %zu registry\n",
				     "Removed the tokens for %zu registries\n", done.registries),
			  done.registries);
	acr_secret_add(&line, _("Stored logins and other Azure identities were not changed\n"));
	return acr_docker_answer(app, &line);
}

static int logout(struct acr_app *app, char *const *arguments, const char *const *values)
{
	(void)values;
	return arguments[0] ? logout_of(app, arguments[0]) : logout_everywhere(app);
}

const struct acr_command acr_command_logout = {
	.name = "logout",
	.arguments = "[REGISTRY]",
	.summary = N_("sign out of a registry, or remove this helper's sign-ins"),
	.about = N_("With a registry: removes its stored login and cached tokens, as docker logout "
		    "does, and this helper's own sign-in for it, and no longer uses any Azure "
		    "identity of this machine for it. Docker then pulls from it anonymously. "
		    "Without a registry: removes every sign-in of the login command and every "
		    "cached token; other identities of this machine are used as before."),
	.most = 1,
	.run = logout,
};
