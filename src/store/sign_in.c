/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What our own sign-in keeps: its refresh token in one keychain, and a file that says whose it is
 * and which keychain that is. The token goes first and the file after it, so that a file never
 * promises what is not there; the file goes first when both are dropped.
 */
#include <stdlib.h>
#include <string.h>

#include "acr/config.h"
#include "acr/sign_in.h"
#include "base/budget.h"
#include "base/file.h"
#include "store/private_dir.h"
#include "store/serialize.h"

#define VERSION	 1
#define FOR_ALL	 "default" /* no registry is called so: they have dots */
#define RESERVED "docker-credential-acr://"
#define TURN	 "sign-in"

/* Parts in the order of the record. */
static const struct {
	const char *name;
	size_t offset;
} texts[] = {
	{ "registry", offsetof(struct acr_sign_in, registry) },
	{ "who", offsetof(struct acr_sign_in, who) },
	{ "tenant", offsetof(struct acr_sign_in, tenant) },
	{ "client-id", offsetof(struct acr_sign_in, client_id) },
	{ "authority", offsetof(struct acr_sign_in, authority) },
	{ "keychain", offsetof(struct acr_sign_in, keychain) },
	{ "id", offsetof(struct acr_sign_in, id) },
};
#define TEXTS (sizeof(texts) / sizeof(texts[0]))

static char **text_at(struct acr_sign_in *sign_in, size_t i)
{
	return (char **)(void *)((char *)sign_in + texts[i].offset);
}

void acr_sign_in_wipe(struct acr_sign_in *sign_in)
{
	for (size_t i = 0; i < TEXTS; i++)
		acr_string_free(text_at(sign_in, i));
}

bool acr_sign_in_reserved(const char *server)
{
	return strncmp(server, RESERVED, strlen(RESERVED)) == 0;
}

/* The name in the keychain. */
static char *server_of(const char *registry)
{
	return acr_format(RESERVED "login/%s", *registry ? registry : FOR_ALL);
}

static char *folder_of(const struct acr_app *app)
{
	return acr_may_use(app, ACR_KEPT_BY_PERSON)
		       ? acr_home_path(app, "XDG_DATA_HOME", ".local/share", "/sign-ins")
		       : NULL;
}

static char *name_of(const char *registry)
{
	return acr_place_name(*registry ? registry : FOR_ALL);
}

char *acr_sign_in_path(const struct acr_app *app)
{
	auto_string folder = folder_of(app);

	return folder ? acr_format("%s/" FOR_ALL, folder) : NULL;
}

static bool read_name(const struct acr_app *app, const char *name, struct acr_sign_in *ret)
{
	auto_string folder = folder_of(app);
	auto_secret bytes = { 0 };
	auto_sign_in found = { 0 };
	struct acr_record record;

	if (acr_place_read(folder, name, &bytes, NULL) ||
	    acr_record_open(acr_secret_text(&bytes), bytes.length, "sign-in", VERSION, &record,
			    NULL))
		return false;
	for (size_t i = 0; i < TEXTS; i++)
		if (!acr_record_take_text(&record, texts[i].name, text_at(&found, i)))
			return false;
	if (!acr_record_take_number(&record, "since", &found.since) || !acr_record_done(&record))
		return false;
	acr_sign_in_wipe(ret);
	*ret = found;
	found = (struct acr_sign_in){ 0 };
	return true;
}

/* The sign-in for exactly this registry ("": for all). */
static bool read_own(const struct acr_app *app, const char *registry, struct acr_sign_in *ret)
{
	auto_string name = name_of(registry);

	return read_name(app, name, ret) && strcmp(ret->registry, registry) == 0;
}

bool acr_sign_in_find(const struct acr_app *app, const char *host, struct acr_sign_in *ret)
{
	return read_own(app, host, ret) || read_own(app, "", ret);
}

struct walk {
	const struct acr_app *app;
	void (*visit)(void *data, const struct acr_sign_in *sign_in);
	void *data;
};

