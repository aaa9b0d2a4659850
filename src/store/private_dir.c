/* SPDX-License-Identifier: Apache-2.0 */
/* File names and private directories: a name never leaves its directory, and nothing is written to
 * a directory that another user could have modified. */
#include "store/private_dir.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/budget.h"
#include "base/file.h"
#include "base/hash.h"

#define NAME_LIMIT 200 /* NAME_MAX is 255, and callers add a prefix and a suffix */

static bool plain(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '.' || c == '-' || c == '_';
}

char *acr_private_dir_name(const char *text)
{
	auto_secret name = { 0 };

	/* A leading dot could form ".." or a hidden file; the empty text also needs a name. */
	if (!*text)
		return acr_copy("%");
	for (const char *c = text; *c; c++)
		if (plain((unsigned char)*c) && !(c == text && *c == '.'))
			acr_secret_add_bytes(&name, c, 1);
		else
			acr_secret_format(&name, "%%%02X", (unsigned char)*c);
	if (name.length <= NAME_LIMIT)
		return acr_copy(acr_secret_text(&name));
	return acr_format("%.160s+%016" PRIx64, acr_secret_text(&name),
			  acr_hash(ACR_HASH_BASIS, text, strlen(text)));
}

static int hex(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

char *acr_private_dir_text(const char *name)
{
	auto_secret text = { 0 };

	if (strcmp(name, "%") == 0)
		return acr_copy("");
	for (const char *c = name; *c; c++) {
		char byte = *c;

		if (*c == '%') {
			if (hex(c[1]) < 0 || hex(c[2]) < 0)
				return NULL;
			byte = (char)(hex(c[1]) << 4 | hex(c[2]));
			c += 2;
		} else if (!plain((unsigned char)*c)) {
			return NULL;
		}
		if (byte == '\0')
			return NULL;
		acr_secret_add_bytes(&text, &byte, 1);
	}
	return acr_copy(acr_secret_text(&text));
}

/* Is it a directory of ours with none of the mode bits `open_to`? */
static bool ours(const struct stat *status, mode_t open_to)
{
	return S_ISDIR(status->st_mode) && status->st_uid == geteuid() &&
	       !(status->st_mode & open_to);
}

/* A descriptor of the folder, -1 with an error. */
static int open_private(const char *folder, struct acr_error *error)
{
	auto_string parent = acr_copy(folder);
	auto_fd fd = -1;
	struct stat status;
	char *slash;
	int taken;

	if (acr_folder_check(folder, error))
		return -1;
	/* The nearest folder that exists. */
	while (stat(parent, &status) && errno == ENOENT && (slash = strrchr(parent, '/')) &&
	       slash != parent)
		*slash = '\0';
	if (strcmp(parent, folder) != 0 && (stat(parent, &status) || !ours(&status, 002)))
		return acr_raise(error, FOLDER_NOT_OURS, parent);
	fd = acr_folder_open(folder, true, error);
	if (fd < 0)
		return -1;
	if (fstat(fd, &status) || !ours(&status, 077))
		return acr_raise(error, FILE_NOT_PRIVATE, folder, "0700");
	taken = fd;
	fd = -1;
	return taken;
}

int acr_private_dir_make(const char *folder, struct acr_error *error)
{
	auto_fd fd = open_private(folder, error);

	return fd < 0 ? -1 : 0;
}

static int nowhere(struct acr_error *error)
{
	return acr_raise(error, NO_FOLDER);
}

int acr_private_dir_read(const char *folder, const char *name, struct acr_secret *ret,
			 struct acr_error *error)
{
	return folder ? acr_private_read(folder, name, ACR_ENTRY_MAX, ret, error) : nowhere(error);
}

int acr_private_dir_write(const char *folder, const char *name, const struct acr_secret *bytes,
			  bool durable, struct acr_error *error)
{
	auto_fd fd = folder ? open_private(folder, error) : -1;
	auto_string path = NULL;

	if (!folder)
		return nowhere(error);
	if (fd < 0)
		return -1;
	path = acr_format("%s/%s", folder, name);
	return acr_private_write_in(fd, path, acr_secret_text(bytes), bytes->length, durable,
				    error);
}

int acr_private_dir_drop(const char *folder, const char *name, struct acr_error *error)
{
	return folder ? acr_private_drop(folder, name, error) : nowhere(error);
}

int acr_private_dir_each(const char *folder, void (*visit)(void *data, const char *name),
			 void *data, struct acr_error *error)
{
	return folder ? acr_private_each(folder, visit, data, error) : nowhere(error);
}
