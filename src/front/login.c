/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `login`: signs a user in to Entra ID without any Azure tool, with a browser or a device code. If
 * a registry is given, the sign-in is tried there at once, so that the last line tells whether it
 * works.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "acr/login.h"
#include "base/budget.h"
#include "base/file.h"
#include "explain/error_words.h"
#include "explain/explain.h"
#include "explain/language.h"
#include "front/front.h"
#include "front/login.h"

#define PATIENCE    900000 /* milliseconds to sign in; a device code is valid as long */
#define WRONG_CODES 5	   /* invalid codes from the browser that end the wait */

enum { TENANT, DEVICE_CODE, INSECURE_STORAGE };

static const struct acr_option options[] = {
	[TENANT] = { "tenant", "TENANT",
		     N_("the Microsoft Entra tenant to sign in to (ID or domain)"), .letter = 't' },
	[DEVICE_CODE] = { "device-code", NULL,
			  N_("sign in with a code in a browser on another device (the default "
			     "without a display)"),
			  .synonym = "use-device-code" },
	[INSECURE_STORAGE] = { "insecure-storage", NULL,
			       N_("store the sign-in unencrypted, in a file that only you can "
				  "read") },
	{ 0 },
};

/* One sign-in in progress. */
struct flow {
	const struct acr_app *app;
	const struct acr_registry *registry; /* NULL: for all registries */
	char *browser;			     /* owned; NULL: use a device code */
	const struct acr_keychain *keeper;
	struct acr_sign_in_ask ask;
	struct acr_sign_in sign_in;
	struct acr_secret token;
};

static void free_flow(struct flow *flow)
{
	acr_string_free(&flow->browser);
	acr_sign_in_ask_wipe(&flow->ask);
	acr_sign_in_wipe(&flow->sign_in);
	acr_secret_wipe(&flow->token);
}
#define auto_flow __attribute__((cleanup(free_flow))) struct flow

/* Is the code invented, already used, or for another request? A second browser tab can send such a
 * code, so the wait continues. */
static bool is_wrong_code(const struct acr_error *error)
{
	static const char *const codes[] = { "AADSTS9002313", "AADSTS70000", "AADSTS70008",
					     "AADSTS54005", "AADSTS501481" };

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (strcmp(error->code, codes[i]) == 0)
			return true;
	return false;
}

static int by_browser(const struct acr_app *app, const struct acr_sign_in_ask *ask,
		      struct flow *flow, struct acr_error *error)
{
	auto_sign_in_page page = { 0 };
	auto_secret code = { 0 };
	auto_loopback loopback = { .fds = { -1, -1 }, .caller = -1 };

	if (acr_loopback_listen(&loopback, error) ||
	    acr_sign_in_page(ask, loopback.port, &page, error))
		return -1;
	acr_say(app,
		_("sign in with the browser that opens now, or open this URL:\n"
		  "%s"),
		page.url);
	if (!acr_browser_open(app, flow->browser, page.url))
		acr_say(app, _("cannot start %s"), flow->browser);
	for (int wrong = 0;;) {
		struct acr_error failure = { 0 };
		int redeemed;

		if (acr_loopback_wait(app, &loopback, page.state, &code, error))
			return -1;
		redeemed = acr_sign_in_redeem(app, ask, &page, &code, &flow->sign_in, &flow->token,
					      &failure);
		acr_loopback_answer(&loopback, redeemed == 0);
		if (redeemed == 0)
			return 0;
		if (!is_wrong_code(&failure) || ++wrong == WRONG_CODES) {
			if (error)
				*error = failure;
			return -1;
		}
		acr_say(app, "%s",
			_("the returned code was not issued by Microsoft Entra ID; still waiting"));
	}
}

static int by_device_code(const struct acr_app *app, const struct acr_sign_in_ask *ask,
			  struct flow *flow, struct acr_error *error)
{
	auto_sign_in_device device = { 0 };

	if (acr_sign_in_device_begin(app, ask, &device, error))
		return -1;
	acr_say(app, _("to sign in, open %s in any browser and enter the code %s"), device.where,
		device.user_code);
	return acr_sign_in_device_wait(app, ask, &device, &flow->sign_in, &flow->token, error);
}

