/* SPDX-License-Identifier: Apache-2.0 */
/* Converts a request to files that are ready to be written. */
#include "configure/plan.h"

#include <ctype.h>
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "acr/config.h"
#include "base/escape.h"
#include "base/file.h"
#include "explain/language.h"

#define DROP_IN "registries.conf.d/99-docker-credential-acr.conf"

const struct acr_configure_request_key acr_configure_request_keys[ACR_REQUEST_SETTINGS] = {
	[ACR_REQUEST_TENANT] = { "tenant", "--tenant" },
	[ACR_REQUEST_IDENTITY] = { "identity", "--identity" },
	[ACR_REQUEST_CLIENT_ID] = { "client_id", "--client-id" },
};

bool acr_configure_request_has_settings(const struct acr_configure_request *request)
{
	for (size_t i = 0; i < ACR_REQUEST_SETTINGS; i++)
		if (request->settings[i])
			return true;
	return false;
}

bool acr_configure_request_is_own(const struct acr_configure_request *request)
{
	return request->ci_host || acr_configure_request_has_settings(request);
}

void acr_plan_free(struct acr_plan *plan)
{
	for (size_t i = 0; i < plan->count; i++) {
		acr_target_free(&plan->edits[i].target);
		acr_secret_wipe(&plan->edits[i].text);
		acr_changes_free(&plan->edits[i].changes);
		acr_taken_free(&plan->edits[i].taken);
	}
	acr_string_free(&plan->docker_folder);
	*plan = (struct acr_plan){ 0 };
}

bool acr_edit_changes(const struct acr_file_edit *edit)
{
	return edit->changes.count > 0 || edit->taken.count > 0;
}

/* ---- another helper is configured ---- */

bool acr_plan_ask(const struct acr_app *app, const char *question)
{
	/* TRANSLATORS: the letters that are typed for yes and no; yes is not the default */
	const char *choices = _("[y/N]");
	auto_string text = acr_format("%s %s ", question, choices);
	char answer[16] = "";
	ssize_t length;

	if (acr_escape_write(app->err, text, strlen(text)))
		return false;
	length = read(app->in, answer, sizeof(answer) - 1);
	return length > 0 && (tolower((unsigned char)answer[0]) == 'y' ||
			      tolower((unsigned char)answer[0]) == choices[1]);
}

/* `host` NULL: every registry. */
static int may_replace(const struct acr_app *app, const struct acr_configure_request *request,
		       const char *path, const char *host, const char *helper,
		       struct acr_error *error)
{
	auto_string question = NULL;

	if (request->replace)
		return 0;
	if (!isatty(app->in) || !isatty(app->err))
		return host ? acr_raise(error, CONFIGURE_REPLACE, path, host, helper)
			    : acr_raise(error, CONFIGURE_REPLACE_ALL, path, helper);
	question = host ? acr_format(_("%s assigns %s to docker-credential-%s. Assign it to "
				       "docker-credential-acr instead?"),
				     path, host, helper)
			: acr_format(_("%s assigns all registries to docker-credential-%s. Assign "
				       "them to docker-credential-acr instead?"),
				     path, helper);
	return acr_plan_ask(app, question) ? 0 : acr_raise(error, CONFIGURE_UNCHANGED);
}

/* ---- JSON: Docker's config.json, Podman's auth.json ---- */

static int set_value(struct acr_file_edit *edit, const char *outer, const char *key,
		     const char *value, struct acr_error *error)
{
	auto_secret json = { 0 };

	if (acr_member_check(edit->target.path, &edit->text, outer, key, error))
		return -1;
	acr_json_quote(&json, value, strlen(value));
	acr_member_set(&edit->text, outer, key, acr_secret_text(&json), &edit->changes);
	return 0;
}

static int set_helper(const struct acr_app *app, const struct acr_configure_request *request,
		      struct acr_file_edit *edit, const char *outer, const char *key,
		      struct acr_error *error)
{
	auto_string before = acr_member_string(&edit->text, outer, key);

	if (before && strcmp(before, ACR_HELPER_SUFFIX) == 0)
		return 0;
	if (before && *before &&
	    may_replace(app, request, edit->target.path, outer ? key : NULL, before, error))
		return -1;
	return set_value(edit, outer, key, ACR_HELPER_SUFFIX, error);
}

