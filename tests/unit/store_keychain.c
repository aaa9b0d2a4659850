/* SPDX-License-Identifier: Apache-2.0 */
/* Tests which keychain is used, and that "none available", "locked" and "no response" are
 * distinguished. The Secret Services here are sockets that misbehave; store_keychain_contract and
 * tests/e2e/test_keychain.py use a real one. */
#include "edges.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>

#include "acr/store.h"
#include "base/file.h"
#include "store/bus.h"

#define SERVER "acme.azurecr.io"

static struct edges edges;

static int64_t boot_time(const struct acr_app *app)
{
	struct timespec time;

	(void)app;
	clock_gettime(CLOCK_BOOTTIME, &time);
	return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static const char *at(const char *path)
{
	static char full[512];

	snprintf(full, sizeof(full), "%s/%s", edges.folder, path);
	return full;
}

static void use_bus(const char *path)
{
	char address[600];

	snprintf(address, sizeof(address), "unix:path=%s", at(path));
	edges_set(&edges, "DBUS_SESSION_BUS_ADDRESS", address);
}

/* A socket that accepts connections and never responds. */
static int silent_bus(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(strlen(at(path)) < sizeof(address.sun_path));
	strcpy(address.sun_path, at(path));
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 8), 0);
	return fd;
}

static void configure(const char *keychain)
{
	edges_set(&edges, "DOCKER_CREDENTIAL_ACR_KEYCHAIN", keychain);
	edges_configure(&edges);
}

static const char *keep(struct acr_error *error)
{
	const struct acr_keychain *used = NULL;
	auto_login login = { .username = acr_copy("user") };

	acr_secret_add(&login.secret, "secret");
	return acr_keychain_keep(&edges.app, SERVER, &login, &used, error) ? "nowhere" : used->name;
}

static enum acr_kind find(void)
{
	struct acr_error error = { 0 };
	auto_login login = { 0 };

	if (acr_keychain_find(&edges.app, SERVER, &login, &error))
		assert_null(login.username);
	else
		assert_true(acr_secret_equals(&login.secret, "secret"));
	return error.kind;
}

static void without_a_session_bus_logins_are_kept_in_files(void **state)
{
	struct acr_error error = { 0 };
	bool any = true;

	(void)state;
	assert_int_equal(find(), ACR_NOT_FOUND);
	assert_int_equal(acr_keychain_drop(&edges.app, SERVER, &any, &error), 0);
	assert_false(any);
	assert_string_equal(keep(&error), "file");
	assert_int_equal(find(), ACR_FINE);
	assert_int_equal(acr_keychain_drop(&edges.app, SERVER, &any, &error), 0);
	assert_true(any);
	assert_int_equal(find(), ACR_NOT_FOUND);
}

static void the_config_can_disable_files(void **state)
{
	struct acr_error error = { 0 };
	bool any;

	(void)state;
	configure("secret-service");
	assert_string_equal(keep(&error), "nowhere");
	assert_int_equal(error.kind, ACR_UNAVAILABLE);
	assert_int_equal(error.origin, ACR_ORIGIN_KEYCHAIN);
	assert_int_equal(find(), ACR_UNAVAILABLE);
	assert_int_equal(acr_keychain_drop(&edges.app, SERVER, &any, &error), -1);
	assert_int_equal(access(at(".local"), F_OK), -1);
}

static void the_config_can_disable_the_secret_service(void **state)
{
	int bus = silent_bus("bus");
	struct acr_error error = { 0 };
	int64_t begun = boot_time(NULL);

	(void)state;
	edges_set(&edges, "XDG_RUNTIME_DIR", edges.folder);
	configure("file");
	assert_string_equal(keep(&error), "file");
	assert_int_equal(find(), ACR_FINE);
	assert_true(boot_time(NULL) - begun < 1900);
	close(bus);
}

/* The Secret Service may contain the login: a file would hide it, and "not found" would be a
 * guess. */
