/* SPDX-License-Identifier: Apache-2.0 */
/* Tests the lock: one holder at a time, a holder that was killed or hangs does not block others,
 * and processes still work if locks are not available. */
#include "edges.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>

#include "acr/store.h"

#define KEY "acme.azurecr.io_0123456789abcdef"

static struct edges edges;

/* Milliseconds. Much shorter than a timeout that has not expired, and long enough for a busy
 * machine. */
enum { MOMENTS = 20000 };

static int64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

/* Starts a child process that holds the lock until it is killed. */
static pid_t start_holder(void)
{
	int ready[2];
	char byte;
	pid_t child;

	assert_int_equal(pipe(ready), 0);
	child = fork();
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		int lock = acr_lock_take(&edges.app, KEY, 0);

		if (write(ready[1], lock >= 0 ? "y" : "n", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	assert_int_equal(byte, 'y');
	close(ready[0]);
	close(ready[1]);
	return child;
}

static void end_holder(pid_t holder)
{
	kill(holder, SIGKILL);
	waitpid(holder, NULL, 0);
}

static void a_free_lock_is_acquired_at_once_and_released(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++) {
		auto_lock lock = acr_lock_take(&edges.app, KEY, 0);

		assert_true(lock >= 0);
		assert_int_equal(fcntl(lock, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	}
}

static void a_released_lock_is_released_once(void **state)
{
	int lock = acr_lock_take(&edges.app, KEY, 0);

	(void)state;
	acr_lock_release(&lock);
	assert_int_equal(lock, -1);
	acr_lock_release(&lock);
}

static void without_a_timeout_a_held_lock_is_skipped_at_once(void **state)
{
	pid_t holder = start_holder();
	int64_t begun = now();

	(void)state;
	assert_int_equal(acr_lock_take(&edges.app, KEY, 0), -1);
	assert_true(now() - begun < MOMENTS);
	end_holder(holder);
}

static void another_key_is_another_lock(void **state)
{
	pid_t holder = start_holder();
	auto_lock lock = acr_lock_take(&edges.app, "other.azurecr.io_0", 0);

	(void)state;
	assert_true(lock >= 0);
	end_holder(holder);
}

static atomic_bool ended;
static pthread_t waiter;
static atomic_int alarms_of[2]; /* received by the thread that waits for the lock, and by others */

static void count(int number)
{
	(void)number;
	alarms_of[!pthread_equal(pthread_self(), waiter)]++;
}

static void *look_up(void *data)
{
	while (!ended)
		if (data)
			usleep(1000);
	return NULL;
}

/* libcurl looks up names in threads that block no signals. */
static void other_threads_do_not_receive_the_alarm_signal(void **state)
{
	const struct sigaction counting = { .sa_handler = count };
	const struct itimerval soon = { { 0, 1000 }, { 0, 1000 } }, never = { 0 };
	pid_t holder = start_holder();
	pthread_t threads[4];
	int64_t begun = now();

	(void)state;
	waiter = pthread_self();
	ended = false;
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, look_up, i % 2 ? &ended : NULL),
				 0);
	assert_int_equal(acr_lock_take(&edges.app, KEY, 300), -1);
	assert_true(now() - begun < MOMENTS);
	sigaction(SIGALRM, &counting, NULL);
	setitimer(ITIMER_REAL, &soon, NULL);
	while (alarms_of[0] + alarms_of[1] < 100)
		usleep(5000);
	setitimer(ITIMER_REAL, &never, NULL);
	signal(SIGALRM, SIG_DFL);
	ended = true;
	for (size_t i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(alarms_of[1], 0);
	end_holder(holder);
}

/* The kernel releases it: the waiter continues at once, not after its timeout. */
static void the_lock_of_a_killed_holder_is_released_at_once(void **state)
{
	pid_t holder = start_holder(), killer = fork();
	int64_t begun = now();

	(void)state;
	if (killer == 0) {
		usleep(200000);
		kill(holder, SIGKILL);
		_exit(0);
	}
	auto_lock lock = acr_lock_take(&edges.app, KEY, 60000);
	assert_true(lock >= 0);
	assert_true(now() - begun >= 150);
	assert_true(now() - begun < MOMENTS);
	waitpid(killer, NULL, 0);
	waitpid(holder, NULL, 0);
}

static void a_stopped_holder_is_skipped_after_the_timeout(void **state)
{
	pid_t holder = start_holder();
	int64_t begun;

	(void)state;
	kill(holder, SIGSTOP);
	begun = now();
	assert_int_equal(acr_lock_take(&edges.app, KEY, 300), -1);
	assert_true(now() - begun >= 290);
	assert_true(now() - begun < MOMENTS);
	/* A process with a longer timeout checks the holder first and does not wait in vain. */
	edges.app.root = NULL; /* /proc shows who holds it */
	begun = now();
	assert_int_equal(acr_lock_take(&edges.app, KEY, 20000), -1);
	assert_true(now() - begun < 15000);
	end_holder(holder);
}

static void the_timeout_ends_with_the_deadline_of_the_run(void **state)
{
	pid_t holder = start_holder();
	int64_t begun = now();

	(void)state;
	edges.app.deadline = edges.boot + 100;
	assert_int_equal(acr_lock_take(&edges.app, KEY, 60000), -1);
	assert_true(now() - begun < MOMENTS);
	edges.app.deadline = edges.boot;
	assert_int_equal(acr_lock_take(&edges.app, KEY, 60000), -1);
	end_holder(holder);
}

static volatile sig_atomic_t alarms;

static void count_alarm(int number)
{
	(void)number;
	alarms++;
}

static void the_timer_does_not_change_the_signals_of_the_process(void **state)
{
	pid_t holder = start_holder();
	struct sigaction action = { .sa_handler = count_alarm }, after;
	struct itimerval timer;
	sigset_t blocked, mask;

	(void)state;
	sigaction(SIGALRM, &action, NULL);
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGALRM);
	sigaddset(&blocked, SIGUSR2);
	sigprocmask(SIG_BLOCK, &blocked, NULL);
	assert_int_equal(acr_lock_take(&edges.app, KEY, 100), -1);
	sigaction(SIGALRM, NULL, &after);
	assert_true(after.sa_handler == count_alarm);
	sigprocmask(SIG_SETMASK, NULL, &mask);
	assert_int_equal(sigismember(&mask, SIGALRM), 1);
	assert_int_equal(sigismember(&mask, SIGUSR2), 1);
	getitimer(ITIMER_REAL, &timer);
	assert_int_equal(timer.it_value.tv_sec, 0);
	assert_int_equal(timer.it_value.tv_usec, 0);
	sigprocmask(SIG_UNBLOCK, &blocked, NULL);
	assert_int_equal(alarms, 0);
	signal(SIGALRM, SIG_DFL);
	end_holder(holder);
}

static void another_signal_does_not_end_the_wait(void **state)
{
	pid_t holder = start_holder(), caller = getpid(), other = fork();
	struct sigaction action = { .sa_handler = count_alarm };
	int64_t begun = now();

	(void)state;
	if (other == 0) {
		usleep(100000);
		kill(caller, SIGUSR1);
		usleep(100000);
		kill(holder, SIGKILL);
		_exit(0);
	}
	sigaction(SIGUSR1, &action, NULL);
	auto_lock lock = acr_lock_take(&edges.app, KEY, 60000);
	assert_true(lock >= 0);
	assert_true(now() - begun >= 150);
	signal(SIGUSR1, SIG_DFL);
	waitpid(other, NULL, 0);
	waitpid(holder, NULL, 0);
}

/* Each process reads a number, waits, and writes the next one: none is lost only if one process at
 * a time holds the lock. */
static int count_up(void)
{
	auto_lock lock = acr_lock_take(&edges.app, KEY, 20000);
	char path[128];
	int number = 0;
	FILE *file;

	if (lock < 0)
		return 1;
	snprintf(path, sizeof(path), "%s/counter", edges.folder);
	file = fopen(path, "r");
	if (file && fscanf(file, "%d", &number) != 1)
		return 2;
	if (file)
		fclose(file);
	usleep(5000);
	file = fopen(path, "w");
	if (!file)
		return 3;
	fprintf(file, "%d\n", number + 1);
	return fclose(file) ? 4 : 0;
}

static void twenty_waiters_acquire_the_lock_one_after_the_other(void **state)
{
	char path[128], text[16] = "";
	int status = 0;
	FILE *file;

	(void)state;
	for (int i = 0; i < 20; i++)
		if (fork() == 0)
			_exit(count_up());
	for (int i = 0; i < 20; i++) {
		assert_true(wait(&status) > 0);
		assert_int_equal(status, 0);
	}
	snprintf(path, sizeof(path), "%s/counter", edges.folder);
	file = fopen(path, "r");
	assert_non_null(fgets(text, sizeof(text), file));
	fclose(file);
	assert_string_equal(text, "20\n");
}

/* Each release removes the name of the file, and no process may get a lock on a file without a
 * name. */
static void many_holders_exclude_each_other_although_each_removes_the_file(void **state)
{
	char path[128], text[16] = "";
	int status = 0;
	FILE *file;

	(void)state;
	for (int i = 0; i < 8; i++)
		if (fork() == 0) {
			int failed = 0;

			for (int k = 0; k < 20 && !failed; k++)
				failed = count_up();
			_exit(failed);
		}
	for (int i = 0; i < 8; i++) {
		assert_true(wait(&status) > 0);
		assert_int_equal(status, 0);
	}
	snprintf(path, sizeof(path), "%s/counter", edges.folder);
	file = fopen(path, "r");
	assert_non_null(fgets(text, sizeof(text), file));
	fclose(file);
	assert_string_equal(text, "160\n");
}

static void no_lock_file_is_left_behind(void **state)
{
	char path[256];
	pid_t holder;

	(void)state;
	edges_write(&edges, "run/docker-credential-acr/x", "");
	snprintf(path, sizeof(path), "%s/run/docker-credential-acr/lock_" KEY, edges.folder);
	holder = start_holder();
	assert_int_equal(access(path, F_OK), 0);
	assert_int_equal(acr_lock_take(&edges.app, KEY, 0), -1);
	assert_int_equal(access(path, F_OK), 0);
	end_holder(holder);
	for (int i = 0; i < 2; i++) {
		int lock = acr_lock_take(&edges.app, KEY, 0);

		assert_true(lock >= 0);
		acr_lock_release(&lock);
		assert_int_equal(access(path, F_OK), -1);
	}
}

static void a_lock_file_that_was_removed_meanwhile_is_created_again(void **state)
{
	int first = acr_lock_take(&edges.app, KEY, 0), second;
	char path[256];

	(void)state;
	snprintf(path, sizeof(path), "%s/run/docker-credential-acr/lock_" KEY, edges.folder);
	assert_int_equal(unlink(path), 0);
	second = acr_lock_take(&edges.app, KEY, 0);
	assert_true(second >= 0);
	/* The first process holds a file without a name: it must not remove the file of the
	 * second. */
	acr_lock_release(&first);
	assert_int_equal(access(path, F_OK), 0);
	acr_lock_release(&second);
	assert_int_equal(access(path, F_OK), -1);
}

static void without_a_folder_no_process_waits(void **state)
{
	(void)state;
	edges_set(&edges, "XDG_RUNTIME_DIR", "");
	edges_set(&edges, "HOME", "");
	assert_int_equal(acr_lock_take(&edges.app, KEY, 60000), -1);
}

static void without_a_cache_there_is_no_result_to_wait_for(void **state)
{
	pid_t holder = start_holder();
	int64_t begun = now();

	(void)state;
	edges_set(&edges, "DOCKER_CREDENTIAL_ACR_CACHE", "none");
	edges_configure(&edges);
	assert_int_equal(acr_lock_take(&edges.app, KEY, 60000), -1);
	assert_true(now() - begun < MOMENTS);
	end_holder(holder);
}

static void a_fifo_or_link_in_place_of_the_lock_file_blocks_no_process(void **state)
{
	char path[256];
	int64_t begun = now();

	(void)state;
	edges_write(&edges, "run/docker-credential-acr/x", "");
	edges_set(&edges, "HOME", "");
	snprintf(path, sizeof(path), "%s/run/docker-credential-acr/lock_" KEY, edges.folder);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(acr_lock_take(&edges.app, KEY, 60000), -1);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink("/dev/null", path), 0);
	assert_int_equal(acr_lock_take(&edges.app, KEY, 60000), -1);
	assert_true(now() - begun < MOMENTS);
}

