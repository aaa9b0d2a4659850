/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The configuration: $XDG_CONFIG_HOME/docker-credential-acr/config.json, then
 * /etc/docker-credential-acr/config.json, and DOCKER_CREDENTIAL_ACR_<KEY> in the environment.
 *
 * The files are JSON, with global keys and a "registries" object that has the same keys for one
 * host, or for the hosts that a pattern matches. A value is taken from the environment, otherwise
 * from the closest entry (the host's own name, then the registry of a regional endpoint, then the
 * pattern with the longest prefix; if two are equally close, the user's file before /etc),
 * otherwise from the global key (the user's file before /etc). Two equally close entries in one
 * file with different values are an error. "hosts", "ci_hosts", "authority" and "audience" decide
 * where tokens may be sent: they are read only from files that belong to root or the user, never
 * from the environment.
 *
 * A file that is not valid JSON is an error with line and column, because a partial configuration
 * must not be used. An unknown key is a warning that names the most similar key.
 */
#ifndef ACR_CONFIG_H
#define ACR_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "acr/app.h"
#include "acr/error.h"

/* One row per key: its name, how its value is checked, and where it is allowed. */
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

/* Read both files and the environment. A missing file is not an error. Never uses the network. The
 * result is owned by the caller (acr_config_free). Fails with ACR_INVALID and
 * "FILE:LINE:COLUMN: reason". */
_checked_ int acr_config_load(const struct acr_app *app, struct acr_config **ret,
			      struct acr_error *error);
void acr_config_free(struct acr_config *config);

/* The value that applies to `host` (NULL: the global one); NULL if it is not set. Lists are joined
 * by commas, switches are "true" or "false", durations are as written ("60m"). Borrowed from the
 * configuration. */
const char *acr_config_get(const struct acr_config *config, const char *host, const char *key);

/* The same, and where it is set. */
struct acr_setting_source {
	const char *value;
	const char *entry; /* the name or pattern in "registries"; NULL: for all registries */
	const char *path;  /* of the file; NULL: the environment */
};
bool acr_config_find(const struct acr_config *config, const char *host, const char *key,
		     struct acr_setting_source *ret);

/* A duration in seconds ("90", "90s", "60m", "3h"), or `otherwise`. */
int64_t acr_config_seconds(const struct acr_config *config, const char *host, const char *key,
			   int64_t otherwise);
/* How long a run for this host (NULL: any host) may take, in milliseconds: its "timeout", or
 * ACR_BUDGET_GET if there is none or it is 0. */
int64_t acr_config_timeout(const struct acr_config *config, const char *host);
bool acr_config_is(const struct acr_config *config, const char *host, const char *key,
		   const char *value);

/* Call `visit` for each host in the configuration, in order: those in "hosts" and the keys of
 * "registries", except patterns. */
void acr_config_hosts(const struct acr_config *config,
		      void (*visit)(void *data, const char *host, bool in_hosts), void *data);

/* The warnings of loading (unknown keys), `index` from 0; NULL after the last. Borrowed. */
const struct acr_message *acr_config_warning(const struct acr_config *config, size_t index);

/* The path of the user's file (`personal`) or of the machine's, owned by the caller; NULL without a
 * home directory. */
char *acr_config_path(const struct acr_app *app, bool personal);

#endif