static void a_secret_service_that_does_not_answer_is_locked_and_files_are_not_used(void **state)
{
	int bus = silent_bus("silent");
	struct acr_error error = { 0 };
	int64_t begun;
	bool any;

	(void)state;
	edges.app.clock.boot = boot_time;
	edges.app.deadline = 0;
	use_bus("silent");
	begun = boot_time(NULL);
	assert_int_equal(find(), ACR_LOCKED);
	assert_true(boot_time(NULL) - begun >= 1900);
	assert_true(boot_time(NULL) - begun < 20000);
	/* The timeout is remembered for the next get, but not for an interactive command or a
	 * change. */
	begun = boot_time(NULL);
	assert_int_equal(find(), ACR_LOCKED);
	assert_true(boot_time(NULL) - begun < 1900);
	begun = boot_time(NULL);
	assert_string_equal(keep(&error), "nowhere");
	assert_int_equal(error.kind, ACR_LOCKED);
	assert_true(boot_time(NULL) - begun >= 1900);
	assert_int_equal(access(at(".local"), F_OK), -1);
	assert_int_equal(acr_keychain_drop(&edges.app, SERVER, &any, &error), -1);
	assert_int_equal(error.kind, ACR_LOCKED);
	edges.app.interactive = true;
	begun = boot_time(NULL);
	assert_int_equal(find(), ACR_LOCKED);
	assert_true(boot_time(NULL) - begun >= 1900);
	close(bus);
}

/* Half a second each time: if the first timeout had been remembered, the second call would return
 * at once. */
static void a_timeout_that_was_cut_short_is_not_remembered(void **state)
{
	int bus = silent_bus("silent");

	(void)state;
	edges.app.clock.boot = boot_time;
	use_bus("silent");
	for (int i = 0; i < 2; i++) {
		int64_t begun = boot_time(NULL);

		edges.app.deadline = begun + 500;
		assert_int_equal(find(), ACR_LOCKED);
		assert_true(boot_time(NULL) - begun >= 450);
	}
	close(bus);
}

/* The child process that `asker` started, 0 while there is none. */
static pid_t child_of(pid_t asker)
{
	auto_string list = acr_format("/proc/%d/task/%d/children", asker, asker);
	auto_secret children = { 0 };

	return acr_file_read(list, 4096, &children, NULL) == 0 ? atoi(acr_secret_text(&children))
							       : 0;
}

/* The child can be killed (out of memory, by an administrator): the login may still exist. */
static void a_child_that_was_killed_does_not_mean_not_found(void **state)
{
	int bus = silent_bus("silent"), status = -1;
	pid_t asker, child = 0;

	(void)state;
	edges.app.clock.boot = boot_time;
	edges.app.deadline = 0;
	use_bus("silent");
	asker = fork();
	if (asker == 0)
		_exit((int)find());
	for (int64_t until = boot_time(NULL) + 1500; !child && boot_time(NULL) < until;
	     usleep(1000))
		child = child_of(asker);
	assert_true(child > 0);
	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(asker, &status, 0), asker);
	assert_int_equal(WEXITSTATUS(status), ACR_SYSTEM);
	close(bus);
}

/* The limits of the process that `asker` started, from /proc; "" while there is none. */
static void read_limits(pid_t asker, char ret[static 4096])
{
	pid_t child = child_of(asker);

	ret[0] = '\0';
	if (child == 0)
		return;
	auto_string path = acr_format("/proc/%d/limits", child);
	auto_secret limits = { 0 };
	if (acr_file_read(path, 4096, &limits, NULL) == 0)
		snprintf(ret, 4096, "%s", acr_secret_text(&limits));
}

/* The child holds a login and talks to anyone on the bus: no core dump, no files, low limits for
 * everything else. */
