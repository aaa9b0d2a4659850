/* SPDX-License-Identifier: Apache-2.0 */
/* What the ways in share: finding a command, and the manners of docker's protocol. */
#ifndef FRONT_FRONT_H
#define FRONT_FRONT_H

#include "acr/app.h"
#include "acr/broker.h"
#include "acr/command.h"

/* The rows of commands.def. */
#define COMMAND(folder, name) extern const struct acr_command acr_command_##name;
#include "front/commands.def"
#undef COMMAND

/* The whole program: find the command, read its options, run it. Returns the exit status. */
int acr_front(struct acr_app *app, int argc, char **argv);

/* `--help` of the program (command NULL) or of a command, to `fd`. */
void acr_help(const struct acr_app *app, int fd, const struct acr_command *command);

/* ---- usage.c: command lines that are wrong; each says on stderr what, and what may have been meant,
 * and returns the exit status ---- */

int acr_usage_command(const struct acr_app *app, const char *typed);
/* `typed` as it stands on the command line; `valueless`: it needs a value. */
int acr_usage_option(const struct acr_app *app, const struct acr_command *command,
		     const char *typed, bool valueless);
int acr_usage_argument(const struct acr_app *app, const struct acr_command *command,
		       const char *typed);

/* A registry that is an argument of `command`: false, and said why, where it is none (exit status
 * ACR_EXIT_USAGE). A name that is completed or put into lower case is said, unless `quiet`. After
 * acr_front_begin. */
bool acr_front_registry(const struct acr_app *app, const struct acr_command *command,
			const char *typed, bool quiet, struct acr_registry *ret);

/* Load the config into `app` and set the deadline of the run. -1 with an error that names file,
 * line and column. */
_checked_ int acr_front_begin(struct acr_app *app, struct acr_error *error);

/* From now on this run is for one registry: its "timeout" counts, beginning now. */
void acr_front_limit(struct acr_app *app, const char *host);

/* ---- docker's protocol (docker-credential-helpers, credentials/credentials.go) ---- */

/* A request on stdin, at most `limit` bytes. On a terminal a person hears `what` (N_) is expected. */
_checked_ int acr_docker_read(const struct acr_app *app, const char *what, size_t limit,
			      struct acr_secret *ret, struct acr_error *error);

/* The server that `get` and `erase` are asked for: stdin without white space around it. */
_checked_ int acr_docker_server(const struct acr_app *app, struct acr_secret *ret,
				struct acr_error *error);

/* The same checks for a name that came inside a store request. */
_checked_ int acr_docker_check_server(struct acr_secret *server, struct acr_error *error);

/* Write a page whole. Returns the exit status; nothing is said where the reader has closed the pipe. */
int acr_docker_answer(const struct acr_app *app, const struct acr_secret *answer);

/* An answer for a client, whose strings acr_json_quote has made printable: as it is, and quick. */
int acr_docker_json(const struct acr_app *app, const struct acr_secret *json);

/* Say why not: one line on stdout, which docker compares or prints, and the explanation on stderr.
 * Returns 1. */
int acr_docker_refuse(const struct acr_app *app, const struct acr_report *report,
		      const struct acr_error *error);

#endif
