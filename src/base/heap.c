/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The allocator functions of the executable, which libraries use as well (symbol interposition
 * applies to shared libraries).
 *
 * An allocation that fails ends the process, whichever library made it. On failure json-c crashes
 * or omits data, GLib aborts, and libcurl reports that a server is not reachable; their callers
 * could not tell. So a result is either complete or there is none, and an out-of-memory condition
 * of this machine is never taken for an answer of a service.
 *
 * Freed memory is wiped. explicit_bzero in struct acr_secret is necessary but not enough: json-c,
 * libcurl, OpenSSL and GLib keep copies of every token that passes through them. glibc only:
 * __libc_free is its real free(). valgrind brings a free() of its own, so a build for it omits this
 * file (meson option wiping_free); sanitizers bring all allocator functions.
 */
#include <dlfcn.h>
#include <malloc.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "acr/error.h"

/* This is the allocator itself: its results are owned by the caller. */
#ifndef __clang__
#pragma GCC diagnostic ignored "-Wanalyzer-malloc-leak"
#endif

#define VISIBLE __attribute__((visibility("default"), used))

static void *sure(void *block)
{
	if (!block)
		acr_out_of_memory();
	return block;
}

#ifdef ACR_WIPING_FREE
void __libc_free(void *block);
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
#define NEXT_MALLOC __libc_malloc
#define NEXT_CALLOC __libc_calloc

VISIBLE void free(void *block)
{
	if (block)
		explicit_bzero(block, malloc_usable_size(block));
	__libc_free(block);
}

VISIBLE void *realloc(void *block, size_t size)
{
	size_t usable = block ? malloc_usable_size(block) : 0;
	void *grown;

	if (!block)
		return malloc(size);
	if (size == 0) {
		free(block);
		return NULL;
	}
	if (size <= usable && size >= usable / 2)
		return block;
	grown = malloc(size);
	memcpy(grown, block, size < usable ? size : usable);
	free(block);
	return grown;
}
#else
/* The next definition: a tool that watches or fails allocations, or libc. */
#define NEXT(name)                                                                                 \
	({                                                                                         \
		static __typeof__(&(name)) next;                                                   \
		if (!next)                                                                         \
			*(void **)&next = dlsym(RTLD_NEXT, #name);                                 \
		next;                                                                              \
	})
#define NEXT_MALLOC NEXT(malloc)
#define NEXT_CALLOC NEXT(calloc)

VISIBLE void *realloc(void *block, size_t size)
{
	void *grown = NEXT(realloc)(block, size);

	return size == 0 ? grown : sure(grown);
}
#endif

VISIBLE void *malloc(size_t size)
{
	return sure(NEXT_MALLOC(size));
}

VISIBLE void *calloc(size_t count, size_t size)
{
	return sure(NEXT_CALLOC(count, size));
}

VISIBLE void *reallocarray(void *block, size_t count, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(count, size, &bytes))
		acr_out_of_memory();
	return realloc(block, bytes);
}

VISIBLE char *strndup(const char *text, size_t most)
{
	size_t length = strnlen(text, most);
	char *copy = malloc(length + 1);

	copy[length] = '\0';
	return memcpy(copy, text, length);
}

VISIBLE char *strdup(const char *text)
{
	return strndup(text, strlen(text));
}
