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

static void stdout_stderr_and_status_are_reported_separately(void **state)
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

static void a_program_reads_only_the_input_that_it_is_given(void **state)
{
	static const char longest[ACR_INPUT_MAX + 2] = { [0 ... ACR_INPUT_MAX] = 'x' };
	const char *const argv[] = { "/bin/sh", "-c", "wc -c", NULL };
	const char *const environment[] = { "PATH=/usr/bin:/bin", NULL };
	const struct {
		const char *input, *out;
		int result;
	} cases[] = {
		{ NULL, "0\n", 0 },
		{ "contoso.azurecr.io", "18\n", 0 },
		{ longest + 1, "16384\n", 0 },
		{ longest, "", -1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct acr_run job = { argv, environment, 5000, 100, cases[i].input };
		auto_secret out = { 0 }, err = { 0 };
		struct acr_error error = { 0 };
		int status = 0;

		assert_int_equal(acr_process_run(&edges.app, &job, &status, &out, &err, &error),
				 cases[i].result);
		assert_string_equal(acr_secret_text(&out), cases[i].out);
	}
}

static void a_program_that_hangs_is_killed_with_its_grandchildren(void **state)
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
			return; /* it has exited and init has not reaped it yet */
		}
		if (file)
			fclose(file);
		usleep(10000);
	}
	assert_int_equal(kill(left, 0), -1);
}

static void a_program_that_prints_too_much_is_killed(void **state)
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

static void a_child_inherits_no_descriptor(void **state)
{
	auto_secret out = { 0 }, err = { 0 };
	struct acr_error error = { 0 };
	int status = 0;
	int held = open("/dev/null", O_RDONLY); /* without O_CLOEXEC */

	(void)state;
	assert_int_equal(run("ls /proc/self/fd | wc -l", 5000, 100, &out, &err, &status, &error),
			 0);
	assert_int_equal(atoi(acr_secret_text(&out)), 4); /* 0, 1, 2 and the one that ls opens */
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

static void a_forked_child_that_hangs_or_crashes_does_not_harm_its_parent(void **state)
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

static void a_detached_child_holds_neither_pipe_nor_lock(void **state)
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
	/* While the child still runs, end of file is returned at once and the lock is free. */
	assert_int_equal(read(pipes[0], &byte, 1), 0);
	lock = open(path, O_RDWR);
	for (int i = 0; i < 50 && flock(lock, LOCK_EX | LOCK_NB); i++)
		usleep(2000);
	assert_int_equal(flock(lock, LOCK_EX | LOCK_NB), 0);
	close(lock);
	close(pipes[0]);
}

/* Does the process exit within a second? A process that nobody reaps counts (a container without an
 * init). */
static bool is_gone(pid_t process)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/stat", process);
	for (int i = 0; i < 100; i++) {
		char line[512] = "";
		FILE *file = fopen(path, "r");
		bool there = file && fgets(line, sizeof(line), file) && !strstr(line, ") Z ");

		if (file)
			fclose(file);
		if (!there)
			return true;
		usleep(10000);
	}
	return false;
}

/* Each process prints its PID and hangs: a child, one in its own session, and a child of that
 * one. */
static const char tree[] = "sleep 63 & echo $!; setsid sh -c 'echo $$; sleep 64 & echo $!; wait' & "
			   "sleep 0.3; echo $$";

static void assert_all_gone(const char *numbers)
{
	int count = 0;

	for (const char *next = numbers; *next; next += strcspn(next, "\n") + 1, count++)
		if (!is_gone(atoi(next)))
			fail_msg("process %d of %s still runs", atoi(next), numbers);
	assert_int_equal(count, 4);
}

static void descendants_end_with_the_program(void **state)
{
	auto_secret out = { 0 }, err = { 0 };
	struct acr_error error = { 0 };
	int64_t began = real_boot(NULL);
	int status = -1;

	(void)state;
	/* The descendants keep its stdout open, but the caller does not wait for them. */
	assert_int_equal(run(tree, 8000, 10000, &out, &err, &status, &error), 0);
	assert_int_equal(status, 0);
	assert_true(real_boot(NULL) - began < 5000);
	assert_all_gone(acr_secret_text(&out));
}

