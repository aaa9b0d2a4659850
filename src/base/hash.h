/* SPDX-License-Identifier: Apache-2.0 */
/*
 * FNV-1a with 64 bits (draft-eastlake-fnv): for file names and checksums. The input can be guessed
 * from the hash, so it must not be used for secrets.
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

#define ACR_HASH_BASIS UINT64_C(0xcbf29ce484222325)

/* `hash` is ACR_HASH_BASIS, or the hash of the preceding bytes. */
static inline uint64_t acr_hash(uint64_t hash, const void *bytes, size_t length)
{
	const unsigned char *next = bytes;

	for (size_t i = 0; i < length; i++)
		hash = (hash ^ next[i]) * UINT64_C(0x100000001b3);
	return hash;
}

#endif