static int sign_in(void *data, const struct acr_sign_in_ask *ask, struct acr_error *error)
{
	struct flow *flow = data;

	return flow->browser ? by_browser(flow->app, ask, flow, error)
			     : by_device_code(flow->app, ask, flow, error);
}

/* Where the sign-in will be kept: determined first, so that the user does not sign in in vain. */
static int find_keeper(const struct acr_app *app, bool insecure, struct flow *flow,
		       struct acr_error *error)
{
	if (acr_sign_in_keeper(app, insecure, &flow->keeper, error) == 0)
		return 0;
	if (insecure)
		return acr_context(error, SIGN_IN_NO_FILE);
	return acr_context(error, SIGN_IN_NO_KEYCHAIN);
}

/* Keychain, file and state must be consistent: Ctrl-C is blocked until all three are written. */
static int keep(const struct acr_app *app, struct flow *flow, bool *ret_stored,
		struct acr_error *error)
{
	const char *host = flow->registry ? flow->registry->host : "";
	sigset_t ending, before;
	int result;

	sigemptyset(&ending);
	sigaddset(&ending, SIGINT);
	sigaddset(&ending, SIGTERM);
	sigaddset(&ending, SIGHUP);
	sigprocmask(SIG_BLOCK, &ending, &before);
	flow->sign_in.registry = acr_copy(host);
	result = acr_sign_in_keep(app, &flow->sign_in, flow->keeper, &flow->token, error) ||
				 acr_signed_in(app, host, ret_stored, error)
			 ? -1
			 : 0;
	sigprocmask(SIG_SETMASK, &before, NULL);
	return result;
}

static void tell_until(const struct acr_app *app, int64_t left, struct acr_secret *line)
{
	time_t until = (time_t)(app->clock.wall(app) + left);
	char text[32];
	struct tm local;

	if (left > 0 && localtime_r(&until, &local) &&
	    strftime(text, sizeof(text), "%H:%M", &local))
		acr_secret_format(line, _("The token expires at %s.\n"), text);
}

/* The step whose identity the registry accepted; NULL: none. */
static const struct acr_step *served(const struct acr_report *report)
{
	for (size_t i = 0; i < report->trail.count; i++)
		if (report->trail.steps[i].error.kind == ACR_FINE)
			return &report->trail.steps[i];
	return NULL;
}

static void tell_step(const struct acr_app *app, const struct acr_step *step)
{
	auto_string why = acr_error_words(&step->error);

	acr_say(app, "  %s: %s", step->identity->name, why);
}

/* Request a token from the registry and print the result. Returns the exit status. */
static int try_registry(struct acr_app *app, struct flow *flow, bool stored)
{
	const char *host = flow->registry->host, *who = flow->sign_in.who;
	struct acr_report report = { 0 };
	struct acr_error error = { 0 };
	const struct acr_step *step;
	auto_secret line = { 0 };

	if (stored) {
		acr_secret_format(&line,
				  _("Signed in to %s as %s, but the login stored for this registry "
				    "takes precedence; to remove it: docker logout %s\n"),
				  host, who, host);
		return acr_docker_answer(app, &line);
	}
	acr_front_limit(app, host);
	if (acr_renew(app, flow->registry, ACR_RENEW_NOW, &report, &error)) {
		acr_say(app,
			_("signed in as %s, and the sign-in is stored, but %s issued no token"),
			who, host);
		acr_explain(app, &report, &error);
		return 1;
	}
	report.ours = true;
	report.registry = *flow->registry;
	acr_explain_notices(app, &report);
	step = served(&report);
	if (step && strcmp(step->identity->name, "login") != 0) {
		auto_string other = acr_who_is_known(&step->who)
					    ? acr_who_text(&step->who, acr_text)
					    : acr_copy(step->identity->name);

		acr_say(app,
			_("signed in as %s, and the sign-in is stored, but another identity is "
			  "used for %s: %s"),
			who, host, other);
		for (size_t i = 0; i < report.trail.count; i++)
			if (report.trail.steps[i].error.kind != ACR_FINE)
				tell_step(app, &report.trail.steps[i]);
		return 1;
	}
	acr_secret_format(&line,
			  flow->keeper->plain ? _("Signed in to %s as %s, stored unencrypted in a "
						  "file; the registry accepted the sign-in\n")
					      : _("Signed in to %s as %s, stored in the Secret "
						  "Service; the registry accepted the sign-in\n"),
			  host, who);
	tell_until(app, report.left, &line);
	return acr_docker_answer(app, &line);
}