static void descendants_end_with_the_caller(void **state)
{
	static const int ways[] = { SIGKILL, SIGTERM };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		auto_string script = acr_format("(%s; sleep 65) >%s/numbers", tree, edges.folder);
		auto_string path = acr_format("%s/numbers", edges.folder);
		auto_secret numbers = { 0 };
		pid_t child = fork();

		if (child == 0) {
			auto_secret out = { 0 }, err = { 0 };
			int status;

			_exit(run(script, 20000, 10000, &out, &err, &status, NULL) ? 1 : 0);
		}
		sleep(1);
		assert_int_equal(kill(child, ways[i]), 0);
		assert_int_equal(waitpid(child, NULL, 0), child);
		assert_int_equal(acr_file_read(path, 1000, &numbers, NULL), 0);
		assert_all_gone(acr_secret_text(&numbers));
	}
}

static void a_signal_that_ends_the_program_is_reported(void **state)
{
	auto_secret out = { 0 }, err = { 0 };
	int status = 0;

	(void)state;
	assert_int_equal(run("kill -SEGV $$", 5000, 100, &out, &err, &status, NULL), 0);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGSEGV);
}

static void install(const char *path)
{
	auto_string full = acr_format("%s/%s", edges.folder, path);

	edges_write(&edges, path, "#!/bin/sh\necho ran\n");
	assert_int_equal(chmod(full, 0755), 0);
}

/* Ways in which another user could replace a/b/c/az or the target of its link. */
static const struct way_in {
	const char *path;
	mode_t mode; /* 0: change the owner */
	bool harmless;
} ways_in[] = {
	{ "a/b/c", 0777, false }, { "a/b/c", 01777, false }, { "a/b", 0777, false },
	{ "a", 0777, false },	  { "a", 01777, true },	     { "a/b/c/az", 0777, false },
	{ "a/b/c", 0, false },	  { "a/b/c/az", 0, false },  { "a/b", 0, false },
	{ "a", 0, false },	  { "link", 0, false },	     { "target", 0777, false },
	{ "target", 0, false },	  { "target/az", 0, false },
};

/* Each of these directories contains a program. The result would depend on the working directory if
 * entries that are not absolute paths were used. */
static void no_program_is_started_from_a_relative_entry_of_path(void **state)
{
	static const char *const entries[] = { "relative", "./relative", "relative/",		".",
					       "",	   "..",	 "relative/../relative" };
	auto_string before = getcwd(NULL, 0);

	(void)state;
	install("relative/az");
	install("az");
	assert_int_equal(chdir(edges.folder), 0);
	for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++) {
		/* Each entry alone and next to others; an empty PATH has no entries. */
		for (int beside = !*entries[i]; beside < 2; beside++) {
			auto_string path = acr_format("%s%s%s", beside ? "/nowhere:" : "",
						      entries[i], beside ? ":" : "");

			edges_set(&edges, "PATH", path);
			auto_string found = acr_program_find(&edges.app, "az");
			auto_string first = acr_program_first(&edges.app, "az");

			if (found || first)
				fail_msg("found with PATH=%s", path);
		}
	}
	auto_string absolute = acr_format("%s/relative", edges.folder);
	edges_set(&edges, "PATH", absolute);
	auto_string found = acr_program_find(&edges.app, "az");
	assert_non_null(found);
	assert_int_equal(chdir(before), 0);
}

