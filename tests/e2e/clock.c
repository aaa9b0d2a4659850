/* SPDX-License-Identifier: Apache-2.0 */
/* For LD_PRELOAD: clocks that are off by CLOCK_WALL and CLOCK_BOOT seconds. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static long off(const char *name)
{
	const char *value = getenv(name);

	return value ? strtol(value, NULL, 10) : 0;
}

int clock_gettime(clockid_t clock, struct timespec *ret)
{
	int result = (int)syscall(SYS_clock_gettime, clock, ret);

	if (result == 0 && clock == CLOCK_REALTIME)
		ret->tv_sec += off("CLOCK_WALL");
	if (result == 0 && clock == CLOCK_BOOTTIME)
		ret->tv_sec += off("CLOCK_BOOT");
	return result;
}
