/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `configure`: configures Docker, Podman and other clients to use this helper, and undoes that.
 * Changes are printed member by member; everything is read and checked before anything is written;
 * afterwards the result is tested.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "acr/broker.h"
#include "acr/config.h"
#include "acr/identity.h"
#include "base/budget.h"
#include "base/file.h"
#include "base/settings.h"
#include "configure/logins.h"
#include "explain/explain.h"
#include "explain/language.h"
#include "front/front.h"

enum {
	CREDS_STORE,
	PODMAN,
	CONTAINERS,
	TIMER,
	CI_HOST,
	TENANT,
	IDENTITY,
	CLIENT_ID,
	SYSTEM,
	DISCOVER,
	REPLACE,
	WITH_LOGINS,
	INSECURE_STORAGE,
	NO_CHECK,
	DRY_RUN,
	UNDO,
	JSON
};

static const struct acr_option options[] = {
	[CREDS_STORE] = { "creds-store", NULL,
			  N_("make this program Docker's credential helper for all registries") },
	[PODMAN] = { "podman", NULL, N_("also configure Podman and skopeo (auth.json)") },
	[CONTAINERS] = { "containers-registries", NULL,
			 N_("configure Podman, skopeo and Buildah for all registries "
			    "(registries.conf.d)") },
	[TIMER] = { "timer", NULL, N_("renew logins with a systemd timer") },
	[CI_HOST] = { "ci-host", "HOST",
		      N_("allow sending the OIDC request token of a job to this self-hosted CI "
			 "server") },
	[TENANT] = { "tenant", "TENANT",
		     N_("the Microsoft Entra tenant to sign in to for these registries") },
	[IDENTITY] = { "identity", "NAMES",
		       N_("the identities to use for these registries, in order") },
	[CLIENT_ID] = { "client-id", "ID",
			N_("the application or managed identity to use for these registries") },
	[SYSTEM] = { "system", NULL,
		     N_("configure for all users, as root (with --containers-registries, --timer "
			"or --ci-host)") },
	[DISCOVER] = { "discover", NULL, N_("find the registries that your identity can list") },
	[REPLACE] = { "replace", NULL, N_("replace another credential helper without asking"),
		      .synonym = "yes" },
	[WITH_LOGINS] = { "with-logins", NULL,
			  N_("also move the logins in Docker's config.json to the keychain, and "
			     "copy those of a replaced helper") },
	[INSECURE_STORAGE] = { "insecure-storage", NULL,
			       N_("with --with-logins: without a keychain, use files that only "
				  "you can read") },
	[NO_CHECK] = { "no-check", NULL, N_("do not test the configuration afterwards") },
	[DRY_RUN] = { "dry-run", NULL, N_("show what would change") },
	[UNDO] = { "undo", NULL, N_("remove what configure added") },
	[JSON] = { "json", NULL, N_("print the result as JSON") },
	{ 0 },
};

/* Prints an error and returns false if an argument is not a registry. */
static bool read_request(const struct acr_app *app, char *const *arguments,
			 const char *const *values, struct acr_configure_request *ret)
{
	*ret = (struct acr_configure_request){
		.creds_store = values[CREDS_STORE],
		.podman = values[PODMAN],
		.containers = values[CONTAINERS],
		.timer = values[TIMER],
		.ci_host = values[CI_HOST],
		.settings = { [ACR_REQUEST_TENANT] = values[TENANT],
			      [ACR_REQUEST_IDENTITY] = values[IDENTITY],
			      [ACR_REQUEST_CLIENT_ID] = values[CLIENT_ID] },
		.with_logins = values[WITH_LOGINS],
		.insecure = values[INSECURE_STORAGE],
		.system = values[SYSTEM],
		.replace = values[REPLACE],
		.check = !values[NO_CHECK],
		.dry_run = values[DRY_RUN],
		.json = values[JSON],
	};
	for (; *arguments; arguments++) {
		struct acr_registry registry;

		if (!acr_front_registry(app, &acr_command_configure, *arguments, values[JSON],
					&registry))
			return false;
		ret->hosts[ret->host_count++] = acr_copy(registry.host);
	}
	return true;
}

