/* SPDX-License-Identifier: Apache-2.0 */
/* Libraries on first use: one dlopen, one pointer a symbol. */
#include "base/library.h"

#include <dlfcn.h>
#include <string.h>

int acr_library_load(const char *soname, const char *purpose,
		     const struct acr_library_symbol *symbols, struct acr_error *error)
{
	/* Never closed: the process is about to end anyway, and libraries do not like to be
	 * unloaded. */
	void *library = dlopen(soname, RTLD_NOW | RTLD_LOCAL);

	if (!library)
		return acr_fail(error, ACR_SYSTEM, "%s is not installed; it is needed for %s",
				soname, purpose);
	for (const struct acr_library_symbol *symbol = symbols; symbol->name; symbol++) {
		void *found = dlsym(library, symbol->name);
		if (!found)
			return acr_fail(error, ACR_SYSTEM, "%s is too old: it lacks %s", soname,
					symbol->name);
		memcpy(symbol->pointer, &found, sizeof(found));
	}
	return 0;
}
