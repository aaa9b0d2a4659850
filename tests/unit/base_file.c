/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>

#include "base/file.h"
#include "base/owner.h"
#include "edges.h"

static struct edges edges;
static char folder[128];

static int setup(void **state)
{
	(void)state;
	edges_begin(&edges);
	snprintf(folder, sizeof(folder), "%s/a/b", edges.folder);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	edges_end(&edges);
	return 0;
}

static void write_text(const char *name, const char *text)
{
	struct acr_error error = { 0 };

	if (acr_private_write(folder, name, text, strlen(text), true, &error))
		fail_msg("%s", edges_words(&error));
}

static int files_in_folder(void)
{
	DIR *rows = opendir(folder);
	int count = 0;

	assert_non_null(rows);
	for (struct dirent *row; (row = readdir(rows));)
		count += strcmp(row->d_name, ".") != 0 && strcmp(row->d_name, "..") != 0;
	closedir(rows);
	return count;
}

static enum acr_kind read_kind(const char *name, size_t limit)
{
	struct acr_error error = { 0 };
	auto_secret text = { 0 };

	return acr_private_read(folder, name, limit, &text, &error) ? error.kind : ACR_FINE;
}

static void a_written_file_is_read_back_and_is_private(void **state)
{
	auto_secret text = { 0 };
	struct stat status;
	char path[256];

	(void)state;
	umask(0);
	write_text("entry", "one");
	write_text("entry", "two");
	umask(022);
	assert_int_equal(acr_private_read(folder, "entry", 100, &text, NULL), 0);
	assert_string_equal(acr_secret_text(&text), "two");
	snprintf(path, sizeof(path), "%s/entry", folder);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0600);
	assert_int_equal(stat(folder, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0700);
}

static void files_that_are_not_private_are_not_read(void **state)
{
	char path[256], other[256];

	(void)state;
	write_text("entry", "one");
	snprintf(path, sizeof(path), "%s/entry", folder);
	snprintf(other, sizeof(other), "%s/other", folder);
	assert_int_equal(read_kind("absent", 100), ACR_NOT_FOUND);
	assert_int_equal(read_kind("entry", 2), ACR_INVALID);
	assert_int_equal(chmod(path, 0640), 0);
	assert_int_equal(read_kind("entry", 100), ACR_INVALID);
	assert_int_equal(chmod(path, 0600), 0);
	assert_int_equal(symlink(path, other), 0);
	assert_int_equal(read_kind("other", 100), ACR_INVALID);
	assert_int_equal(unlink(other), 0);
	assert_int_equal(link(path, other), 0);
	assert_int_equal(read_kind("entry", 100), ACR_INVALID);
	assert_int_equal(unlink(other), 0);
	assert_int_equal(mkfifo(other, 0600), 0);
	assert_int_equal(read_kind("other", 100), ACR_INVALID);
}

static void a_folder_that_others_can_access_is_not_used(void **state)
{
	struct acr_error error = { 0 };

	(void)state;
	write_text("entry", "one");
	assert_int_equal(chmod(folder, 0777), 0);
	assert_int_equal(acr_private_write(folder, "entry", "x", 1, true, &error), -1);
	assert_int_equal(error.kind, ACR_INVALID);
}

/* As root, changes the owner of a directory to the user nobody. Files in it may still belong to
 * root. */
static void give_away(const char *path)
{
	if (geteuid() != 0)
		skip();
	assert_int_equal(lchown(path, 65534, 65534), 0);
}

