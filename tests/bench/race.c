/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Run some programs by turns, many times, and say what each run cost: a fresh process of each in
 * every round, so that whatever else the machine is doing hits all of them alike.
 *
 *	race ROUNDS STDIN PROGRAM [ARGUMENT...] [-- STDIN PROGRAM [ARGUMENT...]]...
 *
 * STDIN is a file. One line a round on stdout: for each program wall and CPU time in nanoseconds.
 * What the programs print is thrown away. Exits with 1 when one of them ends with another status
 * than in its first run.
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#define RUNNERS_MOST 16
#define WARM_UP	     3

extern char **environ;

struct runner {
	const char *input;
	char **argv;
	int status; /* of its first run */
};

static int64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static int64_t nanoseconds(struct timeval time)
{
	return (int64_t)time.tv_sec * 1000000000 + (int64_t)time.tv_usec * 1000;
}

/* Start, wait, and say what it cost. */
static int run(const struct runner *runner, int64_t *wall, int64_t *cpu)
{
	posix_spawn_file_actions_t actions;
	struct rusage usage;
	int64_t began;
	pid_t child;
	int status;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 0, runner->input, O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
	began = now();
	if (posix_spawn(&child, runner->argv[0], &actions, NULL, runner->argv, environ)) {
		fprintf(stderr, "race: cannot start %s\n", runner->argv[0]);
		exit(2);
	}
	wait4(child, &status, 0, &usage);
	*wall = now() - began;
	*cpu = nanoseconds(usage.ru_utime) + nanoseconds(usage.ru_stime);
	posix_spawn_file_actions_destroy(&actions);
	return status;
}

static size_t read_runners(int argc, char **argv, struct runner *runners)
{
	size_t count = 0;

	for (int i = 2; i + 1 < argc && count < RUNNERS_MOST; count++) {
		runners[count] = (struct runner){ argv[i], argv + i + 1, -1 };
		while (i < argc && strcmp(argv[i], "--") != 0)
			i++;
		argv[i++] = NULL;
	}
	return count;
}

int main(int argc, char **argv)
{
	struct runner runners[RUNNERS_MOST];
	int rounds = argc > 3 ? atoi(argv[1]) : 0;
	size_t count = read_runners(argc, argv, runners);
	int64_t wall, cpu;

	if (rounds < 1 || count < 1) {
		fprintf(stderr, "usage: race ROUNDS STDIN PROGRAM [ARGUMENT...] [-- ...]\n");
		return 2;
	}
	for (int round = -WARM_UP; round < rounds; round++) {
		for (size_t i = 0; i < count; i++) {
			/* Another one begins each round, so that nobody always runs behind the
			 * same. */
			struct runner *runner = &runners[(i + (size_t)(round + WARM_UP)) % count];
			int status = run(runner, &wall, &cpu);

			if (runner->status == -1)
				runner->status = status;
			if (runner->status != status) {
				fprintf(stderr, "race: %s ended with %d, not %d\n", runner->argv[0],
					status, runner->status);
				return 1;
			}
			if (round >= 0)
				printf("%zu %lld %lld ", (size_t)(runner - runners), (long long)wall,
				       (long long)cpu);
		}
		if (round >= 0)
			putchar('\n');
	}
	return 0;
}
