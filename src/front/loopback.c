/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Receives the response from the browser (RFC 8252 section 7.3): a listener on a random port of
 * this machine only, which accepts exactly one request. Other connections (a browser opens some in
 * advance or requests an icon; other users may try) get no information and change nothing: the
 * accepted request contains the state that the browser was given, and comes from a process of the
 * same user. The second check is needed since other users can read the state in the arguments of a
 * browser, and could use it to sign us in with their account.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/file.h"
#include "explain/language.h"
#include "front/login.h"

#define CALLERS	    8	  /* maximum number of simultaneous connections */
#define REQUEST_MAX 16384 /* bytes; a code has about a thousand */
#define CODE_MAX    8192

#define HEAD                                                                                       \
	"Content-Type: text/html; charset=utf-8\r\nCache-Control: no-store\r\n"                    \
	"Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'\r\n"               \
	"Referrer-Policy: no-referrer\r\nConnection: close\r\n\r\n"                                \
	"<!DOCTYPE html><meta charset=\"utf-8\"><title>docker-credential-acr</title>"              \
	"<style>body{font:1.1em sans-serif;margin:4em}</style>"

/* The pages that the browser shows. */
static const struct page {
	const char *status, *title, *text;
} done = { "200 OK", N_("Signed in"), N_("You can close this window and return to the terminal.") },
  declined = { "200 OK", N_("Not signed in"),
	       N_("See the terminal for the reason. You can close this window.") },
  other = { "404 Not Found", N_("Page not found"), "" };

#define TRIES 32 /* ports to try: one may be in use in the other address family */

void acr_loopback_close(struct acr_loopback *loopback)
{
	acr_fd_close(&loopback->caller);
	acr_fd_close(&loopback->fds[0]);
	acr_fd_close(&loopback->fds[1]);
}

/* Port 0: any free port. Returns the descriptor, or -1 with errno set. */
static int listen_at(const struct sockaddr *address, socklen_t length)
{
	auto_fd fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	const int alone = 1;
	int taken;

	if (fd < 0 ||
	    (address->sa_family == AF_INET6 &&
	     setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &alone, sizeof(alone))) ||
	    bind(fd, address, length) || listen(fd, CALLERS))
		return -1;
	taken = fd;
	fd = -1;
	return taken;
}

