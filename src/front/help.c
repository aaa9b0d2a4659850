/* SPDX-License-Identifier: Apache-2.0 */
/* --help, printed from the tables of commands and identities, so that it cannot say less than the
 * program can do. */
#include <string.h>

#include "acr/identity.h"
#include "base/escape.h"
#include "base/file.h"
#include "front/front.h"

static void rows(struct acr_secret *text, bool protocol)
{
	for (const struct acr_command *const *row = acr_commands; *row; row++) {
		auto_string left = acr_format("%s %s", (*row)->name, (*row)->arguments);

		if ((*row)->protocol == protocol)
			acr_secret_format(text, "  %-24s %s\n", left, (*row)->summary);
	}
}

static void whole(const struct acr_app *app, struct acr_secret *text)
{
	acr_secret_format(text,
			  "Usage: %s COMMAND\n\n"
			  "A Docker credential helper that signs in to Azure Container Registry "
			  "with whatever Azure\n"
			  "identity is at hand, renews the login before it ends, and keeps all "
			  "other logins too.\n"
			  "Set it up with {\"credsStore\": \"acr\"} in ~/.docker/config.json.\n\n"
			  "For people:\n",
			  app->program);
	rows(text, false);
	acr_secret_add(text, "\nFor docker (one request on stdin, one answer on stdout):\n");
	rows(text, true);
	acr_secret_add(text, "\nIdentities, in the order in which they are tried:\n");
	for (const struct acr_identity *const *row = acr_identities; *row; row++)
		acr_secret_format(text, "  %-24s %s\n", (*row)->name, (*row)->summary);
	acr_secret_format(text,
			  "\n  --help, --version        this text, and who we are\n"
			  "See docker-credential-acr(1), and `%s COMMAND --help`.\n",
			  app->program);
}

static void one(const struct acr_app *app, const struct acr_command *command,
		struct acr_secret *text)
{
	acr_secret_format(text, "Usage: %s %s%s%s%s\n\n%s.\n", app->program, command->name,
			  command->options ? " [OPTION...]" : "", *command->arguments ? " " : "",
			  command->arguments, command->summary);
	if (command->about)
		acr_secret_format(text, "\n%s\n", command->about);
	acr_secret_add(text, "\nOptions:\n");
	for (const struct acr_option *option = command->options; option && option->name; option++) {
		auto_string left = acr_format("--%s%s%s", option->name, option->argument ? " " : "",
					      option->argument ? option->argument : "");
		acr_secret_format(text, "  %-24s %s\n", left, option->summary);
	}
	acr_secret_format(text, "  %-24s %s\n", "-h, --help", "this text");
}

void acr_help(const struct acr_app *app, int fd, const struct acr_command *command)
{
	auto_secret text = { 0 };

	if (command)
		one(app, command, &text);
	else
		whole(app, &text);
	if (fd < 0 || acr_escape_write(fd, acr_secret_text(&text), text.length))
		acr_say(app, "cannot write to stdout");
}