/* Add a host to a list that is written as one string. */
static int set_ci_host(const struct acr_configure_request *request, struct acr_file_edit *edit,
		       struct acr_error *error)
{
	auto_string before = acr_member_string(&edit->text, NULL, "ci_hosts");
	auto_string raw = acr_member_raw(&edit->text, NULL, "ci_hosts");
	auto_string padded = acr_format(",%s,", before ? before : "");
	auto_string wanted = acr_format(",%s,", request->ci_host);
	auto_string value = acr_format("%s%s%s", before ? before : "", before && *before ? "," : "",
				       request->ci_host);

	if (raw && !before)
		return acr_raise(error, CONFIGURE_CI_HOSTS, edit->target.path, request->ci_host);
	return strcasestr(padded, wanted) ? 0 : set_value(edit, NULL, "ci_hosts", value, error);
}

/* The identity settings of a registry. */
static int set_settings(const struct acr_configure_request *request, const char *host,
			struct acr_file_edit *edit, struct acr_error *error)
{
	auto_string outer = acr_format("registries/%s", host);

	for (size_t i = 0; i < ACR_REQUEST_SETTINGS; i++) {
		const char *key = acr_configure_request_keys[i].key, *value = request->settings[i];
		auto_string before = acr_member_string(&edit->text, outer, key);

		if (value && (!before || strcmp(before, value) != 0) &&
		    set_value(edit, outer, key, value, error))
			return -1;
	}
	return 0;
}

/* Guards against errors of the editing code: without the changes, the new text must be equal to the
 * old one. */
static bool is_what_was_meant(const struct acr_file_edit *edit)
{
	auto_secret before = { 0 }, back = { 0 };

	if (acr_json_check(acr_secret_text(&edit->text), edit->text.length, NULL))
		return false;
	acr_members_text(&edit->target.bytes, &before);
	acr_members_text(&edit->text, &back);
	acr_changes_undo(&edit->changes, &back, NULL);
	acr_members_layout(&before);
	acr_members_layout(&back);
	return strcmp(acr_secret_text(&before), acr_secret_text(&back)) == 0;
}

/* Which members of a JSON file are written. */
enum members { HELPERS, HELPERS_AND_STORE, OWN };

static int set_members(const struct acr_app *app, const struct acr_configure_request *request,
		       struct acr_file_edit *edit, enum members what, struct acr_error *error)
{
	if (what == OWN) {
		for (size_t i = 0; i < request->host_count; i++)
			if (set_settings(request, request->hosts[i], edit, error))
				return -1;
		return request->ci_host ? set_ci_host(request, edit, error) : 0;
	}
	for (size_t i = 0; i < request->host_count; i++)
		if (set_helper(app, request, edit, "credHelpers", request->hosts[i], error))
			return -1;
	return what == HELPERS_AND_STORE ? set_helper(app, request, edit, NULL, "credsStore", error)
					 : 0;
}

static int plan_json(const struct acr_app *app, const struct acr_configure_request *request,
		     const char *path, enum members what, struct acr_plan *plan,
		     struct acr_error *error)
{
	struct acr_file_edit *edit = &plan->edits[plan->count++];

	*edit = (struct acr_file_edit){ .kind = "json" };
	if (acr_target_open(path, &edit->target, error) ||
	    acr_members_check(edit->target.path, &edit->target.bytes, error))
		return -1;
	acr_members_text(&edit->target.bytes, &edit->text);
	if (set_members(app, request, edit, what, error))
		return -1;
	if (!acr_edit_changes(edit))
		return 0;
	acr_members_layout(&edit->text);
	return is_what_was_meant(edit) ? 0 : acr_raise(error, CONFIGURE_UNSAFE, edit->target.path);
}

/* ---- other files ---- */

static int plan_containers(const struct acr_app *app, const struct acr_configure_request *request,
			   struct acr_plan *plan, struct acr_error *error)
{
	struct acr_file_edit *edit = &plan->edits[plan->count++];
	auto_string system = acr_system_path(app, "/etc/containers/" DROP_IN);
	/* These programs search below HOME and ignore XDG_CONFIG_HOME. */
	auto_string person = acr_plan_home(app, NULL, ".config", "containers/" DROP_IN);
	const char *before;
	auto_secret without = { 0 };

