/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The renewal timer: the equivalent of `systemctl --user enable --now` (or --global), as a link
 * that can be displayed and removed, and that can be created where no systemd runs: in a chroot or
 * while an image is being built.
 */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/process.h"
#include "configure/plan.h"
#include "explain/language.h"

#define UNIT	       "docker-credential-acr-renew.timer"
#define SYSTEMCTL_WAIT 10000 /* milliseconds */

/* systemd.unit(5): the folders of user units that a package or the user installs. Owned. */
static char *find_unit(const struct acr_app *app)
{
	static const char *const folders[] = { "/etc/systemd/user", "/usr/local/lib/systemd/user",
					       "/usr/local/share/systemd/user",
					       "/usr/lib/systemd/user", "/lib/systemd/user" };
	auto_string home = acr_plan_home(app, "XDG_CONFIG_HOME", ".config", "systemd/user/" UNIT);

	if (home && access(home, F_OK) == 0) {
		char *found = home;
		home = NULL;
		return found;
	}
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		auto_string below = acr_format("%s/" UNIT, folders[i]);
		char *path = acr_system_path(app, below);

		if (access(path, F_OK) == 0)
			return path;
		acr_string_free(&path);
	}
	return NULL;
}

/* The link in timers.target.wants. Owned; NULL without a home directory. */
static char *find_link(const struct acr_app *app, bool system)
{
	if (system)
		return acr_system_path(app, "/etc/systemd/user/timers.target.wants/" UNIT);
	return acr_plan_home(app, "XDG_CONFIG_HOME", ".config",
			     "systemd/user/timers.target.wants/" UNIT);
}

static void tell_systemd(const struct acr_app *app, const char *verb)
{
	const char *runtime = acr_env(app, "XDG_RUNTIME_DIR");
	auto_string manager = acr_format("%s/systemd/private", runtime ? runtime : "");
	auto_string program = acr_program_find(app, "systemctl");
	static const char *const names[] = {
		"PATH", "HOME", "LANG", "LC_ALL", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS",
		NULL
	};
	auto_environment environment = acr_environment_pick(app, names);
	const char *const reload[] = { program, "--user", "daemon-reload", NULL };
	const char *const change[] = { program, "--user", verb, UNIT, NULL };
	struct acr_run run = {
		.argv = reload,
		.environment = (const char *const *)environment,
		.budget = SYSTEMCTL_WAIT,
		.limit = 4096,
	};
	auto_secret out = { 0 }, err = { 0 };
	int status = 0;

	if (!program || access(manager, F_OK))
		return;
	if (app->run(app, &run, &status, &out, &err, NULL) == 0) {
		run.argv = change;
		if (app->run(app, &run, &status, &out, &err, NULL) == 0 && status == 0)
			return;
	}
	acr_say(app, _("systemctl --user %s %s failed; the change takes effect at the next login"),
		verb, UNIT);
}

int acr_timer_plan(const struct acr_app *app, bool system, struct acr_timer *ret,
		   struct acr_error *error)
{
	*ret = (struct acr_timer){ .unit = find_unit(app), .link = find_link(app, system) };
	if (!ret->unit)
		return acr_raise(error, TIMER_NOT_INSTALLED, UNIT);
	if (!ret->link)
		return acr_raise(error, HOME_UNSET);
	ret->there = access(ret->link, F_OK) == 0;
	return 0;
}

void acr_timer_free(struct acr_timer *timer)
{
	acr_string_free(&timer->unit);
	acr_string_free(&timer->link);
}

int acr_timer_enable(const struct acr_app *app, const char *folder, const char *own_folder,
		     const struct acr_timer *timer, bool system, struct acr_error *error)
{
	auto_memo memo = { .path = acr_copy(timer->link), .kind = acr_copy("link") };

	memo.made = true;
	memo.made_folder = acr_target_missing(timer->link);
	memo.own_folder = own_folder ? acr_copy(own_folder) : NULL;
	if (acr_memo_save(folder, &memo, error) ||
	    acr_target_folders(timer->link, system ? 0755 : 0700, error))
		return -1;
	if (unlink(timer->link) && errno != ENOENT)
		return acr_raise_errno(error, errno, FILE_UNREMOVABLE, timer->link);
	if (symlink(timer->unit, timer->link))
		return acr_raise_errno(error, errno, CONFIGURE_LINK, timer->link);
	if (!system)
		tell_systemd(app, "start");
	return 0;
}

void acr_timer_stop(const struct acr_app *app)
{
	tell_systemd(app, "stop");
}
