/* SPDX-License-Identifier: Apache-2.0 */
/* Loads libraries on first use: one dlopen, one pointer per symbol. */
#include "base/library.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "acr/secret.h"

/* Is the library in one of the folders that the loader searches? If the loader cannot read a file,
 * it continues its search and then reports that there is no such library. */
static bool is_here(const char *soname)
{
	void *program = dlopen(NULL, RTLD_NOW);
	Dl_serinfo most, *folders;
	bool found = false;

	if (!program || dlinfo(program, RTLD_DI_SERINFOSIZE, &most))
		return false;
	folders = malloc(most.dls_size);
	if (!folders)
		acr_out_of_memory();
	if (dlinfo(program, RTLD_DI_SERINFOSIZE, folders) == 0 &&
	    dlinfo(program, RTLD_DI_SERINFO, folders) == 0)
		for (unsigned int i = 0; i < folders->dls_cnt && !found; i++) {
			auto_string path =
				acr_format("%s/%s", folders->dls_serpath[i].dls_name, soname);

			found = access(path, F_OK) == 0;
		}
	free(folders);
	return found;
}

static int tell(const char *soname, const char *purpose, struct acr_error *error)
{
	const char *reason = dlerror();

	if (!reason)
		reason = "";
	/* The loader and strerror use the same language. */
	if (!strstr(reason, soname) || !strstr(reason, strerror(ENOENT)))
		return acr_raise(error, LIBRARY_UNREADABLE, soname, purpose, reason);
	if (is_here(soname))
		return acr_raise_errno(error, EACCES, LIBRARY_UNREADABLE, soname, purpose);
	return acr_raise(error, LIBRARY_MISSING, soname, purpose);
}

int acr_library_load(const char *soname, const char *purpose,
		     const struct acr_library_symbol *symbols, struct acr_error *error)
{
	/* Never closed: the process ends soon, and unloading some libraries is not safe. */
	void *library = dlopen(soname, RTLD_NOW | RTLD_LOCAL);

	if (!library)
		return tell(soname, purpose, error);
	for (const struct acr_library_symbol *symbol = symbols; symbol->name; symbol++) {
		void *found = dlsym(library, symbol->name);
		if (!found)
			return acr_raise(error, LIBRARY_TOO_OLD, soname, symbol->name);
		memcpy(symbol->pointer, &found, sizeof(found));
	}
	return 0;
}

bool acr_library_is_absent(const struct acr_error *error)
{
	return acr_error_is(error, LIBRARY_MISSING) || acr_error_is(error, LIBRARY_TOO_OLD);
}
