/* SPDX-License-Identifier: Apache-2.0 */
/* Tests which requests from the browser are accepted as the response of a sign-in, and which are
 * not. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "base/columns.h"
#include "edges.h"
#include "front/login.h"

#define STATE "the-state"

static struct edges edges;
static struct acr_secret code;
static struct acr_error error;

static int64_t real_boot(const struct acr_app *app)
{
	(void)app;
	return 0;
}

static int setup(void **state)
{
	(void)state;
	edges_begin(&edges);
	edges.app.clock.boot = real_boot;
	edges.app.deadline = 10000;
	error = (struct acr_error){ 0 };
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	acr_secret_wipe(&code);
	edges_end(&edges);
	return 0;
}

static enum acr_loopback_request read_request(const char *text)
{
	return acr_loopback_read(text, strlen(text), STATE, &code, &error);
}

#define REST " HTTP/1.1\r\nHost: localhost:1\r\n\r\n"

static void the_code_is_taken_from_the_request_with_our_state(void **state)
{
	(void)state;
	assert_int_equal(read_request("GET /?code=1.AX%2Db_c&state=" STATE "&session_state=x" REST),
			 ACR_LOOPBACK_CODE);
	assert_string_equal(acr_secret_text(&code), "1.AX-b_c");
}

static void requests_that_are_not_the_answer_are_ignored(void **state)
{
	static const char *const others[] = {
		"GET /favicon.ico" REST,
		"GET /" REST,
		"GET /?code=stolen" REST,
		"GET /?code=stolen&state=" REST,
		"GET /?code=stolen&state=another" REST,
		"GET /?code=stolen&state=" STATE "x" REST,
		"GET /?code=stolen&xstate=" STATE REST,
		"GET /x?code=stolen&state=" STATE REST,
		"POST /?code=stolen&state=" STATE REST,
		"GET /?code=&state=" STATE REST,
		"GET /?code=a%0d%0ab&state=" STATE REST,
		"GET /?code=a%00b&state=" STATE REST,
		"GET /?code=stolen&state=" STATE "\r\n\r\n",
		"\r\n\r\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (read_request(others[i]) != ACR_LOOPBACK_OTHER)
			fail_msg("taken: %s", others[i]);
	assert_int_equal(code.length, 0);
}

static void the_rest_of_an_incomplete_request_is_awaited(void **state)
{
	static const char whole[] = "GET /?code=c&state=" STATE REST;

	(void)state;
	for (size_t i = 0; i < sizeof(whole) - 1; i++)
		assert_int_equal(acr_loopback_read(whole, i, STATE, &code, &error),
				 ACR_LOOPBACK_HALF);
	assert_int_equal(read_request(whole), ACR_LOOPBACK_CODE);
}

static void a_rejection_gives_its_reason_in_one_line_without_control_characters(void **state)
{
	(void)state;
	assert_int_equal(
		read_request("GET /?error=access_denied&error_description=AADSTS65004%3A+User+"
			     "declined.%0d%0aTrace&state=" STATE REST),
		ACR_LOOPBACK_REFUSED);
	assert_int_equal(error.kind, ACR_REFUSED);
	assert_true(acr_error_is(&error, SIGN_IN_DECLINED));
	assert_string_equal(error.code, "AADSTS65004");
	assert_string_equal(error.sentence, "AADSTS65004: User declined.");
	assert_int_equal(
		read_request("GET /?error=%1b%5b2J&error_description=%1b%5b2J&state=" STATE REST),
		ACR_LOOPBACK_REFUSED);
	assert_null(strchr(error.sentence, '\033'));
	assert_string_equal(error.code, "");
}

/* A client in a child process: connects, sends the request, and exits with 0 if the returned page
 * contains `wants`. */