static void the_child_that_asks_the_secret_service_has_low_limits(void **state)
{
	static const char *const expected[] = { "Max core file size        0 ",
						"Max file size             0 ",
						"Max cpu time              5 ",
						"Max open files            64 " };
	int bus = silent_bus("silent");
	char limits[4096] = "";
	pid_t asker;

	(void)state;
	edges.app.clock.boot = boot_time;
	edges.app.deadline = 0;
	use_bus("silent");
	asker = fork();
	if (asker == 0) {
		find();
		_exit(0);
	}
	for (int64_t until = boot_time(NULL) + 1800;
	     boot_time(NULL) < until && !strstr(limits, expected[0]); usleep(5000))
		read_limits(asker, limits);
	usleep(20000); /* they are set one after the other */
	read_limits(asker, limits);
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++)
		if (!strstr(limits, expected[i]))
			fail_msg("not %s:\n%s", expected[i], limits);
	kill(asker, SIGKILL);
	waitpid(asker, NULL, 0);
	close(bus);
}

static void a_socket_without_a_listener_is_not_a_bus(void **state)
{
	struct acr_error error = { 0 };

	(void)state;
	close(silent_bus("dead"));
	use_bus("dead");
	assert_int_equal(find(), ACR_NOT_FOUND);
	assert_string_equal(keep(&error), "file");
}

static void names_that_d_bus_does_not_allow_are_not_sent(void **state)
{
	struct acr_error error = { 0 };
	auto_login login = { .username = acr_copy("user") };

	(void)state;
	acr_secret_add(&login.secret, "secret");
	assert_int_equal(acr_keychains[0]->find(&edges.app, "\xff\xfe", &login, &error), -1);
	assert_int_equal(error.kind, ACR_NOT_FOUND);
	assert_int_equal(acr_keychains[0]->keep(&edges.app, "\xff\xfe", &login, &error), -1);
	assert_int_equal(error.kind, ACR_INVALID);
}

/* Limits the number of open descriptors from now on. */
static void limit_descriptors(rlim_t most)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = most;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

/* No descriptor is left for the request or its pipe. A Secret Service may exist, and is used once a
 * descriptor is available. */
static void a_lack_of_descriptors_is_not_a_missing_bus(void **state)
{
	struct acr_error error = { 0 };
	auto_string address = NULL;
	struct rlimit was;
	int bus = silent_bus("own"), fd;

	(void)state;
	use_bus("own");
	address = acr_bus_address(&edges.app, &error);
	assert_non_null(address);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &was), 0);
	fd = dup(bus);
	close(fd);
	limit_descriptors((rlim_t)fd);
	assert_int_equal(acr_bus_connect(address, &error), -1);
	assert_int_equal(error.kind, ACR_SYSTEM);
	assert_int_equal(find(), ACR_SYSTEM);
	assert_string_equal(keep(&error), "nowhere");
	assert_int_equal(error.kind, ACR_SYSTEM);
	assert_int_equal(error.origin, ACR_ORIGIN_HERE);
	limit_descriptors(was.rlim_cur);
	edges.app.clock.boot = boot_time;
	edges.app.deadline = boot_time(NULL) + 300;
	assert_int_equal(find(), ACR_LOCKED);
	close(bus);
}

static const char *address_for(const char *list)
{
	static char address[512];
	struct acr_error error = { 0 };
	char *got;

	edges_set(&edges, "DBUS_SESSION_BUS_ADDRESS", list);
	got = acr_bus_address(&edges.app, &error);
	snprintf(address, sizeof(address), "%s", got ? got : "none");
	free(got);
	return address;
}

static void only_unix_sockets_of_the_user_are_used_as_a_bus(void **state)
{
	static const char *const refused[] = {
		"tcp:host=localhost,port=1",
		"unixexec:path=/bin/sh,argv1=-c,argv2=id",
		"autolaunch:",
		"launchd:env=X",
		"nonce-tcp:host=x",
		"unix",
		"path=/x",
		"unix:path=/nonexistent",
		"unix:path=/dev/null",
		"unix:path=/tmp",
		"unix:abstract=x;tcp:host=localhost",
		"autolaunch:;unix:abstract=x",
	};
	char list[256];
	int bus;

	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		if (strcmp(address_for(refused[i]), "none") != 0)
			fail_msg("%s is a bus", refused[i]);
	assert_string_equal(address_for("unix:abstract=/tmp/x,guid=0"),
			    "unix:abstract=/tmp/x,guid=0");
	bus = silent_bus("b s");
	snprintf(list, sizeof(list), "unix:guid=0,path=%s/b%%20s", edges.folder);
	assert_string_equal(address_for(list), list);
	if (geteuid() == 0) {
		assert_int_equal(chown(at("b s"), 65534, 65534), 0);
		assert_string_equal(address_for(list), "none");
	}
	close(bus);
}

