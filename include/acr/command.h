/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A verb: one file in src/front/ and one row in commands.def. `--help` of the program and of each
 * verb is printed from the rows, so that it cannot say less than the program can do.
 */
#ifndef ACR_COMMAND_H
#define ACR_COMMAND_H

#include <stdbool.h>

#include "acr/app.h"

/* One row an option; ends with name == NULL. */
struct acr_option {
	const char *name;     /* "device-code": --device-code */
	const char *argument; /* "TENANT", or NULL for a switch */
	const char *summary;
	char letter;	     /* 'r': -r says the same; 0: none */
	const char *synonym; /* as other programs call it; not in --help; or NULL */
};

struct acr_command {
	const char *name;
	const char *arguments;		  /* "[REGISTRY]"; "" for none */
	const char *summary;		  /* one line */
	const char *about;		  /* a paragraph for its --help; may be NULL */
	const struct acr_option *options; /* NULL for none */
	bool protocol;	   /* one of docker's verbs: called by programs, errors on stdout */
	const char *reads; /* what a verb of docker's reads from stdin; NULL: nothing */
	int most;	   /* how many arguments it takes at most */
	const char *alias; /* started under this name, the program is this command; may be NULL */
	/* `values[i]` belongs to `options[i]` ("" for a switch that is set, NULL when absent).
	 * Returns the exit status. */
	int (*run)(struct acr_app *app, char *const *arguments, const char *const *values);
};
extern const struct acr_command *const acr_commands[]; /* ends with NULL */

#define ACR_EXIT_USAGE 2

#endif
