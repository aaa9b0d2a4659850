/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sets up one libcurl request: https with a verified certificate, no redirects, no .netrc, no
 * cookies, only the authentication that we set ourselves, and a size limit for the response.
 *
 * Compiled a second time with ACR_CURL_TYPE_CHECK, for curl's own check of curl_easy_setopt, which
 * does not work for calls through a pointer.
 */
#include "http/transfer.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "base/budget.h"
#include "base/jwt.h"
#include "base/library.h"
#include "http/ca_and_proxy.h"

#define SYMBOLS(X)                                                                                 \
	X(curl_easy_init)                                                                          \
	X(curl_easy_cleanup)                                                                       \
	X(curl_easy_setopt)                                                                        \
	X(curl_easy_getinfo)                                                                       \
	X(curl_easy_strerror) X(curl_slist_append) X(curl_slist_free_all)
ACR_LIBRARY_DECLARE(SYMBOLS)

#ifdef ACR_CURL_TYPE_CHECK
#define call_setopt(...)     curl_easy_setopt(__VA_ARGS__)
#define get(easy, what, ret) curl_easy_getinfo(easy, what, ret)
#else
#define call_setopt(...)     sym_curl_easy_setopt(__VA_ARGS__)
#define get(easy, what, ret) sym_curl_easy_getinfo(easy, what, ret)
#endif

/* Older versions of curl's check accept an int for a long; the range of an option's number
 * determines its type. */
#define set(easy, option, value)                                                                   \
	({                                                                                         \
		_Static_assert((option) >= CURLOPTTYPE_OBJECTPOINT ||                              \
				       __builtin_types_compatible_p(__typeof__(value), long),      \
			       "this option takes a long");                                        \
		_Static_assert(                                                                    \
			(option) < CURLOPTTYPE_OFF_T ||                                            \
				__builtin_types_compatible_p(__typeof__(value), curl_off_t),       \
			"this option takes a curl_off_t");                                         \
		(int)call_setopt(easy, option, value);                                             \
	})

int acr_transfer_load(const char *soname, struct acr_error *error)
{
	return acr_library_load(soname, "asking Entra ID and registries", library_symbols, error);
}

void acr_transfer_name(struct acr_transfer *transfer, const char *url)
{
	const char *host = strstr(url, "://") ? strstr(url, "://") + 3 : url;
	char *user;

	snprintf(transfer->origin, sizeof(transfer->origin), "%.*s",
		 (int)(host - url) + (int)strcspn(host, "/?#"), url);
	transfer->host = transfer->origin + strlen(transfer->origin);
	if (strlen(transfer->origin) > (size_t)(host - url))
		transfer->host = transfer->origin + (host - url);
	/* It is rejected later, and must not be shown: the URL of a custom endpoint may contain a
	 * password. */
	user = strrchr(transfer->origin, '@');
	if (user)
		transfer->host = user + 1;
}

static size_t take_header(char *bytes, size_t size, size_t count, void *data)
{
	struct acr_transfer *transfer = data;

	(void)size; /* always 1 */
	transfer->heard = true;
	transfer->too_large |= !acr_answer_header(&transfer->answer, bytes, count);
	return transfer->too_large ? 0 : count;
}

static size_t take_body(char *bytes, size_t size, size_t count, void *data)
{
	struct acr_transfer *transfer = data;
	struct acr_response *response = transfer->answer.response;

	(void)size;
	/* The response on a warm connection is ignored, but must be read completely before the next
	 * request. */
	if (!response)
		transfer->too_large |= (transfer->answer.header_bytes += count) > ACR_HEADERS_MAX;
	else
		transfer->too_large |= response->body.length + count > ACR_ANSWER_MAX;
	if (transfer->too_large)
		return count + 1;
	if (response)
		acr_secret_add_bytes(&response->body, bytes, count);
	return count;
}

/* libcurl does not distinguish a machine without descriptors from a server that refuses a
 * connection. It also does not check whether it could make a socket non-blocking, and timeouts have
 * no effect on a blocking one. */
