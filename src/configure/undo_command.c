/* SPDX-License-Identifier: Apache-2.0 */
/* `configure --undo` for all files in the journal or those of one kind, and the list of what is
 * configured. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "configure/logins.h"
#include "explain/language.h"

struct undo {
	struct acr_output *output;
	const struct acr_configure_request *request;
	const char *folder;
	char *own_folder; /* owned; created for the journal */
	size_t count;	  /* files that match the request */
};

/* Did the user request this one? All of them, if no kind was given. */
static bool is_wanted(const struct acr_configure_request *request, const struct acr_memo *memo)
{
	/* Only Docker's own file has this name; Podman's may have any (REGISTRY_AUTH_FILE). */
	const char *name = strrchr(memo->path, '/');
	bool podman = name && strcmp(name, "/config.json") != 0;
	bool own = strstr(memo->path, "/docker-credential-acr/config.json") != NULL;

	if (!request->creds_store && !request->podman && !request->containers && !request->timer &&
	    !acr_configure_request_is_own(request))
		return true;
	if (strcmp(memo->kind, "link") == 0)
		return request->timer;
	if (strcmp(memo->kind, "toml") == 0)
		return request->containers;
	if (own)
		return acr_configure_request_is_own(request);
	return podman ? request->podman : request->creds_store;
}

static int undo_link(struct undo *undo, const struct acr_memo *memo, struct acr_error *error)
{
	char leads[16];
	struct stat was;
	bool ours = readlink(memo->path, leads, sizeof(leads)) > 0 && lstat(memo->path, &was) == 0;

	if (ours && !undo->request->dry_run) {
		if (!undo->request->system)
			acr_timer_stop(undo->output->app);
		if (acr_target_remove(memo->path, &was, memo->made_folder, error))
			return -1;
	}
	acr_output_file(undo->output, memo->path, ours ? N_("removed") : N_("already removed"),
			NULL);
	return 0;
}

static int write_back(const struct acr_memo *memo, const struct acr_target *target,
		      const struct acr_secret *after, bool gone, struct acr_error *error)
{
	if (gone && (!after->length || acr_members_are_none(after)))
		return acr_target_remove(target->path, &target->status, memo->made_folder, error);
	if (after->length == target->bytes.length &&
	    memcmp(acr_secret_text(after), acr_secret_text(&target->bytes), after->length) == 0)
		return 0;
	return acr_target_write(target, after, error);
}

static int undo_file(struct undo *undo, const struct acr_memo *memo, struct acr_error *error)
{
	auto_target target = { 0 };
	auto_changes changes = { 0 };
	auto_given given = { 0 };
	auto_secret after = { 0 };
	bool gone = false, docker = memo->taken.since != 0;

	if (acr_target_open(memo->path, &target, error))
		return -1;
	if (!target.there) {
		acr_output_file(undo->output, memo->path, N_("already removed"), NULL);
		if (docker)
			acr_logins_conclude(undo->output, memo, &target.bytes, &given);
		return 0;
	}
	if (acr_memo_undo(memo, &target.bytes, &after, &gone, &changes, error))
		return -1;
	acr_output_file(undo->output, target.path,
			gone		? N_("removed")
			: changes.count ? N_("changed")
					: N_("nothing to change"),
			&changes);
	if (docker && acr_logins_give_back(undo->output, memo, &after, &given, error))
		return -1;
	if (!undo->request->dry_run && write_back(memo, &target, &after, gone, error))
		return -1;
	if (docker)
		acr_logins_conclude(undo->output, memo, &target.bytes, &given);
	return 0;
}

static int undo_one(void *data, struct acr_memo *memo, struct acr_error *error)
{
	struct undo *undo = data;
	bool link = strcmp(memo->kind, "link") == 0;

	if (memo->own_folder && !undo->own_folder)
		undo->own_folder = acr_copy(memo->own_folder);
	if (!is_wanted(undo->request, memo))
		return 0;
	undo->count++;
	if (link ? undo_link(undo, memo, error) : undo_file(undo, memo, error))
		return -1;
	if (!undo->request->dry_run)
		acr_memo_forget(undo->folder, memo->path);
	return 0;
}

int acr_take_back(struct acr_output *output, const struct acr_configure_request *request,
		  const char *folder, struct acr_error *error)
{
	struct undo undo = { output, request, folder, NULL, 0 };
	auto_fd held = request->dry_run ? -1 : acr_memo_lock(folder);
	/* If another process creates the journal now, there was nothing to undo. */
	bool none = !request->dry_run && held < 0 && errno == ENOENT;
	int failed = none ? 0 : acr_memo_each(folder, undo_one, &undo, error);

	/* Remove folders that configure created. */
	if (!failed && !request->dry_run)
		acr_memo_end(folder, undo.own_folder);
	acr_string_free(&undo.own_folder);
	if (!failed && undo.count == 0)
		acr_output_line(output, _("Nothing to undo."));
	return failed;
}

static int tell_memo(void *data, struct acr_memo *memo, struct acr_error *error)
{
	auto_string text = acr_format(_("changed by configure: %s"), memo->path);

	(void)error;
	acr_output_line(data, text);
	return 0;
}

static int count_memo(void *data, struct acr_memo *memo, struct acr_error *error)
{
	(void)memo;
	(void)error;
	++*(size_t *)data;
	return 0;
}

/* Without any argument: prints what is configured, and how to continue. */
int acr_output_state(struct acr_output *output, struct acr_error *error)
{
	auto_string folder = acr_memo_folder(output->app, false);
	auto_string next = acr_format(_("To set up a registry: %s configure contoso.azurecr.io "
					"(all options: --help)"),
				      output->app->program);
	size_t count = 0;

	if (!folder)
		return acr_raise(error, HOME_UNSET);
	if (acr_memo_each(folder, count_memo, &count, error) ||
	    acr_memo_each(folder, tell_memo, output, error))
		return -1;
	if (count == 0)
		acr_output_line(output, _("configure has not changed any file."));
	acr_output_line(output, next);
	return 0;
}
