/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs child processes: other programs (az, azd), and forks of this process that run code which may
 * crash or hang (libsecret) or must outlive us (a renewal). A child inherits only the descriptors
 * that it is given, and not our signal mask. A program that we run is ended with its whole process
 * group when it times out or we get SIGTERM.
 */
#ifndef BASE_PROCESS_H
#define BASE_PROCESS_H

#include <stdbool.h>
#include <stdint.h>

#include <sys/types.h>

#include "acr/app.h"
#include "acr/error.h"
#include "acr/secret.h"

/* Call this before anything that takes time or leaves something behind: disables core dumps of this
 * process and its children, makes new files private, and unblocks inherited signals. A cached
 * answer does not need it. */
void acr_process_settle(void);

/* The real app->run. */
acr_run_function acr_process_run;

#define ACR_PATH "/usr/local/bin:/usr/bin:/bin" /* if PATH is not set */

/* Find a program by name in PATH, with security checks: absolute folders only, and no part of its
 * path may be writable by a user other than root and us (root's group may). Owned by the caller;
 * NULL if there is none. */
char *acr_program_find(const struct acr_app *app, const char *name);
/* The same in these folders, separated by colons. */
char *acr_program_find_in(const struct acr_app *app, const char *folders, const char *name);

/* Like exec.LookPath of Go, by which Docker, Podman and others find programs: the first match in
 * PATH, never in a relative folder. Used to find out what they start; app->run rejects the program
 * if other users could have written it. Owned; NULL: none. */
char *acr_program_first(const struct acr_app *app, const char *name);

/* May this program be started with this environment? ACR_UNAVAILABLE if another user could have
 * written it, or if a folder from which it loads code belongs to another user: with sudo -E, az
 * would load that user's extensions as root. acr_program_check_home checks only the latter, for
 * callers that have an alternative to the program. app->run checks both. */
_checked_ int acr_program_check(const char *program, const char *const *environment,
				struct acr_error *error);
_checked_ int acr_program_check_home(const char *program, const char *const *environment,
				     struct acr_error *error);

/* The value in an environment, NULL when unset or empty. Borrowed. */
const char *acr_environment_get(const char *const *environment, const char *name);

/* An environment for a child: PATH has only folders that no other user can write to, and variables
 * that turn off the protection of tokens are removed. Free with acr_environment_free. */
char **acr_environment_for_child(const char *const *environment);

/* Remove from an environment, in place, the variables that make a library in this process load
 * code, write keys or read a catalog of somebody's choice. Call this before any library reads them.
 * Variables that name certificate authorities are kept (http/ca_and_proxy.h). */
void acr_environment_clean(char **environment);

/* The variables of `names` (NULL-terminated) that are set and not empty, as an environment for a
 * child. Free with acr_environment_free. */
char **acr_environment_pick(const struct acr_app *app, const char *const *names);
void acr_environment_free(char ***environment);
#define auto_environment __attribute__((cleanup(acr_environment_free))) char **

/* Run `work` in a forked child that holds only the write end of a pipe, ends with us and is killed
 * after `budget` ms; collect what it writes (at most `limit` bytes). ACR_TIMEOUT if it was killed,
 * ACR_SYSTEM if it crashed or exited with a status other than 0. */
_checked_ int acr_fork_ask(const struct acr_app *app, int (*work)(void *data, int out), void *data,
			   int64_t budget, size_t limit, struct acr_secret *ret,
			   struct acr_error *error);

/* Run `work` in a detached child: own session, stdin, stdout and stderr on /dev/null, all other
 * descriptors closed. Returns false if it could not be started. */
bool acr_fork_away(void (*work)(void *data), void *data);

/* Execute another program in a detached child. Returns only if that is not possible or not allowed
 * (acr_program_check). */
void acr_process_become(const char *const *arguments, const char *const *environment);

/* ---- between process.c and supervisor.c ---- */

/* In a new child of `parent`: run `start`, which executes a program, in a child of its own. When
 * that ends, at SIGTERM, or when `parent` dies, kill everything that it started, and exit with its
 * status. */
_Noreturn void acr_supervise(pid_t parent, void (*start)(void *data), void *data);

/* Redirect stdin, stdout and stderr to /dev/null, and close everything else. */
void acr_streams_close(void);

#endif
