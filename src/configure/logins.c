/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Takes over logins. Those in Docker's own file are moved: each is stored in the keychain and read
 * back before it is removed from the file. Those of another helper are copied: all of them are read
 * before the first is stored. No login is stored in plain text on a disk, unless that was
 * requested.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "acr/broker.h"
#include "acr/sign_in.h"
#include "configure/logins.h"
#include "explain/error_words.h"
#include "explain/explain.h"
#include "explain/language.h"

#define NAMED_MOST 5 /* logins that are listed by name; others are counted */

struct offer {
	char *key; /* owned; as in the source */
	struct acr_login login;
	bool refused; /* an error was reported: it is not taken over */
};

/* The source of logins. */
struct source {
	const struct acr_app *app;
	const struct acr_file_edit *edit;
	const char *helper; /* NULL: Docker's own file */
	struct offer *rows;
	size_t count;
};

static void free_source(struct source *source)
{
	for (size_t i = 0; i < source->count; i++) {
		acr_string_free(&source->rows[i].key);
		acr_login_wipe(&source->rows[i].login);
	}
	free(source->rows);
	source->rows = NULL;
	source->count = 0;
}
#define auto_source __attribute__((cleanup(free_source))) struct source

static struct offer *add(struct source *source, const char *key)
{
	source->rows = acr_grow(source->rows, source->count, sizeof(*source->rows));
	source->rows[source->count] = (struct offer){ .key = acr_copy(key) };
	return &source->rows[source->count++];
}

static bool becomes_ours(const struct source *source, const char *key)
{
	auto_string after = acr_helper_for(&source->edit->text, key);
	auto_string before = acr_helper_for(&source->edit->target.bytes, key);

	/* The keys of our own sign-ins, which secretservice lists as well. */
	if (acr_sign_in_reserved(key))
		return false;
	if (!after || strcmp(after, ACR_HELPER_SUFFIX) != 0)
		return false;
	return !source->helper || (before && strcmp(before, source->helper) == 0);
}

static void add_entry(void *data, const char *key, const struct acr_login *login)
{
	struct source *source = data;
	size_t length;
	const char *host = acr_docker_auths_host(key, &length);
	struct acr_registry registry;
	struct acr_who who;
	struct offer *row;
	int64_t ends;

	/* A registry's own token expires by itself, and remains usable until then. */
	if (!becomes_ours(source, key) ||
	    (acr_registry_parse(source->app->config, host, length, &registry) &&
	     acr_registry_issued(&registry, &login->secret, &ends, &who) != ACR_ISSUED_NOT))
		return;
	row = add(source, key);
	row->login.username = acr_copy(login->username);
	acr_secret_add_bytes(&row->login.secret, login->secret.bytes, login->secret.length);
}

static void add_server(void *data, const char *server)
{
	if (becomes_ours(data, server))
		add(data, server);
}

/* ---- whether to take over ---- */

static char *names_of(const struct source *source)
{
	auto_secret names = { 0 };
	size_t shown = source->count > NAMED_MOST + 1 ? NAMED_MOST : source->count;

	for (size_t i = 0; i < shown; i++)
		acr_secret_format(&names, "%s%s", i ? ", " : "", source->rows[i].key);
	if (shown < source->count)
		acr_secret_format(&names, _(" and %zu more"), source->count - shown);
	return acr_copy(acr_secret_text(&names));
}

static char *place_of(const struct source *source)
{
	return source->helper ? acr_format("docker-credential-%s", source->helper)
			      : acr_copy(source->edit->target.path);
}

/* Logins that are not taken over, and how to do that; or, in a dry run, that they would be. */
static void tell_left(struct acr_output *output, const struct acr_configure_request *request,
		      const struct source *source)
{
	auto_string names = names_of(source);
	auto_string place = place_of(source);
	auto_string text = NULL;

	if (request->with_logins)
		text = acr_format(_("logins that would be transferred to the keychain from %s: %s"),
				  place, names);
	else if (source->helper)
		text = acr_format(
			_("%s has logins that Docker no longer uses: %s. They stay there; to copy "
			  "them to the keychain, run this command again with --with-logins"),
			place, names);
	else
		text = acr_format(_("%s stores logins unencrypted: %s. They stay there and "
				    "continue to work; to move them to the keychain, run this "
				    "command again with --with-logins"),
				  place, names);
	for (size_t i = 0; i < source->count; i++)
		acr_output_login(output, source->rows[i].key, place, "stays");
	acr_output_line(output, text);
}

