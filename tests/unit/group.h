/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Included by the compiler before each file of unit tests: its main() becomes one group of the executable of its folder
 * (runner.c), so that a folder is linked once and not each file.
 */
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
