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

const struct acr_wish_key acr_wish_keys[ACR_WISH_SETTINGS] = {
	[ACR_WISH_TENANT] = { "tenant", "--tenant" },
	[ACR_WISH_IDENTITY] = { "identity", "--identity" },
	[ACR_WISH_CLIENT_ID] = { "client_id", "--client-id" },
};

bool acr_wish_has_settings(const struct acr_wish *wish)
{
	for (size_t i = 0; i < ACR_WISH_SETTINGS; i++)
		if (wish->settings[i])
			return true;
	return false;
}

bool acr_wish_is_own(const struct acr_wish *wish)
{
	return wish->ci_host || acr_wish_has_settings(wish);
}

void acr_plan_free(struct acr_plan *plan)
{
	for (size_t i = 0; i < plan->count; i++) {
		acr_target_free(&plan->jobs[i].target);
		acr_secret_wipe(&plan->jobs[i].text);
		acr_changes_free(&plan->jobs[i].changes);
		acr_taken_free(&plan->jobs[i].taken);
	}
	acr_string_free(&plan->docker_folder);
	*plan = (struct acr_plan){ 0 };
}

bool acr_job_changes(const struct acr_job *job)
{
	return job->changes.count > 0 || job->taken.count > 0;
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
static int may_replace(const struct acr_app *app, const struct acr_wish *wish, const char *path,
		       const char *host, const char *helper, struct acr_error *error)
{
	auto_string question = NULL;

	if (wish->replace)
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

static int put_value(struct acr_job *job, const char *outer, const char *key, const char *value,
		     struct acr_error *error)
{
	auto_secret json = { 0 };

	if (acr_member_check(job->target.path, &job->text, outer, key, error))
		return -1;
	acr_json_quote(&json, value, strlen(value));
	acr_member_set(&job->text, outer, key, acr_secret_text(&json), &job->changes);
	return 0;
}

static int put_helper(const struct acr_app *app, const struct acr_wish *wish, struct acr_job *job,
		      const char *outer, const char *key, struct acr_error *error)
{
	auto_string before = acr_member_string(&job->text, outer, key);

	if (before && strcmp(before, ACR_HELPER_SUFFIX) == 0)
		return 0;
	if (before && *before &&
	    may_replace(app, wish, job->target.path, outer ? key : NULL, before, error))
		return -1;
	return put_value(job, outer, key, ACR_HELPER_SUFFIX, error);
}

/* Add a host to a list that is written as one string. */
static int put_ci_host(const struct acr_wish *wish, struct acr_job *job, struct acr_error *error)
{
	auto_string before = acr_member_string(&job->text, NULL, "ci_hosts");
	auto_string raw = acr_member_raw(&job->text, NULL, "ci_hosts");
	auto_string padded = acr_format(",%s,", before ? before : "");
	auto_string wanted = acr_format(",%s,", wish->ci_host);
	auto_string value = acr_format("%s%s%s", before ? before : "", before && *before ? "," : "",
				       wish->ci_host);

	if (raw && !before)
		return acr_raise(error, CONFIGURE_CI_HOSTS, job->target.path, wish->ci_host);
	return strcasestr(padded, wanted) ? 0 : put_value(job, NULL, "ci_hosts", value, error);
}

/* The identity settings of a registry. */
static int put_settings(const struct acr_wish *wish, const char *host, struct acr_job *job,
			struct acr_error *error)
{
	auto_string outer = acr_format("registries/%s", host);

	for (size_t i = 0; i < ACR_WISH_SETTINGS; i++) {
		const char *key = acr_wish_keys[i].key, *value = wish->settings[i];
		auto_string before = acr_member_string(&job->text, outer, key);

		if (value && (!before || strcmp(before, value) != 0) &&
		    put_value(job, outer, key, value, error))
			return -1;
	}
	return 0;
}

/* Guards against errors of the editing code: without the changes, the new text must be equal to the
 * old one. */
static bool is_what_was_meant(const struct acr_job *job)
{
	auto_secret before = { 0 }, back = { 0 };

	if (acr_json_check(acr_secret_text(&job->text), job->text.length, NULL))
		return false;
	acr_members_text(&job->target.bytes, &before);
	acr_members_text(&job->text, &back);
	acr_changes_undo(&job->changes, &back, NULL);
	acr_members_layout(&before);
	acr_members_layout(&back);
	return strcmp(acr_secret_text(&before), acr_secret_text(&back)) == 0;
}

/* Which members of a JSON file are written. */
enum members { HELPERS, HELPERS_AND_STORE, OWN };

static int put_members(const struct acr_app *app, const struct acr_wish *wish, struct acr_job *job,
		       enum members what, struct acr_error *error)
{
	if (what == OWN) {
		for (size_t i = 0; i < wish->host_count; i++)
			if (put_settings(wish, wish->hosts[i], job, error))
				return -1;
		return wish->ci_host ? put_ci_host(wish, job, error) : 0;
	}
	for (size_t i = 0; i < wish->host_count; i++)
		if (put_helper(app, wish, job, "credHelpers", wish->hosts[i], error))
			return -1;
	return what == HELPERS_AND_STORE ? put_helper(app, wish, job, NULL, "credsStore", error)
					 : 0;
}

static int plan_json(const struct acr_app *app, const struct acr_wish *wish, const char *path,
		     enum members what, struct acr_plan *plan, struct acr_error *error)
{
	struct acr_job *job = &plan->jobs[plan->count++];

	*job = (struct acr_job){ .kind = "json" };
	if (acr_target_open(path, &job->target, error) ||
	    acr_members_check(job->target.path, &job->target.bytes, error))
		return -1;
	acr_members_text(&job->target.bytes, &job->text);
	if (put_members(app, wish, job, what, error))
		return -1;
	if (!acr_job_changes(job))
		return 0;
	acr_members_layout(&job->text);
	return is_what_was_meant(job) ? 0 : acr_raise(error, CONFIGURE_UNSAFE, job->target.path);
}

/* ---- other files ---- */

static int plan_containers(const struct acr_app *app, const struct acr_wish *wish,
			   struct acr_plan *plan, struct acr_error *error)
{
	struct acr_job *job = &plan->jobs[plan->count++];
	auto_string system = acr_system_path(app, "/etc/containers/" DROP_IN);
	/* These programs search below HOME and ignore XDG_CONFIG_HOME. */
	auto_string person = acr_plan_home(app, NULL, ".config", "containers/" DROP_IN);
	const char *before;
	auto_secret without = { 0 };

	*job = (struct acr_job){ .kind = "toml" };
	if (!wish->system && !person)
		return acr_raise(error, HOME_UNSET);
	if (acr_target_open(wish->system ? system : person, &job->target, error))
		return -1;
	job->target.mode = wish->system ? 0644 : 0600;
	/* If our name is in the list, it is not changed: the user may have edited the other
	 * names. */
	if (acr_containers_without(&job->target.bytes, &without))
		return 0;
	before = job->target.bytes.length ? acr_secret_text(&job->target.bytes) : NULL;
	acr_containers_text(app, wish->system, job->target.path, &job->text);
	acr_changes_add(&job->changes, NULL, NULL, before, acr_secret_text(&job->text));
	return 0;
}

/* Our own configuration file, of the user or of the system. */
static int plan_own(const struct acr_app *app, const struct acr_wish *wish, struct acr_plan *plan,
		    struct acr_error *error)
{
	auto_string path = acr_config_path(app, !wish->system);

	if (!path)
		return acr_raise(error, HOME_UNSET);
	if (plan_json(app, wish, path, OWN, plan, error))
		return -1;
	if (wish->system)
		plan->jobs[plan->count - 1].target.mode = 0644;
	return 0;
}

int acr_plan_make(const struct acr_app *app, const struct acr_wish *wish, struct acr_plan *ret,
		  struct acr_error *error)
{
	auto_string docker = acr_plan_docker(app);
	auto_string podman = acr_plan_podman(app);

	if ((wish->host_count || wish->creds_store) && !docker)
		return acr_raise(error, HOME_UNSET);
	if (wish->host_count || wish->creds_store) {
		ret->docker_folder =
			acr_format("%.*s", (int)(strrchr(docker, '/') - docker), docker);
		if (plan_json(app, wish, docker, wish->creds_store ? HELPERS_AND_STORE : HELPERS,
			      ret, error))
			return -1;
	}
	if (wish->podman && !podman)
		return acr_raise(error, HOME_UNSET);
	if (wish->podman && plan_json(app, wish, podman, HELPERS, ret, error))
		return -1;
	if (wish->containers && plan_containers(app, wish, ret, error))
		return -1;
	return acr_wish_is_own(wish) ? plan_own(app, wish, ret, error) : 0;
}

/* Writing has failed. Is the old file certainly unchanged? The new one may have been renamed, with
 * only the fsync of its folder missing. */
static bool is_untouched(const struct acr_job *job)
{
	const struct acr_secret *was = &job->target.bytes;
	auto_target now = { 0 };

	return acr_target_open(job->target.path, &now, NULL) == 0 &&
	       now.there == job->target.there && now.bytes.length == was->length &&
	       memcmp(acr_secret_text(&now.bytes), acr_secret_text(was), was->length) == 0;
}

int acr_plan_carry_out(const char *folder, const char *own_folder, struct acr_job *job,
		       struct acr_error *error)
{
	const struct acr_change *rows = job->changes.rows;
	auto_memo memo = { 0 };

	if (acr_memo_load(folder, job->target.path, &memo, error))
		return -1;
	if (!job->target.there)
		acr_memo_free(&memo); /* of a file that was removed since */
	if (!memo.path) {
		memo.path = acr_copy(job->target.path);
		memo.kind = acr_copy(job->kind);
		memo.made = !job->target.there;
		memo.made_folder = job->target.made ? acr_copy(job->target.made) : NULL;
		memo.own_folder = own_folder ? acr_copy(own_folder) : NULL;
	}
	for (size_t i = 0; i < job->changes.count; i++)
		acr_changes_add(&memo.changes, rows[i].outer, rows[i].key, rows[i].before,
				rows[i].after);
	for (size_t i = 0; i < job->taken.count; i++)
		acr_taken_add(&memo.taken, job->taken.rows[i].key, job->taken.rows[i].helper,
			      job->taken.rows[i].added);
	if (!memo.taken.since)
		memo.taken.since = job->taken.since;
	/* The journal is written first: --undo does not find a change that was recorded but not
	 * made, and ignores it. */
	if (acr_memo_save(folder, &memo, error) ||
	    acr_target_write(&job->target, &job->text, error)) {
		job->written = !is_untouched(job);
		if (!job->written && memo.changes.count == job->changes.count &&
		    memo.taken.count == job->taken.count)
			acr_memo_forget(folder, job->target.path);
		return -1;
	}
	job->written = true;
	return 0;
}
