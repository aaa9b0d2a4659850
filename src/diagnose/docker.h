/* SPDX-License-Identifier: Apache-2.0 */
/* Functions that several checks share: read docker's configuration as docker does, and run programs
 * from PATH. */
#ifndef DIAGNOSE_DOCKER_H
#define DIAGNOSE_DOCKER_H

#include "acr/check.h"
#include "acr/store.h"
#include "base/json.h"
#include "base/process.h"

/* Returns "credsStore" or "credHelpers". Case does not matter, and the last of several members
 * counts, because docker's JSON library (Go's encoding/json) works that way. NULL if there is
 * none. */
struct json_object *acr_docker_member(struct json_object *config, const char *key);
const char *acr_docker_string(struct json_object *config, const char *key);

/* Does the configuration name this helper anywhere? */
bool acr_docker_names(struct json_object *config, const char *suffix);

/* Runs a program and returns its stdout, or stderr if stdout is empty: all of it if `whole`,
 * otherwise the first line. Returns -1 with an error if the exit status is not 0. */
_checked_ int acr_look_ask(const struct acr_app *app, const char *const *arguments, bool whole,
			   struct acr_secret *ret, struct acr_error *error);

/* Returns the first number with a dot in a text as MAJOR * 1000 + MINOR, for example 20010 for
 * "version 20.10.24"; 0 if there is none. */
long acr_look_version(const char *text);

#endif