static void nothing_is_written_below_a_folder_of_another_user(void **state)
{
	static const char *const below[] = { "", "/made", "/there", "/there/made" };
	struct acr_error error = { 0 };
	auto_string there = acr_format("%s/there", folder);

	(void)state;
	write_text("entry", "one");
	assert_int_equal(mkdir(there, 0700), 0);
	give_away(folder);
	for (size_t i = 0; i < sizeof(below) / sizeof(below[0]); i++) {
		auto_string path = acr_format("%s%s", folder, below[i]);

		assert_int_equal(acr_private_write(path, "entry", "x", 1, true, &error), -1);
		assert_int_equal(error.kind, ACR_INVALID);
		assert_int_equal(acr_folder_make(path, 0755, &error), -1);
		assert_int_equal(acr_private_drop(path, "entry", NULL), -1);
	}
	assert_true(acr_error_is(&error, FOLDER_FOREIGN));
	assert_non_null(strstr(edges_data(&error), " 65534 root"));
	assert_int_equal(rmdir(there), 0); /* it is empty */
}

static void another_users_link_to_a_folder_of_the_user_is_not_followed(void **state)
{
	auto_string ours = acr_format("%s/ours", folder);
	auto_string theirs = acr_format("%s/theirs", folder);
	auto_string below = acr_format("%s/below", theirs);
	struct acr_error error = { 0 };
	uid_t owner = 0;

	(void)state;
	write_text("entry", "one");
	assert_int_equal(mkdir(ours, 0700), 0);
	assert_int_equal(symlink("ours/../ours", theirs), 0);
	assert_int_equal(acr_folder_make(below, 0700, &error), 0);
	assert_int_equal(rmdir(below), 0);
	give_away(theirs);
	assert_int_equal(acr_folder_make(below, 0700, &error), -1);
	assert_int_equal(access(below, F_OK), -1);
	auto_string culprit = acr_stranger(below, ACR_OWNED, &owner);
	assert_string_equal(culprit, theirs);
	assert_int_equal(owner, 65534);
}

static void count_name(void *data, const char *name)
{
	(void)name;
	++*(int *)data;
}

#define LEFT "/.docker-credential-acr-0123456789abcdef"

static char *leave(void)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s" LEFT, folder);
	assert_int_equal(close(open(path, O_CREAT | O_WRONLY, 0600)), 0);
	return path;
}

static void temporary_files_of_killed_writers_are_removed_at_once(void **state)
{
	int count = 0;
	char *path;

	(void)state;
	write_text("entry", "one");
	path = leave();
	write_text("entry", "two");
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(acr_private_each(folder, count_name, &count, NULL), 0);
	assert_int_equal(count, 1);
	leave();
	assert_int_equal(acr_private_drop(folder, "entry", NULL), 0);
	assert_int_equal(access(path, F_OK), -1);
}

static void no_temporary_file_is_removed_while_another_process_writes_in_the_folder(void **state)
{
	int writer;
	char *path;

	(void)state;
	write_text("entry", "one");
	writer = open(folder, O_RDONLY | O_DIRECTORY);
	acr_folder_sweep(writer);
	path = leave();
	write_text("entry", "two");
	assert_int_equal(access(path, F_OK), 0);
	close(writer);
	write_text("entry", "three");
	assert_int_equal(access(path, F_OK), -1);
}

static void only_temporary_files_of_this_program_are_removed(void **state)
{
	char other[256];
	char *path;

	(void)state;
	write_text("entry", "one");
	snprintf(other, sizeof(other), "%s/.docker-credential-acr", folder);
	assert_int_equal(close(open(other, O_CREAT | O_WRONLY, 0600)), 0);
	path = leave();
	if (geteuid() == 0)
		assert_int_equal(chown(path, 12345, 12345), 0);
	write_text("entry", "two");
	assert_int_equal(access(other, F_OK), 0);
	assert_int_equal(access(path, F_OK), geteuid() == 0 ? 0 : -1);
}

/* ---- a file that was replaced while it was read ---- */

static struct stat look(const char *name)
{
	char path[256];
	struct stat status;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	assert_int_equal(stat(path, &status), 0);
	return status;
}

static enum acr_kind replace(const char *text, const struct stat *was)
{
	auto_fd directory = open(folder, O_RDONLY | O_DIRECTORY);
	const struct acr_replacement file = {
		.bytes = text, .length = strlen(text), .mode = 0640, .was = was, .is_new = !was
	};
	auto_string path = acr_format("%s/entry", folder);
	struct acr_error error = { 0 };