/* Simulates a file system without locks with a filter for the system call. */
static int take_where_flock_fails_with(int number)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_flock, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned int)number),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof(filter) / sizeof(filter[0]), filter };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
		return 77;
	return acr_lock_take(&edges.app, KEY, 60000) == -1 ? 0 : 1;
}

static void without_lock_support_no_process_waits(void **state)
{
	static const int numbers[] = { ENOLCK, EOPNOTSUPP, ENOSYS, EIO };

	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		int64_t begun = now();
		pid_t child = fork();
		int status = 0;

		if (child == 0)
			_exit(take_where_flock_fails_with(numbers[i]));
		waitpid(child, &status, 0);
		if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
			skip();
		assert_int_equal(status, 0);
		assert_true(now() - begun < MOMENTS);
	}
}

static int begin(void **state)
{
	(void)state;
	edges_begin(&edges);
	return 0;
}

static int end(void **state)
{
	(void)state;
	edges_end(&edges);
	return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_free_lock_is_acquired_at_once_and_released),
		TEST(a_released_lock_is_released_once),
		TEST(without_a_timeout_a_held_lock_is_skipped_at_once),
		TEST(another_key_is_another_lock),
		TEST(other_threads_do_not_receive_the_alarm_signal),
		TEST(the_lock_of_a_killed_holder_is_released_at_once),
		TEST(a_stopped_holder_is_skipped_after_the_timeout),
		TEST(the_timeout_ends_with_the_deadline_of_the_run),
		TEST(the_timer_does_not_change_the_signals_of_the_process),
		TEST(another_signal_does_not_end_the_wait),
		TEST(twenty_waiters_acquire_the_lock_one_after_the_other),
		TEST(many_holders_exclude_each_other_although_each_removes_the_file),
		TEST(no_lock_file_is_left_behind),
		TEST(a_lock_file_that_was_removed_meanwhile_is_created_again),
		TEST(without_a_folder_no_process_waits),
		TEST(without_a_cache_there_is_no_result_to_wait_for),
		TEST(a_fifo_or_link_in_place_of_the_lock_file_blocks_no_process),
		TEST(without_lock_support_no_process_waits),
	};

	return cmocka_run_group_tests_name("turns", tests, NULL, NULL);
}
