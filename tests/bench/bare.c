/* SPDX-License-Identifier: Apache-2.0 */
/* The minimum that a C program can do for a client: read stdin to its end and exit. The start of
 * the helper is compared with it. */
#include <unistd.h>

int main(void)
{
	char bytes[4096];

	while (read(STDIN_FILENO, bytes, sizeof(bytes)) > 0)
		;
	return 0;
}
