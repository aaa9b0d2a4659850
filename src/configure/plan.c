/* SPDX-License-Identifier: Apache-2.0 */
/* From what was asked for to files that are ready to be written. */
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

static void free_puts(struct acr_put *puts, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		acr_string_free(&puts[i].outer);
		acr_string_free(&puts[i].key);
		acr_string_free(&puts[i].value);
		acr_string_free(&puts[i].before);
	}
	free(puts);
}

void acr_plan_free(struct acr_plan *plan)
{
	for (size_t i = 0; i < plan->count; i++) {
		acr_target_free(&plan->jobs[i].target);
		acr_edit_free(&plan->jobs[i].text);
		free_puts(plan->jobs[i].puts, plan->jobs[i].put_count);
	}
	acr_string_free(&plan->docker_folder);
	*plan = (struct acr_plan){ 0 };
}

bool acr_job_changes(const struct acr_job *job)
{
	return job->text.count > 0;
}

/* ---- another helper has it ---- */

/* Yes or no on the terminal; "y" is understood in every language. */
static bool ask(const struct acr_app *app, const char *question)
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
	return ask(app, question) ? 0 : acr_raise(error, CONFIGURE_UNCHANGED);
}

/* ---- JSON: docker's config.json, podman's auth.json ---- */

/* Takes `before`, what stood there, over. */
static void put_value(struct acr_job *job, const char *outer, const char *key, const char *value,
		      char *before)
{
	bool outer_made = outer && !acr_object_there(&job->text.bytes, outer);

	job->puts = acr_grow(job->puts, job->put_count, sizeof(*job->puts));
	job->puts[job->put_count++] = (struct acr_put){
		.outer = outer ? acr_copy(outer) : NULL,
		.key = acr_copy(key),
		.value = acr_copy(value),
		.before = before,
		.outer_made = outer_made,
	};
	acr_member_put(&job->text, outer, key, value);
}

static int put_helper(const struct acr_app *app, const struct acr_wish *wish, struct acr_job *job,
		      const char *outer, const char *key, struct acr_error *error)
{
	auto_string before = acr_member_string(&job->text.bytes, outer, key);

	if (before && strcmp(before, ACR_HELPER_SUFFIX) == 0)
		return 0;
	if (before && *before &&
	    may_replace(app, wish, job->target.path, outer ? key : NULL, before, error))
		return -1;
	put_value(job, outer, key, ACR_HELPER_SUFFIX, before);
	before = NULL;
	return 0;
}

/* One more host in a list that is written as one string. */
static int put_ci_host(const struct acr_wish *wish, struct acr_job *job, struct acr_error *error)
{
	auto_string before = acr_member_string(&job->text.bytes, NULL, "ci_hosts");
	auto_string padded = acr_format(",%s,", before ? before : "");
	auto_string wanted = acr_format(",%s,", wish->ci_host);
	auto_string value = acr_format("%s%s%s", before ? before : "", before && *before ? "," : "",
				       wish->ci_host);

	if (!before && acr_member_there(&job->text.bytes, NULL, "ci_hosts"))
		return acr_raise(error, CONFIGURE_CI_HOSTS, job->target.path, wish->ci_host);
	if (strcasestr(padded, wanted))
		return 0;
	put_value(job, NULL, "ci_hosts", value, before);
	before = NULL;
	return 0;
}

/* Who to be at one registry. */
static int put_settings(const struct acr_wish *wish, const char *host, struct acr_job *job,
			struct acr_error *error)
{
	auto_string outer = acr_format("registries/%s", host);

	for (size_t i = 0; i < ACR_WISH_SETTINGS; i++) {
		const char *key = acr_wish_keys[i].key, *value = wish->settings[i];
		auto_string before = acr_member_string(&job->text.bytes, outer, key);

		if (!value || (before && strcmp(before, value) == 0))
			continue;
		if (!before && acr_member_there(&job->text.bytes, outer, key))
			return acr_raise(error, CONFIGURE_MEMBER_NOT_A_STRING, job->target.path,
					 key);
		put_value(job, outer, key, value, before);
		before = NULL;
	}
	return 0;
}

static bool is_ours(const char *key)
{
	return strcasecmp(key, "credHelpers") == 0 || strcasecmp(key, "credsStore") == 0 ||
	       strcmp(key, "ci_hosts") == 0 || strcmp(key, "registries") == 0;
}

/* Does the file hold what docker's decoder could read, where we have to write? */
static int check_shape(const char *path, struct json_object *json, struct acr_error *error)
{
	if (!json_object_is_type(json, json_type_object))
		return acr_raise(error, CONFIGURE_NOT_AN_OBJECT, path);
	json_object_object_foreach(json, key, value)
	{
		if (strcasecmp(key, "credHelpers") == 0 && value &&
		    !json_object_is_type(value, json_type_object))
			return acr_raise(error, CONFIGURE_MEMBER_NOT_AN_OBJECT, path,
					 "credHelpers");
		if (strcasecmp(key, "credsStore") == 0 && value &&
		    !json_object_is_type(value, json_type_string))
			return acr_raise(error, CONFIGURE_MEMBER_NOT_A_STRING, path, "credsStore");
	}
	return 0;
}

