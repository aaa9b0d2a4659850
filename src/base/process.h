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

#include <sys/types.h>

#include "acr/app.h"
#include "acr/error.h"
#include "acr/secret.h"

/* Before anything that takes its time or leaves something behind: no core of ours or of a child,
 * files for us alone, no signal inherited as blocked. A cached answer does without. */
void acr_process_settle(void);

/* The real app->run. */
acr_run_function acr_process_run;

#define ACR_PATH "/usr/local/bin:/usr/bin:/bin" /* where there is none */

/* Find a program by name in PATH as a suspicious person would: absolute folders only, and nothing
 * on the way to it that another user than root and we could have written (root's group may). Owned
 * by the caller; NULL when there is none. */
char *acr_program_find(const struct acr_app *app, const char *name);
/* The same in these folders, separated by colons. */
char *acr_program_find_in(const struct acr_app *app, const char *folders, const char *name);

/* As Go's exec.LookPath, by which docker, podman and the others find programs: the first in PATH,
 * never one of a relative folder. To tell what they start; app->run refuses it where others could
 * have written it. Owned; NULL for none. */
char *acr_program_first(const struct acr_app *app, const char *name);

/* May this program be started with this environment? ACR_UNAVAILABLE where others could have put it
 * there, or where a folder that it loads something from belongs to another user: with sudo -E, az
 * would load that user's extensions as root. The second question alone is for who has another way
 * than the program. app->run asks both. */
_checked_ int acr_program_check(const char *program, const char *const *environment,
				struct acr_error *error);
_checked_ int acr_program_check_home(const char *program, const char *const *environment,
				     struct acr_error *error);

/* The value in an environment, NULL when unset or empty. Borrowed. */
const char *acr_environment_get(const char *const *environment, const char *name);

/* An environment as a child gets it: of PATH only folders that nobody else can write, and no switch
 * that turns off what protects a token on its way. Free with acr_environment_free. */
char **acr_environment_for_child(const char *const *environment);

/* Take out of an environment, in place, what makes a library in this process load code, write keys
 * or read a catalogue that somebody chose by a variable. Before any library looks. Variables that
 * name certificate authorities stay (http/ca_and_proxy.h). */
void acr_environment_clean(char **environment);

/* The variables of `names` (NULL-terminated) that are set and not empty, as an environment for a
 * child. Free with acr_environment_free. */
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

/* Become another program, in a child that was sent away. Returns where that cannot be or may not be
 * (acr_program_check). */
void acr_process_become(const char *const *arguments, const char *const *environment);

/* ---- between process.c and supervisor.c ---- */

/* In a fresh child of `parent`: run `start`, which becomes a program, in a child of its own; at its
 * end, at SIGTERM, or when `parent` dies, kill all that it started, and end as it did. */
_Noreturn void acr_supervise(pid_t parent, void (*start)(void *data), void *data);

/* stdin, stdout and stderr from /dev/null, nothing else open. */
void acr_streams_close(void);

#endif