struct signed_out {
	const struct acr_app *app;
	struct acr_secret hosts;
};

static void add_signed_out(void *data, const char *host)
{
	struct signed_out *list = data;
	struct acr_error failure = { 0 };
	struct acr_state state;

	if (acr_state_read(list->app, host, &state, &failure) == 0 && state.signed_out)
		acr_secret_format(&list->hosts, "  %s login %s\n", list->app->program, host);
}

/* A sign-in for all registries does not change decisions about single registries. */
static void tell_signed_out(const struct acr_app *app, struct acr_secret *line)
{
	struct signed_out list = { .app = app };
	struct acr_error failure = { 0 };

	if (acr_state_each(app, add_signed_out, &list, &failure))
		acr_debug_error(app, "login", &failure);
	if (list.hosts.length > 0)
		acr_secret_format(line,
				  _("Still signed out of these registries; to sign in again:\n%s"),
				  acr_secret_text(&list.hosts));
	acr_secret_wipe(&list.hosts);
}

static int finish(struct acr_app *app, struct flow *flow, bool stored)
{
	auto_secret line = { 0 };

	if (flow->registry)
		return try_registry(app, flow, stored);
	acr_secret_format(
		&line,
		flow->keeper->plain
			? _("Signed in as %s for all registries, stored unencrypted in a file\n")
			: _("Signed in as %s for all registries, stored in the Secret Service\n"),
		flow->sign_in.who);
	tell_signed_out(app, &line);
	return acr_docker_answer(app, &line);
}

static int run(struct acr_app *app, const char *const *values, const char *registry,
	       struct acr_report *report, struct acr_error *error)
{
	auto_flow flow = { .app = app };
	bool stored = false;

	if (acr_front_begin(app, error))
		return 1;
	report->ours = registry && acr_front_registry(app, &acr_command_login, registry, false,
						      &report->registry);
	if (registry && !report->ours)
		return ACR_EXIT_USAGE;
	flow.registry = registry ? &report->registry : NULL;
	app->interactive = true;
	app->deadline = app->clock.boot(app) + PATIENCE;
	if (acr_sign_in_replaceable(app, registry ? report->registry.host : "", error) ||
	    (registry && acr_state_replaceable(app, report->registry.host, error)) ||
	    acr_sign_in_prepare(app, flow.registry, values[TENANT], &flow.ask, error) ||
	    find_keeper(app, values[INSECURE_STORAGE], &flow, error))
		return 1;
	flow.browser = values[DEVICE_CODE] ? NULL : acr_browser_find(app);
	if (acr_sign_in_by(app, &flow.ask, sign_in, &flow, error) ||
	    keep(app, &flow, &stored, error))
		return 1;
	*error = (struct acr_error){ 0 };
	return finish(app, &flow, stored);
}

static int login(struct acr_app *app, char *const *arguments, const char *const *values)
{
	struct acr_report report = { 0 };
	struct acr_error error = { 0 };
	int status = run(app, values, arguments[0], &report, &error);

	if (error.kind == ACR_FINE)
		return status;
	/* Rules explain errors of registries and identities; local errors are printed here. */
	if (report.ours &&
	    (error.origin == ACR_ORIGIN_ENTRA || error.origin == ACR_ORIGIN_REGISTRY)) {
		acr_explain(app, &report, &error);
		return status;
	}
	acr_say_error(app, &error);
	if (*error.sentence)
		acr_say(app, "  %.400s", error.sentence);
	return values[TENANT] && acr_error_is(&error, TENANT_INVALID) ? ACR_EXIT_USAGE : status;
}

const struct acr_command acr_command_login = {
	.name = "login",
	.arguments = "[REGISTRY]",
	.summary = N_("sign in to Azure without the Azure CLI"),
	.about = N_("Opens a browser, or shows a code to enter on another device, and stores the "
		    "sign-in in the Secret Service, for the specified registry or for all "
		    "registries. The sign-in takes precedence over all other identities and is "
		    "renewed automatically. With a registry, the sign-in is tested there at once, "
		    "and a previous logout from it no longer applies."),
	.options = options,
	.most = 1,
	.run = login,
};
