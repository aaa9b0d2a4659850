/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Invalid command lines: prints what is wrong and what was probably meant to stderr, with exit
 * status 2. If a client that uses Docker's protocol may be reading stdout, it gets the same message
 * as from Docker's own helpers.
 */
#include <string.h>
#include <unistd.h>

#include "acr/rule.h"
#include "base/nearest.h"
#include "explain/explain.h"
#include "explain/language.h"
#include "front/front.h"

/* What users type by mistake, and what they mean by it. Lists end with typed == NULL. */
struct guess {
	const char *typed, *meant;
};

/* Commands that users try because other programs have them. */
static const struct guess commands[] = {
	{ "signin", "login" },
	{ "sign-in", "login" },
	{ "auth", "login" },
	{ "signout", "logout" },
	{ "sign-out", "logout" },
	{ "setup", "configure" },
	{ "init", "configure" },
	{ "config", "configure" },
	{ "install", "configure" },
	{ "enable", "configure" },
	{ "undo", "configure --undo" },
	{ "uninstall", "configure --undo" },
	{ "unconfigure", "configure --undo" },
	{ "disable", "configure --undo" },
	{ "doctor", "diagnose" },
	{ "check", "diagnose" },
	{ "test", "diagnose" },
	{ "verify", "diagnose" },
	{ "debug", "diagnose" },
	{ "check-health", "diagnose" },
	{ "diagnostics", "diagnose" },
	{ "why", "explain" },
	{ "signoff", "logout" },
	{ "info", "status" },
	{ "show", "status" },
	{ "whoami", "status" },
	{ "refresh", "renew" },
	{ "rotate", "renew" },
	{ "update", "renew" },
	{ "reset", "logout" },
	{ "token", "get" },
	{ "registries", "configure --discover" },
	{ "discover", "configure --discover" },
	{ "ls", "list" },
	{ "delete", "erase" },
	{ "remove", "erase" },
	{ "rm", "erase" },
	{ "put", "store" },
	{ "set", "store" },
	{ 0 },
};

/* Names of options in other programs. A row is used for commands that have the option. */
static const struct guess options[] = {
	{ "--output", "--json" },
	{ "-o", "--json" },
	{ "-j", "--json" },
	{ "--format", "--json" },
	{ "-q", "--quiet" },
	{ "-f", "--force" },
	{ "-a", "--all" },
	{ "-y", "--replace" },
	{ "--force", "--replace" },
	{ "-n", "--dry-run" },
	{ "--uninstall", "--undo" },
	{ "--remove", "--undo" },
	{ "--image", "--pull" },
	{ "--file", "--report" },
	{ "--tenant-id", "--tenant" },
	{ "--global", "--system" },
	{ "--show", "--list" },
	{ "-v", "--verbose" },
	{ "-t", "--tenant" },
	{ 0 },
};

/* Options that do not exist, and what to use instead. */
static const struct guess others[] = {
	{ "--version", "version" },
	{ "-V", "version" },
	{ "-v", "version" },
	{ "--verbose", "DOCKER_CREDENTIAL_ACR_LOG=debug" },
	{ "--debug", "DOCKER_CREDENTIAL_ACR_LOG=debug" },
	{ "--log-level", "DOCKER_CREDENTIAL_ACR_LOG=debug" },
	{ 0 },
};

/* Names of clients in place of a registry, and the option to use for them. */
static const struct guess clients[] = {
	{ "docker", "--creds-store" },
	{ "skopeo", "--podman" },
	{ "buildah", "--podman" },
	{ 0 },
};

/* In az the registry is an option, here it is an argument. */
static const char *const registry_options[] = { "--name", "-n", "--registry", "-r", "--server" };

static bool has_option(const struct acr_command *command, const char *name)
{
	for (const struct acr_option *option = command->options; option && option->name; option++)
		if (strcmp(option->name, name) == 0 ||
		    (option->synonym && strcmp(option->synonym, name) == 0))
			return true;
	return strcmp(name, "help") == 0;
}

/* The meaning of `typed`, NULL if no row has it; with a `command`, only if that has the option.
 * Case matters in options only. */
static const char *find_guess(const struct guess *row, const char *typed,
			      const struct acr_command *command)
{
	int (*compare)(const char *, const char *) = *typed == '-' ? strcmp : strcasecmp;

	for (; row->typed; row++)
		if (compare(row->typed, typed) == 0 &&
		    (!command || has_option(command, row->meant + 2)))
			return row->meant;
	return NULL;
}

static int say(const struct acr_app *app, const struct acr_error *error)
{
	acr_say_error(app, error);
	return ACR_EXIT_USAGE;
}

/* Not on a terminal, where the user would see the same message twice. */
static void answer_client(const struct acr_app *app, const struct acr_secret *line)
{
	if (app->out >= 0 && !isatty(app->out))
		(void)acr_docker_answer(app, line);
}

