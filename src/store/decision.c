/* SPDX-License-Identifier: Apache-2.0 */
/* Reads decisions of the user; only a missing file counts as "no decision". */
#include "store/decision.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/budget.h"
#include "base/file.h"
#include "store/private_dir.h"

#define NO_FOLDER (-2) /* it does not exist, or belongs to another user */

/* `command` repairs it; NULL: the command that changes the decision does. The error has the kind of
 * `why`. */
static int unusable(const struct acr_decision *decision, const struct acr_error *why,
		    const char *command, struct acr_error *error)
{
	auto_string path = NULL;

	if (!error)
		return -1;
	path = acr_format("%s/%s", decision->folder, decision->name);
	if (command)
		acr_raise_cause(error, &why->message, DECISION_UNUSABLE, path, command);
	else if (decision->leave)
		acr_raise_cause(error, &why->message, DECISION_UNUSABLE_EITHER, path,
				decision->leave, decision->again);
	else
		acr_raise_cause(error, &why->message, DECISION_UNUSABLE, path, decision->again);
	error->kind = why->kind;
	return -1;
}

static int bad_mode(const struct acr_decision *decision, const struct acr_error *why,
		    struct acr_error *error)
{
	auto_string command = acr_format("chmod 600 %s/%s", decision->folder, decision->name);

	return unusable(decision, why, command, error);
}

static int bad_folder(const struct acr_decision *decision, const struct acr_error *why,
		      const char *mode, struct acr_error *error)
{
	auto_string command = acr_format("chmod %s %s", mode, decision->folder);

	return unusable(decision, why, command, error);
}

int acr_decision_damaged(const struct acr_decision *decision, struct acr_error *error)
{
	struct acr_error why;

	acr_raise(&why, RECORD_DAMAGED);
	return unusable(decision, &why, NULL, error);
}

static int failed(const struct acr_decision *decision, int number, struct acr_error *error)
{
	bool open_files = number == EMFILE || number == ENFILE;
	struct acr_error why;

	acr_raise(&why, ERRNO, acr_number(number).text);
	return unusable(decision, &why, open_files ? "ulimit -n 1024" : NULL, error);
}

/* Does a folder of ours deny us access to `path`? It is the nearest one that can be examined. */
static bool is_kept_by_us(const char *path)
{
	auto_string above = acr_copy(path);
	struct stat status;
	char *slash;

	while (stat(above, &status)) {
		slash = strrchr(above, '/');
		if (!slash || slash == above)
			return false;
		*slash = '\0';
	}
	return status.st_uid == geteuid();
}

/* The folder, -1 with an error, or NO_FOLDER. */
static int open_folder(const struct acr_decision *decision, struct acr_error *error)
{
	auto_fd fd =
		decision->folder ? open(decision->folder, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
	struct acr_error why;
	struct stat status;
	int taken;

	if (!decision->folder)
		return NO_FOLDER;
	if (fd < 0 && errno == EACCES && is_kept_by_us(decision->folder)) {
		acr_raise(&why, ERRNO, acr_number(EACCES).text);
		return bad_folder(decision, &why, "u+rwx", error);
	}
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR || errno == EACCES || errno == ELOOP))
		return NO_FOLDER;
	if (fd < 0 || fstat(fd, &status))
		return failed(decision, errno, error);
	if (status.st_uid != geteuid())
		return NO_FOLDER;
	/* Users who can write to the folder may have removed a decision. */
	if (status.st_mode & 022) {
		acr_raise(&why, FOLDER_NOT_OURS, decision->folder);
		return bad_folder(decision, &why, "700", error);
	}
	taken = fd;
	fd = -1;
	return taken;
}

/* Read the bytes of the file, which only we may have been able to write. */
static int read_file(const struct acr_decision *decision, int folder, struct acr_secret *bytes,
		     bool *ret_repaired, struct acr_error *error)
{
	auto_fd fd = openat(folder, decision->name,
			    O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY);
	struct acr_error why = { 0 };
	struct stat status = { 0 };

	if (fd < 0 && errno == ENOENT)
		return acr_raise(error, DECISION_NONE);
	if (fd < 0 && errno == EACCES) {
		acr_raise(&why, ERRNO, acr_number(EACCES).text);
		return bad_mode(decision, &why, error);
	}
	if (fd < 0 && errno != ELOOP)
		return failed(decision, errno, error);
	if (fd < 0)
		acr_raise(&why, DECISION_LINK);
	else if (fstat(fd, &status))
		return failed(decision, errno, error);
	else if (!S_ISREG(status.st_mode))
		acr_raise(&why, DECISION_NO_FILE);
	else if (status.st_uid != geteuid())
		acr_raise(&why, DECISION_FOREIGN);
	if (why.kind != ACR_FINE)
		return unusable(decision, &why, NULL, error);
	if (status.st_mode & 022) {
		acr_raise(&why, DECISION_WRITABLE);
		return bad_mode(decision, &why, error);
	}
	if (status.st_size > ACR_ENTRY_MAX)
		return acr_decision_damaged(decision, error);
	for (ssize_t got = 1; got > 0 && bytes->length <= ACR_ENTRY_MAX;) {
		got = acr_read(fd, bytes);
		if (got < 0 && errno != EINTR)
			return failed(decision, errno, error);
		got = got < 0 ? 1 : got;
	}
	*ret_repaired = (status.st_mode & 077) && fchmod(fd, 0600) == 0;
	return 0;
}

int acr_decision_read(const struct acr_decision *decision, struct acr_secret *bytes,
		      struct acr_record *ret, bool *ret_repaired, struct acr_error *error)
{
	struct acr_error damage = { 0 };
	auto_fd folder = open_folder(decision, error);

	if (folder == NO_FOLDER)
		return acr_raise(error, DECISION_NONE);
	if (folder < 0 || read_file(decision, folder, bytes, ret_repaired, error))
		return -1;
	if (acr_record_open(acr_secret_text(bytes), bytes->length, decision->kind,
			    decision->version, ret, &damage) == 0)
		return 0;
	if (damage.kind == ACR_UNAVAILABLE) {
		auto_string path = acr_format("%s/%s", decision->folder, decision->name);

		return acr_raise(error, DECISION_NEWER, path);
	}
	return acr_decision_damaged(decision, error);
}

int acr_decision_each(const char *folder, void (*visit)(void *data, const char *name), void *data,
		      struct acr_error *error)
{
	const struct acr_decision all = { .folder = folder };
	auto_fd fd = open_folder(&all, NULL);

	return fd == NO_FOLDER ? 0 : acr_private_each(folder, visit, data, error);
}

int acr_decision_replaceable(const struct acr_decision *decision, struct acr_error *error)
{
	struct acr_error failure = { 0 };
	auto_secret bytes = { 0 };
	struct acr_record record;
	bool repaired;

	if (acr_decision_read(decision, &bytes, &record, &repaired, &failure) == 0 ||
	    failure.kind != ACR_UNAVAILABLE)
		return 0;
	if (error)
		*error = failure;
	return -1;
}

int acr_decision_write(const struct acr_decision *decision, const struct acr_secret *bytes,
		       struct acr_error *error)
{
	if (acr_decision_replaceable(decision, error))
		return -1;
	return acr_private_dir_write(decision->folder, decision->name, bytes, true, error);
}
