/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Gives logins back. Those that came from Docker's own file are written to it again, with their
 * current values; a copy is removed if the helper that it came from still has the same login; all
 * others are kept, and the user is told where.
 */
#include <stdlib.h>
#include <string.h>

#include "acr/broker.h"
#include "acr/sign_in.h"
#include "base/jwt.h"
#include "configure/logins.h"
#include "explain/error_words.h"
#include "explain/language.h"

void acr_taken_add(struct acr_taken *taken, const char *key, const char *helper, bool added)
{
	taken->rows = acr_grow(taken->rows, taken->count, sizeof(*taken->rows));
	taken->rows[taken->count++] =
		(struct acr_taken_login){ acr_copy(key), helper ? acr_copy(helper) : NULL, added };
}

static void free_row(struct acr_taken_login *row)
{
	acr_string_free(&row->key);
	acr_string_free(&row->helper);
}

void acr_taken_free(struct acr_taken *taken)
{
	for (size_t i = 0; i < taken->count; i++)
		free_row(&taken->rows[i]);
	free(taken->rows);
	*taken = (struct acr_taken){ 0 };
}

char *acr_taken_server(const struct acr_app *app, const char *key)
{
	size_t length;
	const char *host = acr_docker_auths_host(key, &length);
	struct acr_registry registry;

	return acr_registry_parse(app->config, host, length, &registry) ? acr_copy(registry.host)
									: acr_copy(key);
}

static void drop(const struct acr_app *app, const char *server)
{
	struct acr_report report = { 0 };
	struct acr_error failure = { 0 };
	auto_secret name = { 0 };

	acr_secret_add(&name, server);
	if (acr_erase(app, &name, &report, &failure))
		acr_debug_error(app, server, &failure);
}

void acr_taken_drop(const struct acr_app *app, struct acr_taken *taken, size_t from)
{
	while (taken->count > from) {
		struct acr_taken_login *row = &taken->rows[--taken->count];
		auto_string server = acr_taken_server(app, row->key);

		if (row->added)
			drop(app, server);
		free_row(row);
	}
}

void acr_given_free(struct acr_given *given)
{
	for (size_t i = 0; i < given->count; i++)
		acr_string_free(&given->servers[i]);
	free(given->servers);
	*given = (struct acr_given){ 0 };
}

static void note_given(struct acr_given *given, const char *server)
{
	given->servers = acr_grow(given->servers, given->count, sizeof(*given->servers));
	given->servers[given->count++] = acr_copy(server);
}

static bool is_given(const struct acr_given *given, const char *server)
{
	for (size_t i = 0; i < given->count; i++)
		if (strcmp(given->servers[i], server) == 0)
			return true;
	return false;
}

/* ---- Docker's own file ---- */

static void add_member(struct acr_secret *entry, const char *name, const char *text)
{
	auto_secret json = { 0 };

	acr_json_quote(&json, text, strlen(text));
	acr_member_set(entry, NULL, name, acr_secret_text(&json), NULL);
}

/* The entry in Docker's format. False if that format cannot represent the login. */
static bool fill_entry(struct acr_secret *entry, const struct acr_login *login)
{
	auto_secret plain = { 0 }, encoded = { 0 };
	const char *secret = acr_secret_text(&login->secret);

	if (strlen(secret) != login->secret.length || strchr(login->username, ':'))
		return false;
	if (strcmp(login->username, "<token>") == 0) {
		add_member(entry, "identitytoken", secret);
		return true;
	}
	acr_secret_format(&plain, "%s:%s", login->username, secret);
	acr_base64_encode(plain.bytes, plain.length, &encoded);
	add_member(entry, "auth", acr_secret_text(&encoded));
	return true;
}

/* Does the entry contain a login? Then another program has written one since. */
static bool is_filled(const struct acr_secret *entry)
{
	auto_string auth = acr_member_string(entry, NULL, "auth");
	auto_string token = acr_member_string(entry, NULL, "identitytoken");
	auto_string password = acr_member_string(entry, NULL, "password");

	return (auth && *auth) || (token && *token) || password;
}

static bool put_back(struct acr_secret *text, const char *key, const struct acr_login *login)
{
	auto_string raw = acr_member_raw(text, "auths", key);
	auto_secret entry = { 0 };

	acr_secret_add(&entry, raw ? raw : "{}");
	if (*acr_secret_text(&entry) != '{' || is_filled(&entry) || !fill_entry(&entry, login))
		return false;
	acr_member_set(text, "auths", key, acr_secret_text(&entry), NULL);
	return true;
}

int acr_logins_give_back(struct acr_output *output, const struct acr_memo *memo,
			 struct acr_secret *text, struct acr_given *ret, struct acr_error *error)
{
	const struct acr_app *app = output->app;

