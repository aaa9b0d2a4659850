/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stores logins if there is no Secret Service: one file of mode 0600 per login, below
 * $XDG_DATA_HOME/docker-credential-acr/logins, readable by all processes of the user. The file name
 * is derived from the server; the record in the file contains the exact server name, which decides.
 * With one file per login, writers of different logins do not conflict.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "acr/store.h"
#include "base/budget.h"
#include "base/file.h"
#include "store/private_dir.h"
#include "store/serialize.h"

#define VERSION	 1
#define FILE_MAX (ACR_STORE_MAX + ACR_SERVER_MAX + 64 * 1024)

static char *folder_of(const struct acr_app *app)
{
	return acr_home_path(app, "XDG_DATA_HOME", ".local/share", "/logins");
}

static int homeless(struct acr_error *error)
{
	return acr_raise(error, LOGINS_NO_HOME);
}

/* Read the parts of a file in the order of the record. `ret` may be NULL. */
static int read_file(const char *folder, const char *name, char **ret_server, struct acr_login *ret,
		     struct acr_error *error)
{
	auto_string path = acr_format("%s/%s", folder, name);
	auto_secret bytes = { 0 };
	auto_string server = NULL;
	auto_login login = { 0 };
	struct acr_record record;
	const char *secret;
	size_t length;

	if (acr_private_read(folder, name, FILE_MAX, &bytes, error))
		return -1;
	if (acr_record_open(acr_secret_text(&bytes), bytes.length, "login", VERSION, &record,
			    error))
		return acr_context(error, AT, path);
	if (!acr_record_take_text(&record, "server", &server) ||
	    !acr_record_take_text(&record, "username", &login.username) ||
	    !acr_record_take(&record, "secret", &secret, &length) || !acr_record_done(&record)) {
		acr_raise(error, RECORD_DAMAGED);
		return acr_context(error, AT, path);
	}
	*ret_server = server;
	server = NULL;
	if (ret) {
		acr_secret_add_bytes(&login.secret, secret, length);
		*ret = login;
		login = (struct acr_login){ 0 };
	}
	return 0;
}

static int64_t written(const char *folder, const char *name)
{
	auto_string path = acr_format("%s/%s", folder, name);
	struct stat s;

	return stat(path, &s) == 0 ? (int64_t)s.st_mtim.tv_sec : 0;
}

static int find(const struct acr_app *app, const char *server, struct acr_login *ret,
		struct acr_error *error)
{
	auto_string folder = folder_of(app);
	auto_string name = acr_private_dir_name(server);
	auto_string there = NULL;
	auto_login login = { 0 };

	if (!folder)
		return homeless(error);
	if (read_file(folder, name, &there, &login, error))
		return -1;
	if (!there || strcmp(there, server) != 0)
		return acr_raise(error, LOGIN_MISSING, server);
	login.since = written(folder, name);
	acr_login_wipe(ret);
	*ret = login;
	login = (struct acr_login){ 0 };
	return 0;
}

/* Two long names may have the same hash: a file for another server must not be replaced. */
static bool taken(const char *folder, const char *name, const char *server)
{
	auto_string there = NULL;

	return read_file(folder, name, &there, NULL, NULL) == 0 && there &&
	       strcmp(there, server) != 0;
}

static int keep(const struct acr_app *app, const char *server, const struct acr_login *login,
		struct acr_error *error)
{
	auto_string folder = folder_of(app);
	auto_string name = acr_private_dir_name(server);
	auto_secret bytes = { 0 };

	if (!folder)
		return homeless(error);
	if (taken(folder, name, server)) {
		auto_string path = acr_format("%s/%s", folder, name);

		return acr_raise(error, FILE_OF_ANOTHER_LOGIN, path);
	}
	acr_secret_reserve(&bytes, login->secret.length + strlen(server) + 512);
	acr_record_begin(&bytes, "login", VERSION);
	acr_record_add(&bytes, "server", server, strlen(server));
	acr_record_add(&bytes, "username", login->username, strlen(login->username));
	acr_record_add(&bytes, "secret", acr_secret_text(&login->secret), login->secret.length);
	acr_record_end(&bytes);
	return acr_private_dir_write(folder, name, &bytes, true, error);
}

static int drop(const struct acr_app *app, const char *server, struct acr_error *error)
{
	auto_string folder = folder_of(app);
	auto_string name = acr_private_dir_name(server);

	if (!folder)
		return homeless(error);
	if (taken(folder, name, server))
		return acr_raise(error, LOGIN_MISSING, server);
	return acr_private_dir_drop(folder, name, error);
}

struct walk {
	const struct acr_app *app;
	const char *folder;
	acr_keychain_visit *visit;
	void *data;
	struct acr_error failure; /* the first error of this machine, which hid a login */
};

static void visit_file(void *data, const char *name)
{
	struct walk *walk = data;
	struct acr_error error = { 0 };
	auto_string server = NULL;
	auto_login login = { 0 };

	if (read_file(walk->folder, name, &server, &login, &error) == 0)
		walk->visit(walk->data, server, login.username);
	else
		acr_debug_error(walk->app, "not listed", &error);
	if (error.kind == ACR_SYSTEM && walk->failure.kind == ACR_FINE)
		walk->failure = error;
}

static int each(const struct acr_app *app, acr_keychain_visit *visit, void *data,
		struct acr_error *error)
{
	auto_string folder = folder_of(app);
	struct walk walk = { .app = app, .folder = folder, .visit = visit, .data = data };

	if (!folder)
		return homeless(error);
	if (acr_private_dir_each(folder, visit_file, &walk, error))
		return -1;
	if (walk.failure.kind != ACR_FINE && error)
		*error = walk.failure;
	return walk.failure.kind == ACR_FINE ? 0 : -1;
}

const struct acr_keychain acr_keychain_login_file = {
	.name = "file",
	.plain = true,
	.find = find,
	.keep = keep,
	.drop = drop,
	.each = each,
};