/* Listen on the same port in both address families. 1: the port is taken in the second one. */
static int listen_at_both(struct acr_loopback *ret)
{
	struct sockaddr_in four = { .sin_family = AF_INET,
				    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr_in6 six = { .sin6_family = AF_INET6, .sin6_addr = in6addr_loopback };
	socklen_t length = sizeof(four);

	ret->fds[0] = listen_at((struct sockaddr *)&four, sizeof(four));
	if (ret->fds[0] < 0 || getsockname(ret->fds[0], (struct sockaddr *)&four, &length))
		return -1;
	six.sin6_port = four.sin_port;
	ret->port = ntohs(four.sin_port);
	ret->fds[1] = listen_at((struct sockaddr *)&six, sizeof(six));
	/* Without IPv6, or without its loopback address, no other process can listen there
	 * either. */
	if (ret->fds[1] >= 0 || errno == EAFNOSUPPORT || errno == EADDRNOTAVAIL)
		return 0;
	return errno == EADDRINUSE ? 1 : -1;
}

int acr_loopback_listen(struct acr_loopback *ret, struct acr_error *error)
{
	for (int i = 0; i < TRIES; i++) {
		int result, number;

		*ret = (struct acr_loopback){ .fds = { -1, -1 }, .caller = -1 };
		result = listen_at_both(ret);
		number = errno;
		if (result == 0)
			return 0;
		acr_loopback_close(ret);
		errno = number;
		if (result < 0)
			break;
	}
	return acr_raise_errno(error, errno, SIGN_IN_NO_PORT);
}

static int hex(char c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
				      : -1;
}

/* The decoded value of the first `name` in "name=value&name=value". False if there is none. */
static bool value_of(const char *query, size_t length, const char *name, struct acr_secret *ret)
{
	const char *end = query + length, *next = query;
	size_t size = strlen(name);

	while (next < end) {
		const char *stop = memchr(next, '&', (size_t)(end - next));

		if (!stop)
			stop = end;
		if ((size_t)(stop - next) > size && strncmp(next, name, size) == 0 &&
		    next[size] == '=') {
			for (next += size + 1; next < stop; next++) {
				char byte = *next == '+' ? ' ' : *next;

				if (byte == '%' && stop - next > 2 && hex(next[1]) >= 0 &&
				    hex(next[2]) >= 0) {
					byte = (char)(hex(next[1]) << 4 | hex(next[2]));
					next += 2;
				}
				acr_secret_add_bytes(ret, &byte, 1);
			}
			return true;
		}
		next = stop + 1;
	}
	return false;
}

static bool is_printable(const struct acr_secret *text)
{
	for (size_t i = 0; i < text->length; i++)
		if (text->bytes[i] <= ' ' || text->bytes[i] > '~')
			return false;
	return text->length > 0;
}

static enum acr_loopback_request refuse(const char *query, size_t length, struct acr_error *error)
{
	auto_secret word = { 0 }, text = { 0 };
	struct acr_error said = { 0 };
	const char *code;

	value_of(query, length, "error", &word);
	value_of(query, length, "error_description", &text);
	acr_error_quote(&said, acr_secret_text(&text), strcspn(acr_secret_text(&text), "\r\n"));
	code = strstr(said.sentence, "AADSTS");
	if (code)
		snprintf(said.code, sizeof(said.code), "%.*s",
			 (int)(6 + strspn(code + 6, "0123456789")), code);
	else if (is_printable(&word))
		snprintf(said.code, sizeof(said.code), "%.39s", acr_secret_text(&word));
	/* Conditional Access also sends "access_denied", but with a code of its own. */
	if (strcmp(acr_secret_text(&word), "access_denied") == 0 &&
	    (!code || strcmp(said.code, "AADSTS65004") == 0))
		(void)acr_raise(error, SIGN_IN_DECLINED);
	else
		(void)acr_raise(error, SIGN_IN_REJECTED);
	if (error) {
		memcpy(error->code, said.code, sizeof(error->code));
		memcpy(error->sentence, said.sentence, sizeof(error->sentence));
	}
	return ACR_LOOPBACK_REFUSED;
}

enum acr_loopback_request acr_loopback_read(const char *bytes, size_t length, const char *state,
					    struct acr_secret *ret_code, struct acr_error *error)
{
	const char *line_end = memmem(bytes, length, "\r\n", 2);
	auto_secret given = { 0 }, code = { 0 };
	const char *query, *query_end;
	size_t size;

	if (!memmem(bytes, length, "\r\n\r\n", 4))
		return ACR_LOOPBACK_HALF;
	if (strncmp(bytes, "GET /?", 6) != 0)
		return ACR_LOOPBACK_OTHER;
	query = bytes + 6;
	query_end = memchr(query, ' ', (size_t)(line_end - query));
	if (!query_end)
		return ACR_LOOPBACK_OTHER;
	size = (size_t)(query_end - query);
	if (!value_of(query, size, "state", &given) || !acr_secret_equals(&given, state))
		return ACR_LOOPBACK_OTHER;
	if (!value_of(query, size, "code", &code))
		return refuse(query, size, error);
	if (!is_printable(&code) || code.length > CODE_MAX)
		return ACR_LOOPBACK_OTHER;
	acr_secret_wipe(ret_code);
	*ret_code = acr_secret_steal(&code);
	return ACR_LOOPBACK_CODE;
}

/* ---- the connections ---- */

struct caller {
	int fd;
	struct acr_secret request;
};

struct room {
	struct caller callers[CALLERS];
	size_t next; /* the connection that is replaced if all slots are in use */
};

static void leave(struct caller *caller)
{
	acr_fd_close(&caller->fd);
	acr_secret_wipe(&caller->request);
}

static void leave_all(struct room *room)
{
	for (size_t i = 0; i < CALLERS; i++)
		leave(&room->callers[i]);
}
#define auto_room __attribute__((cleanup(leave_all))) struct room

static void let_in(struct room *room, int listener)
{
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0)
		return;
	leave(&room->callers[room->next]);
	room->callers[room->next].fd = fd;
	room->next = (room->next + 1) % CALLERS;
}

static void answer(int fd, const struct page *shown)
{
	auto_string page = acr_format("HTTP/1.1 %s\r\n" HEAD "<h1>%s</h1><p>%s</p>", shown->status,
				      acr_text(shown->title), acr_text(shown->text));

	/* The page fits into the socket's buffer; if the client does not accept it, it gets
	 * none. */
	if (send(fd, page, strlen(page), MSG_NOSIGNAL | MSG_DONTWAIT) > 0)
		shutdown(fd, SHUT_WR);
}

void acr_loopback_answer(struct acr_loopback *loopback, bool signed_in)
{
	if (loopback->caller >= 0)
		answer(loopback->caller, signed_in ? &done : &declined);
	acr_fd_close(&loopback->caller);
}

/* In WSL the browser runs on Windows, and the other end belongs to a relay that runs as root, or to
 * no process here. */
