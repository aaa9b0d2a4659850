/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The second cache location: the kernel's user keyring (keyrings(7), user-keyring(7)). cron and ssh
 * share it with the desktop, it never reaches a disk, and the kernel removes expired keys. Ordinary
 * users have 20,000 bytes there, containers often none at all, so any error means "not available".
 * At most half of the quota is used.
 */
#include <errno.h>
#include <keyutils.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "acr/store.h"

#define PREFIX	"docker-credential-acr:"
#define USUAL	2048  /* the size of most entries is below this */
#define PAYLOAD 32767 /* the most that a key of the type "user" holds */

/* keyctl(2) without libkeyutils: a process that is linked to it takes 7 % longer to start. */
#define CONTROL(...) syscall(SYS_keyctl, __VA_ARGS__)

/* With another root (in a unit test), the keys have other names. */
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

/* Read a key of any size: the kernel returns the required size if the buffer is too small. */
static int read_whole(int what, long id, struct acr_secret *ret)
{
	size_t room = 0;
	long length = USUAL;

	while ((size_t)length > room) {
		/* For a keyring, the kernel returns only complete ids. */
		room = ((size_t)length + sizeof(key_serial_t) - 1) / sizeof(key_serial_t) *
		       sizeof(key_serial_t);
		acr_secret_reserve(ret, room);
		length = CONTROL(what, id, ret->bytes, room);
		if (length < 0)
			return -1;
	}
	ret->length = (size_t)length;
	ret->bytes[length] = '\0';
	return 0;
}

static int read_key(const struct acr_app *app, const char *key, struct acr_secret *ret,
		    struct acr_error *error)
{
	auto_string name = description(app, key);
	auto_secret bytes = { 0 };
	long id = CONTROL(KEYCTL_SEARCH, KEY_SPEC_USER_KEYRING, "user", name, 0);

	if (id < 0 || read_whole(KEYCTL_READ, id, &bytes))
		return failed(error);
	if (bytes.length > PAYLOAD)
		return acr_raise(error, KERNEL_KEY_TOO_LARGE);
	acr_secret_wipe(ret);
	*ret = acr_secret_steal(&bytes);
	return 0;
}

/* Is more than half of this user's key quota in use? Other programs (Kerberos, fscrypt, containers)
 * need it, and fail without it. proc_key-users(5): "UID: usage keys/instantiated keys/most
 * bytes/most". If the quota cannot be read, it is not used. */
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

/* Created in the process keyring, where we possess it and may set its permissions, and then linked
 * to the user's keyring, where the link replaces an older key of the same name. */
static int write_key(const struct acr_app *app, const char *key, const struct acr_secret *bytes,
		     int64_t life, struct acr_error *error)
{
	auto_string name = description(app, key);
	long id;
	int result;

	if (life <= 0 || bytes->length == 0 || bytes->length > PAYLOAD)
		return acr_raise(error, KERNEL_KEYRING_NO_ROOM);
	id = syscall(SYS_add_key, "user", name, bytes->bytes, bytes->length,
		     KEY_SPEC_PROCESS_KEYRING);
	if (id < 0)
		return failed(error);
	/* The check includes the new key. */
	if (is_half_full())
		result = acr_raise(error, KERNEL_KEYRING_HALF_FULL);
	else if (CONTROL(KEYCTL_SET_TIMEOUT, id,
			 life > INT32_MAX ? INT32_MAX : (unsigned int)life) ||
		 CONTROL(KEYCTL_SETPERM, id, KEY_POS_ALL | KEY_USR_ALL) ||
		 CONTROL(KEYCTL_LINK, id, KEY_SPEC_USER_KEYRING))
		result = failed(error);
	else
		result = 0;
	CONTROL(KEYCTL_UNLINK, id, KEY_SPEC_PROCESS_KEYRING);
	return result;
}

static int drop_key(const struct acr_app *app, const char *key, struct acr_error *error)
{
	auto_string name = description(app, key);
	long id = CONTROL(KEYCTL_SEARCH, KEY_SPEC_USER_KEYRING, "user", name, 0);

	if (id < 0)
		return failed(error);
	/* Invalidate it first, so that other keyrings that link to it lose it as well. */
	CONTROL(KEYCTL_INVALIDATE, id);
	CONTROL(KEYCTL_UNLINK, id, KEY_SPEC_USER_KEYRING);
	return 0;
}

static int each_key(const struct acr_app *app, void (*visit)(void *data, const char *key),
		    void *data, struct acr_error *error)
{
	auto_string prefix = description(app, "");
	auto_secret list = { 0 };

	if (read_whole(KEYCTL_READ, KEY_SPEC_USER_KEYRING, &list))
		return failed(error);
	for (size_t at = 0; at + sizeof(key_serial_t) <= list.length; at += sizeof(key_serial_t)) {
		auto_secret text = { 0 };
		key_serial_t id;
		const char *name;

		memcpy(&id, list.bytes + at, sizeof(id));
		/* "user;UID;GID;PERMISSIONS;DESCRIPTION" */
		if (read_whole(KEYCTL_DESCRIBE, id, &text) ||
		    strncmp(acr_secret_text(&text), "user;", 5) != 0)
			continue;
		name = strstr(acr_secret_text(&text), ";" PREFIX);
		if (name && strncmp(name + 1, prefix, strlen(prefix)) == 0)
			visit(data, name + 1 + strlen(prefix));
	}
	return 0;
}

static char *folder(const struct acr_app *app)
{
	(void)app;
	return NULL;
}

const struct acr_cache_home acr_cache_kernel_keyring = {
	.name = "kernel-keyring",
	.memory = true,
	.setting = "kernel-keyring",
	.read = read_key,
	.write = write_key,
	.drop = drop_key,
	.each = each_key,
	.folder = folder,
};