/* A mistake in the editing must not reach the disk: all other members are there, equal and in their
 * order, and ours say what they should. */
static bool is_what_was_meant(const struct acr_job *job, struct json_object *before)
{
	auto_json after = NULL;
	struct json_object_iterator next, end;

	if (acr_json_parse(acr_secret_text(&job->text.bytes), job->text.bytes.length, &after, NULL))
		return false;
	for (size_t i = 0; i < job->put_count; i++) {
		const struct acr_put *one = &job->puts[i];
		auto_string now = acr_member_string(&job->text.bytes, one->outer, one->key);

		if (!now || strcmp(now, one->value) != 0)
			return false;
	}
	next = json_object_iter_begin(after);
	end = json_object_iter_end(after);
	if (!before)
		return true;
	json_object_object_foreach(before, key, value)
	{
		if (json_object_iter_equal(&next, &end) ||
		    strcmp(json_object_iter_peek_name(&next), key) != 0)
			return false;
		if (!is_ours(key) && !json_object_equal(json_object_iter_peek_value(&next), value))
			return false;
		json_object_iter_next(&next);
	}
	return true;
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
	auto_json before = NULL;
	const char *text;

	*job = (struct acr_job){ .kind = "json" };
	if (acr_target_open(path, &job->target, error))
		return -1;
	text = acr_secret_text(&job->target.bytes);
	/* Docker takes an empty file for an empty object. */
	if (text[strspn(text, " \t\r\n")] || strlen(text) < job->target.bytes.length) {
		if (acr_json_parse(text, job->target.bytes.length, &before, error))
			return acr_context(error, CONFIGURE_NOT_JSON, job->target.path);
		if (check_shape(job->target.path, before, error))
			return -1;
	}
	acr_secret_add_bytes(&job->text.bytes, text, job->target.bytes.length);
	if (put_members(app, wish, job, what, error))
		return -1;
	if (acr_job_changes(job) && !is_what_was_meant(job, before))
		return acr_raise(error, CONFIGURE_UNSAFE, job->target.path);
	return 0;
}

/* ---- the rest ---- */

static int plan_containers(const struct acr_app *app, const struct acr_wish *wish,
			   struct acr_plan *plan, struct acr_error *error)
{
	struct acr_job *job = &plan->jobs[plan->count++];
	auto_string system = acr_system_path(app, "/etc/containers/" DROP_IN);
	/* These programs look below HOME whatever XDG_CONFIG_HOME says. */
	auto_string person = acr_plan_home(app, NULL, ".config", "containers/" DROP_IN);
	auto_secret wanted = { 0 }, without = { 0 };

	*job = (struct acr_job){ .kind = "toml" };
	if (!wish->system && !person)
		return acr_raise(error, HOME_UNSET);
	if (acr_target_open(wish->system ? system : person, &job->target, error))
		return -1;
	job->target.mode = wish->system ? 0644 : 0600;
	acr_containers_text(app, wish->system, job->target.path, &wanted);
	acr_secret_add_bytes(&job->text.bytes, acr_secret_text(&job->target.bytes),
			     job->target.bytes.length);
	/* As it is, if we are in it: a person may have changed the others. */
	if (!acr_containers_without(&job->target.bytes, &without))
		acr_edit_splice(&job->text, 0, job->text.bytes.length, acr_secret_text(&wanted));
	return 0;
}

/* Our own configuration, the person's or the machine's. */
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

int acr_plan_carry_out(const char *folder, const char *own_folder, struct acr_job *job,
		       struct acr_error *error)
{
	auto_memo memo = { 0 };

	if (acr_memo_load(folder, job->target.path, &memo, error))
		return -1;
	if (!job->target.there)
		acr_memo_free(&memo); /* of a file that somebody removed since */
	if (!memo.path) {
		memo.path = acr_copy(job->target.path);
		memo.kind = acr_copy(job->kind);
		memo.made = !job->target.there;
		memo.made_folder = job->target.made ? acr_copy(job->target.made) : NULL;
		memo.own_folder = own_folder ? acr_copy(own_folder) : NULL;
	}
	acr_memo_unhash(&memo, &job->target.bytes);
	acr_memo_add(&memo, &job->text, job->puts, job->put_count);
	job->puts = NULL;
	job->put_count = 0;
	/* The memo first: what is noted and not done is not found again by --undo, and so left
	 * alone. */
	if (acr_memo_save(folder, &memo, error) ||
	    acr_target_write(&job->target, &job->text.bytes, error)) {
		if (memo.count == 1)
			acr_memo_forget(folder, job->target.path);
		return -1;
	}
	return 0;
}
