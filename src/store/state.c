/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The user's decisions about a host, and whether it worked at the last request: small files below
 * $XDG_DATA_HOME/docker-credential-acr that hold no secrets. The file is always replaced, never
 * modified: its inode and mtime are part of every cache key.
 */
#include <string.h>
#include <unistd.h>

#include "acr/store.h"
#include "base/file.h"
#include "store/decision.h"
#include "store/private_dir.h"

#define VERSION 1
#define IN_FILE 2 /* "stored-login": older versions read every number except 0 as true */

static char *folder_of(const struct acr_app *app, const char *below)
{
	return acr_may_use(app, ACR_KEPT_BY_PERSON)
		       ? acr_home_path(app, "XDG_DATA_HOME", ".local/share", below)
		       : NULL;
}

char *acr_state_path(const struct acr_app *app, const char *host)
{
	auto_string folder = folder_of(app, "/registries");
	auto_string name = acr_private_dir_name(host);

	return folder ? acr_format("%s/%s", folder, name) : NULL;
}

/* The file of a state, with the texts that its struct acr_decision borrows. */
struct file {
	char *folder, *name, *again, *leave; /* owned */
	struct acr_decision decision;
};

static void close_file(struct file *file)
{
	acr_string_free(&file->folder);
	acr_string_free(&file->name);
	acr_string_free(&file->again);
	acr_string_free(&file->leave);
}
#define auto_file __attribute__((cleanup(close_file))) struct file

static struct file file_of(const struct acr_app *app, const char *host)
{
	struct file file = {
		.folder = folder_of(app, "/registries"),
		.name = acr_private_dir_name(host),
		.again = acr_format("%s login %.200s", app->program, host),
		.leave = acr_format("%s logout %.200s", app->program, host),
	};

	file.decision = (struct acr_decision){ file.folder, file.name,	"state",
					       VERSION,	    file.again, file.leave };
	return file;
}

int acr_state_read(const struct acr_app *app, const char *host, struct acr_state *ret,
		   struct acr_error *error)
{
	int64_t signed_out = 0, stored_login = 0;
	struct acr_error failure = { 0 };
	auto_file file = file_of(app, host);
	auto_secret bytes = { 0 };
	auto_string text = NULL;
	struct acr_record record;
	bool repaired = false;

	*ret = (struct acr_state){ 0 };
	if (acr_decision_read(&file.decision, &bytes, &record, &repaired, &failure)) {
		if (failure.kind == ACR_NOT_FOUND)
			return 0;
		if (error)
			*error = failure;
		return -1;
	}
	if (!acr_record_take_text(&record, "host", &text) || strcmp(text, host) != 0 ||
	    !acr_record_take_number(&record, "signed-out", &signed_out) ||
	    !acr_record_take_number(&record, "stored-login", &stored_login) ||
	    !acr_record_done(&record))
		return acr_decision_damaged(&file.decision, error);
	*ret = (struct acr_state){
		.decided = true,
		.signed_out = signed_out != 0,
		.stored_login = stored_login != 0,
		.in_file = stored_login == IN_FILE,
		.repaired = repaired,
	};
	return 0;
}

int acr_state_replaceable(const struct acr_app *app, const char *host, struct acr_error *error)
{
	auto_file file = file_of(app, host);

	return acr_decision_replaceable(&file.decision, error);
}

int acr_state_write(const struct acr_app *app, const char *host, const struct acr_state *state,
		    struct acr_error *error)
{
	auto_file file = file_of(app, host);
	auto_secret bytes = { 0 };

	acr_record_begin(&bytes, "state", VERSION);
	acr_record_add(&bytes, "host", host, strlen(host));
	acr_record_add_number(&bytes, "signed-out", state->signed_out);
	acr_record_add_number(&bytes, "stored-login",
			      !state->stored_login ? 0
			      : state->in_file	   ? IN_FILE
						   : 1);
	acr_record_end(&bytes);
	if (acr_decision_write(&file.decision, &bytes, error))
		return acr_context(error, DECISION_NOT_WRITTEN, host);
	return 0;
}

struct walk {
	void (*visit)(void *data, const char *host);
	void *data;
};

static void visit_name(void *data, const char *name)
{
	const struct walk *walk = data;
	auto_string host = acr_private_dir_text(name);

	if (host)
		walk->visit(walk->data, host);
}

int acr_state_each(const struct acr_app *app, void (*visit)(void *data, const char *host),
		   void *data, struct acr_error *error)
{
	auto_string folder = folder_of(app, "/registries");
	struct walk walk = { visit, data };

	return acr_decision_each(folder, visit_name, &walk, error);
}

static const char *const marker_folders[] = {
	[ACR_WORKED] = "/worked",
	[ACR_IN_SECRET_SERVICE] = "/in-secret-service",
};

void acr_marker_set(const struct acr_app *app, enum acr_marker marker, const char *server)
{
	auto_string folder = folder_of(app, marker_folders[marker]);
	auto_string name = acr_private_dir_name(server);
	struct acr_secret nothing = { 0 };

	if (folder && !acr_marker_is_set(app, marker, server) &&
	    acr_private_dir_write(folder, name, &nothing, false, NULL))
		acr_debug(app, "cannot write %s/%s", folder, name);
}

void acr_marker_clear(const struct acr_app *app, enum acr_marker marker, const char *server)
{
	auto_string folder = folder_of(app, marker_folders[marker]);
	auto_string name = acr_private_dir_name(server);

	if (acr_private_dir_drop(folder, name, NULL))
		return; /* it did not exist before */
}

bool acr_marker_is_set(const struct acr_app *app, enum acr_marker marker, const char *server)
{
	auto_string folder = folder_of(app, marker_folders[marker]);
	auto_string name = acr_private_dir_name(server);
	auto_string path = folder ? acr_format("%s/%s", folder, name) : NULL;

	return path && access(path, F_OK) == 0;
}

void acr_marker_each(const struct acr_app *app, enum acr_marker marker,
		     void (*visit)(void *data, const char *server), void *data)
{
	auto_string folder = folder_of(app, marker_folders[marker]);
	struct walk walk = { visit, data };

	if (acr_private_dir_each(folder, visit_name, &walk, NULL))
		acr_debug(app, "cannot list %s",
			  folder ? folder : "files without a home directory");
}
