/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A plan: the files that `configure` will change, with their new content. Everything is read,
 * edited and checked before the first byte is written, so that an error changes nothing.
 */
#ifndef CONFIGURE_PLAN_H
#define CONFIGURE_PLAN_H

#include "configure/configure.h"

#define ACR_HOSTS_MOST 64

/* The settings of a registry that options set, and their options. */
enum { ACR_REQUEST_TENANT, ACR_REQUEST_IDENTITY, ACR_REQUEST_CLIENT_ID, ACR_REQUEST_SETTINGS };
extern const struct acr_configure_request_key {
	const char *key, *option;
} acr_configure_request_keys[ACR_REQUEST_SETTINGS];

/* The request. */
struct acr_configure_request {
	const char *hosts[ACR_HOSTS_MOST];
	size_t host_count;
	const char *ci_host; /* for "ci_hosts" of our own configuration, or NULL */
	/* for the registries, in our own configuration; NULL: not set */
	const char *settings[ACR_REQUEST_SETTINGS];
	bool creds_store, podman, containers, timer; /* which files to write */
	bool with_logins;			     /* take over logins without asking */
	bool insecure;				     /* even in plain text */
	bool system, dry_run, replace, json, check;
};

/* Does the request change our own configuration? Does it do so for the given registries? */
bool acr_configure_request_is_own(const struct acr_configure_request *request);
bool acr_configure_request_has_settings(const struct acr_configure_request *request);
/* misuse.c: NULL, or what is wrong with this combination of options, translated. */
const char *acr_configure_request_misuse(const struct acr_configure_request *request, bool undo);

/* One file of the plan. */
struct acr_file_edit {
	struct acr_target target;
	const char *kind;	/* "json" or "toml" */
	struct acr_secret text; /* its new content; Docker's configuration may contain passwords */
	struct acr_changes changes;
	struct acr_taken taken; /* logins from Docker's file or another helper */
	bool written;		/* or possibly written: what belongs to it must be kept */
};
struct acr_plan {
	struct acr_file_edit edits[4];
	size_t count;
	char *docker_folder; /* owned; of Docker's configuration, NULL if that is not changed */
};
void acr_plan_free(struct acr_plan *plan);
#define auto_plan __attribute__((cleanup(acr_plan_free))) struct acr_plan

/* Read and edit. Asks on a terminal before another helper is replaced for a registry. */
_checked_ int acr_plan_make(const struct acr_app *app, const struct acr_configure_request *request,
			    struct acr_plan *ret, struct acr_error *error);

/* Write one file, after its record in the journal in `folder`. */
_checked_ int acr_plan_carry_out(const char *folder, const char *own_folder,
				 struct acr_file_edit *edit, struct acr_error *error);

/* Ask a yes/no question on the terminal; "y" is accepted in every language. */
bool acr_plan_ask(const struct acr_app *app, const char *question);

bool acr_edit_changes(const struct acr_file_edit *edit);

/* "$VARIABLE/below", or "$HOME/otherwise/below"; NULL without a home directory. Owned. */
char *acr_plan_home(const struct acr_app *app, const char *variable, const char *otherwise,
		    const char *below);
/* Docker's config.json and Podman's auth.json, owned by the caller; NULL without a home
 * directory. */
char *acr_plan_docker(const struct acr_app *app);
char *acr_plan_podman(const struct acr_app *app);

/* ---- output.c ---- */

struct acr_output {
	struct acr_app *app;
	bool json, dry_run;
	struct acr_secret files, checks, logins; /* JSON rows */
	bool failed;
};
/* Print a sentence for a person; not printed with --json. */
void acr_output_line(const struct acr_output *output, const char *text);
/* The same for a change, which a dry run only announces. */
void acr_output_change(const struct acr_output *output, const char *text);
/* Only for JSON: the result for a login, and where it is or was. */
void acr_output_login(struct acr_output *output, const char *server, const char *place,
		      const char *state);
/* `changes` are printed; NULL: none. */
void acr_output_file(struct acr_output *output, const char *path, const char *state,
		     const struct acr_changes *changes);
/* Takes ownership of the texts of the check. */
void acr_output_trial(struct acr_output *output, struct acr_trial *check);
/* Print the JSON object if it was requested. Returns the exit status. */
int acr_output_end(struct acr_output *output);

/* ---- undo_command.c ---- */

/* Undo the changes in the journal in `folder`, of the kinds that the request names (none: all). */
_checked_ int acr_take_back(struct acr_output *output, const struct acr_configure_request *request,
			    const char *folder, struct acr_error *error);
/* Print what is configured, and how to continue. */
_checked_ int acr_output_state(struct acr_output *output, struct acr_error *error);

/* ---- discover.c ---- */

struct acr_discovery {
	/* Owned: the login servers, each followed by its regional endpoints. */
	char *hosts[ACR_HOSTS_MOST];
	size_t count;
	bool more; /* there are further ones */
};
void acr_discovery_free(struct acr_discovery *found);
#define auto_discovery __attribute__((cleanup(acr_discovery_free))) struct acr_discovery
/* The registries that Azure Resource Manager lists for the current identity, by name, with their
 * regional endpoints; at least one. */
_checked_ int acr_discover(const struct acr_app *app, struct acr_discovery *ret,
			   struct acr_error *error);
/* Print one per line, or as JSON. */
void acr_discovery_list(const struct acr_discovery *found, bool json, struct acr_secret *out);
/* Ask the user on the terminal to select registries; keeps at least one, with its regional
 * endpoints. */
_checked_ int acr_discovery_choose(const struct acr_app *app, struct acr_discovery *found,
				   struct acr_error *error);

/* ---- timer.c ---- */

struct acr_timer {
	char *unit, *link; /* owned */
	bool there;	   /* nothing to do */
};
void acr_timer_free(struct acr_timer *timer);
#define auto_timer __attribute__((cleanup(acr_timer_free))) struct acr_timer
_checked_ int acr_timer_plan(const struct acr_app *app, bool system, struct acr_timer *ret,
			     struct acr_error *error);
_checked_ int acr_timer_enable(const struct acr_app *app, const char *folder,
			       const char *own_folder, const struct acr_timer *timer, bool system,
			       struct acr_error *error);
/* Call before its link is removed. */
void acr_timer_stop(const struct acr_app *app);

#endif
