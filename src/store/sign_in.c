/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keeps the sign-in of `docker-credential-acr login`: its refresh token in a keychain, and a file
 * that names the user and that keychain. The token is stored before the file and removed after it,
 * so that the file never refers to a token that does not exist.
 */
#include <stdlib.h>
#include <string.h>

#include "acr/config.h"
#include "acr/sign_in.h"
#include "base/budget.h"
#include "base/file.h"
#include "store/decision.h"
#include "store/private_dir.h"

#define VERSION	 1
#define FOR_ALL	 "default" /* cannot be the name of a registry, which has dots */
#define RESERVED "docker-credential-acr://"
#define LOCK	 "sign-in"

/* The parts in the order of the record. */
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

/* The server name in the keychain. */
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
	return acr_private_dir_name(*registry ? registry : FOR_ALL);
}

char *acr_sign_in_path(const struct acr_app *app)
{
	auto_string folder = folder_of(app);

	return folder ? acr_format("%s/" FOR_ALL, folder) : NULL;
}

/* The command that repairs `name`: the name of a registry, or all. */
static char *again_of(const struct acr_app *app, const char *name)
{
	const char *host = strcmp(name, FOR_ALL) == 0 ? "" : name;

	return acr_format("%s login%s%.200s", app->program, *host ? " " : "", host);
}

static int read_name(const struct acr_app *app, const char *name, struct acr_sign_in *ret,
		     struct acr_error *error)
{
	auto_string folder = folder_of(app);
	auto_string again = again_of(app, name);
	const struct acr_decision decision = { folder, name, "sign-in", VERSION, again, NULL };
	struct acr_error failure = { 0 };
	auto_secret bytes = { 0 };
	auto_sign_in found = { 0 };
	struct acr_record record;
	bool whole = true;

	if (acr_decision_read(&decision, &bytes, &record, &found.repaired, &failure)) {
		/* A file of a newer version is a valid decision, too: later identities must not be
		 * used. */
		failure.kind = failure.kind == ACR_UNAVAILABLE ? ACR_INVALID : failure.kind;
		if (error)
			*error = failure;
		return -1;
	}
	for (size_t i = 0; i < TEXTS; i++)
		whole = whole && acr_record_take_text(&record, texts[i].name, text_at(&found, i));
	if (!whole || !acr_record_take_number(&record, "since", &found.since) ||
	    !acr_record_done(&record))
		return acr_decision_damaged(&decision, error);
	acr_sign_in_wipe(ret);
	*ret = found;
	found = (struct acr_sign_in){ 0 };
	return 0;
}

/* The sign-in for exactly this registry ("": for all registries). */
static int read_own(const struct acr_app *app, const char *registry, struct acr_sign_in *ret,
		    struct acr_error *error)
{
	auto_string folder = folder_of(app);
	auto_string name = name_of(registry);
	auto_string again = again_of(app, name);
	const struct acr_decision decision = { folder, name, "sign-in", VERSION, again, NULL };

	if (read_name(app, name, ret, error))
		return -1;
	if (strcmp(ret->registry, registry) == 0)
		return 0;
	return acr_decision_damaged(&decision, error);
}

int acr_sign_in_find(const struct acr_app *app, const char *host, struct acr_sign_in *ret,
		     struct acr_error *error)
{
	struct acr_error missing = { 0 };

	if (read_own(app, host, ret, &missing) == 0)
		return 0;
	if (missing.kind == ACR_NOT_FOUND)
		return read_own(app, "", ret, error);
	if (error)
		*error = missing;
	return -1;
}

struct walk {
	const struct acr_app *app;
	void (*visit)(void *data, const struct acr_sign_in *sign_in);
	void *data;
	struct acr_error *error; /* the first error */
};

static void visit_name(void *data, const char *name)
{
	const struct walk *walk = data;
	struct acr_error failure = { 0 };
	auto_sign_in sign_in = { 0 };

	if (read_name(walk->app, name, &sign_in, &failure) == 0)
		walk->visit(walk->data, &sign_in);
	else if (failure.kind != ACR_NOT_FOUND && walk->error->kind == ACR_FINE)
		*walk->error = failure;
}

int acr_sign_in_each(const struct acr_app *app,
		     void (*visit)(void *data, const struct acr_sign_in *sign_in), void *data,
		     struct acr_error *error)
{
	auto_string folder = folder_of(app);
	struct acr_error first = { 0 };
	struct walk walk = { app, visit, data, &first };

	if (acr_decision_each(folder, visit_name, &walk, error))
		return -1;
	if (first.kind != ACR_FINE && error)
		*error = first;
	return first.kind == ACR_FINE ? 0 : -1;
}

struct registries {
	void (*visit)(void *data, const char *registry);
	void *data;
};

static void visit_registry(void *data, const char *name)
{
	const struct registries *registries = data;
	auto_string registry =
		strcmp(name, FOR_ALL) == 0 ? acr_copy("") : acr_private_dir_text(name);

	if (registry)
		registries->visit(registries->data, registry);
}

