/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Everything that reaches outside, in one struct.
 *
 * main() fills it with the real edges; a unit test fills it with its own. No floor below the front
 * reads environ, asks for the time, starts a program or opens a connection in any other way, so all
 * of them run in a test without a process, a network or a clock that moves.
 *
 * Times are int64_t: wall-clock times in seconds since 1970 (what people and JWTs mean), deadlines
 * and ages in milliseconds of boot time, which goes on during suspend and does not jump when the
 * clock is set.
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
	int64_t (*wall)(
		const struct acr_app *app); /* seconds since 1970, as this machine believes */
	int64_t (*boot)(const struct acr_app *app); /* milliseconds since boot, suspend included */
};

/* One run of another program. Never through a shell. */
struct acr_run {
	const char *const *argv;	/* argv[0] an absolute path; NULL-terminated */
	const char *const *environment; /* the whole environment of the child, NULL-terminated */
	int64_t budget;			/* milliseconds; the process group is killed after that */
	size_t limit;			/* bytes of stdout that are taken; more is an error */
	const char
		*input; /* what it reads from stdin, at most ACR_INPUT_MAX bytes; NULL: nothing */
};
#define ACR_INPUT_MAX 16384 /* a pipe holds it, so nobody has to wait for the program to read */

/* Start, wait, collect. 0 when the program ran to its end (see `*status`, as of waitpid), -1 with
 * ACR_TIMEOUT, ACR_INVALID (too much output) or ACR_SYSTEM otherwise. `ret_err` is capped at 4 KiB
 * and may be cut. */
typedef int acr_run_function(const struct acr_app *app, const struct acr_run *run, int *status,
			     struct acr_secret *ret_out, struct acr_secret *ret_err,
			     struct acr_error *error);

/*
 * For whom a run works, which decides what of this machine's secrets it may use. Each row may use
 * what the next may, and more; zero is the ordinary run. Whoever switches the identity switches
 * this with it, and with it every store at once: they ask acr_may_use().
 */
enum acr_principal {
	ACR_FOR_USER,	/* whoever started us */
	ACR_FOR_NODE,	/* kubelet, as the node */
	ACR_FOR_MIRROR, /* kubelet, as the node, for an image whose registry is mirrored */
	ACR_FOR_POD	/* kubelet, as a pod that has an identity of its own */
};

/* What is kept here, by the last that may use it, read or write. */
enum acr_kept {
	ACR_KEPT_BY_DOCKER = ACR_FOR_USER, /* docker's own "auths" */
	ACR_KEPT_BY_PERSON = ACR_FOR_NODE, /* keychain, decisions, sign-ins */
	ACR_KEPT_DERIVED = ACR_FOR_MIRROR  /* cached tokens, notes, locks */
};

struct acr_app {
	const char *program;		/* "docker-credential-acr" */
	const char *const *environment; /* NAME=value, NULL-terminated; ask with acr_env */
	int in, out, err;		/* file descriptors; -1: closed */
	struct acr_clock clock;
	struct acr_http *http; /* the network (http.h); loads libcurl when first used */
	acr_run_function *run; /* other programs */
	const char *
		root; /* goes in front of /etc, /sys, /proc, /opt and /var; "" outside unit tests */
	const struct acr_config *config; /* never NULL below the front; see config.h */
	int64_t deadline; /* boot time in ms by which all must be done; 0: none yet */
	bool interactive; /* a person asked (login, diagnose): notes of earlier refusals do not
			     count */
	enum acr_principal principal; /* what of this machine's secrets may be used */
};

/* May this run use what is kept so? Where not, nothing is found, and nothing is written. */
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

/* One line "docker-credential-acr: ..." on stderr. It never blocks for long and never fails a
 * caller. */
void acr_say(const struct acr_app *app, const char *format, ...) _printf_(2, 3);

/* The same for people who ask for it (DOCKER_CREDENTIAL_ACR_LOG=debug). Never give it a secret. */
void acr_debug(const struct acr_app *app, const char *format, ...) _printf_(2, 3);
/* "about: what the error says" */
void acr_debug_error(const struct acr_app *app, const char *about, const struct acr_error *error);

#endif
