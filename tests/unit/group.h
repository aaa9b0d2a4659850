/* SPDX-License-Identifier: Apache-2.0 */
/* The compiler includes this file before each unit test file. Its main() becomes a group in the
 * executable of its folder (runner.c), so that only one executable is linked for each folder. */
#pragma once

struct group {
	const char *file;
	int (*run)(void);
	struct group *next;
};

void group_add(struct group *group);

#ifndef GROUP_RUNNER
static int group_main(void);

__attribute__((constructor)) static void group_register(void)
{
	static struct group self = { .file = __BASE_FILE__, .run = group_main };
	group_add(&self);
}

#define main group_main
#endif