static void visit_name(void *data, const char *name)
{
	const struct walk *walk = data;
	auto_sign_in sign_in = { 0 };

	if (read_name(walk->app, name, &sign_in))
		walk->visit(walk->data, &sign_in);
}

void acr_sign_in_each(const struct acr_app *app,
		      void (*visit)(void *data, const struct acr_sign_in *sign_in), void *data)
{
	auto_string folder = folder_of(app);
	struct walk walk = { app, visit, data };

	if (acr_place_each(folder, visit_name, &walk, NULL))
		acr_debug(app, "cannot list %s", folder ? folder : "without a home");
}

static const struct acr_keychain *keychain_by_name(const char *name)
{
	for (size_t i = 0; acr_keychains[i]; i++)
		if (strcmp(acr_keychains[i]->name, name) == 0)
			return acr_keychains[i];
	return NULL;
}

int acr_sign_in_token(const struct acr_app *app, const struct acr_sign_in *sign_in,
		      struct acr_secret *ret, struct acr_error *error)
{
	const struct acr_keychain *keychain = keychain_by_name(sign_in->keychain);
	auto_string server = server_of(sign_in->registry);
	struct acr_error failure = { 0 };
	auto_login login = { 0 };

	if (!keychain)
		return acr_fail(
			error, ACR_UNAVAILABLE,
			"the sign-in of %.100s is kept in \"%.40s\", which is not known here",
			sign_in->who, sign_in->keychain);
	if (keychain->find(app, server, &login, &failure) == 0) {
		acr_secret_wipe(ret);
		*ret = acr_secret_steal(&login.secret);
		return 0;
	}
	if (failure.kind == ACR_NOT_FOUND)
		return acr_fail(error, ACR_UNAVAILABLE,
				"the sign-in of %.100s is no longer in its keychain (%s): sign in "
				"again",
				sign_in->who, keychain->name);
	if (error)
		*error = failure;
	return acr_wrap(error, "the sign-in of %.100s cannot be read", sign_in->who);
}

int acr_sign_in_keeper(const struct acr_app *app, bool plain, const struct acr_keychain **ret,
		       struct acr_error *error)
{
	const char *wanted = acr_config_get(app->config, NULL, "keychain");
	bool pinned = wanted && strcmp(wanted, "auto") != 0;
	struct acr_error failure = { 0 };

	for (size_t i = 0; acr_keychains[i]; i++) {
		const struct acr_keychain *keychain = acr_keychains[i];
		auto_string server = server_of("");
		auto_login login = { 0 };

		if (keychain->plain != plain)
			continue;
		if (pinned && strcmp(wanted, keychain->name) != 0) {
			acr_fail(&failure, ACR_UNAVAILABLE, "\"keychain\" in the config is \"%s\"",
				 wanted);
			continue;
		}
		failure = (struct acr_error){ 0 };
		/* A locked one may ask the person for its password when something is kept. */
		if (keychain->find(app, server, &login, &failure) == 0 ||
		    failure.kind == ACR_NOT_FOUND ||
		    (failure.kind == ACR_LOCKED &&
		     (acr_env(app, "DISPLAY") || acr_env(app, "WAYLAND_DISPLAY")))) {
			*ret = keychain;
			return 0;
		}
	}
	if (error)
		*error = failure;
	return -1;
}

static int write_file(const struct acr_app *app, struct acr_sign_in *sign_in,
		      struct acr_error *error)
{
	auto_string folder = folder_of(app);
	auto_string name = name_of(sign_in->registry);
	auto_secret bytes = { 0 };

	acr_record_begin(&bytes, "sign-in", VERSION);
	for (size_t i = 0; i < TEXTS; i++)
		acr_record_add(&bytes, texts[i].name, *text_at(sign_in, i),
			       strlen(*text_at(sign_in, i)));
	acr_record_add_number(&bytes, "since", sign_in->since);
	acr_record_end(&bytes);
	if (acr_place_write(folder, name, &bytes, true, error))
		return acr_wrap(error, "cannot note who signed in");
	return 0;
}

