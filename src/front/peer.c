/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Determines which user is at the other end of a loopback connection. The kernel's table of TCP
 * sockets (proc_net_tcp.txt) has a row for that end, with its user. A socket that no process holds
 * has inode 0 in the table, and its user is ignored.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "front/login.h"

#define LOOKS 3 /* a row may be missing if the table changes while it is read */

union address {
	struct sockaddr any;
	struct sockaddr_in four;
	struct sockaddr_in6 six;
};

/* In the format of the table: words of four bytes in host byte order. Short for IPv4. */
static void write_address(const union address *address, char ret[static 48])
{
	uint32_t words[4];

	if (address->any.sa_family == AF_INET) {
		snprintf(ret, 48, "%08X:%04X", address->four.sin_addr.s_addr,
			 ntohs(address->four.sin_port));
		return;
	}
	memcpy(words, &address->six.sin6_addr, sizeof(words));
	snprintf(ret, 48, "%08X%08X%08X%08X:%04X", words[0], words[1], words[2], words[3],
		 ntohs(address->six.sin6_port));
}

/* One end in a row. An IPv6 socket may be connected over IPv4: then its address is mapped. */
static bool is_address(const char *row, const char *address)
{
	char mapped[80];

	snprintf(mapped, sizeof(mapped), "0000000000000000%08X%s", htonl(0xffff), address);
	return strcmp(row, address) == 0 || strcmp(row, mapped) == 0;
}

static enum acr_peer look(FILE *table, const char *theirs, const char *ours, uid_t *ret)
{
	enum acr_peer result = ACR_PEER_GONE;
	char *line = NULL;
	size_t room = 0;

	while (result == ACR_PEER_GONE && getline(&line, &room, table) > 0) {
		unsigned long inode = 0;
		unsigned int user = 0;
		char local[48], remote[48];

		if (sscanf(line, " %*[^:]: %47s %47s %*x %*s %*s %*s %u %*s %lu", local, remote,
			   &user, &inode) == 4 &&
		    inode != 0 && is_address(local, theirs) && is_address(remote, ours)) {
			*ret = user;
			result = ACR_PEER_KNOWN;
		}
	}
	free(line);
	return result;
}

enum acr_peer acr_peer_user(const struct acr_app *app, int fd, uid_t *ret)
{
	static const char *const tables[] = { "/proc/net/tcp", "/proc/net/tcp6" };
	union address here = { 0 }, there = { 0 };
	socklen_t size = sizeof(here), size_there = sizeof(there);
	enum acr_peer result = ACR_PEER_UNKNOWN;
	char ours[48], theirs[48];

	if (getsockname(fd, &here.any, &size) || getpeername(fd, &there.any, &size_there))
		return ACR_PEER_GONE;
	write_address(&here, ours);
	write_address(&there, theirs);
	for (size_t i = 0; i < 2 * LOOKS && result != ACR_PEER_KNOWN; i++) {
		auto_string path = acr_system_path(app, tables[i % 2]);
		FILE *table = fopen(path, "re");

		if (!table)
			continue;
		result = look(table, theirs, ours, ret);
		fclose(table);
	}
	return result;
}