static bool is_wsl(const struct acr_app *app)
{
	auto_string path = acr_system_path(app, "/proc/sys/kernel/osrelease");
	auto_secret release = { 0 };

	return acr_file_read(path, 4096, &release, NULL) == 0 &&
	       strcasestr(acr_secret_text(&release), "microsoft");
}

static bool is_own(const struct acr_app *app, struct acr_loopback *loopback, int fd)
{
	uid_t user = 0;
	enum acr_peer peer = acr_peer_user(app, fd, &user);

	/* Without /proc only the state is checked. */
	if (peer == ACR_PEER_UNKNOWN || (peer == ACR_PEER_KNOWN && user == geteuid()) ||
	    is_wsl(app))
		return true;
	if (peer == ACR_PEER_KNOWN && !loopback->told)
		acr_say(app,
			_("the response of a browser that runs as uid %u is not accepted: use a "
			  "browser that runs as your user, or --device-code"),
			(unsigned int)user);
	loopback->told = loopback->told || peer == ACR_PEER_KNOWN;
	return false;
}

/* A browser keeps its connection open until it gets a page: a client that has closed it was not a
 * browser. */
static enum acr_loopback_request read_from(const struct acr_app *app, struct acr_loopback *loopback,
					   const struct caller *caller, const char *state,
					   struct acr_secret *ret_code, struct acr_error *error)
{
	struct acr_error failure = { 0 };
	auto_secret code = { 0 };
	enum acr_loopback_request request = acr_loopback_read(
		acr_secret_text(&caller->request), caller->request.length, state, &code, &failure);

	if (request == ACR_LOOPBACK_HALF || request == ACR_LOOPBACK_OTHER)
		return request;
	if (!is_own(app, loopback, caller->fd))
		return ACR_LOOPBACK_OTHER;
	if (request == ACR_LOOPBACK_REFUSED && error)
		*error = failure;
	acr_secret_wipe(ret_code);
	*ret_code = acr_secret_steal(&code);
	return request;
}

/* Process what one of the connections has received. */
static enum acr_loopback_request hear(const struct acr_app *app, struct acr_loopback *loopback,
				      struct caller *caller, const char *state,
				      struct acr_secret *ret_code, struct acr_error *error)
{
	enum acr_loopback_request request;
	char bytes[4096];
	ssize_t got = recv(caller->fd, bytes, sizeof(bytes), MSG_DONTWAIT);

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return ACR_LOOPBACK_HALF;
	if (got <= 0 || caller->request.length + (size_t)got > REQUEST_MAX) {
		leave(caller);
		return ACR_LOOPBACK_OTHER;
	}
	acr_secret_add_bytes(&caller->request, bytes, (size_t)got);
	explicit_bzero(bytes, sizeof(bytes));
	request = read_from(app, loopback, caller, state, ret_code, error);
	if (request == ACR_LOOPBACK_OTHER) {
		answer(caller->fd, &other);
		leave(caller);
	}
	return request;
}

int acr_loopback_wait(const struct acr_app *app, struct acr_loopback *loopback, const char *state,
		      struct acr_secret *ret_code, struct acr_error *error)
{
	auto_room room = { 0 };

	for (size_t i = 0; i < CALLERS; i++)
		room.callers[i].fd = -1;
	for (;;) {
		struct pollfd ready[CALLERS + 2];
		int64_t left = acr_budget(app, 60000);

		if (left <= 0)
			return acr_raise(error, SIGN_IN_TIMEOUT);
		for (size_t i = 0; i < CALLERS; i++)
			ready[i] = (struct pollfd){ room.callers[i].fd, POLLIN, 0 };
		for (size_t i = 0; i < 2; i++)
			ready[CALLERS + i] = (struct pollfd){ loopback->fds[i], POLLIN, 0 };
		if (poll(ready, CALLERS + 2, (int)left) <= 0)
			continue;
		for (size_t i = 0; i < CALLERS; i++) {
			enum acr_loopback_request request = ACR_LOOPBACK_HALF;

			if (room.callers[i].fd >= 0 && ready[i].revents)
				request = hear(app, loopback, &room.callers[i], state, ret_code,
					       error);
			if (request != ACR_LOOPBACK_CODE && request != ACR_LOOPBACK_REFUSED)
				continue;
			loopback->caller = room.callers[i].fd;
			room.callers[i].fd = -1;
			if (request == ACR_LOOPBACK_CODE)
				return 0;
			acr_loopback_answer(loopback, false);
			return -1;
		}
		for (size_t i = 0; i < 2; i++)
			if (ready[CALLERS + i].revents)
				let_in(&room, loopback->fds[i]);
	}
}