static void free_request(struct acr_configure_request *request)
{
	for (size_t i = 0; i < request->host_count; i++)
		free((void *)(uintptr_t)request->hosts[i]);
}

static void tell_plan(struct acr_output *output, const struct acr_plan *plan,
		      const struct acr_timer *timer)
{
	for (size_t i = 0; i < plan->count; i++) {
		const struct acr_file_edit *edit = &plan->edits[i];

		acr_output_file(output, edit->target.path,
				acr_edit_changes(edit) ? N_("changed") : N_("nothing to change"),
				&edit->changes);
	}
	if (timer->link)
		acr_output_file(output, timer->link,
				timer->there ? N_("nothing to change") : N_("enabled"), NULL);
}

/* The lock of a process that changes files. */
struct journal_lock {
	const char *folder; /* of the journal */
	char *own_folder;   /* the topmost folder that was created for it */
	int held;
};

/* The lock is taken before the files are read, since the plan of another `configure` would
 * otherwise be based on outdated files. A failure matters only if there is something to write. */
static int lock_journal(struct journal_lock *lock, struct acr_error *error)
{
	if (lock->held < 0)
		lock->held = acr_memo_begin(lock->folder, &lock->own_folder, error);
	return lock->held < 0 ? -1 : 0;
}

static void unlock_journal(struct journal_lock *lock)
{
	if (lock->held >= 0)
		acr_memo_end(lock->folder, lock->own_folder);
	acr_fd_close(&lock->held);
	acr_string_free(&lock->own_folder);
}

static int carry_out(const struct acr_app *app, struct journal_lock *lock, struct acr_plan *plan,
		     const struct acr_timer *timer, bool system, struct acr_error *error)
{
	bool changes = timer->link && !timer->there;

	for (size_t i = 0; i < plan->count; i++)
		changes = changes || acr_edit_changes(&plan->edits[i]);
	if (!changes)
		return 0;
	if (lock_journal(lock, error))
		return -1;
	for (size_t i = 0; i < plan->count; i++)
		if (acr_edit_changes(&plan->edits[i]) &&
		    acr_plan_carry_out(lock->folder, lock->own_folder, &plan->edits[i], error))
			return -1;
	if (timer->link && !timer->there)
		return acr_timer_enable(app, lock->folder, lock->own_folder, timer, system, error);
	return 0;
}

static int change(struct acr_output *output, const struct acr_configure_request *request,
		  struct journal_lock *lock, struct acr_plan *plan, struct acr_error *error)
{
	struct acr_error untold = { 0 };
	auto_timer timer = { 0 };

	if (!request->dry_run)
		(void)!lock_journal(lock, &untold);
	if (acr_plan_make(output->app, request, plan, error) ||
	    (request->timer && acr_timer_plan(output->app, request->system, &timer, error)))
		return -1;
	tell_plan(output, plan, &timer);
	if (acr_logins_take(output, request, plan, error))
		return -1;
	if (request->dry_run)
		return 0;
	if (carry_out(output->app, lock, plan, &timer, request->system, error)) {
		acr_logins_abandon(output->app, plan);
		return -1;
	}
	return 0;
}

static void check_all(struct acr_output *output, const struct acr_configure_request *request,
		      const struct acr_plan *plan)
{
	struct acr_trial check;

	acr_trial_path(output->app, &check);
	acr_output_trial(output, &check);
	for (size_t i = 0; i < request->host_count; i++) {
		if (plan->docker_folder && acr_trial_overridden(output->app, plan->docker_folder,
								request->hosts[i], &check))
			acr_output_trial(output, &check);
		acr_trial_get(output->app, request->hosts[i], &check);
		acr_output_trial(output, &check);
	}
}

/* Prints the result, and how to continue. */
static void conclude(struct acr_output *output, const struct acr_configure_request *request)
{
	const struct acr_app *app = output->app;
	auto_string text = NULL;

	if (output->failed)
		text = acr_format(
			_("The configuration is in place, but a check failed. To find out why: %s "
			  "diagnose. To undo it: %s configure --undo"),
			app->program, app->program);
	else if (request->host_count)
		text = acr_format(_("This helper is set up. Next: docker pull %s/IMAGE"),
				  request->hosts[0]);
	else
		text = acr_format(_("This helper is set up. Next: %s status"), app->program);
	acr_output_line(output, text);
}