static void call(int port, const char *request, const char *wants)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
				       .sin_port = htons((uint16_t)port) };
	char page[4096] = "";
	size_t length = 0;
	ssize_t got;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (connect(fd, (struct sockaddr *)&address, sizeof(address)))
		_exit(2);
	if (write(fd, request, strlen(request)) < 0)
		_exit(3);
	while ((got = read(fd, page + length, sizeof(page) - 1 - length)) > 0)
		length += (size_t)got;
	if (!strstr(page, wants))
		_exit(4);
}

static void other_connections_do_not_block_the_answer(void **state)
{
	struct acr_loopback loopback = { 0 };
	int listening = acr_loopback_listen(&loopback, &error), port = loopback.port, status;
	pid_t idle, child;

	(void)state;
	assert_int_equal(listening, 0);
	idle = fork();
	if (idle == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL); /* even if the test fails */
		struct sockaddr_in address = { .sin_family = AF_INET,
					       .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
					       .sin_port = htons((uint16_t)port) };

		for (int i = 0; i < 12; i++) /* more than the server handles at a time */
			if (connect(socket(AF_INET, SOCK_STREAM, 0), (struct sockaddr *)&address,
				    sizeof(address)))
				_exit(1);
		pause();
	}
	child = fork();
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		usleep(100000);
		call(port, "GET /favicon.ico" REST, "404");
		call(port, "GET /?code=stolen&state=wrong" REST, "404");
		call(port, "GET /?code=right&state=" STATE REST, "You can close this window");
		_exit(0);
	}
	assert_int_equal(acr_loopback_wait(&edges.app, &loopback, STATE, &code, &error), 0);
	assert_string_equal(acr_secret_text(&code), "right");
	acr_loopback_answer(&loopback, true);
	acr_loopback_close(&loopback);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	kill(idle, SIGKILL);
	waitpid(idle, NULL, 0);
}

/* ---- the user at the other end ---- */

/* Both ends of a connection over loopback; the client's socket has this address family. */
struct line {
	struct acr_loopback loopback;
	int client, here;
};

