/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs the unit tests of a folder: unit_FOLDER [NAME...], where NAME is a file without its suffix;
 * by default, all files.
 *
 * Each file runs in its own process, so that files cannot affect each other and a crash ends only
 * one of them. Processes that a failed test left running are killed: they would keep the output
 * open, and its reader would wait for them.
 */
#define GROUP_RUNNER
#include "group.h"

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static struct group *first;

void group_add(struct group *group)
{
	struct group **place = &first;
	while (*place && strcmp((*place)->file, group->file) < 0)
		place = &(*place)->next;
	group->next = *place;
	*place = group;
}

/* Is the group the file NAME.c? */
static bool is_named(const struct group *group, const char *name)
{
	const char *base = strrchr(group->file, '/');
	base = base ? base + 1 : group->file;
	size_t length = strlen(name);
	return strncmp(base, name, length) == 0 && strcmp(base + length, ".c") == 0;
}

/* Orphans were reparented to this process. */
static void end_orphans(void)
{
	pid_t ended;
	while ((ended = waitpid(-1, NULL, WNOHANG)) >= 0) {
		FILE *list = ended == 0 ? fopen("/proc/thread-self/children", "re") : NULL;
		int orphan;
		while (list && fscanf(list, "%d", &orphan) == 1)
			kill(orphan, SIGKILL);
		if (list)
			fclose(list);
	}
}

static bool passes(const struct group *group)
{
	int status = 0;
	fflush(NULL);
	pid_t child = fork();
	if (child == 0)
		exit(group->run());
	if (child < 0 || waitpid(child, &status, 0) != child) {
		perror("unit");
		return false;
	}
	end_orphans();
	if (WIFSIGNALED(status))
		printf("not ok - %s was ended by signal %d\n", group->file, WTERMSIG(status));
	return status == 0;
}

int main(int argc, char **argv)
{
	bool fine = true;
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	for (const struct group *group = first; argc == 1 && group; group = group->next)
		fine &= passes(group);
	for (int i = 1; i < argc; i++) {
		const struct group *group = first;
		while (group && !is_named(group, argv[i]))
			group = group->next;
		if (!group)
			fprintf(stderr, "%s: there is no file %s.c here\n", argv[0], argv[i]);
		fine &= group && passes(group);
	}
	return fine ? EXIT_SUCCESS : EXIT_FAILURE;
}
