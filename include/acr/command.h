/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Commands: one file in src/front/ and one row in commands.def for each. `--help` of the program
 * and of each command is generated from the rows, so that it is complete.
 */
#ifndef ACR_COMMAND_H
#define ACR_COMMAND_H

#include <stdbool.h>

#include "acr/app.h"

/* One row per option; ends with name == NULL. */
struct acr_option {
	const char *name;     /* "device-code": --device-code */
	const char *argument; /* "TENANT", or NULL for a switch */
	const char *summary;
	char letter;	     /* 'r': -r is the same option; 0: none */
	const char *synonym; /* its name in other programs, not in --help; or NULL */
};

struct acr_command {
	const char *name;
	const char *arguments;		  /* "[REGISTRY]"; "" for none */
	const char *summary;		  /* one line */
	const char *about;		  /* a paragraph for its --help; may be NULL */
	const struct acr_option *options; /* NULL for none */
	bool protocol;	   /* a verb of docker's protocol: run by programs, errors on stdout */
	const char *reads; /* what such a verb reads from stdin; NULL: nothing */
	int most;	   /* maximum number of arguments */
	const char *alias; /* a program name that selects this command; may be NULL */
	/* `values[i]` is the value of `options[i]` ("" for a switch that is set, NULL if it is not
	 * given). Returns the exit status. */
	int (*run)(struct acr_app *app, char *const *arguments, const char *const *values);
};
extern const struct acr_command *const acr_commands[]; /* ends with NULL */

#define ACR_EXIT_USAGE 2

#endif