static int work(struct acr_output *output, const struct acr_configure_request *request, bool undo,
		struct acr_error *error)
{
	auto_string folder = acr_memo_folder(output->app, request->system);
	struct journal_lock lock = { folder, NULL, -1 };
	struct acr_config *config = NULL;
	auto_plan plan = { 0 };
	int failed;

	if (!folder)
		return acr_raise(error, HOME_UNSET);
	if (undo)
		return acr_take_back(output, request, folder, error);
	failed = change(output, request, &lock, &plan, error);
	unlock_journal(&lock);
	if (failed || request->dry_run)
		return failed;
	if (acr_configure_request_is_own(request) && acr_config_load(output->app, &config, error))
		return -1;
	if (config) { /* with what was written now */
		acr_config_free((struct acr_config *)(uintptr_t)output->app->config);
		output->app->config = config;
	}
	if (request->check)
		check_all(output, request, &plan);
	conclude(output, request);
	return 0;
}

/* On a terminal the user selects registries; otherwise the list is printed and nothing else is
 * done. */
static int discover(struct acr_output *output, struct acr_configure_request *request,
		    bool *ret_done, struct acr_error *error)
{
	const struct acr_app *app = output->app;
	auto_discovery found = { 0 };
	auto_secret list = { 0 };

	if (acr_discover(app, &found, error))
		return -1;
	*ret_done = output->json || !isatty(app->in) || !isatty(app->err);
	if (!*ret_done) {
		if (acr_discovery_choose(app, &found, error))
			return -1;
		for (size_t i = 0; i < found.count && request->host_count < ACR_HOSTS_MOST; i++)
			request->hosts[request->host_count++] = acr_copy(found.hosts[i]);
		return 0;
	}
	acr_discovery_list(&found, output->json, &list);
	(void)acr_docker_answer(app, &list);
	return 0;
}

static bool is_bare(char *const *arguments, const char *const *values)
{
	for (size_t i = 0; options[i].name; i++)
		if (values[i])
			return false;
	return !arguments[0];
}

static int configure(struct acr_app *app, char *const *arguments, const char *const *values)
{
	struct acr_output output = { .app = app, .json = values[JSON], .dry_run = values[DRY_RUN] };
	__attribute__((cleanup(free_request))) struct acr_configure_request request = { 0 };
	struct acr_error error = { 0 };
	const char *wrong;

	if (acr_front_begin(app, &error)) {
		acr_say_error(app, &error);
		return 1;
	}
	if (!read_request(app, arguments, values, &request))
		return ACR_EXIT_USAGE;
	if (values[DISCOVER] && !values[UNDO]) {
		bool done = false;

		if (discover(&output, &request, &done, &error)) {
			acr_say_error(app, &error);
			return 1;
		}
		if (done)
			return 0;
	}
	if (is_bare(arguments, values)) {
		if (acr_output_state(&output, &error) == 0)
			return 0;
		acr_say_error(app, &error);
		return 1;
	}
	wrong = acr_configure_request_misuse(&request, values[UNDO]);
	if (wrong) {
		acr_say(app, _("%s (see %s configure --help)"), wrong, app->program);
		return ACR_EXIT_USAGE;
	}
	if (work(&output, &request, values[UNDO], &error)) {
		acr_say_error(app, &error);
		output.failed = true;
	}
	return acr_output_end(&output);
}

const struct acr_command acr_command_configure = {
	.name = "configure",
	.arguments = "[REGISTRY...]",
	.summary = N_("set up docker, podman and skopeo, or undo the setup"),
	.about = N_("Writes \"credHelpers\" for the specified registries to Docker's config.json, "
		    "shows the change, and tests whether docker finds this program and gets a "
		    "login. Everything else in the file stays unchanged. --undo removes what "
		    "configure added and keeps later changes by others."),
	.options = options,
	.most = ACR_HOSTS_MOST,
	.run = configure,
};