int acr_usage_command(const struct acr_app *app, const char *typed)
{
	const char *guess = find_guess(commands, typed, NULL);
	struct acr_nearest search = { .word = typed };
	struct acr_error error = { 0 };
	auto_secret line = { 0 };

	acr_secret_format(&line, "%s: unknown action: %.80s\n", app->program, typed);
	answer_client(app, &line);
	for (const struct acr_command *const *row = acr_commands; *row; row++)
		acr_nearest_try(&search, (*row)->name);
	if (guess)
		search.best = guess;
	if (search.best)
		(void)acr_raise(&error, USAGE_COMMAND_NEAR, typed, search.best);
	else
		(void)acr_raise(&error, USAGE_COMMAND, typed, app->program);
	return say(app, &error);
}

/* Docker's own helpers print errors to stdout and exit with status 1. */
static int status_of(const struct acr_app *app, const struct acr_command *command)
{
	auto_secret line = { 0 };

	if (!command->protocol)
		return ACR_EXIT_USAGE;
	acr_secret_format(&line, "Usage: %s %s\n", app->program, command->name);
	answer_client(app, &line);
	return 1;
}

/* "renew --force" for an option that only one other command has; owned, NULL if there is none. */
static char *option_elsewhere(const char *name)
{
	const struct acr_command *found = NULL;

	for (const struct acr_command *const *row = acr_commands; *row; row++) {
		if (!has_option(*row, name))
			continue;
		if (found)
			return NULL;
		found = *row;
	}
	return found ? acr_format("%s --%s", found->name, name) : NULL;
}

/* "--tenant" for "--tennant", among the options of this command; owned, NULL if there is none. */
static char *nearest_option(const struct acr_command *command, const char *name)
{
	const char *guess = find_guess(options, name, command);
	struct acr_nearest search = { .word = name + strspn(name, "-") };

	if (!guess)
		guess = find_guess(others, name, NULL);
	if (guess)
		return acr_copy(guess);
	if (name[1] != '-')
		return NULL;
	for (const struct acr_option *option = command->options; option && option->name; option++)
		acr_nearest_try(&search, option->name);
	acr_nearest_try(&search, "help");
	return search.best ? acr_format("--%s", search.best) : option_elsewhere(name + 2);
}

static bool is_registry_option(const struct acr_command *command, const char *name)
{
	for (size_t i = 0; i < sizeof(registry_options) / sizeof(registry_options[0]); i++)
		if (strcmp(registry_options[i], name) == 0)
			return strstr(command->arguments, "REGISTRY") != NULL;
	return false;
}

int acr_usage_option(const struct acr_app *app, const struct acr_command *command,
		     const char *typed, bool valueless)
{
	/* The value after "=" may be a password. */
	auto_string name = acr_format("%.*s", (int)strcspn(typed, "="), typed);
	bool known = strncmp(name, "--", 2) == 0 && has_option(command, name + 2);
	int status = status_of(app, command);
	auto_string nearest = known ? NULL : nearest_option(command, name);
	struct acr_error error = { 0 };

	if (valueless)
		(void)acr_raise(&error, USAGE_VALUE_MISSING, name, app->program, command->name);
	else if (known)
		(void)acr_raise(&error, USAGE_VALUE_UNEXPECTED, name, app->program, command->name);
	else if (is_registry_option(command, name))
		(void)acr_raise(&error, USAGE_REGISTRY_OPTION, name, app->program, command->name);
	else if (nearest)
		(void)acr_raise(&error, USAGE_OPTION_NEAR, name, nearest);
	else
		(void)acr_raise(&error, USAGE_OPTION, name, app->program, command->name);
	say(app, &error);
	return status;
}

/* "--podman" for "podman"; owned, NULL if it is not an option of this command. */
static char *option_of_word(const struct acr_command *command, const char *typed)
{
	const char *guess = find_guess(clients, typed, command);

	if (guess)
		return acr_copy(guess);
	return has_option(command, typed) ? acr_format("--%s", typed) : NULL;
}

bool acr_front_registry(const struct acr_app *app, const struct acr_command *command,
			const char *typed, bool quiet, struct acr_registry *ret)
{
	auto_string option = option_of_word(command, typed);
	struct acr_error error = { 0 };

	/* Otherwise `configure discover` would configure a registry of that name. */
	if (option) {
		(void)acr_raise(&error, USAGE_ARGUMENT_NEAR, typed, option);
	} else if (acr_registry_typed(app->config, acr_cloud_chosen(app), typed, ret, &error) ==
		   0) {
		if (!quiet && !strstr(typed, ret->host))
			acr_say(app, _("using the registry %s"), ret->host);
		return true;
	}
	if (acr_error_is(&error, REGISTRY_FOREIGN) && has_option(command, "creds-store"))
		(void)acr_raise(&error, CONFIGURE_NOT_A_REGISTRY, typed);
	acr_say_error(app, &error);
	return false;
}

int acr_usage_argument(const struct acr_app *app, const struct acr_command *command,
		       const char *typed)
{
	int status = status_of(app, command);
	struct acr_error error = { 0 };

	acr_language_begin(app);
	/* An argument of a protocol verb may be a password, so it is not printed. */
	if (command->reads)
		(void)acr_raise(&error, USAGE_READS_STDIN, command->name, acr_text(command->reads));
	else if (command->protocol)
		(void)acr_raise(&error, USAGE_NO_ARGUMENTS, command->name);
	else
		(void)acr_raise(&error, USAGE_ARGUMENT, typed, app->program, command->name);
	say(app, &error);
	return status;
}