	*edit = (struct acr_file_edit){ .kind = "toml" };
	if (!request->system && !person)
		return acr_raise(error, HOME_UNSET);
	if (acr_target_open(request->system ? system : person, &edit->target, error))
		return -1;
	edit->target.mode = request->system ? 0644 : 0600;
	/* If our name is in the list, it is not changed: the user may have edited the other
	 * names. */
	if (acr_containers_without(&edit->target.bytes, &without))
		return 0;
	before = edit->target.bytes.length ? acr_secret_text(&edit->target.bytes) : NULL;
	acr_containers_text(app, request->system, edit->target.path, &edit->text);
	acr_changes_add(&edit->changes, NULL, NULL, before, acr_secret_text(&edit->text));
	return 0;
}

/* Our own configuration file, of the user or of the system. */
static int plan_own(const struct acr_app *app, const struct acr_configure_request *request,
		    struct acr_plan *plan, struct acr_error *error)
{
	auto_string path = acr_config_path(app, !request->system);

	if (!path)
		return acr_raise(error, HOME_UNSET);
	if (plan_json(app, request, path, OWN, plan, error))
		return -1;
	if (request->system)
		plan->edits[plan->count - 1].target.mode = 0644;
	return 0;
}

int acr_plan_make(const struct acr_app *app, const struct acr_configure_request *request,
		  struct acr_plan *ret, struct acr_error *error)
{
	auto_string docker = acr_plan_docker(app);
	auto_string podman = acr_plan_podman(app);

	if ((request->host_count || request->creds_store) && !docker)
		return acr_raise(error, HOME_UNSET);
	if (request->host_count || request->creds_store) {
		ret->docker_folder =
			acr_format("%.*s", (int)(strrchr(docker, '/') - docker), docker);
		if (plan_json(app, request, docker,
			      request->creds_store ? HELPERS_AND_STORE : HELPERS, ret, error))
			return -1;
	}
	if (request->podman && !podman)
		return acr_raise(error, HOME_UNSET);
	if (request->podman && plan_json(app, request, podman, HELPERS, ret, error))
		return -1;
	if (request->containers && plan_containers(app, request, ret, error))
		return -1;
	return acr_configure_request_is_own(request) ? plan_own(app, request, ret, error) : 0;
}

/* Writing has failed. Is the old file certainly unchanged? The new one may have been renamed, with
 * only the fsync of its folder missing. */
static bool is_untouched(const struct acr_file_edit *edit)
{
	const struct acr_secret *was = &edit->target.bytes;
	auto_target now = { 0 };

	return acr_target_open(edit->target.path, &now, NULL) == 0 &&
	       now.there == edit->target.there && now.bytes.length == was->length &&
	       memcmp(acr_secret_text(&now.bytes), acr_secret_text(was), was->length) == 0;
}

int acr_plan_carry_out(const char *folder, const char *own_folder, struct acr_file_edit *edit,
		       struct acr_error *error)
{
	const struct acr_change *rows = edit->changes.rows;
	auto_memo memo = { 0 };

	if (acr_memo_load(folder, edit->target.path, &memo, error))
		return -1;
	if (!edit->target.there)
		acr_memo_free(&memo); /* of a file that was removed since */
	if (!memo.path) {
		memo.path = acr_copy(edit->target.path);
		memo.kind = acr_copy(edit->kind);
		memo.made = !edit->target.there;
		memo.made_folder = edit->target.made ? acr_copy(edit->target.made) : NULL;
		memo.own_folder = own_folder ? acr_copy(own_folder) : NULL;
	}
	for (size_t i = 0; i < edit->changes.count; i++)
		acr_changes_add(&memo.changes, rows[i].outer, rows[i].key, rows[i].before,
				rows[i].after);
	for (size_t i = 0; i < edit->taken.count; i++)
		acr_taken_add(&memo.taken, edit->taken.rows[i].key, edit->taken.rows[i].helper,
			      edit->taken.rows[i].added);
	if (!memo.taken.since)
		memo.taken.since = edit->taken.since;
	/* The journal is written first: --undo does not find a change that was recorded but not
	 * made, and ignores it. */
	if (acr_memo_save(folder, &memo, error) ||
	    acr_target_write(&edit->target, &edit->text, error)) {
		edit->written = !is_untouched(edit);
		if (!edit->written && memo.changes.count == edit->changes.count &&
		    memo.taken.count == edit->taken.count)
			acr_memo_forget(folder, edit->target.path);
		return -1;
	}
	edit->written = true;
	return 0;
}
