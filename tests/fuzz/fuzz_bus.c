/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes the address of a session bus: the result is sockets to connect to, each with a path that
 * ends within its field, or nothing. */
#include "store/bus.c"
#include "world.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_string text = acr_format("%.*s", (int)size, (const char *)data);
	struct acr_error error = { 0 };

	usable(text, &error);
	for (const char *next = text; *next; next += *next == ';') {
		size_t length = strcspn(next, ";");
		struct sockaddr_un address;
		socklen_t used;

		if (socket_of(next, length, &address, &used)) {
			must(address.sun_family == AF_UNIX && used <= sizeof(address));
			must(memchr(address.sun_path + 1, '\0', sizeof(address.sun_path) - 1));
		}
		next += length;
	}
	return 0;
}
