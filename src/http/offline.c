/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checks whether this machine is offline: no route leads to other networks, and no interface has an
 * address. One alone is not enough: some networks have no default route and are left through a
 * proxy, and bridges of container engines have addresses on any machine.
 */
#include "acr/http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

/* What connect() returns if there is no route; other errors are inconclusive. Connecting a datagram
 * socket sends no packet. */
static bool is_no_route(int number)
{
	return number == ENETUNREACH || number == EHOSTUNREACH || number == ENETDOWN ||
	       number == EADDRNOTAVAIL || number == EAFNOSUPPORT;
}

static bool has_route(int family, const struct sockaddr *address, socklen_t size)
{
	int fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool none = fd < 0 ? is_no_route(errno) : connect(fd, address, size) && is_no_route(errno);

	if (fd >= 0)
		close(fd);
	return !none;
}

static bool is_bridge(const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/class/net/%.16s/bridge", name);
	return access(path, F_OK) == 0;
}

/* Is it an address that other hosts can reach, neither loopback nor link-local? */
static bool leads_out(const struct ifaddrs *row)
{
	const unsigned int up = IFF_UP | IFF_RUNNING;

	if (!row->ifa_addr || (row->ifa_flags & up) != up || (row->ifa_flags & IFF_LOOPBACK))
		return false;
	if (row->ifa_addr->sa_family == AF_INET6)
		return !IN6_IS_ADDR_LINKLOCAL(
			       &((const struct sockaddr_in6 *)(const void *)row->ifa_addr)
					->sin6_addr) &&
		       !is_bridge(row->ifa_name);
	return row->ifa_addr->sa_family == AF_INET && !is_bridge(row->ifa_name);
}

static bool is_attached(void)
{
	struct ifaddrs *rows;
	bool attached = false;

	if (getifaddrs(&rows))
		return true;
	for (const struct ifaddrs *row = rows; row; row = row->ifa_next)
		attached |= leads_out(row);
	freeifaddrs(rows);
	return attached;
}

bool acr_offline(void)
{
	/* Documentation addresses (RFC 5737, RFC 3849), to which only the default route leads. */
	struct sockaddr_in four = { .sin_family = AF_INET, .sin_port = htons(443) };
	struct sockaddr_in6 six = { .sin6_family = AF_INET6, .sin6_port = htons(443) };

	inet_pton(AF_INET, "192.0.2.1", &four.sin_addr);
	inet_pton(AF_INET6, "2001:db8::1", &six.sin6_addr);
	return !has_route(AF_INET, (const struct sockaddr *)&four, sizeof(four)) &&
	       !has_route(AF_INET6, (const struct sockaddr *)&six, sizeof(six)) && !is_attached();
}
