/* SPDX-License-Identifier: Apache-2.0 */
/* The table of commands, and how a command line is matched to a row. */
#include "front/front.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "acr/config.h"
#include "acr/rule.h"
#include "base/budget.h"
#include "base/columns.h"
#include "base/file.h"
#include "base/process.h"
#include "explain/language.h"

const struct acr_command *const acr_commands[] = {
#define COMMAND(folder, name) &acr_command_##name,
#include "front/commands.def"
#undef COMMAND
	NULL,
};

#define OPTIONS_MOST 24

static const struct acr_command *find(const char *name)
{
	for (const struct acr_command *const *row = acr_commands; *row; row++)
		if (strcmp((*row)->name, name) == 0)
			return *row;
	return NULL;
}

/* The two tables of getopt. An option with a letter is identified by it, all others by their
 * number. */
static void fill_tables(const struct acr_command *command, struct option *table, char *letters)
{
	int count = 0;

	/* Docker's verbs end their options at the first argument; other commands accept options
	 * anywhere. */
	letters += sprintf(letters, "%s:h", command->protocol ? "+" : "");
	for (const struct acr_option *option = command->options;
	     option && option->name && count < OPTIONS_MOST; option++, count++) {
		const struct option row = { option->name,
					    option->argument ? required_argument : no_argument,
					    NULL, count };

		*table++ = row;
		if (option->synonym) {
			*table = row;
			table++->name = option->synonym;
		}
		if (option->letter)
			letters += sprintf(letters, "%c%s", option->letter,
					   option->argument ? ":" : "");
	}
	*table = (struct option){ "help", no_argument, NULL, 'h' };
}

static int number_of(const struct acr_command *command, int chosen)
{
	for (int i = 0; chosen > OPTIONS_MOST && command->options && command->options[i].name; i++)
		if (command->options[i].letter == chosen)
			return i;
	return chosen;
}

static int run(struct acr_app *app, const struct acr_command *command, int argc, char **argv)
{
	struct option table[2 * OPTIONS_MOST + 2] = { 0 };
	char letters[4 + 2 * OPTIONS_MOST];
	const char *values[OPTIONS_MOST] = { 0 };
	int chosen, status;

	/* Docker passes no arguments to its verbs, and they must be fast. */
	if (argc > 1)
		fill_tables(command, table, letters);
	opterr = 0;
	optind = 1;
	if (!command->protocol) {
		acr_language_begin(app);
		acr_columns_fit(app->err);
		acr_columns_fit(app->out);
	}
	while (argc > 1 && (chosen = getopt_long(argc, argv, letters, table, NULL)) != -1) {
		if (chosen == 'h') {
			acr_help(app, app->out, command);
			return 0;
		}
		if (chosen == '?' || chosen == ':') {
			const char letter[] = { '-', (char)optopt, '\0' };

			return acr_usage_option(
				app, command,
				optopt > OPTIONS_MOST && optopt != 'h' ? letter : argv[optind - 1],
				chosen == ':');
		}
		values[number_of(command, chosen)] = optarg ? optarg : "";
	}
	if (argc - optind > command->most)
		return acr_usage_argument(app, command, argv[optind + command->most]);
	status = command->run(app, argv + optind, values);
	/* acr_front_begin loaded it; lower layers only borrow it. */
	acr_config_free((struct acr_config *)(uintptr_t)app->config);
	app->config = NULL;
	return status;
}

/* The command whose alias we were started as (a link to this program), NULL if there is none. */
static const struct acr_command *find_alias(const char *program)
{
	const char *name = program ? strrchr(program, '/') : NULL;

	name = name ? name + 1 : program;
	for (const struct acr_command *const *row = acr_commands; name && *row; row++)
		if ((*row)->alias && strcmp((*row)->alias, name) == 0)
			return *row;
	return NULL;
}

int acr_front(struct acr_app *app, int argc, char **argv)
{
	static char version[] = "version";
	const struct acr_command *command = find_alias(argc ? argv[0] : NULL);

	if (command)
		return run(app, command, argc, argv);
	if (argc >= 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
			  strcmp(argv[1], "help") == 0)) {
		command = argc > 2 ? find(argv[2]) : NULL;
		if (argc > 2 && !command)
			return acr_usage_command(app, argv[2]);
		acr_help(app, app->out, command);
		return 0;
	}
	if (argc < 2) {
		acr_help(app, app->out, NULL);
		return 1;
	}
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-v") == 0 ||
	    strcmp(argv[1], "-V") == 0)
		argv[1] = version;
	command = find(argv[1]);
	if (command)
		return run(app, command, argc - 1, argv + 1);
	return acr_usage_command(app, argv[1]);
}

void acr_front_limit(struct acr_app *app, const char *host)
{
	app->deadline = app->clock.boot(app) + acr_config_timeout(app->config, host);
}

int acr_front_begin(struct acr_app *app, struct acr_error *error)
{
	struct acr_config *config = NULL;

	acr_process_settle();
	app->deadline = app->clock.boot(app) + ACR_BUDGET_GET;
	if (acr_config_load(app, &config, error))
		return -1;
	app->config = config;
	acr_front_limit(app, NULL);
	for (size_t i = 0; acr_config_warning(config, i); i++) {
		auto_string warning = NULL;

		acr_language_begin(app);
		warning = acr_message_text(acr_config_warning(config, i), acr_text);

		acr_say(app, "%s", warning);
	}
	return 0;
}