int acr_sign_in_registries(const struct acr_app *app,
			   void (*visit)(void *data, const char *registry), void *data,
			   struct acr_error *error)
{
	auto_string folder = folder_of(app);
	struct registries registries = { visit, data };

	return acr_decision_each(folder, visit_registry, &registries, error);
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
		return acr_raise(error, SIGN_IN_KEYCHAIN_UNKNOWN, sign_in->who, sign_in->keychain);
	if (keychain->find(app, server, &login, &failure) == 0) {
		acr_secret_wipe(ret);
		*ret = acr_secret_steal(&login.secret);
		return 0;
	}
	if (failure.kind == ACR_NOT_FOUND)
		return acr_raise(error, SIGN_IN_LOST, sign_in->who, keychain->name);
	if (failure.kind == ACR_UNAVAILABLE)
		return acr_raise_cause(error, &failure.message, SIGN_IN_UNREACHABLE, sign_in->who);
	if (error)
		*error = failure;
	return acr_context(error, SIGN_IN_UNREADABLE, sign_in->who);
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
			acr_raise(&failure, KEYCHAIN_CONFIGURED, wanted);
			continue;
		}
		failure = (struct acr_error){ 0 };
		/* A locked keychain may ask the user for its password when a token is stored. */
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
	const struct acr_decision decision = { folder, name, "sign-in", VERSION, "", NULL };
	auto_secret bytes = { 0 };

	acr_record_begin(&bytes, "sign-in", VERSION);
	for (size_t i = 0; i < TEXTS; i++)
		acr_record_add(&bytes, texts[i].name, *text_at(sign_in, i),
			       strlen(*text_at(sign_in, i)));
	acr_record_add_number(&bytes, "since", sign_in->since);
	acr_record_end(&bytes);
	if (acr_decision_write(&decision, &bytes, error))
		return acr_context(error, SIGN_IN_NOT_WRITTEN);
	return 0;
}

int acr_sign_in_replaceable(const struct acr_app *app, const char *registry,
			    struct acr_error *error)
{
	auto_string folder = folder_of(app);
	auto_string name = name_of(registry);
	const struct acr_decision decision = { folder, name, "sign-in", VERSION, "", NULL };

	return acr_decision_replaceable(&decision, error);
}

/* Remove the tokens from every keychain except `but`. Fails only for the keychain that is named
 * `kept`: it does not matter if another one is not available. */
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
	auto_lock lock = acr_lock_take(app, LOCK, ACR_BUDGET_LOCK);
	auto_string server = server_of(sign_in->registry);

	/* Checked before the token is stored, which would replace the token of the newer
	 * version. */
	if (acr_sign_in_replaceable(app, sign_in->registry, error))
		return -1;
	acr_string_free(&sign_in->keychain);
	sign_in->keychain = acr_copy(keeper->name);
	sign_in->since = app->clock.wall(app);
	if (!acr_may_use(app, ACR_KEPT_BY_PERSON))
		return acr_raise(error, KEYCHAIN_NOT_ALLOWED);
	if (keep_token(app, sign_in, keeper, token, error))
		return acr_context(error, SIGN_IN_NOT_WRITTEN);
	if (write_file(app, sign_in, error)) {
		keeper->drop(app, server, NULL);
		return -1;
	}
	return drop_tokens(app, sign_in->registry, keeper, NULL, NULL);
}

void acr_sign_in_roll(const struct acr_app *app, const struct acr_sign_in *sign_in,
		      const struct acr_secret *token)
{
	auto_lock lock = acr_lock_take(app, LOCK, ACR_BUDGET_LOCK);
	const struct acr_keychain *keychain = keychain_by_name(sign_in->keychain);
	struct acr_error failure = { 0 };
	auto_sign_in now = { 0 };

	if (!keychain || read_own(app, sign_in->registry, &now, NULL) ||
	    strcmp(now.id, sign_in->id) != 0)
		return;
	if (keep_token(app, sign_in, keychain, token, &failure))
		acr_debug_error(app, "the new refresh token is not kept", &failure);
}

int acr_sign_in_drop(const struct acr_app *app, const char *registry, bool *ret_any,
		     struct acr_error *error)
{
	auto_lock lock = acr_lock_take(app, LOCK, ACR_BUDGET_LOCK);
	auto_string folder = folder_of(app);
	auto_string name = name_of(registry);
	struct acr_error failure = { 0 };
	auto_sign_in sign_in = { 0 };

	*ret_any = read_own(app, registry, &sign_in, NULL) == 0;
	if (acr_sign_in_replaceable(app, registry, error))
		return -1;
	if (acr_private_dir_drop(folder, name, &failure) && failure.kind != ACR_NOT_FOUND &&
	    failure.kind != ACR_UNAVAILABLE) {
		if (error)
			*error = failure;
		return -1;
	}
	if (drop_tokens(app, registry, NULL, *ret_any ? sign_in.keychain : NULL, error))
		return acr_context(error, SIGN_IN_TOKEN_LEFT, sign_in.who);
	return 0;
}
