/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the commands: finding a command, and Docker's protocol. */
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

/* ---- usage.c: invalid command lines; each function prints to stderr what is wrong and what was
 * probably meant, and returns the exit status ---- */

int acr_usage_command(const struct acr_app *app, const char *typed);
/* `typed` is the option as on the command line; `valueless`: its value is missing. */
int acr_usage_option(const struct acr_app *app, const struct acr_command *command,
		     const char *typed, bool valueless);
int acr_usage_argument(const struct acr_app *app, const struct acr_command *command,
		       const char *typed);

/* A registry that is an argument of `command`: if it is invalid, prints why and returns false (exit
 * status ACR_EXIT_USAGE). Prints how a name was completed or converted to lower case, unless
 * `quiet`. Call after acr_front_begin. */
bool acr_front_registry(const struct acr_app *app, const struct acr_command *command,
			const char *typed, bool quiet, struct acr_registry *ret);

/* Load the configuration into `app` and set the deadline of the run. -1 with an error that names
 * file, line and column. */
_checked_ int acr_front_begin(struct acr_app *app, struct acr_error *error);

/* From now on the run is for one registry: its "timeout" applies, starting now. */
void acr_front_limit(struct acr_app *app, const char *host);

/* ---- docker's protocol (docker-credential-helpers, credentials/credentials.go) ---- */

/* Read a request from stdin, at most `limit` bytes. On a terminal, prints that `what` (N_) is
 * expected. */
_checked_ int acr_docker_read(const struct acr_app *app, const char *what, size_t limit,
			      struct acr_secret *ret, struct acr_error *error);

/* The server of a `get` or `erase`: stdin without surrounding white space. */
_checked_ int acr_docker_server(const struct acr_app *app, struct acr_secret *ret,
				struct acr_error *error);

/* The same checks for a server name in a store request. */
_checked_ int acr_docker_check_server(struct acr_secret *server, struct acr_error *error);

/* Write a page completely. Returns the exit status; no error is printed if the reader has closed
 * the pipe. */
int acr_docker_answer(const struct acr_app *app, const struct acr_secret *answer);

/* Write an answer for a client unchanged: its strings have been escaped by acr_json_quote. */
int acr_docker_json(const struct acr_app *app, const struct acr_secret *json);

/* Report a failure: one line on stdout, which Docker compares or prints, and the explanation on
 * stderr. Returns 1. */
int acr_docker_refuse(const struct acr_app *app, const struct acr_report *report,
		      const struct acr_error *error);

#endif
