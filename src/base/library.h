/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Libraries that are loaded when they are first needed: starting a process that is linked to
 * libcurl and libsecret costs ten times what a cached answer costs. A file that uses one lists what
 * it calls:
 *
 *	#define SYMBOLS(X) X(json_tokener_new) X(json_object_put)
 *	ACR_LIBRARY_DECLARE(SYMBOLS)
 *
 * which gives each a pointer sym_NAME of exactly the type that the library's own header declares,
 * filled by acr_library_load. The file also carries ACR_LIBRARY_NOTE, an ELF note (.note.dlopen, as
 * systemd and kmod have it, https://systemd.io/ELF_DLOPEN_METADATA/) from which packagers read the
 * dependency.
 */
#ifndef BASE_LIBRARY_H
#define BASE_LIBRARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "acr/error.h"

struct acr_library_symbol {
	const char *name;
	void **pointer;
};

/* dlopen `soname` (RTLD_NOW | RTLD_LOCAL) and set the pointers. ACR_SYSTEM: LIBRARY_MISSING and
 * LIBRARY_TOO_OLD, or LIBRARY_UNREADABLE with the loader's message if the library exists but cannot
 * be loaded (no descriptor, no memory, no permission, a dependency is missing). */
_checked_ int acr_library_load(const char *soname, const char *purpose,
			       const struct acr_library_symbol *symbols, struct acr_error *error);

/* Does this error of acr_library_load mean that the library is not installed? */
bool acr_library_is_absent(const struct acr_error *error);

#define ACR_LIBRARY_POINTER(name) static __typeof__(&name) sym_##name;
#define ACR_LIBRARY_ROW(name)	  { #name, (void **)(uintptr_t)&sym_##name },
#define ACR_LIBRARY_DECLARE(symbols)                                                               \
	symbols(ACR_LIBRARY_POINTER) static const struct acr_library_symbol library_symbols[] = {  \
		symbols(ACR_LIBRARY_ROW){ NULL, NULL }                                             \
	};

/* `json` in the form of the specification:
 * [{"soname":["libcurl.so.4"],"feature":"...","description":"...","priority":"recommended"}] */
#define ACR_LIBRARY_NOTE(variable, json)                                                           \
	__attribute__((used, section(".note.dlopen"), aligned(4))) static const struct {           \
		struct {                                                                           \
			uint32_t name_size, size, type;                                            \
		} head;                                                                            \
		char name[4];                                                                      \
		__attribute__((aligned(4))) char text[sizeof(json)];                               \
	} variable = { { 4, sizeof(json), 0x407c0c0a }, "FDO", json }

#endif