/* A listener of another user at an abstract socket name, until the test closes the returned
 * descriptor. */
static pid_t foreign_bus(const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int ready[2];
	pid_t child;
	char byte;

	assert_int_equal(pipe(ready), 0);
	child = fork();
	if (child == 0) {
		int fd = socket(AF_UNIX, SOCK_STREAM, 0);

		memcpy(address.sun_path + 1, name, strlen(name));
		/* Change the user before PR_SET_PDEATHSIG, which that would reset. */
		if (setresuid(65534, 65534, 65534) || prctl(PR_SET_PDEATHSIG, SIGKILL) || fd < 0 ||
		    bind(fd, (struct sockaddr *)&address,
			 (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(name))) ||
		    listen(fd, 4) || write(ready[1], "", 1) != 1)
			_exit(1);
		pause();
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	return child;
}

static void only_a_peer_that_runs_as_the_same_user_is_accepted(void **state)
{
	struct acr_error error = { 0 };
	auto_string name = acr_format("acr-test-bus-%d", (int)getpid());
	auto_string foreign = acr_format("unix:abstract=%s,guid=0", name);
	auto_string both = acr_format("%s;unix:path=%s/own", foreign, edges.folder);
	pid_t child;
	int bus, fd;

	(void)state;
	if (geteuid() != 0)
		skip();
	child = foreign_bus(name);
	bus = silent_bus("own");
	assert_int_equal(acr_bus_connect(foreign, &error), -1);
	assert_int_equal(error.kind, ACR_UNAVAILABLE);
	assert_non_null(strstr(edges_data(&error), "acr-error:session-bus-foreign; 65534"));
	error = (struct acr_error){ 0 };
	fd = acr_bus_connect(both, &error);
	assert_true(fd >= 0);
	assert_int_equal(error.kind, ACR_FINE);
	close(fd);
	assert_int_equal(
		acr_bus_connect("tcp:host=localhost,port=1;unix:tmpdir=/tmp;unix:path=;", &error),
		-1);
	assert_true(acr_error_is(&error, BUS_ABSENT));
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	close(bus);
}

static void without_an_address_the_bus_of_the_runtime_folder_is_used(void **state)
{
	char expected[256];
	int bus;

	(void)state;
	assert_string_equal(address_for(""), "none");
	assert_int_equal(mkdir(at("r n"), 0700), 0);
	edges_set(&edges, "XDG_RUNTIME_DIR", at("r n"));
	bus = silent_bus("r n/bus");
	snprintf(expected, sizeof(expected), "unix:path=%s/r%%20n/bus", edges.folder);
	assert_string_equal(address_for(""), expected);
	edges_set(&edges, "XDG_RUNTIME_DIR", "r n");
	assert_string_equal(address_for(""), "none");
	close(bus);
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
		TEST(without_a_session_bus_logins_are_kept_in_files),
		TEST(the_config_can_disable_files),
		TEST(the_config_can_disable_the_secret_service),
		TEST(a_secret_service_that_does_not_answer_is_locked_and_files_are_not_used),
		TEST(a_timeout_that_was_cut_short_is_not_remembered),
		TEST(a_child_that_was_killed_does_not_mean_not_found),
		TEST(the_child_that_asks_the_secret_service_has_low_limits),
		TEST(a_socket_without_a_listener_is_not_a_bus),
		TEST(a_lack_of_descriptors_is_not_a_missing_bus),
		TEST(names_that_d_bus_does_not_allow_are_not_sent),
		TEST(only_unix_sockets_of_the_user_are_used_as_a_bus),
		TEST(only_a_peer_that_runs_as_the_same_user_is_accepted),
		TEST(without_an_address_the_bus_of_the_runtime_folder_is_used),
	};

	return cmocka_run_group_tests_name("keychain", tests, NULL, NULL);
}
