/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Starts the user's browser: the one in BROWSER, otherwise through the desktop portal, otherwise
 * xdg-open. It is found with the same checks as other programs, and started in a session of its
 * own, so that it does not hold our descriptors and is not ended with us. Its environment has what
 * a desktop program needs, without variables that may be secrets.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "acr/identity.h"
#include "acr/portal.h"
#include "base/process.h"
#include "front/login.h"

/* Split an absolute path into the folder to search and the name. */
static char *find_program(const struct acr_app *app, const char *name)
{
	const char *slash = strrchr(name, '/');
	auto_string folder = NULL;

	if (!slash)
		return acr_program_find(app, name);
	if (name[0] != '/' || !slash[1] || strchr(name, ':'))
		return NULL;
	folder = acr_format("%.*s", (int)(slash - name), name);
	return acr_program_find_in(app, folder, slash + 1);
}

/* BROWSER is a list of commands separated by colons, in which "%s" is the URL. Only entries that
 * are a single name are used; arguments would require a shell parser. */
static char *find_named(const struct acr_app *app, const char *list)
{
	for (const char *next = list; *next;) {
		size_t length = strcspn(next, ":");
		auto_string name = acr_format("%.*s", (int)length, next);
		char *found, *end = strstr(name, " %s");

		if (end && !end[3])
			*end = '\0';
		found = *name && !strchr(name, ' ') ? find_program(app, name) : NULL;
		if (found)
			return found;
		next += length + (next[length] == ':');
	}
	return NULL;
}

char *acr_browser_find(const struct acr_app *app)
{
	static const char *const usual[] = { "xdg-open", "x-www-browser", "wslview" };
	const char *named = acr_env(app, "BROWSER");
	char *found = NULL;

	/* In a cloud workspace the page opens on another machine, and cannot redirect to this
	 * one. */
	if (acr_env(app, "CODESPACES"))
		return NULL;
	if (!named && !acr_env(app, "DISPLAY") && !acr_env(app, "WAYLAND_DISPLAY"))
		return NULL;
	if (named)
		found = find_named(app, named);
	for (size_t i = 0; !named && !found && i < sizeof(usual) / sizeof(usual[0]); i++)
		found = acr_program_find(app, usual[i]);
	/* No browser is better than one that runs as root in another user's home directory. */
	if (found && acr_program_check_home(found, app->environment, NULL))
		acr_string_free(&found);
	return found;
}

/* Does this variable select an identity, or may it be a secret? */
static bool is_ours(const char *entry)
{
	static const char *const words[] = { "SECRET", "TOKEN",	     "PASSWORD",
					     "PASSWD", "CREDENTIAL", "AUTH_CONFIG" };
	size_t length = strcspn(entry, "=");

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (memmem(entry, length, words[i], strlen(words[i])))
			return true;
	for (const struct acr_identity *const *row = acr_identities; *row; row++)
		for (const char *const *name = (*row)->variables; name && *name; name++) {
			const char *plain = *name + (**name == '?');

			if (strlen(plain) == length && strncmp(entry, plain, length) == 0)
				return true;
		}
	return false;
}

struct start {
	const struct acr_app *app;
	const char *program, *url;
};

static void run(void *data)
{
	const struct start *start = data;
	const char *const arguments[] = { start->program, start->url, NULL };
	size_t count = 0, used = 0;
	const char **environment;

	for (const char *const *entry = start->app->environment; entry && *entry; entry++)
		count++;
	environment = calloc(count + 1, sizeof(*environment));
	if (!environment)
		return;
	for (size_t i = 0; i < count; i++)
		if (!is_ours(start->app->environment[i]))
			environment[used++] = start->app->environment[i];
	/* It may be the first browser of the session, and run as long as the session. */
	signal(SIGPIPE, SIG_DFL);
	umask(022);
	acr_process_become(arguments, environment);
	free(environment);
}

bool acr_browser_open(const struct acr_app *app, const char *program, const char *url)
{
	struct start start = { app, program, url };

	if (!acr_env(app, "BROWSER") && acr_portal_open(app, url))
		return true;
	return acr_fork_away(run, &start);
}