static curl_socket_t open_socket(void *data, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct acr_transfer *transfer = data;
	int fd = socket(address->family, address->socktype | SOCK_CLOEXEC | SOCK_NONBLOCK,
			address->protocol);

	(void)purpose;
	if (fd < 0)
		transfer->no_socket = errno;
	else
		transfer->opened = true;
	return fd < 0 ? CURL_SOCKET_BAD : fd;
}

/* False for a text that contains a line end. */
static bool add_header(struct acr_transfer *transfer, const char *line)
{
	struct curl_slist *longer;

	for (const char *c = line; *c; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			return false;
	longer = sym_curl_slist_append(transfer->headers, line);
	if (!longer)
		acr_out_of_memory();
	transfer->headers = longer;
	return true;
}

static bool add_headers(struct acr_transfer *transfer, const struct acr_request *request)
{
	auto_secret line = { 0 };
	auto_secret pair = { 0 };
	/* No "Expect: 100-continue": our bodies are too short to justify a round trip. */
	bool fine = add_header(transfer, "Expect:"), accepts = false;

	for (const char *const *row = request->headers; row && *row; row++) {
		accepts |= strncasecmp(*row, "Accept:", 7) == 0;
		fine = fine && add_header(transfer, *row);
	}
	if (!accepts)
		fine = fine && add_header(transfer, "Accept: application/json");
	if (request->header)
		fine = fine && add_header(transfer, acr_secret_text(request->header));
	if (request->bearer) {
		acr_secret_format(&line, "Authorization: Bearer %s",
				  acr_secret_text(request->bearer));
	} else if (request->user) {
		acr_secret_format(&pair, "%s:", request->user);
		if (request->password)
			acr_secret_add_bytes(&pair, acr_secret_text(request->password),
					     request->password->length);
		acr_secret_add(&line, "Authorization: Basic ");
		acr_base64_encode(acr_secret_text(&pair), pair.length, &line);
	}
	return fine && (line.length == 0 || add_header(transfer, acr_secret_text(&line)));
}

static int allow_protocols(CURL *easy, bool local)
{
	long bits = local ? CURLPROTO_HTTP | CURLPROTO_HTTPS : CURLPROTO_HTTPS;

#if LIBCURL_VERSION_NUM >= 0x075500
	if (set(easy, CURLOPT_PROTOCOLS_STR, local ? "http,https" : "https") == 0)
		return 0;
#endif
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
	return set(easy, CURLOPT_PROTOCOLS, bits);
#pragma GCC diagnostic pop
}

static int choose_trust(const struct acr_trust *trust, struct acr_transfer *transfer)
{
	CURL *easy = transfer->easy;
	int wrong = 0;

	transfer->hashed = trust->folder && !trust->chosen;
	if (!trust->folder && !trust->file)
		return 0;
	/* Both are set, even to NULL: that overrides libcurl's default. */
	wrong |= set(easy, CURLOPT_CAINFO, trust->file);
	wrong |= set(easy, CURLOPT_CAPATH, trust->folder);
	wrong |= set(easy, CURLOPT_PROXY_CAINFO, trust->file);
	wrong |= set(easy, CURLOPT_PROXY_CAPATH, trust->folder);
	return wrong;
}

static int choose_rules(struct acr_transfer *transfer)
{
	CURL *easy = transfer->easy;
	int wrong = allow_protocols(easy, transfer->local);
	int64_t patience;
	bool quick = false; /* libcurl 7.87 and later; curl.c also works without it */

	wrong |= set(easy, CURLOPT_FOLLOWLOCATION, 0L);
	wrong |= set(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	wrong |= set(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
	wrong |= set(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	wrong |= set(easy, CURLOPT_SSL_VERIFYPEER, 1L);
	wrong |= set(easy, CURLOPT_SSL_VERIFYHOST, 2L);
	wrong |= set(easy, CURLOPT_CERTINFO, 1L);
	/* HTTP/2 has no benefit for one request to each of two hosts. */
	wrong |= set(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	wrong |= set(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	/* libcurl handles other proxies: it reads https_proxy, all_proxy and no_proxy itself. */
	if (transfer->local) {
		wrong |= set(easy, CURLOPT_PROXY, "");
		wrong |= set(easy, CURLOPT_NOPROXY, "*");
	}
	wrong |= set(easy, CURLOPT_NOSIGNAL, 1L);
#if LIBCURL_VERSION_NUM >= 0x075700
	quick = set(easy, CURLOPT_QUICK_EXIT, 1L) == 0;
#endif
	/* curl.c ends a transfer before this timeout, which limits the time that libcurl spends on
	 * one of several addresses. A warm connection that is not being waited for must not time
	 * out during its DNS lookup, since all other transfers would then wait for the end of the
	 * lookup. */
	patience = quick || transfer->answer.response ? 1000 : 60000;
	wrong |= set(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)(transfer->connect + patience));
	wrong |= set(easy, CURLOPT_USERAGENT, "docker-credential-acr/" ACR_VERSION);
	return wrong;
}

static int choose_ears(struct acr_transfer *transfer)
{
	CURL *easy = transfer->easy;
	int wrong = 0;

	wrong |= set(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	wrong |= set(easy, CURLOPT_OPENSOCKETDATA, (void *)transfer);
	wrong |= set(easy, CURLOPT_FRESH_CONNECT, (long)transfer->fresh);
	wrong |= set(easy, CURLOPT_HEADERFUNCTION, take_header);
	wrong |= set(easy, CURLOPT_HEADERDATA, (void *)transfer);
	wrong |= set(easy, CURLOPT_WRITEFUNCTION, take_body);
	wrong |= set(easy, CURLOPT_WRITEDATA, (void *)transfer);
	wrong |= set(easy, CURLOPT_ERRORBUFFER, transfer->message);
	wrong |= set(easy, CURLOPT_PRIVATE, (void *)transfer);
	return wrong;
}

int acr_transfer_begin(const struct acr_app *app, const struct acr_request *request, bool hashed,
		       struct acr_transfer *transfer, struct acr_error *error)
{
	const struct acr_secret *body = request->body;
	CURL *easy = transfer->easy = sym_curl_easy_init();
	auto_trust trust = { 0 };
	int wrong;

	if (!easy)
		acr_out_of_memory();
	transfer->began = app->clock.boot(app);
	transfer->connect = request->service->connect;
	transfer->local = request->local;
	if (!add_headers(transfer, request))
		return acr_raise(error, HEADER_INVALID, transfer->host);
	if (strncmp(request->url, "https:", 6) == 0 && acr_trust_find(app, hashed, &trust, error))
		return -1;
	wrong = set(easy, CURLOPT_URL, request->url);
	wrong |= choose_rules(transfer);
	wrong |= choose_trust(&trust, transfer);
	wrong |= choose_ears(transfer);
	wrong |= set(easy, CURLOPT_HTTPHEADER, transfer->headers);
	if (request->socket)
		wrong |= set(easy, CURLOPT_UNIX_SOCKET_PATH, request->socket);
	if (strcmp(request->method, "POST") == 0) {
		wrong |= set(easy, CURLOPT_POST, 1L);
		wrong |= set(easy, CURLOPT_POSTFIELDS, body ? acr_secret_text(body) : "");
		wrong |= set(easy, CURLOPT_POSTFIELDSIZE_LARGE,
			     (curl_off_t)(body ? body->length : 0));
	}
	if (wrong)
		return acr_raise(error, HTTP_OPTION_MISSING, acr_number(wrong).text);
	return 0;
}

enum acr_stage acr_transfer_stage(const struct acr_transfer *transfer)
{
	static const struct {
		CURLINFO what;
		enum acr_stage stage;
	} stages[] = { { CURLINFO_PRETRANSFER_TIME_T, ACR_STAGE_ANSWER },
		       { CURLINFO_CONNECT_TIME_T, ACR_STAGE_HANDSHAKE },
		       { CURLINFO_NAMELOOKUP_TIME_T, ACR_STAGE_CONNECTION } };

	for (size_t i = 0; i < sizeof(stages) / sizeof(stages[0]); i++) {
		curl_off_t microseconds = 0;

		sym_curl_easy_getinfo(transfer->easy, stages[i].what, &microseconds);
		if (microseconds > 0)
			return stages[i].stage;
	}
	return ACR_STAGE_NAME;
}

/* Did it fail at once, with no network available? */
static bool is_offline(const struct acr_transfer *transfer, const struct acr_failure *failure)
{
	bool no_name = failure->code == CURLE_COULDNT_RESOLVE_HOST ||
		       failure->code == CURLE_COULDNT_RESOLVE_PROXY;
	bool no_way = failure->code == CURLE_COULDNT_CONNECT &&
		      (failure->number == ENETUNREACH || failure->number == EHOSTUNREACH ||
		       failure->number == ENETDOWN);

	return !transfer->local && failure->took <= ACR_BUDGET_AT_ONCE && (no_name || no_way) &&
	       acr_offline();
}

int acr_transfer_fail(const struct acr_app *app, const struct acr_transfer *transfer, CURLcode code,
		      struct acr_error *error)
{
	char proxy[256] = "";
	long number = 0;
	const char *variable = transfer->local ? NULL : acr_proxy_variable(app);
	/* libcurl quotes a proxy URL that it cannot parse, and that may contain a password. */
	bool shown = *transfer->message && !strchr(transfer->message, '@') &&
		     (!variable || acr_proxy_address(acr_env(app, variable), proxy, sizeof(proxy)));
	struct acr_failure failure = {
		.code = (int)code,
		.stage = acr_transfer_stage(transfer),
		.took = (transfer->done ? transfer->ended : app->clock.boot(app)) - transfer->began,
		.connect = transfer->connect,
		.host = transfer->host,
		.proxy = proxy,
		.message = shown ? transfer->message : sym_curl_easy_strerror(code),
	};

	if (!transfer->local)
		acr_proxy_name(app, proxy, sizeof(proxy));
	get(transfer->easy, CURLINFO_OS_ERRNO, &number);
	failure.number = transfer->opened ? (int)number : transfer->no_socket;
	get(transfer->easy, CURLINFO_HTTP_CONNECTCODE, &failure.proxy_status);
	get(transfer->easy, CURLINFO_SSL_VERIFYRESULT, &failure.verified);
	failure.offline = is_offline(transfer, &failure);
	acr_debug(app, "%s: curl %d, %s", transfer->host, (int)code, failure.message);
	return acr_failure_tell(&failure, error);
}

static void copy_issuer(const struct acr_transfer *transfer, struct acr_response *response)
{
	struct curl_certinfo *chain = NULL;

	get(transfer->easy, CURLINFO_CERTINFO, &chain);
	if (!chain || chain->num_of_certs < 1)
		return;
	for (struct curl_slist *row = chain->certinfo[0]; row; row = row->next)
		if (strncmp(row->data, "Issuer:", 7) == 0)
			snprintf(response->issuer, sizeof(response->issuer), "%s", row->data + 7);
	for (char *c = response->issuer; *c; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			*c = '?';
}

void acr_transfer_answer(const struct acr_app *app, struct acr_transfer *transfer)
{
	struct acr_response *response = transfer->answer.response;
	long status = 0, connections = 0;
	char *address = NULL;

	get(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
	get(transfer->easy, CURLINFO_NUM_CONNECTS, &connections);
	get(transfer->easy, CURLINFO_PRIMARY_IP, &address);
	response->status = (int)status;
	snprintf(response->address, sizeof(response->address), "%s", address ? address : "");
	copy_issuer(transfer, response);
	acr_answer_end(&transfer->answer, app->clock.wall(app));
	acr_debug(app, "%s (%s): status %ld after %lld ms over %s connection", transfer->host,
		  response->address, status, (long long)(app->clock.boot(app) - transfer->began),
		  connections ? "a new" : "an open");
}

void acr_transfer_end(struct acr_transfer *transfer, bool leave)
{
	for (struct curl_slist *row = transfer->headers; row; row = row->next)
		explicit_bzero(row->data, strlen(row->data));
	if (leave || !transfer->easy)
		return;
	sym_curl_easy_cleanup(transfer->easy);
	sym_curl_slist_free_all(transfer->headers);
	transfer->easy = NULL;
	transfer->headers = NULL;
}