	return acr_file_replace(directory, path, &file, &error) ? error.kind : ACR_FINE;
}

static void holds(const char *text)
{
	auto_string path = acr_format("%s/entry", folder);
	auto_secret bytes = { 0 };

	assert_int_equal(acr_file_read(path, 100, &bytes, NULL), 0);
	assert_string_equal(acr_secret_text(&bytes), text);
}

static void a_file_is_replaced_only_if_unchanged_since_it_was_read(void **state)
{
	struct stat was;
	int count = 0;

	(void)state;
	write_text("entry", "read");
	was = look("entry");
	write_text("entry", "somebody's");
	assert_int_equal(replace("ours", &was), ACR_INVALID);
	holds("somebody's");
	was = look("entry");
	assert_int_equal(replace("ours", &was), ACR_FINE);
	holds("ours");
	assert_int_equal(look("entry").st_mode & 0777, 0640);
	assert_int_equal(replace("new", NULL), ACR_INVALID);
	holds("ours");
	assert_int_equal(acr_private_drop(folder, "entry", NULL), 0);
	assert_int_equal(replace("ours", &was), ACR_INVALID);
	assert_int_equal(replace("new", NULL), ACR_FINE);
	holds("new");
	assert_int_equal(acr_private_each(folder, count_name, &count, NULL), 0);
	assert_int_equal(count, 1);
}

static void a_file_is_removed_only_if_unchanged_since_it_was_read(void **state)
{
	auto_string path = acr_format("%s/entry", folder);
	struct acr_error error = { 0 };
	auto_fd directory = -1;
	struct stat was;

	(void)state;
	write_text("entry", "read");
	directory = open(folder, O_RDONLY | O_DIRECTORY);
	was = look("entry");
	write_text("entry", "somebody's");
	assert_int_equal(acr_file_remove(directory, path, &was, &error), -1);
	assert_int_equal(error.kind, ACR_INVALID);
	holds("somebody's");
	was = look("entry");
	assert_int_equal(acr_file_remove(directory, path, &was, &error), 0);
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(acr_file_remove(directory, path, &was, &error), 0);
}

static size_t count_theirs(const struct acr_secret *text)
{
	size_t count = 0;

	for (size_t i = 0; i < text->length; i++)
		count += text->bytes[i] == 't';
	return count;
}

/* Does the file have that content within a while? Our own text may replace it for a moment. */
static bool comes_to_hold(const char *path, size_t theirs)
{
	for (int i = 0; i < 10000; i++) {
		auto_secret text = { 0 };

		if (acr_file_read(path, 1000, &text, NULL))
			return false;
		if (count_theirs(&text) == theirs)
			return true;
		usleep(500);
	}
	print_error("theirs was lost, or stood aside for seconds: %zu letters\n", theirs);
	return false;
}

/* Writes as docker does: to another file, which is then renamed, without checking for changes. Adds
 * one letter each time. */
static void write_as_docker(const char *path, const char *beside)
{
	char letters[500];

	memset(letters, 't', sizeof(letters));
	for (size_t i = 1; i <= sizeof(letters); i++) {
		int fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC, 0600);

		if (acr_write(fd, letters, i) || rename(beside, path))
			_exit(1);
		close(fd);
		if (!comes_to_hold(path, i))
			_exit(2);
	}
	_exit(0);
}

/* Another program writes while this one appends letters to what it read. Our letters may be lost,
 * those of the other program never. */
static void no_change_of_another_writer_is_lost(void **state)
{
	auto_string path = acr_format("%s/entry", folder);
	auto_string beside = acr_format("%s/beside", folder);
	int status = 0;
	pid_t child;

	(void)state;
	write_text("entry", "");
	child = fork();
	if (child == 0)
		write_as_docker(path, beside);
	while (waitpid(child, &status, WNOHANG) == 0) {
		auto_fd fd = open(path, O_RDONLY);
		auto_secret text = { 0 };
		struct stat was;

		assert_int_equal(fstat(fd, &was), 0);
		assert_int_equal(acr_file_read_open(fd, path, 1000, &text, NULL), 0);
		if (text.length < 900)
			acr_secret_add(&text, "o");
		replace(acr_secret_text(&text), &was);
	}
	assert_int_equal(status, 0);
}

