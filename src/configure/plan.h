/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A plan: which files `configure` is to change and what they will be. Everything is read, edited
 * and checked before the first byte is written, so that a refusal changes nothing.
 */
#ifndef CONFIGURE_PLAN_H
#define CONFIGURE_PLAN_H

#include "configure/configure.h"

#define ACR_HOSTS_MOST 64

/* Keys of a registry that an option writes, and the option. */
enum { ACR_WISH_TENANT, ACR_WISH_IDENTITY, ACR_WISH_CLIENT_ID, ACR_WISH_SETTINGS };
extern const struct acr_wish_key {
	const char *key, *option;
} acr_wish_keys[ACR_WISH_SETTINGS];

/* What was asked for. */
struct acr_wish {
	const char *hosts[ACR_HOSTS_MOST];
	size_t host_count;
	const char *ci_host; /* for "ci_hosts" of our own configuration, or NULL */
	/* For the registries, in our own configuration; NULL: nothing. */
	const char *settings[ACR_WISH_SETTINGS];
	bool creds_store, podman, containers, timer; /* what to write */
	bool with_logins;			     /* take over logins without asking */
	bool insecure;				     /* also where they lie open on a disk */
	bool system, dry_run, replace, json, check;
};

/* Does it change our own configuration? For the registries that are named? */
bool acr_wish_is_own(const struct acr_wish *wish);
bool acr_wish_has_settings(const struct acr_wish *wish);

/* One file on its way. */
struct acr_job {
	struct acr_target target;
	const char *kind;	/* "json" or "toml" */
	struct acr_secret text; /* what it is to be; docker's config may hold passwords */
	struct acr_changes changes;
	struct acr_taken taken; /* logins, out of docker's file or another helper */
	bool written;		/* or perhaps: what belongs to it must stay */
};
struct acr_plan {
	struct acr_job jobs[4];
	size_t count;
	char *docker_folder; /* owned; where docker's config is, NULL when it is not changed */
};
void acr_plan_free(struct acr_plan *plan);
#define auto_plan __attribute__((cleanup(acr_plan_free))) struct acr_plan

/* Read and edit. Asks on a terminal before another helper loses a registry. */
_checked_ int acr_plan_make(const struct acr_app *app, const struct acr_wish *wish,
			    struct acr_plan *ret, struct acr_error *error);

/* Write one file, and before that the memo of it in `folder`. */
_checked_ int acr_plan_carry_out(const char *folder, const char *own_folder, struct acr_job *job,
				 struct acr_error *error);

/* Yes or no on the terminal; "y" is understood in every language. */
bool acr_plan_ask(const struct acr_app *app, const char *question);

bool acr_job_changes(const struct acr_job *job);

/* "$VARIABLE/below", or "$HOME/otherwise/below"; NULL without a home. Owned. */
char *acr_plan_home(const struct acr_app *app, const char *variable, const char *otherwise,
		    const char *below);
/* docker's config.json and podman's auth.json, owned by the caller; NULL without a home. */
char *acr_plan_docker(const struct acr_app *app);
char *acr_plan_podman(const struct acr_app *app);

/* ---- output.c ---- */

struct acr_telling {
	struct acr_app *app;
	bool json, dry_run;
	struct acr_secret files, checks, logins; /* JSON rows */
	bool failed;
};
/* A sentence for a person; a program that reads JSON gets none. */
void acr_tell_line(const struct acr_telling *telling, const char *text);
/* For the JSON alone: what became of a login, and where it is or was. */
void acr_tell_login(struct acr_telling *telling, const char *server, const char *place,
		    const char *state);
/* `changes` are shown; NULL: none. */
void acr_tell_file(struct acr_telling *telling, const char *path, const char *state,
		   const struct acr_changes *changes);
/* Takes the check's texts over. */
void acr_tell_trial(struct acr_telling *telling, struct acr_trial *check);
/* The JSON object, when that was asked for. Returns the exit status. */
int acr_tell_end(struct acr_telling *telling);

/* ---- undo_command.c ---- */

/* Take out what the memos in `folder` tell of, of the kinds that `wish` names (none: all). */
_checked_ int acr_take_back(struct acr_telling *telling, const struct acr_wish *wish,
			    const char *folder, struct acr_error *error);
/* What is set up, and how to go on. */
_checked_ int acr_tell_state(struct acr_telling *telling, struct acr_error *error);

/* ---- discover.c ---- */

struct acr_discovery {
	/* Owned: a registry's login server, and behind it its regional endpoints. */
	char *hosts[ACR_HOSTS_MOST];
	size_t count;
	bool more; /* there are others */
};
void acr_discovery_free(struct acr_discovery *found);
#define auto_discovery __attribute__((cleanup(acr_discovery_free))) struct acr_discovery
/* The registries that Azure Resource Manager shows to the identity in force, by name, with their
 * regional endpoints; at least one. */
_checked_ int acr_discover(const struct acr_app *app, struct acr_discovery *ret,
			   struct acr_error *error);
/* One a line, or as JSON. */
void acr_discovery_list(const struct acr_discovery *found, bool json, struct acr_secret *out);
/* Let the person choose registries, on the terminal; at least one stays, with its regional
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
/* Before its link is taken away. */
void acr_timer_stop(const struct acr_app *app);

#endif
