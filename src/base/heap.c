/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The executable's own free() and realloc(), which wipe what they give back. explicit_bzero in our
 * own type is necessary and not enough: json-c, libcurl, OpenSSL and GLib keep copies of every
 * token that passes through them, and their frees come here too (symbol interposition reaches into
 * shared libraries). glibc only: __libc_free is its real one. Cannot live with sanitizers and
 * valgrind, which bring their own (meson option wiping_free).
 */
#include <malloc.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define VISIBLE __attribute__((visibility("default"), used))

void __libc_free(void *block);
void *__libc_malloc(size_t size);

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
		return __libc_malloc(size);
	if (size == 0) {
		free(block);
		return NULL;
	}
	if (size <= usable && size >= usable / 2)
		return block;
	grown = __libc_malloc(size);
	if (!grown)
		return NULL;
	memcpy(grown, block, size < usable ? size : usable);
	free(block);
	return grown;
}
