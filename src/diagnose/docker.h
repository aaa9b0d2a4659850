/* SPDX-License-Identifier: Apache-2.0 */
/* What several checks need: docker's config as docker reads it, and programs as docker finds
 * them. */
#ifndef DIAGNOSE_DOCKER_H
#define DIAGNOSE_DOCKER_H

#include "acr/check.h"
#include "acr/store.h"
#include "base/json.h"
#include "base/process.h"

/* The config as the check docker-config read it; owned, NULL where there is none. */
struct json_object *acr_docker_config(const struct acr_case *subject);

/* "credsStore" or "credHelpers", written in whatever letters: docker's JSON library (Go's
 * encoding/json) takes them all, and of several the last. NULL for none. */
struct json_object *acr_docker_member(struct json_object *config, const char *key);
const char *acr_docker_string(struct json_object *config, const char *key);

/* Does the config name this helper for anything? */
bool acr_docker_names(struct json_object *config, const char *suffix);

/* Run a program that people run themselves for what it prints (stderr too where stdout is
 * empty), its first line or (`whole`) all of it. -1 with an error; another status than 0 is one. */
_checked_ int acr_look_ask(const struct acr_app *app, const char *const *arguments, bool whole,
			   struct acr_secret *ret, struct acr_error *error);

/* The first number with a dot in a text as MAJOR * 1000 + MINOR, 0 for none: 20010 of "version
 * 20.10.24". */
long acr_look_version(const char *text);

#endif