static void programs_are_started_only_from_folders_that_no_other_user_can_write(void **state)
{
	auto_string linked = acr_format("%s/link/az", edges.folder);
	auto_string plain = acr_format("%s/a/b/c/az", edges.folder);
	auto_string link = acr_format("%s/link", edges.folder);

	(void)state;
	install("a/b/c/az");
	install("target/az");
	assert_int_equal(symlink("a/../target", link), 0);
	for (size_t i = 0; i < sizeof(ways_in) / sizeof(ways_in[0]); i++) {
		auto_string at = acr_format("%s/%s", edges.folder, ways_in[i].path);
		const char *program = *ways_in[i].path == 'a' ? plain : linked;
		const char *const argv[] = { program, NULL };
		auto_string folder = acr_format("%.*s", (int)strlen(program) - 3, program);
		auto_string path = acr_format(".:relative::%s:/usr/bin", folder);
		auto_string row = acr_format("PATH=%s", path);
		const char *const environment[] = { row, NULL };
		const struct acr_run job = { argv, environment, 5000, 100 };
		struct acr_error error = { 0 };
		auto_secret out = { 0 }, err = { 0 };
		int status = -1;
		struct stat was;

		if (ways_in[i].mode == 0 && geteuid() != 0)
			continue;
		assert_int_equal(lstat(at, &was), 0);
		assert_int_equal(
			ways_in[i].mode ? chmod(at, ways_in[i].mode) : lchown(at, 65534, 65534), 0);
		edges_set(&edges, "PATH", path);
		auto_string found = acr_program_find(&edges.app, "az");
		auto_string first = acr_program_first(&edges.app, "az");
		auto_environment rows = acr_environment_for_child(environment);

		assert_string_equal(first, program);
		assert_int_equal(found && strcmp(found, program) == 0, ways_in[i].harmless);
		assert_int_equal(acr_process_run(&edges.app, &job, &status, &out, &err, &error),
				 ways_in[i].harmless ? 0 : -1);
		if (!ways_in[i].harmless)
			assert_int_equal(error.kind, ACR_UNAVAILABLE);
		/* The owner of the file does not matter for the directories in PATH. */
		if (!strstr(ways_in[i].path, "/az"))
			assert_int_equal(strstr(rows[0], folder) != NULL, ways_in[i].harmless);
		assert_null(strstr(rows[0], "relative"));
		assert_non_null(strstr(rows[0], "/usr/bin"));
		if (S_ISLNK(was.st_mode))
			assert_int_equal(lchown(at, 0, 0), 0);
		else
			assert_true(chown(at, was.st_uid, was.st_gid) == 0 &&
				    chmod(at, was.st_mode & 07777) == 0);
	}
}

static void a_child_gets_no_variable_that_turns_protection_off(void **state)
{
	static const char *const names[] = { "CURL_CA_BUNDLE", "HOME", NULL };
	static const char *const rows[] = { "HOME=/root",
					    "ARM_CLOUD_METADATA_URL=https://evil.example",
					    "AZURE_CLI_DISABLE_CONNECTION_VERIFICATION=1",
					    "ADAL_PYTHON_SSL_NO_VERIFY=1",
					    "PYTHONHTTPSVERIFY=0",
					    "NODE_TLS_REJECT_UNAUTHORIZED=0",
					    "GIT_SSL_NO_VERIFY=true",
					    "PYTHONHTTPSVERIFY_ELSE=kept",
					    "PATH=.:bin::/nonexistent/../../tmp",
					    NULL };
	auto_environment child = acr_environment_for_child(rows);

	(void)state;
	assert_string_equal(child[0], "HOME=/root");
	assert_string_equal(child[1], "PYTHONHTTPSVERIFY_ELSE=kept");
	assert_string_equal(child[2], "PATH=" ACR_PATH);
	assert_null(child[3]);
	edges_set(&edges, "CURL_CA_BUNDLE", "");
	auto_environment picked = acr_environment_pick(&edges.app, names);
	assert_int_equal(strncmp(picked[0], "HOME=", 5), 0);
	assert_null(picked[1]);
}

/* The directory that belongs to another user, the program, and the variable that names the
 * directory (NULL: the program looks there by default). */
