/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs some programs alternately, many times, and prints what each run cost. Every round starts a
 * new process of each program, so that other load on the machine affects all of them equally.
 *
 *	race ROUNDS RUNNER [-- RUNNER]...
 *	RUNNER: [-n COUNT] [-e PATTERN]... [-v NAME=VALUE | -v NAME]... [-u]
 *		STDIN PROGRAM [ARGUMENT]...
 *
 * STDIN is a file. -n starts COUNT processes at once and waits for all of them. -e removes the
 * files that match PATTERN before each run, untimed. -v sets or removes a variable. A runner with
 * -u is not measured: it runs before each run of the next one.
 *
 * Prints one line for each round: for each measured runner its number, wall and CPU time in
 * nanoseconds, and the peak memory of its largest process in KiB. The output of the programs is
 * discarded. Exits with 1 if a program ends with another status than in its first run.
 */
#include <fcntl.h>
#include <glob.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define RUNNERS_MOST 24
#define WARM_UP	     3
#define MANY_MOST    1024

extern char **environ;

struct runner {
	int count; /* processes at a time */
	char *patterns[4];
	char *variables[16]; /* NAME=VALUE, or NAME to remove it */
	char **environment;
	const char *input;
	char **argv;
	bool untimed;
	int number; /* among the measured runners */
	int status; /* of the first run */
};

struct cost {
	int64_t wall, cpu, memory;
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

static _Noreturn void usage(void)
{
	fprintf(stderr, "usage: race ROUNDS [-n COUNT] [-e PATTERN] [-v NAME[=VALUE]] [-u] STDIN "
			"PROGRAM [ARGUMENT...] [-- ...]\n");
	exit(2);
}

static void empty(const char *pattern)
{
	glob_t found;

	if (glob(pattern, 0, NULL, &found) == 0) {
		for (size_t i = 0; i < found.gl_pathc; i++)
			unlink(found.gl_pathv[i]);
		globfree(&found);
	}
}

/* Starts all processes and waits for them. The status is that of the last one that differs from the
 * others. */
static int run(const struct runner *runner, struct cost *ret)
{
	posix_spawn_file_actions_t actions;
	int status = 0, result = -1;
	struct rusage usage;
	pid_t child;

	for (size_t i = 0; i < 4 && runner->patterns[i]; i++)
		empty(runner->patterns[i]);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 0, runner->input, O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
	*ret = (struct cost){ .wall = -now() };
	for (int i = 0; i < runner->count; i++) {
		if (posix_spawn(&child, runner->argv[0], &actions, NULL, runner->argv,
				runner->environment)) {
			fprintf(stderr, "race: cannot start %s\n", runner->argv[0]);
			exit(2);
		}
	}
	for (int i = 0; i < runner->count; i++) {
		wait4(-1, &status, 0, &usage);
		if (result == -1 || status != runner->status)
			result = status;
		ret->cpu += nanoseconds(usage.ru_utime) + nanoseconds(usage.ru_stime);
		if (usage.ru_maxrss > ret->memory)
			ret->memory = usage.ru_maxrss;
	}
	ret->wall += now();
	posix_spawn_file_actions_destroy(&actions);
	return result;
}

/* Returns the environment of this process with the changes of the runner. */
static char **make_environment(const struct runner *runner)
{
	size_t count = 0, own = 0;
	char **made;

	while (environ[own])
		own++;
	made = calloc(own + 17, sizeof(*made));
	for (size_t i = 0; i < own; i++) {
		bool replaced = false;

		for (size_t j = 0; j < 16 && runner->variables[j]; j++) {
			size_t length = strcspn(runner->variables[j], "=");

			replaced |= strncmp(environ[i], runner->variables[j], length) == 0 &&
				    environ[i][length] == '=';
		}
		if (!replaced)
			made[count++] = environ[i];
	}
	for (size_t j = 0; j < 16 && runner->variables[j]; j++)
		if (strchr(runner->variables[j], '='))
			made[count++] = runner->variables[j];
	return made;
}

/* Parses one runner, starting at argv[at]; returns where the next one begins. */
static int read_runner(int argc, char **argv, int at, struct runner *ret)
{
	size_t patterns = 0, variables = 0;

	*ret = (struct runner){ .count = 1, .status = -1 };
	for (; at < argc && argv[at][0] == '-' && strlen(argv[at]) == 2; at++) {
		char *value = at + 1 < argc ? argv[at + 1] : NULL;

		if (argv[at][1] == 'u') {
			ret->untimed = true;
			continue;
		}
		at++;
		if (argv[at - 1][1] == 'n' && value)
			ret->count = atoi(value);
		else if (argv[at - 1][1] == 'e' && value && patterns < 4)
			ret->patterns[patterns++] = value;
		else if (argv[at - 1][1] == 'v' && value && variables < 15)
			ret->variables[variables++] = value;
		else
			usage();
	}
	if (at + 1 >= argc || ret->count < 1 || ret->count > MANY_MOST)
		usage();
	ret->input = argv[at];
	ret->argv = argv + at + 1;
	ret->environment = make_environment(ret);
	while (at < argc && strcmp(argv[at], "--") != 0)
		at++;
	argv[at] = NULL;
	return at + 1;
}

/* Runs the unmeasured runners before this one, then measures it. False if its status differs from
 * that of the first run. */
static bool start(struct runner *runners, size_t at, bool told)
{
	size_t first = at;
	struct cost cost = { 0 };

	while (first > 0 && runners[first - 1].untimed)
		first--;
	for (; first <= at; first++) {
		struct runner *runner = &runners[first];
		int status = run(runner, &cost);

		if (runner->status == -1)
			runner->status = status;
		if (runner->status != status) {
			fprintf(stderr, "race: %s %s ended with status %d, not %d\n",
				runner->argv[0], runner->argv[1] ? runner->argv[1] : "", status,
				runner->status);
			return false;
		}
	}
	if (told)
		printf("%d %lld %lld %lld ", runners[at].number, (long long)cost.wall,
		       (long long)cost.cpu, (long long)cost.memory);
	return true;
}

int main(int argc, char **argv)
{
	struct runner runners[RUNNERS_MOST];
	size_t racers[RUNNERS_MOST], count = 0, racing = 0;
	int rounds = argc > 3 ? atoi(argv[1]) : 0;

	for (int at = 2; at < argc && count < RUNNERS_MOST; count++)
		at = read_runner(argc, argv, at, &runners[count]);
	for (size_t i = 0; i < count; i++) {
		if (runners[i].untimed)
			continue;
		runners[i].number = (int)racing;
		racers[racing++] = i;
	}
	if (rounds < 1 || racing < 1 || runners[count - 1].untimed)
		usage();
	for (int round = rounds > WARM_UP ? -WARM_UP : -1; round < rounds; round++) {
		for (size_t i = 0; i < racing; i++) {
			/* Each round begins with another runner, so that none always runs after the
			 * same one. */
			size_t next = (i + (size_t)(round + WARM_UP)) % racing;

			if (!start(runners, racers[next], round >= 0))
				return 1;
		}
		if (round >= 0) {
			putchar('\n');
			fflush(stdout);
		}
	}
	return 0;
}