static bool is_wanted(struct acr_output *output, const struct acr_configure_request *request,
		      const struct source *source)
{
	const struct acr_app *app = output->app;
	auto_string names = names_of(source);
	auto_string place = place_of(source);
	auto_string question = NULL;

	if (request->with_logins)
		return true;
	if (output->json || request->dry_run || !isatty(app->in) || !isatty(app->err))
		return false;
	question = source->helper ? acr_format(_("%s has logins that Docker will no longer use: "
						 "%s. Copy them to the keychain?"),
					       place, names)
				  : acr_format(_("%s stores logins unencrypted: %s. Move them to "
						 "the keychain? A login that is stored there takes "
						 "precedence over all identities."),
					       place, names);
	return acr_plan_ask(app, question);
}

/* ---- taking over ---- */

/* Does the error concern only this login, so that the others can be taken over? */
static bool is_about_one(const struct acr_error *error)
{
	return error->kind == ACR_REFUSED || acr_error_is(error, ADOPT_TOKEN) ||
	       acr_error_is(error, ADOPT_DIFFERS) || acr_error_is(error, SIGNED_OUT) ||
	       acr_error_is(error, SERVER_RESERVED);
}

static void tell_refused(struct acr_output *output, const struct source *source,
			 const struct offer *row, const struct acr_error *why)
{
	auto_string place = place_of(source);
	auto_string words = acr_error_words(why);
	auto_string text =
		acr_format(_("the login for %s stays in %s: %s"), row->key, place, words);

	acr_output_login(output, row->key, place, "stays");
	acr_output_line(output, text);
}

static bool has(const struct acr_secret *entry, const char *name)
{
	auto_string there = acr_member_raw(entry, NULL, name);

	return there != NULL;
}

/* Docker writes {} for a login that it keeps elsewhere; other members of the entry are kept. */
static void empty_entry(struct acr_file_edit *edit, const char *key)
{
	static const char *const members[] = { "auth", "username", "password", "identitytoken" };
	auto_string raw = acr_member_raw(&edit->text, "auths", key);
	auto_secret left = { 0 };

	if (!raw)
		return;
	acr_secret_add(&left, raw);
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		while (has(&left, members[i])) /* in lower and upper case */
			acr_member_set(&left, NULL, members[i], NULL, NULL);
	acr_member_set(&edit->text, "auths", key, acr_secret_text(&left), NULL);
}

static int adopt(struct acr_output *output, const struct acr_configure_request *request,
		 struct acr_file_edit *edit, const struct source *source, struct offer *row,
		 struct acr_error *error)
{
	auto_string server = acr_taken_server(output->app, row->key);
	struct acr_report report = { 0 };
	struct acr_error why = { 0 };
	bool added = false;

	row->login.encrypted = !request->insecure;
	if (acr_adopt(output->app, server, &row->login, &added, &report, &why)) {
		row->refused = true;
		if (!is_about_one(&why)) {
			*error = why;
			return -1;
		}
		tell_refused(output, source, row, &why);
		return 0;
	}
	acr_explain_notices(output->app, &report);
	acr_taken_add(&edit->taken, row->key, source->helper, added);
	return 0;
}

static void tell_taken(struct acr_output *output, const struct source *source)
{
	auto_string place = place_of(source);

	for (size_t i = 0; i < source->count; i++) {
		const char *key = source->rows[i].key;
		auto_string text =
			source->helper
				? acr_format(_("copied the login for %s from %s"), key, place)
				: acr_format(_("moved the login for %s out of %s"), key, place);

		if (source->rows[i].refused)
			continue;
		acr_output_login(output, key, place, source->helper ? "copied" : "moved");
		acr_output_line(output, text);
	}
}

static int take(struct acr_output *output, const struct acr_configure_request *request,
		struct acr_file_edit *edit, struct source *source, struct acr_error *error)
{
	size_t before = edit->taken.count;

	for (size_t i = 0; source->helper && i < source->count; i++)
		if (acr_helper_get(output->app, source->helper, source->rows[i].key,
				   &source->rows[i].login, error))
			return acr_context(error, LOGINS_NOT_COPIED, source->rows[i].key,
					   output->app->program);
	for (size_t i = 0; i < source->count; i++)
		if (adopt(output, request, edit, source, &source->rows[i], error)) {
			acr_taken_drop(output->app, &edit->taken, before);
			return source->helper
				       ? acr_context(error, LOGINS_NOT_COPIED, source->rows[i].key,
						     output->app->program)
				       : acr_context(error, LOGINS_NOT_MOVED,
						     source->edit->target.path);
		}
	for (size_t i = 0; !source->helper && i < source->count; i++)
		if (!source->rows[i].refused)
			empty_entry(edit, source->rows[i].key);
	acr_members_layout(&edit->text);
	tell_taken(output, source);
	return 0;
}

