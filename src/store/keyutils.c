/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What kernel_keyring.c calls of libkeyutils (keyctl(2), add_key(2)): each is one system call, and
 * a process linked to the library takes a fifteenth longer to start.
 */
#include <keyutils.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

key_serial_t add_key(const char *type, const char *description, const void *payload, size_t length,
		     key_serial_t ringid)
{
	return (key_serial_t)syscall(SYS_add_key, type, description, payload, length, ringid);
}

long keyctl_search(key_serial_t ringid, const char *type, const char *description,
		   key_serial_t destringid)
{
	return syscall(SYS_keyctl, KEYCTL_SEARCH, ringid, type, description, destringid);
}

long keyctl_read(key_serial_t id, char *buffer, size_t buflen)
{
	return syscall(SYS_keyctl, KEYCTL_READ, id, buffer, buflen);
}

long keyctl_set_timeout(key_serial_t key, unsigned timeout)
{
	return syscall(SYS_keyctl, KEYCTL_SET_TIMEOUT, key, timeout);
}

long keyctl_setperm(key_serial_t id, key_perm_t perm)
{
	return syscall(SYS_keyctl, KEYCTL_SETPERM, id, perm);
}

long keyctl_link(key_serial_t id, key_serial_t ringid)
{
	return syscall(SYS_keyctl, KEYCTL_LINK, id, ringid);
}

long keyctl_unlink(key_serial_t id, key_serial_t ringid)
{
	return syscall(SYS_keyctl, KEYCTL_UNLINK, id, ringid);
}

long keyctl_invalidate(key_serial_t id)
{
	return syscall(SYS_keyctl, KEYCTL_INVALIDATE, id);
}

/* As long as it is now: it may grow between the two calls. */
static int read_whole(int what, key_serial_t id, char **ret)
{
	long room = 0, length = 0;
	char *bytes = NULL;

	for (;;) {
		length = syscall(SYS_keyctl, what, id, bytes, room);
		if (length < 0) {
			free(bytes);
			return -1;
		}
		if (length <= room)
			break;
		free(bytes);
		room = length;
		bytes = calloc(1, (size_t)room + 1);
		if (!bytes)
			return -1;
	}
	*ret = bytes;
	return (int)length;
}

int keyctl_describe_alloc(key_serial_t id, char **ret)
{
	return read_whole(KEYCTL_DESCRIBE, id, ret);
}

int keyctl_read_alloc(key_serial_t id, void **ret)
{
	return read_whole(KEYCTL_READ, id, (char **)ret);
}
