/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the person or the platform wrote down: /etc/docker-credential-acr/config.json below
 * $XDG_CONFIG_HOME/docker-credential-acr/config.json, and DOCKER_CREDENTIAL_ACR_<KEY> in the
 * environment.
 *
 * The files are JSON, with global keys and a "registries" object that has the same keys for one
 * host, or for those that a pattern matches. The nearest wins: environment, then the closest entry
 * (the host's own name, then the registry that a regional endpoint belongs to, then the pattern
 * with the longest beginning; of two that are equally close the person's file before /etc), then
 * the global key (likewise). Two equally close entries of one file that differ are an error.
 * "hosts", "ci_hosts", "authority" and "audience" decide where tokens may go: they come from a file
 * owned by root or the person who runs us, never from the environment.
 *
 * A file that cannot be read as JSON stops us with line and column: guessing would mean to act on
 * half of what was meant. An unknown key is a warning that names the nearest known one.
 */
#ifndef ACR_CONFIG_H
#define ACR_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "acr/app.h"
#include "acr/error.h"

/* One row a key: its name, how its value is checked, and where it may stand. */
enum acr_setting_form {
	ACR_SETTING_TEXT,
	ACR_SETTING_CHOICE,
	ACR_SETTING_LIST,
	ACR_SETTING_HOSTS,    /* a list of plain host names */
	ACR_SETTING_VARIABLE, /* the name of an environment variable */
	ACR_SETTING_DURATION,
	ACR_SETTING_SWITCH
};
struct acr_setting_key {
	const char *name;
	enum acr_setting_form form;
	const char *choices; /* "auto|file": for CHOICE */
	bool file_only;	     /* never from the environment */
	bool global_only;    /* not inside "registries" */
	const char *summary; /* for the man page and --help */
};
extern const struct acr_setting_key acr_setting_keys[]; /* ends with name == NULL */

struct acr_config;

/* Read both files and the overrides. Files that do not exist are no error. Never touches the
 * network. The result is owned by the caller (acr_config_free). Fails with ACR_INVALID and
 * "FILE:LINE:COLUMN: what". */
_checked_ int acr_config_load(const struct acr_app *app, struct acr_config **ret,
			      struct acr_error *error);
void acr_config_free(struct acr_config *config);

/* The value that holds for `host` (NULL: the global one); NULL when nobody set it. Lists come
 * joined by commas, switches as "true" or "false", durations as written ("60m"). Borrowed from the
 * config. */
const char *acr_config_get(const struct acr_config *config, const char *host, const char *key);

/* The same, and where it stands. */
struct acr_setting_source {
	const char *value;
	const char *entry; /* the name or pattern in "registries"; NULL: for all registries */
	const char *path;  /* of the file; NULL: it stands in the environment */
};
bool acr_config_find(const struct acr_config *config, const char *host, const char *key,
		     struct acr_setting_source *ret);

/* A duration in seconds ("90", "90s", "60m", "3h"), or `otherwise`. */
int64_t acr_config_seconds(const struct acr_config *config, const char *host, const char *key,
			   int64_t otherwise);
/* How long a run for this host (NULL: for whichever) may take, in milliseconds: its "timeout", or
 * ACR_BUDGET_GET where there is none or it is 0. */
int64_t acr_config_timeout(const struct acr_config *config, const char *host);
bool acr_config_is(const struct acr_config *config, const char *host, const char *key,
		   const char *value);

/* Hosts that the config names: the "hosts" list and every key of "registries" but patterns. Calls
 * `visit` for each, in order. */
void acr_config_hosts(const struct acr_config *config,
		      void (*visit)(void *data, const char *host, bool in_hosts), void *data);

/* Warnings met while loading (unknown keys), `index` from 0; NULL behind the last. Borrowed. */
const struct acr_message *acr_config_warning(const struct acr_config *config, size_t index);

/* The two files' paths, owned by the caller; NULL where there is no home. [0] /etc, [1] the
 * person's. */
char *acr_config_path(const struct acr_app *app, bool personal);

#endif