static void a_full_disk_leaves_the_old_content(void **state)
{
	auto_secret text = { 0 };
	int status;

	(void)state;
	write_text("entry", "old");
	/* A child process with a file size limit simulates a full disk. */
	pid_t child = fork();
	if (child == 0) {
		const struct rlimit limit = { 1, 1 };
		struct acr_error error = { 0 };

		signal(SIGXFSZ, SIG_IGN);
		setrlimit(RLIMIT_FSIZE, &limit);
		_exit(acr_private_write(folder, "entry", "new bytes", 9, true, &error) == -1 &&
				      error.kind == ACR_SYSTEM
			      ? 0
			      : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(acr_private_read(folder, "entry", 100, &text, NULL), 0);
	assert_string_equal(acr_secret_text(&text), "old");
	/* The part of the secret that was written must not remain either. */
	assert_int_equal(files_in_folder(), 1);
}

static void a_writer_killed_at_any_point_leaves_the_old_or_the_new_file(void **state)
{
	(void)state;
	write_text("entry", "old");
	for (int i = 0; i < 200; i++) {
		auto_secret text = { 0 };
		pid_t child = fork();

		if (child == 0) {
			for (;;)
				if (acr_private_write(folder, "entry", i % 2 ? "old" : "new", 3,
						      false, NULL))
					_exit(1);
		}
		usleep((useconds_t)(i * 7 % 900));
		kill(child, SIGKILL);
		assert_int_equal(waitpid(child, NULL, 0), child);
		assert_int_equal(acr_private_read(folder, "entry", 100, &text, NULL), 0);
		if (!acr_secret_equals(&text, "old") && !acr_secret_equals(&text, "new"))
			fail_msg("torn: %s", acr_secret_text(&text));
	}
}

static void writing_to_a_pipe_without_a_reader_times_out(void **state)
{
	static const char bytes[200 * 1024];
	int pipes[2];

	(void)state;
	assert_int_equal(pipe(pipes), 0);
	assert_int_equal(acr_write_within(pipes[1], bytes, sizeof(bytes), 50), -1);
	assert_int_equal(errno, ETIMEDOUT);
	/* The pipe is full now: a short write must time out too. */
	assert_int_equal(acr_write_within(pipes[1], "x", 1, 50), -1);
	assert_int_equal(errno, ETIMEDOUT);
	close(pipes[0]);
	close(pipes[1]);
}

static void pass_by(int number)
{
	(void)number;
}

/* A signal arrives every millisecond while the reader is slow. */
static void an_interrupted_write_continues(void **state)
{
	static const char bytes[200 * 1024];
	const struct itimerval often = { { 0, 1000 }, { 0, 1000 } }, never = { 0 };
	struct sigaction action = { .sa_handler = pass_by }, was; /* no SA_RESTART */
	int pipes[2], status = -1, result;
	pid_t reader;

	(void)state;
	assert_int_equal(pipe(pipes), 0);
	reader = fork();
	if (reader == 0) {
		static char back[sizeof(bytes)];
		size_t got = 0;

		close(pipes[1]);
		for (ssize_t some = 1; some > 0; got += some > 0 ? (size_t)some : 0) {
			usleep(5000);
			some = read(pipes[0], back, 8192);
		}
		_exit(got == sizeof(bytes) ? 0 : 1);
	}
	close(pipes[0]);
	assert_int_equal(sigaction(SIGALRM, &action, &was), 0);
	assert_int_equal(setitimer(ITIMER_REAL, &often, NULL), 0);
	result = acr_write(pipes[1], bytes, sizeof(bytes));
	assert_int_equal(setitimer(ITIMER_REAL, &never, NULL), 0);
	assert_int_equal(sigaction(SIGALRM, &was, NULL), 0);
	close(pipes[1]);
	assert_int_equal(result, 0);
	assert_int_equal(waitpid(reader, &status, 0), reader);
	assert_int_equal(status, 0);
}

static void input_is_read_to_its_end_but_not_beyond_its_limit(void **state)
{
	struct acr_error error = { 0 };
	auto_secret text = { 0 };
	int pipes[2];

	(void)state;
	assert_int_equal(pipe(pipes), 0);
	assert_int_equal(write(pipes[1], "abc", 3), 3);
	/* The other end is never closed: the timeout ends the read. */
	assert_int_equal(acr_read_all(&edges.app, pipes[0], 100, 30, &text, &error), -1);
	assert_int_equal(error.kind, ACR_TIMEOUT);
	assert_int_equal(write(pipes[1], "defghi", 6), 6);
	close(pipes[1]);
	acr_secret_wipe(&text);
	assert_int_equal(acr_read_all(&edges.app, pipes[0], 3, 30, &text, &error), -1);
	assert_int_equal(error.kind, ACR_INVALID);
	close(pipes[0]);
}

static void a_home_directory_that_is_not_absolute_is_ignored(void **state)
{
	auto_string found = NULL;
	auto_string relative = NULL;
	auto_string none = NULL;
	char wanted[256];

	(void)state;
	edges_set(&edges, "XDG_DATA_HOME", "relative/folder");
	found = acr_home_path(&edges.app, "XDG_DATA_HOME", ".local/share", "/x");
	snprintf(wanted, sizeof(wanted), "%s/.local/share/docker-credential-acr/x", edges.folder);
	assert_string_equal(found, wanted);
	edges_set(&edges, "HOME", "nowhere");
	relative = acr_home_path(&edges.app, "XDG_DATA_HOME", ".local/share", "/x");
	assert_null(relative);
	none = acr_home_path(&edges.app, "XDG_NONE", NULL, "");
	assert_null(none);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_written_file_is_read_back_and_is_private, setup,
						teardown),
		cmocka_unit_test_setup_teardown(files_that_are_not_private_are_not_read, setup,
						teardown),
		cmocka_unit_test_setup_teardown(nothing_is_written_below_a_folder_of_another_user,
						setup, teardown),
		cmocka_unit_test_setup_teardown(
			another_users_link_to_a_folder_of_the_user_is_not_followed, setup,
			teardown),
		cmocka_unit_test_setup_teardown(a_folder_that_others_can_access_is_not_used, setup,
						teardown),
		cmocka_unit_test_setup_teardown(
			temporary_files_of_killed_writers_are_removed_at_once, setup, teardown),
		cmocka_unit_test_setup_teardown(
			no_temporary_file_is_removed_while_another_process_writes_in_the_folder,
			setup, teardown),
		cmocka_unit_test_setup_teardown(only_temporary_files_of_this_program_are_removed,
						setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_file_is_replaced_only_if_unchanged_since_it_was_read, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_file_is_removed_only_if_unchanged_since_it_was_read, setup, teardown),
		cmocka_unit_test_setup_teardown(no_change_of_another_writer_is_lost, setup,
						teardown),
		cmocka_unit_test_setup_teardown(writing_to_a_pipe_without_a_reader_times_out, setup,
						teardown),
		cmocka_unit_test_setup_teardown(an_interrupted_write_continues, setup, teardown),
		cmocka_unit_test_setup_teardown(a_full_disk_leaves_the_old_content, setup,
						teardown),
		cmocka_unit_test_setup_teardown(
			a_writer_killed_at_any_point_leaves_the_old_or_the_new_file, setup,
			teardown),
		cmocka_unit_test_setup_teardown(input_is_read_to_its_end_but_not_beyond_its_limit,
						setup, teardown),
		cmocka_unit_test_setup_teardown(a_home_directory_that_is_not_absolute_is_ignored,
						setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