	for (size_t i = 0; i < memo->taken.count; i++) {
		const struct acr_taken_login *row = &memo->taken.rows[i];
		auto_string server = acr_taken_server(app, row->key);
		struct acr_error missing = { 0 };
		auto_string line = NULL;
		auto_login login = { 0 };

		if (row->helper)
			continue;
		if (acr_keychain_find(app, server, &login, &missing)) {
			if (missing.kind == ACR_NOT_FOUND) /* `docker logout` was run */
				continue;
			*error = missing;
			return acr_context(error, LOGINS_NOT_GIVEN_BACK, memo->path);
		}
		if (!put_back(text, row->key, &login))
			continue;
		if (row->added)
			note_given(ret, server);
		line = acr_format(_("moved the login for %s back into %s"), row->key, memo->path);
		acr_output_login(output, row->key, memo->path, "moved-back");
		acr_output_change(output, line);
	}
	acr_members_layout(text);
	return 0;
}

/* ---- logins that stay ---- */

struct remains {
	struct acr_output *output;
	const struct acr_memo *memo;
	const struct acr_secret *before;
	const struct acr_given *given;
};

static const struct acr_taken_login *taken_of(const struct remains *remains, const char *server)
{
	for (size_t i = 0; i < remains->memo->taken.count; i++) {
		const struct acr_taken_login *row = &remains->memo->taken.rows[i];
		auto_string own = acr_taken_server(remains->output->app, row->key);

		if (strcmp(own, server) == 0)
			return row;
	}
	return NULL;
}

/* A copy of a login that the other helper still has. */
static bool is_kept_elsewhere(const struct acr_app *app, const struct acr_taken_login *row,
			      const struct acr_login *login)
{
	auto_login other = { 0 };

	return row && row->helper && row->added &&
	       acr_helper_get(app, row->helper, row->key, &other, NULL) == 0 &&
	       acr_login_equals(&other, login);
}

/* Was it added after Docker was configured to use this helper, and for a server for which it does?
 * Other programs also use a Secret Service. */
static bool was_added(const struct remains *remains, const char *server,
		      const struct acr_login *login)
{
	auto_string helper = acr_helper_for(remains->before, server);

	return login->since >= remains->memo->taken.since &&
	       (login->kept_in->plain || (helper && strcmp(helper, ACR_HELPER_SUFFIX) == 0));
}

static void tell_stays(struct acr_output *output, const char *server,
		       const struct acr_keychain *kept_in)
{
	auto_string text =
		kept_in->plain
			? acr_format(_("the login for %s stays in a file of this program, which no "
				       "other helper reads: docker-credential-acr get prints it"),
				     server)
			: acr_format(_("the login for %s stays in the Secret Service, where "
				       "docker-credential-secretservice finds it"),
				     server);

	acr_output_login(output, server, kept_in->name, "stays");
	acr_output_line(output, text);
}

static void conclude_one(const struct remains *remains, const char *server)
{
	const struct acr_app *app = remains->output->app;
	const struct acr_taken_login *row = taken_of(remains, server);
	struct acr_error missing = { 0 };
	auto_string text = NULL;
	auto_login login = { 0 };

	if (acr_sign_in_reserved(server) || is_given(remains->given, server) ||
	    acr_keychain_find(app, server, &login, &missing))
		return;
	if (is_kept_elsewhere(app, row, &login)) {
		text = acr_format(_("removed the copy of the login for %s, which "
				    "docker-credential-%s still has"),
				  server, row->helper);
		if (!remains->output->dry_run)
			drop(app, server);
		acr_output_login(remains->output, server, row->helper, "removed");
		acr_output_change(remains->output, text);
	} else if (row ? row->added : was_added(remains, server, &login)) {
		tell_stays(remains->output, server, login.kept_in);
	}
}

struct names {
	char **rows;
	size_t count;
};

static void take_name(void *data, const char *server, const char *username)
{
	struct names *names = data;

	(void)username;
	names->rows = acr_grow(names->rows, names->count, sizeof(*names->rows));
	names->rows[names->count++] = acr_copy(server);
}

void acr_logins_conclude(struct acr_output *output, const struct acr_memo *memo,
			 const struct acr_secret *before, const struct acr_given *given)
{
	struct remains remains = { output, memo, before, given };
	struct acr_error locked = { 0 };
	struct names names = { 0 };

	for (size_t i = 0; i < given->count && !output->dry_run; i++)
		drop(output->app, given->servers[i]);
	/* Not while the keychain is being iterated, which removals would disturb. */
	if (acr_keychain_each(output->app, take_name, &names, &locked)) {
		auto_string words = acr_error_words(&locked);
		auto_string text = acr_format(_("Stored logins are not shown: %s"), words);
		acr_output_line(output, text);
	}
	for (size_t i = 0; i < names.count; i++) {
		conclude_one(&remains, names.rows[i]);
		free(names.rows[i]);
	}
	free(names.rows);
}
