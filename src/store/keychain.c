/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Logins that the user stored: which keychain is used, and how its errors are handled. "auto" uses
 * the Secret Service, and files only if there is no Secret Service: if it is locked or does not
 * respond, the operation fails, since it may have the login. If the Secret Service has no login for
 * the server, the files are searched, because the login may have been stored without a desktop
 * session; if it has one, they are searched for a newer one.
 */
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "acr/config.h"
#include "acr/store.h"

#define KEYCHAIN(row) extern const struct acr_keychain acr_keychain_##row;
#include "store/keychains.def"
#undef KEYCHAIN
#define KEYCHAIN(row) &acr_keychain_##row,
const struct acr_keychain *const acr_keychains[] = {
#include "store/keychains.def"
	NULL
};
#undef KEYCHAIN

void acr_login_wipe(struct acr_login *login)
{
	acr_string_free(&login->username);
	acr_secret_wipe(&login->secret);
}

/* Does the configuration allow this keychain? If so, `ret_pinned` says whether it is the only
 * one. */
static bool allowed(const struct acr_app *app, const struct acr_keychain *keychain,
		    bool *ret_pinned)
{
	const char *wanted = acr_config_get(app->config, NULL, "keychain");

	*ret_pinned = wanted && strcmp(wanted, "auto") != 0;
	return acr_may_use(app, ACR_KEPT_BY_PERSON) &&
	       (!*ret_pinned || strcmp(wanted, keychain->name) == 0);
}

/* May the next keychain be used after this error? */
static bool passes(const struct acr_error *error, bool pinned)
{
	return error->kind == ACR_NOT_FOUND || (error->kind == ACR_UNAVAILABLE && !pinned);
}

static int give(struct acr_error *error, const struct acr_error *failure)
{
	if (error)
		*error = *failure;
	return -1;
}

/* After a login is stored in a better keychain, its copy in a file is removed. */
static void drop_plain(const struct acr_app *app, const struct acr_keychain *used,
		       const char *server)
{
	struct acr_error failure = { 0 };

	for (size_t i = 0; acr_keychains[i]; i++)
		if (acr_keychains[i] != used && acr_keychains[i]->plain &&
		    acr_keychains[i]->drop(app, server, &failure) && !passes(&failure, false))
			acr_debug_error(app, "an older login stays behind", &failure);
}

/* A file with the same server was written while this keychain was not available, otherwise it would
 * have been removed. The newer of the two is the login, and if that is the file, it is moved to the
 * keychain. */
static void prefer_newer(const struct acr_app *app, const char *server, size_t next,
			 struct acr_login *login)
{
	const struct acr_keychain *home = login->kept_in;

	for (size_t i = next; acr_keychains[i]; i++) {
		struct acr_error failure = { 0 };
		auto_login other = { 0 };
		bool pinned;

		if (!acr_keychains[i]->plain || !allowed(app, acr_keychains[i], &pinned) ||
		    acr_keychains[i]->find(app, server, &other, &failure) ||
		    other.since < login->since)
			continue;
		acr_login_wipe(login);
		*login = other;
		other = (struct acr_login){ 0 };
		login->kept_in = acr_keychains[i];
		if (home->keep(app, server, login, &failure)) {
			acr_debug_error(app, "a newer login stays in a file", &failure);
			return;
		}
		login->kept_in = home;
		drop_plain(app, home, server);
	}
}

int acr_keychain_find(const struct acr_app *app, const char *server, struct acr_login *ret,
		      struct acr_error *error)
{
	struct acr_error absent;

	return acr_keychain_look(app, server, ret, &absent, error);
}

int acr_keychain_look(const struct acr_app *app, const char *server, struct acr_login *ret,
		      struct acr_error *ret_absent, struct acr_error *error)
{
	*ret_absent = (struct acr_error){ 0 };
	for (size_t i = 0; acr_keychains[i]; i++) {
		struct acr_error failure = { 0 };
		bool pinned;

		if (!allowed(app, acr_keychains[i], &pinned))
			continue;
		if (acr_keychains[i]->find(app, server, ret, &failure) == 0) {
			ret->kept_in = acr_keychains[i];
			prefer_newer(app, server, i + 1, ret);
			if (!ret->kept_in->plain)
				acr_marker_set(app, ACR_IN_SECRET_SERVICE, server);
			return 0;
		}
		if (!passes(&failure, pinned))
			return give(error, &failure);
		if (failure.kind == ACR_UNAVAILABLE)
			*ret_absent = failure;
		else if (!acr_keychains[i]->plain &&
			 acr_marker_is_set(app, ACR_IN_SECRET_SERVICE, server))
			acr_marker_clear(app, ACR_IN_SECRET_SERVICE, server);
	}
	return acr_raise(error, LOGIN_MISSING, server);
}

