/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The second cache home: the kernel's user keyring (keyrings(7), user-keyring(7)), which cron and
 * ssh share with the desktop, never reaches a disk and lets the kernel itself end what is too old.
 * Ordinary users have 20,000 bytes there, containers often none at all: any error means "not here".
 * At most half of that is used.
 */
#include <errno.h>
#include <keyutils.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "acr/store.h"

#define PREFIX	"docker-credential-acr:"
#define USUAL	2047  /* as long as most entries are at most */
#define PAYLOAD 32767 /* the most that a key of the type "user" holds */

/* Below another root (a unit test's) the keys are others too. */
static char *description(const struct acr_app *app, const char *key)
{
	return acr_format(PREFIX "%s:%s", app->root ? app->root : "", key);
}

static int failed(struct acr_error *error)
{
	return errno == ENOKEY || errno == EKEYEXPIRED || errno == EKEYREVOKED
		       ? acr_raise_errno(error, errno, KERNEL_KEY_MISSING)
		       : acr_raise_errno(error, errno, KERNEL_KEYRING_UNUSABLE);
}

static int read_key(const struct acr_app *app, const char *key, struct acr_secret *ret,
		    struct acr_error *error)
{
	auto_string name = description(app, key);
	auto_secret bytes = { 0 };
	long id = keyctl_search(KEY_SPEC_USER_KEYRING, "user", name, 0);
	long length;

	if (id < 0)
		return failed(error);
	/* The kernel says how long it is, also where that is more than it was given room for. */
	for (length = USUAL; (size_t)length >= bytes.capacity;) {
		acr_secret_reserve(&bytes, (size_t)length);
		length = keyctl_read((key_serial_t)id, bytes.bytes, bytes.capacity - 1);
		if (length < 0)
			return failed(error);
		if (length > PAYLOAD)
			return acr_raise(error, KERNEL_KEY_TOO_LARGE);
	}
	bytes.length = (size_t)length;
	bytes.bytes[length] = '\0';
	acr_secret_wipe(ret);
	*ret = acr_secret_steal(&bytes);
	return 0;
}

/* Is more than half of what this user may keep in keys taken? Other programs need theirs (Kerberos,
 * fscrypt, containers), and fail hard without. proc_key-users(5): "UID: usage keys/instantiated
 * keys/most bytes/most". What it does not tell is not used. */
static bool is_half_full(void)
{
	FILE *users = fopen("/proc/key-users", "re");
	unsigned int uid, keys, most_keys, bytes, most_bytes;
	bool full = true;

	while (users && fscanf(users, "%u: %*u %*u/%*u %u/%u %u/%u", &uid, &keys, &most_keys,
			       &bytes, &most_bytes) == 5) {
		if (uid != geteuid())
			continue;
		full = keys > most_keys / 2 || bytes > most_bytes / 2;
		break;
	}
	if (users)
		(void)fclose(users);
	return full;
}

/* Made in the process keyring, where we possess it and may say who sees it, and only then linked
 * into the user's, where the link takes the place of an older key of that name. */
static int write_key(const struct acr_app *app, const char *key, const struct acr_secret *bytes,
		     int64_t life, struct acr_error *error)
{
	auto_string name = description(app, key);
	key_serial_t id;
	int result;

	if (life <= 0 || bytes->length == 0 || bytes->length > PAYLOAD)
		return acr_raise(error, KERNEL_KEYRING_NO_ROOM);
	id = add_key("user", name, bytes->bytes, bytes->length, KEY_SPEC_PROCESS_KEYRING);
	if (id < 0)
		return failed(error);
	/* Looked at with the new key in it. */
	if (is_half_full())
		result = acr_raise(error, KERNEL_KEYRING_HALF_FULL);
	else if (keyctl_set_timeout(id, life > INT32_MAX ? INT32_MAX : (unsigned int)life) ||
		 keyctl_setperm(id, KEY_POS_ALL | KEY_USR_ALL) ||
		 keyctl_link(id, KEY_SPEC_USER_KEYRING))
		result = failed(error);
	else
		result = 0;
	keyctl_unlink(id, KEY_SPEC_PROCESS_KEYRING);
	return result;
}

static int drop_key(const struct acr_app *app, const char *key, struct acr_error *error)
{
	auto_string name = description(app, key);
	long id = keyctl_search(KEY_SPEC_USER_KEYRING, "user", name, 0);

	if (id < 0)
		return failed(error);
	/* Invalid first: so it is gone for whoever holds a link to it, too. */
	keyctl_invalidate((key_serial_t)id);
	keyctl_unlink((key_serial_t)id, KEY_SPEC_USER_KEYRING);
	return 0;
}

static int each_key(const struct acr_app *app, void (*visit)(void *data, const char *key),
		    void *data, struct acr_error *error)
{
	auto_string prefix = description(app, "");
	void *list = NULL;
	int length = keyctl_read_alloc(KEY_SPEC_USER_KEYRING, &list);

	if (length < 0)
		return failed(error);
	for (size_t i = 0; i < (size_t)length / sizeof(key_serial_t); i++) {
		char *text = NULL, *name;

		/* "user;UID;GID;PERMISSIONS;DESCRIPTION" */
		if (keyctl_describe_alloc(((const key_serial_t *)list)[i], &text) < 0)
			continue;
		name = strncmp(text, "user;", 5) == 0 ? strstr(text, ";" PREFIX) : NULL;
		if (name && strncmp(name + 1, prefix, strlen(prefix)) == 0)
			visit(data, name + 1 + strlen(prefix));
		free(text);
	}
	free(list);
	return 0;
}

static char *folder(const struct acr_app *app)
{
	(void)app;
	return NULL;
}

const struct acr_cache_home acr_cache_kernel_keyring = {
	.name = "kernel-keyring",
	.summary = "the kernel's user keyring, gone at the token's own end",
	.memory = true,
	.setting = "kernel-keyring",
	.read = read_key,
	.write = write_key,
	.drop = drop_key,
	.each = each_key,
	.folder = folder,
};