static int take_if_wanted(struct acr_output *output, const struct acr_configure_request *request,
			  struct acr_file_edit *edit, struct source *source,
			  struct acr_error *error)
{
	if (source->count && is_wanted(output, request, source) && !request->dry_run)
		return take(output, request, edit, source, error);
	if (source->count)
		tell_left(output, request, source);
	return 0;
}

/* ---- sources ---- */

static int take_auths(struct acr_output *output, const struct acr_configure_request *request,
		      struct acr_file_edit *edit, struct acr_error *error)
{
	auto_source source = { .app = output->app, .edit = edit };
	struct acr_error unread = { 0 };

	if (acr_docker_auths_each(output->app, add_entry, &source, &unread) &&
	    unread.kind != ACR_NOT_FOUND) {
		auto_string words = acr_error_words(&unread);
		auto_string text =
			acr_format(_("No login is moved out of docker's file: %s"), words);

		if (request->with_logins && !request->dry_run) {
			*error = unread;
			return acr_context(error, LOGINS_NOT_MOVED, edit->target.path);
		}
		acr_output_line(output, text);
		return 0;
	}
	return take_if_wanted(output, request, edit, &source, error);
}

static int take_helper(struct acr_output *output, const struct acr_configure_request *request,
		       struct acr_file_edit *edit, const char *helper, struct acr_error *error)
{
	auto_source source = { .app = output->app, .edit = edit, .helper = helper };
	const struct acr_app *app = output->app;
	bool asked = request->with_logins || (!output->json && isatty(app->in) && isatty(app->err));
	struct acr_error failure = { 0 };

	if (acr_helper_list(app, helper, add_server, &source, &failure)) {
		auto_string words = acr_error_words(&failure);
		auto_string text = NULL;

		/* Docker could not use this helper either. */
		if (asked && !request->dry_run && !acr_error_is(&failure, HELPER_NOT_INSTALLED)) {
			*error = failure;
			return acr_context(error, LOGINS_NOT_LISTED, helper, app->program);
		}
		text = acr_format(_("No logins were copied from docker-credential-%s: %s"), helper,
				  words);
		if (asked || !acr_error_is(&failure, HELPER_NOT_INSTALLED))
			acr_output_line(output, text);
		return 0;
	}
	return take_if_wanted(output, request, edit, &source, error);
}

/* Will Docker stop using this helper for all its servers? With --with-logins also for single
 * registries that it is no longer used for. */
static bool is_replaced(const struct acr_configure_request *request,
			const struct acr_file_edit *edit, const char *host, char **ret)
{
	auto_string own = host ? acr_member_string(&edit->target.bytes, "credHelpers", host) : NULL;
	auto_string before = acr_member_string(&edit->target.bytes, NULL, "credsStore");
	auto_string after = acr_member_string(&edit->text, NULL, "credsStore");
	bool all = after && strcmp(after, ACR_HELPER_SUFFIX) == 0;

	*ret = own ? acr_copy(own) : before ? acr_copy(before) : NULL;
	if (!*ret || !**ret || strcmp(*ret, ACR_HELPER_SUFFIX) == 0)
		return false;
	return host ? own || (request->with_logins && !all) : all;
}

int acr_logins_take(struct acr_output *output, const struct acr_configure_request *request,
		    struct acr_plan *plan, struct acr_error *error)
{
	struct acr_file_edit *edit = &plan->edits[0];
	struct acr_error stay = { 0 };
	auto_string asked = NULL;

	if (!plan->docker_folder)
		return 0;
	edit->taken.since = output->app->clock.wall(output->app);
	for (size_t i = 0; i <= request->host_count; i++) {
		auto_string helper = NULL;

		/* First the helper for all servers, then those for each registry; no helper twice
		 * in a row. */
		if (!is_replaced(request, edit, i ? request->hosts[i - 1] : NULL, &helper) ||
		    (asked && strcmp(asked, helper) == 0))
			continue;
		if (take_helper(output, request, edit, helper, error)) {
			acr_taken_drop(output->app, &edit->taken, 0);
			return -1;
		}
		acr_string_free(&asked);
		asked = acr_copy(helper);
	}
	/* These logins can still be used where they are, so the rest is done. */
	if (take_auths(output, request, edit, &stay)) {
		acr_say_error(output->app, &stay);
		output->failed = true;
	}
	return 0;
}

void acr_logins_abandon(const struct acr_app *app, struct acr_plan *plan)
{
	if (plan->docker_folder && !plan->edits[0].written)
		acr_taken_drop(app, &plan->edits[0].taken, 0);
}