/* From every keychain but `but`. An error only of the one that is named `kept`: that another cannot
 * be asked is no fault. */
static int drop_tokens(const struct acr_app *app, const char *registry,
		       const struct acr_keychain *but, const char *kept, struct acr_error *error)
{
	auto_string server = server_of(registry);
	int result = 0;

	for (size_t i = 0; acr_may_use(app, ACR_KEPT_BY_PERSON) && acr_keychains[i]; i++) {
		const struct acr_keychain *keychain = acr_keychains[i];
		struct acr_error failure = { 0 };

		if (keychain == but || keychain->drop(app, server, &failure) == 0 ||
		    failure.kind == ACR_NOT_FOUND || !kept || strcmp(keychain->name, kept) != 0)
			continue;
		result = -1;
		if (error)
			*error = failure;
	}
	return result;
}

static int keep_token(const struct acr_app *app, const struct acr_sign_in *sign_in,
		      const struct acr_keychain *keeper, const struct acr_secret *token,
		      struct acr_error *error)
{
	auto_string server = server_of(sign_in->registry);
	auto_login login = { .username = acr_copy(sign_in->who) };

	acr_secret_add_bytes(&login.secret, acr_secret_text(token), token->length);
	return keeper->keep(app, server, &login, error);
}

int acr_sign_in_keep(const struct acr_app *app, struct acr_sign_in *sign_in,
		     const struct acr_keychain *keeper, const struct acr_secret *token,
		     struct acr_error *error)
{
	auto_turn turn = acr_turn_take(app, TURN, ACR_BUDGET_TURN);
	auto_string server = server_of(sign_in->registry);

	acr_string_free(&sign_in->keychain);
	sign_in->keychain = acr_copy(keeper->name);
	sign_in->since = app->clock.wall(app);
	if (!acr_may_use(app, ACR_KEPT_BY_PERSON))
		return acr_fail(error, ACR_UNAVAILABLE, "no keychain may be used for this request");
	if (keep_token(app, sign_in, keeper, token, error))
		return acr_wrap(error, "the sign-in cannot be kept");
	if (write_file(app, sign_in, error)) {
		keeper->drop(app, server, NULL);
		return -1;
	}
	return drop_tokens(app, sign_in->registry, keeper, NULL, NULL);
}

void acr_sign_in_roll(const struct acr_app *app, const struct acr_sign_in *sign_in,
		      const struct acr_secret *token)
{
	auto_turn turn = acr_turn_take(app, TURN, ACR_BUDGET_TURN);
	const struct acr_keychain *keychain = keychain_by_name(sign_in->keychain);
	struct acr_error failure = { 0 };
	auto_sign_in now = { 0 };

	if (!keychain || !read_own(app, sign_in->registry, &now) ||
	    strcmp(now.id, sign_in->id) != 0)
		return;
	if (keep_token(app, sign_in, keychain, token, &failure))
		acr_debug(app, "the new refresh token is not kept: %s", failure.text);
}

int acr_sign_in_drop(const struct acr_app *app, const char *registry, bool *ret_any,
		     struct acr_error *error)
{
	auto_turn turn = acr_turn_take(app, TURN, ACR_BUDGET_TURN);
	auto_string folder = folder_of(app);
	auto_string name = name_of(registry);
	struct acr_error failure = { 0 };
	auto_sign_in sign_in = { 0 };

	*ret_any = read_own(app, registry, &sign_in);
	if (acr_place_drop(folder, name, &failure) && failure.kind != ACR_NOT_FOUND &&
	    failure.kind != ACR_UNAVAILABLE) {
		if (error)
			*error = failure;
		return -1;
	}
	if (drop_tokens(app, registry, NULL, *ret_any ? sign_in.keychain : NULL, error))
		return acr_wrap(error,
				"the sign-in of %.100s is not used any more, but its token "
				"is still kept",
				sign_in.who);
	return 0;
}
