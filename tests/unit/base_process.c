/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <time.h>

#include "base/file.h"
#include "base/process.h"
#include "edges.h"

static struct edges edges;

static int64_t real_boot(const struct acr_app *app)
{
	struct timespec now;

	(void)app;
	clock_gettime(CLOCK_BOOTTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int setup(void **state)
{
	(void)state;
	edges_begin(&edges);
	edges.app.clock.boot = real_boot;
	edges.app.deadline = 0;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	edges_end(&edges);
	return 0;
}

static int run(const char *script, int64_t budget, size_t limit, struct acr_secret *out,
	       struct acr_secret *err, int *status, struct acr_error *error)
{
	const char *const argv[] = { "/bin/sh", "-c", script, NULL };
	const char *const environment[] = { "PATH=/usr/bin:/bin", NULL };
	const struct acr_run job = { argv, environment, budget, limit };

	return acr_process_run(&edges.app, &job, status, out, err, error);
}

static void output_error_and_status_are_told_apart(void **state)
{
	auto_secret out = { 0 }, err = { 0 };
	struct acr_error error = { 0 };
	int status = 0;

	(void)state;
	assert_int_equal(
		run("pwd; env; echo oops >&2; exit 3", 5000, 10000, &out, &err, &status, &error),
		0);
	assert_int_equal(WEXITSTATUS(status), 3);
	assert_non_null(strstr(acr_secret_text(&out), "/\n"));
	assert_null(strstr(acr_secret_text(&out), edges.folder));
	assert_string_equal(acr_secret_text(&err), "oops\n");
}

static void one_that_hangs_is_ended_with_its_grandchildren(void **state)
{
	auto_secret out = { 0 }, err = { 0 };
	struct acr_error error = { 0 };
	int64_t began = real_boot(NULL);
	int status = 0, left;

	(void)state;
	assert_int_equal(
		run("sleep 61 & echo $!; sleep 61", 300, 10000, &out, &err, &status, &error), -1);
	assert_int_equal(error.kind, ACR_TIMEOUT);
	assert_true(real_boot(NULL) - began < 3000);
	left = atoi(acr_secret_text(&out));
	assert_true(left > 0);
	for (int i = 0; i < 100 && kill(left, 0) == 0; i++) {
		char path[64], line[512] = "";
		snprintf(path, sizeof(path), "/proc/%d/stat", left);
		FILE *file = fopen(path, "r");
		if (file && fgets(line, sizeof(line), file) && strstr(line, ") Z")) {
			fclose(file);
			return; /* ended, and only waits for init */
		}
		if (file)
			fclose(file);
		usleep(10000);
	}
	assert_int_equal(kill(left, 0), -1);
}

static void one_that_floods_is_ended(void **state)
{
	auto_secret out = { 0 }, err = { 0 };
	struct acr_error error = { 0 };
	int status = 0;

	(void)state;
	assert_int_equal(run("while :; do echo yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy; done",
			     5000, 5000, &out, &err, &status, &error),
			 -1);
	assert_int_equal(error.kind, ACR_INVALID);
	acr_secret_wipe(&out);
	assert_int_equal(
		run("i=0; while [ $i -lt 3000 ]; do echo noise >&2; i=$((i+1)); done; echo fine",
		    9000, 5000, &out, &err, &status, &error),
		0);
	assert_string_equal(acr_secret_text(&out), "fine\n");
	assert_true(err.length <= 4096);
}

static void a_child_holds_no_descriptor_of_ours(void **state)
{
	auto_secret out = { 0 }, err = { 0 };
	struct acr_error error = { 0 };
	int status = 0;
	int held = open("/dev/null", O_RDONLY); /* without O_CLOEXEC */

	(void)state;
	assert_int_equal(run("ls /proc/self/fd | wc -l", 5000, 100, &out, &err, &status, &error),
			 0);
	assert_int_equal(atoi(acr_secret_text(&out)), 4); /* 0, 1, 2 and ls' own */
	close(held);
}

static int answer(void *data, int out)
{
	return acr_write(out, data, strlen(data));
}

static int hang(void *data, int out)
{
	(void)data;
	(void)out;
	pause();
	return 0;
}

static int crash(void *data, int out)
{
	(void)data;
	(void)out;
	signal(SIGABRT, SIG_DFL);
	abort();
}

static void a_forked_child_answers_hangs_or_crashes_without_hurting_us(void **state)
{
	char text[] = "an answer";
	struct acr_error error = { 0 };
	auto_secret out = { 0 };

	(void)state;
	assert_int_equal(acr_fork_ask(&edges.app, answer, text, 2000, 100, &out, &error), 0);
	assert_string_equal(acr_secret_text(&out), "an answer");
	assert_int_equal(acr_fork_ask(&edges.app, hang, NULL, 100, 100, &out, &error), -1);
	assert_int_equal(error.kind, ACR_TIMEOUT);
	assert_int_equal(acr_fork_ask(&edges.app, crash, NULL, 2000, 100, &out, &error), -1);
	assert_int_equal(error.kind, ACR_SYSTEM);
}

static void linger(void *data)
{
	(void)data;
	usleep(500000);
}

static void a_child_that_was_sent_away_holds_neither_pipe_nor_lock(void **state)
{
	char path[128], byte;
	int pipes[2], lock;

	(void)state;
	snprintf(path, sizeof(path), "%s/lock", edges.folder);
	lock = open(path, O_CREAT | O_RDWR, 0600); /* inheritable on purpose */
	assert_int_equal(flock(lock, LOCK_EX), 0);
	assert_int_equal(pipe(pipes), 0);
	assert_true(acr_fork_away(linger, NULL));
	close(pipes[1]);
	close(lock);
	/* While the child lingers: end of file at once, and the lock is free. */
	assert_int_equal(read(pipes[0], &byte, 1), 0);
	lock = open(path, O_RDWR);
	for (int i = 0; i < 50 && flock(lock, LOCK_EX | LOCK_NB); i++)
		usleep(2000);
	assert_int_equal(flock(lock, LOCK_EX | LOCK_NB), 0);
	close(lock);
	close(pipes[0]);
}

static void programs_are_only_found_where_nobody_else_can_put_them(void **state)
{
	char own[128], open_folder[128], path[512];
	auto_string good = NULL;
	auto_string bad = NULL;
	auto_string none = NULL;

	(void)state;
	edges_write(&edges, "own/az", "#!/bin/sh\n");
	edges_write(&edges, "open/az", "#!/bin/sh\n");
	snprintf(own, sizeof(own), "%s/own/az", edges.folder);
	assert_int_equal(chmod(own, 0755), 0);
	snprintf(open_folder, sizeof(open_folder), "%s/open", edges.folder);
	snprintf(path, sizeof(path), "%s/az", open_folder);
	assert_int_equal(chmod(path, 0755), 0);
	assert_int_equal(chmod(open_folder, 0777), 0);
	snprintf(path, sizeof(path), ".:relative::%s:%s/own", open_folder, edges.folder);
	edges_set(&edges, "PATH", path);
	good = acr_program_find(&edges.app, "az");
	assert_string_equal(good, own);
	edges_set(&edges, "PATH", open_folder);
	bad = acr_program_find(&edges.app, "az");
	assert_null(bad);
	none = acr_program_find(&edges.app, "no-such-program");
	assert_null(none);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(output_error_and_status_are_told_apart, setup,
						teardown),
		cmocka_unit_test_setup_teardown(one_that_hangs_is_ended_with_its_grandchildren,
						setup, teardown),
		cmocka_unit_test_setup_teardown(one_that_floods_is_ended, setup, teardown),
		cmocka_unit_test_setup_teardown(a_child_holds_no_descriptor_of_ours, setup,
						teardown),
		cmocka_unit_test_setup_teardown(
			a_forked_child_answers_hangs_or_crashes_without_hurting_us, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			a_child_that_was_sent_away_holds_neither_pipe_nor_lock, setup, teardown),
		cmocka_unit_test_setup_teardown(
			programs_are_only_found_where_nobody_else_can_put_them, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
