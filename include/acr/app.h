/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All access to the outside world: environment, clock, network, other programs.
 *
 * main() fills the struct with the real functions, and a unit test with its own. The layers below
 * the front have no other way to read environ, get the time, start a program or open a connection,
 * so a test can run them without processes, a network or a moving clock.
 *
 * Times are int64_t. Wall-clock times are in seconds since 1970, as in JWTs. Deadlines and ages are
 * in milliseconds of boot time, which continues during suspend and does not jump when the clock is
 * set.
 */
#ifndef ACR_APP_H
#define ACR_APP_H

#include <stdbool.h>
#include <stdint.h>

#include "acr/error.h"
#include "acr/secret.h"

struct acr_config;
struct acr_http;
struct acr_app;

struct acr_clock {
	int64_t (*wall)(const struct acr_app *app); /* seconds since 1970, by this machine */
	int64_t (*boot)(const struct acr_app *app); /* milliseconds since boot, with suspend */
};

/* How to run another program. No shell is involved. */
struct acr_run {
	const char *const *argv;	/* argv[0] an absolute path; NULL-terminated */
	const char *const *environment; /* the whole environment of the child, NULL-terminated */
	int64_t budget;			/* milliseconds; the process group is killed after that */
	size_t limit;			/* maximum size of stdout in bytes; more is an error */
	const char *input; /* for its stdin, at most ACR_INPUT_MAX bytes; NULL: nothing */
};
#define ACR_INPUT_MAX 16384 /* a pipe holds it, so nobody has to wait for the program to read */

/* Run a program and collect its output. Returns 0 if the program ended by itself (`*status` is as
 * from waitpid), otherwise -1 with ACR_TIMEOUT, ACR_INVALID (too much output) or ACR_SYSTEM.
 * `ret_err` is cut at 4 KiB. */
typedef int acr_run_function(const struct acr_app *app, const struct acr_run *run, int *status,
			     struct acr_secret *ret_out, struct acr_secret *ret_err,
			     struct acr_error *error);

/*
 * On whose behalf the program runs, which decides which stored secrets it may use. Each value
 * permits what the next one permits, and more; zero is an ordinary run. Code that switches the
 * identity must also set this; it then applies to all stores, which call acr_may_use().
 */
enum acr_principal {
	ACR_FOR_USER,	/* the user who started the program */
	ACR_FOR_NODE,	/* kubelet, as the node */
	ACR_FOR_MIRROR, /* kubelet, as the node, for an image whose registry is mirrored */
	ACR_FOR_POD	/* kubelet, as a pod that has an identity of its own */
};

/* What is stored on this machine, by the last principal that may read and write it. */
enum acr_kept {
	ACR_KEPT_BY_DOCKER = ACR_FOR_USER, /* docker's own "auths" */
	ACR_KEPT_BY_PERSON = ACR_FOR_NODE, /* by the user: keychain, decisions, sign-ins */
	ACR_KEPT_DERIVED = ACR_FOR_MIRROR  /* cached tokens, notes, locks */
};

struct acr_app {
	const char *program;		/* "docker-credential-acr" */
	const char *const *environment; /* NAME=value, NULL-terminated; ask with acr_env */
	int in, out, err;		/* file descriptors; -1: closed */
	struct acr_clock clock;
	struct acr_http *http; /* the network (http.h); loads libcurl when first used */
	acr_run_function *run; /* other programs */
	const char *root; /* prefix of /etc, /sys, /proc, /opt and /var; "" except in unit tests */
	const struct acr_config *config; /* never NULL below the front; see config.h */
	int64_t deadline; /* boot time in ms by which the run must end; 0: none yet */
	bool interactive; /* a user is waiting (login, diagnose): remembered refusals are ignored */
	enum acr_principal principal; /* which stored secrets may be used */
};

/* May this run use what is stored in this way? If not, it finds nothing and writes nothing. */
static inline bool acr_may_use(const struct acr_app *app, enum acr_kept kept)
{
	return (int)app->principal <= (int)kept;
}

/* The value of an environment variable, NULL when unset or empty. Borrowed. */
const char *acr_env(const struct acr_app *app, const char *name);

/* Milliseconds left until the deadline, at most `at_most`, at least 0. */
int64_t acr_budget(const struct acr_app *app, int64_t at_most);

/* `app->root` and `path`, owned by the caller. */
char *acr_system_path(const struct acr_app *app, const char *path);

/* Print one line "docker-credential-acr: ..." to stderr. It does not block for long, and cannot
 * fail. */
void acr_say(const struct acr_app *app, const char *format, ...) _printf_(2, 3);

/* The same, only with DOCKER_CREDENTIAL_ACR_LOG=debug. Must never be passed a secret. */
void acr_debug(const struct acr_app *app, const char *format, ...) _printf_(2, 3);
/* Print "about: text of the error". */
void acr_debug_error(const struct acr_app *app, const char *about, const struct acr_error *error);

#endif