static void connect_line(int family, struct line *ret)
{
	struct sockaddr_in four = { .sin_family = AF_INET,
				    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr_in6 mapped = { .sin6_family = AF_INET6 };
	bool is_four = family == AF_INET;

	assert_int_equal(acr_loopback_listen(&ret->loopback, &error), 0);
	four.sin_port = mapped.sin6_port = htons((uint16_t)ret->loopback.port);
	assert_int_equal(inet_pton(AF_INET6, "::ffff:127.0.0.1", &mapped.sin6_addr), 1);
	ret->client = socket(family, SOCK_STREAM, 0);
	assert_int_equal(connect(ret->client,
				 is_four ? (struct sockaddr *)&four : (struct sockaddr *)&mapped,
				 is_four ? sizeof(four) : sizeof(mapped)),
			 0);
	while ((ret->here = accept(ret->loopback.fds[0], NULL, NULL)) < 0)
		usleep(1000);
}

static void hang_up(struct line *line)
{
	close(line->client);
	close(line->here);
	acr_loopback_close(&line->loopback);
}

static void the_peer_is_identified_by_its_user(void **state)
{
	static const int families[] = { AF_INET, AF_INET6 };

	(void)state;
	edges.app.root = "";
	for (size_t i = 0; i < 2; i++) {
		uid_t user = 12345;
		struct line line;

		connect_line(families[i], &line);
		assert_int_equal(acr_peer_user(&edges.app, line.here, &user), ACR_PEER_KNOWN);
		assert_int_equal(user, geteuid());
		hang_up(&line);
	}
}

static void a_socket_without_an_owner_belongs_to_no_user(void **state)
{
	struct linger at_once = { 1, 0 };
	uid_t user = 12345;
	struct line line;

	(void)state;
	edges.app.root = "";
	connect_line(AF_INET, &line);
	close(line.client); /* in FIN_WAIT2, for which some kernels report root as the owner */
	line.client = -1;
	assert_int_equal(acr_peer_user(&edges.app, line.here, &user), ACR_PEER_GONE);
	hang_up(&line);
	connect_line(AF_INET, &line);
	setsockopt(line.client, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	close(line.client);
	line.client = -1;
	assert_int_equal(acr_peer_user(&edges.app, line.here, &user), ACR_PEER_GONE);
	hang_up(&line);
	assert_int_equal(user, 12345);
}

static void without_proc_the_peer_is_unknown(void **state)
{
	uid_t user = 12345;
	struct line line;

	(void)state;
	connect_line(AF_INET, &line); /* the root directory of this test has no /proc */
	assert_int_equal(acr_peer_user(&edges.app, line.here, &user), ACR_PEER_UNKNOWN);
	hang_up(&line);
}

/* The other user knows the state; one of the clients does not wait for a page. */
static void call_as_another_user(int port)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (setgid(5) || setuid(5))
		_exit(1);
	call(port, "GET /?code=hers&state=" STATE REST, "404");
	call(port, "GET /?error=access_denied&state=" STATE REST, "404");
	_exit(0);
}

static void a_request_of_another_user_with_the_state_is_ignored(void **state)
{
	struct acr_loopback loopback;
	pid_t other, child;
	int status;

	(void)state;
	if (geteuid() != 0)
		skip();
	edges.app.root = "";
	edges.app.err = -1;
	assert_int_equal(acr_loopback_listen(&loopback, &error), 0);
	other = fork();
	if (other == 0)
		call_as_another_user(loopback.port);
	child = fork();
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		usleep(300000);
		call(loopback.port, "GET /?code=right&state=" STATE REST, "close this window");
		_exit(0);
	}
	assert_int_equal(acr_loopback_wait(&edges.app, &loopback, STATE, &code, &error), 0);
	assert_string_equal(acr_secret_text(&code), "right");
	assert_true(loopback.told);
	acr_loopback_answer(&loopback, true);
	acr_loopback_close(&loopback);
	assert_int_equal(waitpid(other, &status, 0), other);
	assert_int_equal(status, 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void the_page_is_sent_after_the_code_is_redeemed(void **state)
{
	struct acr_loopback loopback;
	pid_t child;
	int status;

	(void)state;
	assert_int_equal(acr_loopback_listen(&loopback, &error), 0);
	child = fork();
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		call(loopback.port, "GET /?code=old&state=" STATE REST, "Not signed in");
		_exit(0);
	}
	assert_int_equal(acr_loopback_wait(&edges.app, &loopback, STATE, &code, &error), 0);
	usleep(50000);
	assert_int_equal(waitpid(child, &status, WNOHANG), 0);
	acr_loopback_answer(&loopback, false);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	acr_loopback_close(&loopback);
}

static void it_listens_only_on_the_loopback_interface(void **state)
{
	struct sockaddr_in address;
	socklen_t length = sizeof(address);
	struct sockaddr_in6 six = { .sin6_family = AF_INET6, .sin6_addr = in6addr_loopback };
	struct acr_loopback loopback;
	int other = socket(AF_INET6, SOCK_STREAM, 0);

	(void)state;
	assert_int_equal(acr_loopback_listen(&loopback, &error), 0);
	assert_int_equal(getsockname(loopback.fds[0], (struct sockaddr *)&address, &length), 0);
	assert_int_equal(ntohl(address.sin_addr.s_addr), INADDR_LOOPBACK);
	assert_int_equal(ntohs(address.sin_port), loopback.port);
	assert_true(fcntl(loopback.fds[0], F_GETFD) & FD_CLOEXEC);
	/* No other process can listen on the other address of localhost. */
	six.sin6_port = htons((uint16_t)loopback.port);
	assert_int_equal(bind(other, (struct sockaddr *)&six, sizeof(six)), -1);
	close(other);
	acr_loopback_close(&loopback);
}

/* ---- the browser ---- */

static void install(const char *path, mode_t mode)
{
	char full[256];

	edges_write(&edges, path, "#!/bin/sh\n");
	snprintf(full, sizeof(full), "%s/%s", edges.folder, path);
	assert_int_equal(chmod(full, mode), 0);
}

static void set_path(const char *variable, const char *path)
{
	auto_string full = acr_format("%s/%s", edges.folder, path);

	edges_set(&edges, variable, full);
}

static void a_browser_is_searched_only_in_an_interactive_session(void **state)
{
	(void)state;
	install("bin/xdg-open", 0755);
	set_path("PATH", "bin");
	assert_null(acr_browser_find(&edges.app));
	edges_set(&edges, "DISPLAY", ":0");
	auto_string found = acr_browser_find(&edges.app);
	assert_non_null(found);
	edges_set(&edges, "CODESPACES", "true");
	assert_null(acr_browser_find(&edges.app));
}

static void a_browser_that_others_can_replace_is_not_started(void **state)
{
	(void)state;
	install("bin/xdg-open", 0777);
	set_path("PATH", "bin");
	edges_set(&edges, "DISPLAY", ":0");
	assert_null(acr_browser_find(&edges.app));
	set_path("BROWSER", "bin/xdg-open");
	assert_null(acr_browser_find(&edges.app));
	edges_set(&edges, "BROWSER", "./xdg-open");
	assert_null(acr_browser_find(&edges.app));
}

static void the_variable_chooses_the_browser(void **state)
{
	(void)state;
	install("opt/lynx", 0755);
	auto_string value = acr_format("no-such-browser:%s/opt/lynx %%s", edges.folder);
	edges_set(&edges, "BROWSER", value);
	set_path("PATH", "bin");
	auto_string found = acr_browser_find(&edges.app);
	assert_non_null(found);
	assert_non_null(strstr(found, "/opt/lynx"));
}

/* ---- columns ---- */

static void texts_are_cut_and_wrapped_at_their_columns(void **state)
{
	auto_secret out = { 0 };

	(void)state;
	acr_columns_cell(&out, "abcdefgh", 6, false);
	acr_columns_cell(&out, "\xc3\xa4\xc3\xb6", 4, false);
	acr_columns_cell(&out, "x", 4, true);
	assert_string_equal(acr_secret_text(&out), "abc...\xc3\xa4\xc3\xb6  x");
	acr_secret_wipe(&out);
	acr_columns_wrap(&out,
			 "one two three four five six seven eight nine ten eleven twelve thirteen "
			 "fourteen",
			 4, 4);
	assert_string_equal(acr_secret_text(&out),
			    "one two three four five six seven eight nine ten eleven twelve "
			    "thirteen\n"
			    "    fourteen\n");
}

static void a_duration_is_shown_in_the_unit_that_matters(void **state)
{
	static const struct {
		int64_t seconds;
		const char *text;
	} rows[] = { { -5, "0s" },    { 0, "0s" },	  { 59, "59s" },      { 60, "1m" },
		     { 3599, "59m" }, { 3600, "1h 00m" }, { 10799, "2h 59m" } };
	char text[24];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		acr_columns_duration(rows[i].seconds, text);
		assert_string_equal(text, rows[i].text);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(the_code_is_taken_from_the_request_with_our_state),
		TEST(requests_that_are_not_the_answer_are_ignored),
		TEST(the_rest_of_an_incomplete_request_is_awaited),
		TEST(a_rejection_gives_its_reason_in_one_line_without_control_characters),
		TEST(other_connections_do_not_block_the_answer),
		TEST(the_peer_is_identified_by_its_user),
		TEST(a_socket_without_an_owner_belongs_to_no_user),
		TEST(without_proc_the_peer_is_unknown),
		TEST(a_request_of_another_user_with_the_state_is_ignored),
		TEST(the_page_is_sent_after_the_code_is_redeemed),
		TEST(it_listens_only_on_the_loopback_interface),
		TEST(a_browser_is_searched_only_in_an_interactive_session),
		TEST(a_browser_that_others_can_replace_is_not_started),
		TEST(the_variable_chooses_the_browser),
		TEST(texts_are_cut_and_wrapped_at_their_columns),
		TEST(a_duration_is_shown_in_the_unit_that_matters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