static const struct foreign {
	const char *folder, *program, *variable;
	bool harmless;
} foreign[] = {
	{ "home", "az", NULL, false },
	{ "home", "getent", NULL, false },
	{ "home/.azure", "az", NULL, false },
	{ "home/.azure", "azd", NULL, false },
	{ "home/.azure", "docker", NULL, true },
	{ "home/.azure/cliextensions", "az", NULL, false },
	{ "home/.local", "az", NULL, false },
	{ "home/.azd", "azd", NULL, false },
	{ "home/.azd", "az", NULL, true },
	{ "home/.docker", "docker", NULL, false },
	{ "home/.docker/cli-plugins", "docker-credential-acr", NULL, false },
	{ "home/.docker", "az", NULL, true },
	{ "else", "az", "AZURE_CONFIG_DIR", false },
	{ "else", "azd", "AZD_CONFIG_DIR", false },
	{ "else", "docker", "DOCKER_CONFIG", false },
	{ "else", "systemctl", "XDG_CONFIG_HOME", false },
};

static void a_program_is_not_started_with_a_folder_of_another_user(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	edges_write(&edges, "home/.azure/cliextensions/x", "");
	edges_write(&edges, "home/.local/lib/x", "");
	edges_write(&edges, "home/.azd/x", "");
	edges_write(&edges, "home/.docker/cli-plugins/x", "");
	edges_write(&edges, "else/x", "");
	for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++) {
		const struct foreign *row = &foreign[i];
		auto_string at = acr_format("%s/%s", edges.folder, row->folder);
		auto_string home = acr_format("HOME=%s/home", edges.folder);
		auto_string other = acr_format("%s=%s", row->variable ? row->variable : "X", at);
		auto_string below = acr_format("bin/%s", row->program);
		auto_string program = acr_format("%s/%s", edges.folder, below);
		const char *const environment[] = { home, other, NULL };
		const char *const argv[] = { program, NULL };
		const struct acr_run job = { argv, environment, 5000, 100 };
		auto_secret out = { 0 }, err = { 0 };
		struct acr_error error = { 0 };
		int status = -1;

		install(below);
		assert_int_equal(lchown(at, 65534, 65534), 0);
		if (acr_process_run(&edges.app, &job, &status, &out, &err, &error)) {
			assert_false(row->harmless);
			assert_int_equal(error.kind, ACR_UNAVAILABLE);
			assert_non_null(strstr(edges_data(&error), at));
			assert_true(acr_error_is(&error, PROGRAM_FOREIGN_HOME));
			assert_non_null(strstr(edges_data(&error), " 65534 root "));
		} else if (!row->harmless) {
			fail_msg("%s was started with %s", row->program, row->folder);
		}
		assert_int_equal(lchown(at, 0, 0), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(stdout_stderr_and_status_are_reported_separately,
						setup, teardown),
		cmocka_unit_test_setup_teardown(a_program_reads_only_the_input_that_it_is_given,
						setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_program_that_hangs_is_killed_with_its_grandchildren, setup, teardown),
		cmocka_unit_test_setup_teardown(a_program_that_prints_too_much_is_killed, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_child_inherits_no_descriptor, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_forked_child_that_hangs_or_crashes_does_not_harm_its_parent, setup,
			teardown),
		cmocka_unit_test_setup_teardown(a_detached_child_holds_neither_pipe_nor_lock, setup,
						teardown),
		cmocka_unit_test_setup_teardown(no_program_is_started_from_a_relative_entry_of_path,
						setup, teardown),
		cmocka_unit_test_setup_teardown(
			programs_are_started_only_from_folders_that_no_other_user_can_write, setup,
			teardown),
		cmocka_unit_test_setup_teardown(a_child_gets_no_variable_that_turns_protection_off,
						setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_program_is_not_started_with_a_folder_of_another_user, setup, teardown),
		cmocka_unit_test_setup_teardown(descendants_end_with_the_program, setup, teardown),
		cmocka_unit_test_setup_teardown(descendants_end_with_the_caller, setup, teardown),
		cmocka_unit_test_setup_teardown(a_signal_that_ends_the_program_is_reported, setup,
						teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