int acr_keychain_keep(const struct acr_app *app, const char *server, const struct acr_login *login,
		      const struct acr_keychain **ret_used, struct acr_error *error)
{
	struct acr_error failure;

	acr_raise(&failure, KEYCHAIN_NOT_ALLOWED);
	for (size_t i = 0; acr_keychains[i]; i++) {
		bool pinned;

		if (!allowed(app, acr_keychains[i], &pinned))
			continue;
		if (login->encrypted && acr_keychains[i]->plain) {
			if (acr_error_is(&failure, KEYCHAIN_NOT_ALLOWED))
				acr_raise(&failure, KEYCHAIN_CONFIGURED, acr_keychains[i]->name);
			break;
		}
		if (acr_keychains[i]->keep(app, server, login, &failure) == 0) {
			drop_plain(app, acr_keychains[i], server);
			if (!acr_keychains[i]->plain)
				acr_marker_set(app, ACR_IN_SECRET_SERVICE, server);
			if (ret_used)
				*ret_used = acr_keychains[i];
			return 0;
		}
		if (!passes(&failure, pinned))
			break;
	}
	return give(error, &failure);
}

int acr_keychain_drop(const struct acr_app *app, const char *server, bool *ret_any,
		      struct acr_error *error)
{
	struct acr_error first = { 0 };

	*ret_any = false;
	for (size_t i = 0; acr_keychains[i]; i++) {
		struct acr_error failure = { 0 };
		bool pinned, gone;

		if (!allowed(app, acr_keychains[i], &pinned))
			continue;
		gone = acr_keychains[i]->drop(app, server, &failure) == 0;
		*ret_any = *ret_any || gone;
		gone = gone || failure.kind == ACR_NOT_FOUND;
		if (gone && !acr_keychains[i]->plain)
			acr_marker_clear(app, ACR_IN_SECRET_SERVICE, server);
		if (first.kind != ACR_FINE || gone)
			continue;
		if (!passes(&failure, pinned))
			first = failure;
		else if (!acr_keychains[i]->plain &&
			 acr_marker_is_set(app, ACR_IN_SECRET_SERVICE, server))
			(void)acr_raise(&first, LOGIN_OUT_OF_REACH, server);
	}
	return first.kind == ACR_FINE ? 0 : give(error, &first);
}

bool acr_keychain_is_whole(const struct acr_app *app, const char *server)
{
	for (size_t i = 0; acr_keychains[i]; i++) {
		struct acr_error failure = { 0 };
		auto_login login = { 0 };
		bool pinned;

		if (allowed(app, acr_keychains[i], &pinned) &&
		    acr_keychains[i]->find(app, server, &login, &failure) &&
		    failure.kind != ACR_NOT_FOUND)
			return false;
	}
	return true;
}

/* Servers that have been visited. */
struct seen {
	acr_keychain_visit *visit;
	void *data;
	void *servers; /* a tree of strings, owned: see tsearch(3) */
};

static int by_name(const void *left, const void *right)
{
	return strcmp(left, right);
}

static void visit_once(void *data, const char *server, const char *username)
{
	struct seen *seen = data;

	if (tfind(server, &seen->servers, by_name))
		return;
	if (!tsearch(acr_copy(server), &seen->servers, by_name))
		acr_out_of_memory();
	seen->visit(seen->data, server, username);
}

int acr_keychain_each(const struct acr_app *app, acr_keychain_visit *visit, void *data,
		      struct acr_error *error)
{
	struct seen seen = { .visit = visit, .data = data };
	struct acr_error first = { 0 };

	for (size_t i = 0; acr_keychains[i]; i++) {
		struct acr_error failure = { 0 };
		bool pinned;

		if (allowed(app, acr_keychains[i], &pinned) &&
		    acr_keychains[i]->each(app, visit_once, &seen, &failure) &&
		    !passes(&failure, pinned) && first.kind == ACR_FINE)
			first = failure;
	}
	tdestroy(seen.servers, free);
	return first.kind == ACR_FINE ? 0 : give(error, &first);
}
