/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Children: other programs (az, azd), and forks of ourselves that do what must not be able to hurt
 * us (libsecret) or must outlive us (a renewal). A child never inherits a descriptor that it was
 * not given, nor our signal mask, and a program that we run dies with its whole group when its time
 * is up or we are told to end.
 */
#ifndef BASE_PROCESS_H
#define BASE_PROCESS_H

#include <stdbool.h>
#include <stdint.h>

#include "acr/app.h"
#include "acr/error.h"
#include "acr/secret.h"

/* Before anything that takes its time or leaves something behind: no core of ours or of a child,
 * files for us alone, no signal inherited as blocked. A cached answer does without. */
void acr_process_settle(void);

/* The real app->run. */
acr_run_function acr_process_run;

/* Find a program by name in PATH as a suspicious person would: absolute folders only, neither
 * folder nor file writable by group or others, owned by root or us. Owned by the caller; NULL when
 * there is none. */
char *acr_program_find(const struct acr_app *app, const char *name);

/* Take out of an environment, in place, what makes a library in this process load code, write keys
 * or read a catalogue that somebody chose by a variable. Before any library looks. Variables that
 * name certificate authorities stay (http/ca_and_proxy.h). */
void acr_environment_clean(char **environment);

/* The variables of `names` (NULL-terminated) that are set, as an environment for a child. Free with
 * acr_environment_free. */
char **acr_environment_pick(const struct acr_app *app, const char *const *names);
void acr_environment_free(char ***environment);
#define auto_environment __attribute__((cleanup(acr_environment_free))) char **

/* Run `work` in a forked child that holds nothing but the writing end of a pipe, dies with us and
 * is killed after `budget` ms, and collect what it writes (at most `limit` bytes). ACR_TIMEOUT when
 * killed, ACR_SYSTEM when it crashed or ended with another status than 0. */
_checked_ int acr_fork_ask(const struct acr_app *app, int (*work)(void *data, int out), void *data,
			   int64_t budget, size_t limit, struct acr_secret *ret,
			   struct acr_error *error);

/* Run `work` in a child that is nobody's: own session, stdin, stdout and stderr on /dev/null, every
 * other descriptor closed. Returns false when it could not be started. */
bool acr_fork_away(void (*work)(void *data), void *data);

#endif
