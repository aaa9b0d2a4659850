/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The fingerprint: everything that determines which identity is in use, as text. It is computed for
 * every `get`, even a cached one, so it takes only some stat calls and one pass over the
 * environment, and reads no file.
 *
 * Anything that can change the identity must be included: helpers that used only the host as the
 * key of their cache returned logins of an earlier account (amazon-ecr-credential-helper#164).
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "acr/config.h"
#include "acr/store.h"
#include "base/hash.h"
#include "identity/internal.h"

#define CANDIDATES_MAX 96
#define VALUE_MAX      256

/* Takes ownership of `path`. A file that is replaced has another inode or another mtime. A file
 * that does not exist adds nothing, and neither does one that this run may not use: a mirrored
 * image can share the node's cache only if there are no decisions on the node. */
static void add_file(struct acr_secret *text, const char *what, char *path)
{
	struct stat s;

	if (!path)
		return;
	if (stat(path, &s) == 0) {
		acr_secret_format(text, "%s %s %ju %ju %jd %jd %ld\n", what, path,
				  (uintmax_t)s.st_dev, (uintmax_t)s.st_ino, (intmax_t)s.st_size,
				  (intmax_t)s.st_mtim.tv_sec, s.st_mtim.tv_nsec);
	} else if (errno != ENOENT && errno != ENOTDIR) {
		/* No access is not the same as not existing. */
		acr_secret_format(text, "%s %s ?\n", what, path);
	}
	free(path);
}

static const char *const common[] = { "AZURE_TOKEN_CREDENTIALS", "AZURE_AUTHORITY_HOST", NULL };
static const char ours[] = "DOCKER_CREDENTIAL_ACR_";

/* Is this entry of the environment the variable `name`? Most differ in the first letter. */
static bool is_variable(const char *entry, const char *name)
{
	size_t length = *entry == *name ? strlen(name) : 0;

	return length && strncmp(entry, name, length) == 0 && entry[length] == '=';
}

/* What is included of a variable: nothing, whether it is set, a short hash of its value, its
 * value. */
enum weight { NOTHING, PRESENCE, SUM, VALUE };

/* The mark of a variable in its row; advances to the name after it. */
static enum weight take_mark(const char **name)
{
	enum weight mark = **name == '?' ? PRESENCE : **name == '#' ? SUM : VALUE;

	*name += mark != VALUE;
	return mark;
}

static enum weight weight(const char *entry)
{
	if (strncmp(entry, ours, sizeof(ours) - 1) == 0)
		return is_variable(entry, "DOCKER_CREDENTIAL_ACR_LOG") ? NOTHING : VALUE;
	for (const char *const *name = common; *name; name++)
		if (is_variable(entry, *name))
			return VALUE;
	for (const struct acr_identity *const *row = acr_identities; *row; row++)
		for (const char *const *name = (*row)->variables; name && *name; name++) {
			const char *plain = *name;
			enum weight mark = take_mark(&plain);

			if (is_variable(entry, plain))
				return mark;
		}
	return NOTHING;
}

/* Adds the value on one line; long values are replaced by their hash. */
static void add_value(struct acr_secret *text, const char *value)
{
	size_t length = strlen(value);

	if (length > VALUE_MAX) {
		acr_secret_format(text, "%zu bytes, %016" PRIx64, length,
				  acr_hash(ACR_HASH_BASIS, value, length));
		return;
	}
	for (const char *next = value; *next;) {
		size_t plain = strcspn(next, "\n\r\\");

		acr_secret_add_bytes(text, next, plain);
		next += plain;
		if (*next)
			acr_secret_format(text, "\\%02x", (unsigned char)*next++);
	}
}

static int by_text(const void *left, const void *right)
{
	return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static void add_variables(const struct acr_app *app, struct acr_secret *text)
{
	const char *found[CANDIDATES_MAX];
	size_t count = 0;

	for (const char *const *entry = app->environment; entry && *entry; entry++) {
		const char *equals = strchr(*entry, '=');

		if (equals && equals[1] && count < CANDIDATES_MAX && weight(*entry) != NOTHING)
			found[count++] = *entry;
	}
	/* The order of variables in an environment has no meaning. */
	qsort(found, count, sizeof(found[0]), by_text);
	for (size_t i = 0; i < count; i++) {
		size_t name = strcspn(found[i], "=");
		const char *value = found[i] + name + 1;
		enum weight mark = weight(found[i]);

		acr_secret_add_bytes(text, found[i], name);
		if (mark == VALUE) {
			acr_secret_add(text, "=");
			add_value(text, value);
		} else {
			acr_secret_add(text, " is set");
		}
		/* 32 bits are enough to detect a changed secret, and too few to find the secret:
		 * those of Entra ID consist of 40 random characters. */
		if (mark == SUM)
			acr_secret_format(text, " %" PRIu64,
					  acr_hash(ACR_HASH_BASIS, value, strlen(value)) >> 32);
		acr_secret_add(text, "\n");
	}
}

/* The decisions about the host, and about the registry that a regional endpoint belongs to. */
static void add_states(const struct acr_app *app, const struct acr_registry *registry,
		       struct acr_secret *text)
{
	char server[ACR_HOST_MAX];

	add_file(text, "state", acr_state_path(app, registry->host));
	acr_registry_login_server(registry, server);
	if (strcmp(server, registry->host) != 0)
		add_file(text, "state", acr_state_path(app, server));
}

void acr_fingerprint_take(const struct acr_app *app, const struct acr_registry *registry,
			  struct acr_fingerprint *ret)
{
	struct acr_secret text = { 0 };

	acr_secret_reserve(&text, 1024);
	add_file(&text, "config", acr_config_path(app, false));
	add_file(&text, "config", acr_config_path(app, true));
	if (registry)
		add_states(app, registry, &text);
	for (const struct acr_identity *const *row = acr_identities; *row; row++)
		if ((*row)->file)
			add_file(&text, (*row)->name, (*row)->file(app));
	for (const struct acr_identity *const *row = acr_identities; *row; row++)
		if ((*row)->facts)
			(*row)->facts(app, &text);
	add_variables(app, &text);
	ret->hash = ACR_HASH_BASIS;
	if (registry)
		ret->hash = acr_hash(ret->hash, registry->host, strlen(registry->host) + 1);
	ret->hash = acr_hash(ret->hash, acr_secret_text(&text), text.length);
	ret->text = text.bytes;
}

uint64_t acr_fingerprint_hash(const char *bytes, size_t length)
{
	return acr_hash(ACR_HASH_BASIS, bytes, length);
}

void acr_fingerprint_free(struct acr_fingerprint *fingerprint)
{
	free(fingerprint->text);
	*fingerprint = (struct acr_fingerprint){ 0 };
}
