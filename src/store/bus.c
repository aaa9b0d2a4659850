/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the address of the session bus and connects to it. This is not left to GLib, which would
 * start a bus (dbus-launch). */
#include "store/bus.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/file.h"

/* The errors of stat and connect if nobody listens. Any other error is a fault of this machine, and
 * there may still be a bus with a Secret Service that has the login. */
static bool is_absence(int number)
{
	static const int absent[] = { ENOENT,	ENOTDIR,    ELOOP,	  ENAMETOOLONG,
				      ENOTSOCK, EPROTOTYPE, ECONNREFUSED, EAFNOSUPPORT };

	for (size_t i = 0; i < sizeof(absent) / sizeof(absent[0]); i++)
		if (number == absent[i])
			return true;
	return false;
}

/* Is there a socket that belongs to us? If that cannot be determined, `error` says why. */
static bool our_socket(const char *path, struct acr_error *error)
{
	struct stat status;

	if (stat(path, &status) == 0)
		return S_ISSOCK(status.st_mode) && status.st_uid == geteuid();
	/* EACCES means that it belongs to another user's session (XDG_RUNTIME_DIR after su). */
	if (!is_absence(errno) && errno != EACCES)
		acr_raise_errno(error, errno, FILE_INACCESSIBLE, path);
	return false;
}

/* The value of a key in "unix:key=value,key=value", with %XX decoded; NULL if absent. */
static char *value_of(const char *address, size_t length, const char *key)
{
	auto_secret value = { 0 };
	const char *end = address + length, *next = address + strlen("unix:");

	while (next < end && strncmp(next, key, strlen(key)) != 0) {
		while (next < end && *next != ',')
			next++;
		next += next < end;
	}
	if (next >= end)
		return NULL;
	for (next += strlen(key); next < end && *next != ','; next++) {
		char byte = *next;

		if (byte == '%' && end - next > 2) {
			char digits[3] = { next[1], next[2], '\0' };
			byte = (char)strtol(digits, NULL, 16);
			next += 2;
		}
		acr_secret_add_bytes(&value, &byte, 1);
	}
	return acr_copy(acr_secret_text(&value));
}

/* Is every address of the list a unix: address, and does one of the sockets exist? */
static bool usable(const char *list, struct acr_error *error)
{
	bool there = false;

	for (const char *next = list; *next; next += *next == ';') {
		size_t length = strcspn(next, ";");
		auto_string path = NULL;

		if (strncmp(next, "unix:", strlen("unix:")) != 0)
			return false;
		path = value_of(next, length, "path=");
		there = there || !path || our_socket(path, error);
		next += length;
	}
	return there;
}

static bool plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       strchr("-_/.\\*", c);
}

char *acr_bus_address(const struct acr_app *app, struct acr_error *error)
{
	const char *list = acr_env(app, "DBUS_SESSION_BUS_ADDRESS");
	const char *runtime = acr_env(app, "XDG_RUNTIME_DIR");
	auto_secret address = { 0 };
	auto_string path = NULL;

	acr_raise(error, BUS_ABSENT);
	if (list)
		return usable(list, error) ? acr_copy(list) : NULL;
	if (!runtime || runtime[0] != '/')
		return NULL;
	path = acr_format("%s/bus", runtime);
	if (!our_socket(path, error))
		return NULL;
	acr_secret_add(&address, "unix:path=");
	for (const char *c = path; *c; c++)
		if (plain(*c))
			acr_secret_add_bytes(&address, c, 1);
		else
			acr_secret_format(&address, "%%%02x", (unsigned char)*c);
	return acr_copy(acr_secret_text(&address));
}

/* The socket that one address of a list names. False if the address is not unix:, or its name is
 * empty or too long. */
static bool socket_of(const char *address, size_t length, struct sockaddr_un *ret,
		      socklen_t *ret_size)
{
	auto_string path = NULL;
	auto_string abstract = NULL;
	const char *name;

	if (strncmp(address, "unix:", strlen("unix:")) != 0)
		return false;
	path = value_of(address, length, "path=");
	abstract = path ? NULL : value_of(address, length, "abstract=");
	name = path ? path : abstract;
	*ret = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (!name || !*name || strlen(name) >= sizeof(ret->sun_path) - 1)
		return false;
	/* An abstract name begins with a NUL byte and ends with the address. */
	memcpy(ret->sun_path + !path, name, strlen(name) + 1);
	*ret_size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name) + 1);
	return true;
}

/* A connected socket whose peer runs as the same user, or -1. */
static int connect_to(const struct sockaddr_un *address, socklen_t size, struct acr_error *error)
{
	auto_fd fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	socklen_t peer_size = sizeof(struct ucred);
	struct ucred peer;
	int taken;

	if (fd < 0 || connect(fd, (const struct sockaddr *)address, size) ||
	    getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &peer_size))
		return is_absence(errno) ? acr_raise(error, BUS_ABSENT)
					 : acr_raise_errno(error, errno, BUS_UNREACHABLE);
	if (peer.uid != geteuid())
		return acr_raise(error, BUS_FOREIGN, acr_number(peer.uid).text);
	taken = fd;
	fd = -1;
	return taken;
}

int acr_bus_connect(const char *addresses, struct acr_error *error)
{
	struct acr_error failure = { 0 }, fault = { 0 };

	acr_raise(&failure, BUS_ABSENT);
	for (const char *next = addresses; *next; next += *next == ';') {
		size_t length = strcspn(next, ";");
		struct sockaddr_un address;
		socklen_t size;
		int fd = socket_of(next, length, &address, &size)
				 ? connect_to(&address, size, &failure)
				 : -1;

		if (fd >= 0)
			return fd;
		if (failure.kind == ACR_SYSTEM)
			fault = failure;
		next += length;
	}
	if (error)
		*error = fault.kind ? fault : failure;
	return -1;
}
