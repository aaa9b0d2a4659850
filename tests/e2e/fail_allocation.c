/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Preloaded by test_memory.py: the FAIL_AT-th allocation of a process fails, and every one after it
 * where FAIL_ON is set. At the end each process appends a line to FAIL_LOG: how many allocations
 * there were, and whether one failed. A child that is forked goes on counting.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);

static long at = -1, count, failed;
static int on;
static char log_path[512];

static void tell(void)
{
	char line[64];
	int fd = *log_path ? open(log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;

	if (fd < 0)
		return;
	snprintf(line, sizeof(line), "%ld %ld\n", count, failed);
	if (write(fd, line, strlen(line)) < 0)
		abort();
	close(fd);
}

/* The environment is read before main() takes it apart. */
__attribute__((constructor)) static void begin(void)
{
	snprintf(log_path, sizeof(log_path), "%s", getenv("FAIL_LOG") ? getenv("FAIL_LOG") : "");
	on = getenv("FAIL_ON") != NULL;
	count = 0;
	at = getenv("FAIL_AT") ? atol(getenv("FAIL_AT")) : 0;
}

__attribute__((destructor)) static void end(void)
{
	tell();
}

/* Behind _exit() there are no destructors. */
void _exit(int status)
{
	tell();
	_Exit(status);
}

static int fails(void)
{
	long mine;

	if (at < 0) /* the loader's own, before there is a program */
		return 0;
	mine = __atomic_add_fetch(&count, 1, __ATOMIC_RELAXED);
	if (at == 0 || mine < at || (mine > at && !on))
		return 0;
	failed = 1;
	errno = ENOMEM;
	return 1;
}

void *malloc(size_t size)
{
	return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t items, size_t size)
{
	return fails() ? NULL : __libc_calloc(items, size);
}

void *realloc(void *block, size_t size)
{
	return fails() ? NULL : __libc_realloc(block, size);
}
