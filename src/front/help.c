/* SPDX-License-Identifier: Apache-2.0 */
/* --help, generated from the tables of commands and identities, so that it is always complete. */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "acr/identity.h"
#include "acr/rule.h"
#include "base/columns.h"
#include "base/escape.h"
#include "base/file.h"
#include "explain/language.h"
#include "front/front.h"

#define NAMES	17 /* width of the column of commands and identities */
#define OPTIONS 24 /* width of the column of options with their values */

/* A row: `left`, followed by the summary, wrapped at 80 columns. */
static void row(struct acr_secret *text, const char *left, size_t width, const char *summary)
{
	size_t wide = acr_columns_width(left);

	acr_secret_format(text, "  %-*s  ", (int)width, left);
	acr_columns_wrap(text, summary, (wide > width ? wide : width) + 4, width + 4);
}

static void rows(struct acr_secret *text, bool protocol)
{
	for (const struct acr_command *const *command = acr_commands; *command; command++)
		if ((*command)->protocol == protocol)
			row(text, (*command)->name, NAMES, acr_text((*command)->summary));
}

/* Wraps paragraphs at 80 columns; a line that begins with a blank is an example and is not
 * wrapped. */
static void reflow(struct acr_secret *text, const char *about)
{
	auto_secret paragraph = { 0 };

	for (; *about; about += *about == '\n') {
		size_t length = strcspn(about, "\n");
		bool flows = length > 0 && *about != ' ';

		if (!flows && paragraph.length > 0) {
			acr_columns_wrap(text, acr_secret_text(&paragraph), 0, 0);
			acr_secret_wipe(&paragraph);
		}
		if (flows && paragraph.length > 0)
			acr_secret_add(&paragraph, " ");
		acr_secret_add_bytes(flows ? &paragraph : text, about, length);
		if (!flows)
			acr_secret_add(text, "\n");
		about += length;
	}
	if (paragraph.length > 0)
		acr_columns_wrap(text, acr_secret_text(&paragraph), 0, 0);
}

static void whole(const struct acr_app *app, struct acr_secret *text)
{
	acr_secret_format(text, _("Usage: %s COMMAND\n"), app->program);
	acr_secret_add(text, "\n");
	reflow(text, _("A Docker credential helper that signs in to Azure Container Registry with "
		       "any available Azure identity, renews the login before it expires, and also "
		       "stores all other logins. Set it up with {\"credsStore\": \"acr\"} in "
		       "~/.docker/config.json."));
	acr_secret_format(text, "\n%s\n", _("Commands:"));
	rows(text, false);
	acr_secret_format(text, "\n%s\n",
			  _("Commands for Docker (one request on stdin, one response on stdout):"));
	rows(text, true);
	acr_secret_format(text, "\n%s\n", _("Identities, in the order in which they are tried:"));
	for (const struct acr_identity *const *id = acr_identities; *id; id++)
		row(text, (*id)->name, NAMES, acr_text((*id)->summary));
	acr_secret_add(text, "\n");
	row(text, "--help, --version", NAMES,
	    _("show this help; show the program name and version"));
	acr_secret_format(text, _("See docker-credential-acr(1), and `%s COMMAND --help`.\n"),
			  app->program);
}

static void one(const struct acr_app *app, const struct acr_command *command,
		struct acr_secret *text)
{
	auto_string usage = acr_format("%s %s%s%s%s", app->program, command->name,
				       command->options ? " [OPTION...]" : "",
				       *command->arguments ? " " : "", command->arguments);

	auto_string summary = acr_format("%s.", acr_text(command->summary));

	/* In lists a summary begins with a lowercase ASCII letter, in every language. */
	summary[0] = (char)toupper((unsigned char)summary[0]);
	acr_secret_format(text, _("Usage: %s\n"), usage);
	acr_secret_add(text, "\n");
	acr_columns_wrap(text, summary, 0, 0);
	if (command->about) {
		acr_secret_add(text, "\n");
		reflow(text, acr_text(command->about));
	}
	acr_secret_format(text, "\n%s\n", _("Options:"));
	for (const struct acr_option *option = command->options; option && option->name; option++) {
		auto_string left = acr_format("--%s%s%s", option->name, option->argument ? " " : "",
					      option->argument ? option->argument : "");
		row(text, left, OPTIONS, acr_text(option->summary));
	}
	row(text, "-h, --help", OPTIONS, _("show this help"));
}

void acr_help(const struct acr_app *app, int fd, const struct acr_command *command)
{
	auto_secret text = { 0 };

	acr_language_begin(app);
	if (command)
		one(app, command, &text);
	else
		whole(app, &text);
	if ((fd < 0 || acr_escape_write(fd, acr_secret_text(&text), text.length)) &&
	    (fd < 0 || errno != EPIPE))
		acr_say(app, "%s", _("cannot write to stdout"));
}
