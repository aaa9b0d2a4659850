/* SPDX-License-Identifier: Apache-2.0 */
/* Finding another program by name without running what somebody else put in the way. */
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/process.h"

/* Owned by root or us, and not writable by anybody else. Debian's /usr/local is group staff: root's
 * group is enough there. */
static bool trusted(const struct stat *status)
{
	return (status->st_uid == 0 || status->st_uid == geteuid()) &&
	       !(status->st_mode & S_IWOTH) &&
	       (!(status->st_mode & S_IWGRP) || status->st_uid == 0);
}

char *acr_program_find(const struct acr_app *app, const char *name)
{
	const char *path = acr_env(app, "PATH");
	const char *next = path ? path : "/usr/local/bin:/usr/bin:/bin";

	while (*next) {
		size_t length = strcspn(next, ":");
		struct stat folder, file;

		if (length > 0 && next[0] == '/') {
			auto_string directory = acr_format("%.*s", (int)length, next);
			auto_string found = acr_format("%s/%s", directory, name);

			if (stat(directory, &folder) == 0 && S_ISDIR(folder.st_mode) &&
			    trusted(&folder) && stat(found, &file) == 0 && S_ISREG(file.st_mode) &&
			    trusted(&file) && access(found, X_OK) == 0) {
				char *taken = found;
				found = NULL;
				return taken;
			}
		}
		next += length + (next[length] == ':');
	}
	return NULL;
}
