/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The managed identity of a server that is connected to Azure Arc. The agent answers the first
 * request with the name of a file that only root and the group himds can read, and the second one,
 * which contains the content of that file, with a token (learn.microsoft.com,
 * azure-arc/servers/managed-identity-authentication).
 *
 * Any process that listens on that port could send a file name, and would receive the content of
 * that file. So the name must be that of a key in the agent's folder, and not a link
 * (CVE-2024-35255).
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/file.h"
#include "identity/internal.h"

#define NAME	 "Azure Arc"
#define ENDPOINT "http://127.0.0.1:40342/metadata/identity/oauth2/token"
#define AGENT	 "/opt/azcmagent/bin/himds"
#define TOKENS	 "/var/opt/azcmagent/tokens/"
#define KEY_MAX	 4096

static bool here(const struct acr_app *app, const struct acr_ask *ask)
{
	auto_string agent = acr_system_path(app, AGENT);

	(void)ask;
	return (acr_env(app, "IDENTITY_ENDPOINT") && acr_env(app, "IMDS_ENDPOINT")) ||
	       access(agent, F_OK) == 0;
}

/* The path in `Basic realm=PATH`, or NULL if it is not a key in the agent's folder. */
static const char *key_path(const char *challenge)
{
	static const char start[] = "Basic realm=" TOKENS;
	const char *name;
	size_t length;

	if (strncasecmp(challenge, "Basic realm=", 12) != 0 ||
	    strncmp(challenge + 12, start + 12, sizeof(start) - 1 - 12) != 0)
		return NULL;
	name = challenge + sizeof(start) - 1;
	length = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.");
	if (name[0] == '.' || length < 5 || length > 255 || strcmp(name + length - 4, ".key") != 0)
		return NULL;
	return challenge + 12;
}

static int read_key(const struct acr_app *app, const char *path, struct acr_secret *ret,
		    struct acr_error *error)
{
	auto_string full = acr_system_path(app, path);
	auto_fd fd = open(full, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	char bytes[KEY_MAX + 1];
	struct stat status;
	ssize_t got;

	if (fd < 0 && (errno == EACCES || errno == EPERM))
		return acr_raise(error, ARC_DENIED);
	if (fd < 0)
		return acr_raise_errno(error, errno, ARC_KEY_UNREADABLE, full);
	if (fstat(fd, &status) || !S_ISREG(status.st_mode))
		return acr_raise(error, ARC_KEY_INVALID, full);
	got = read(fd, bytes, sizeof(bytes));
	if (got <= 0 || got > KEY_MAX) {
		explicit_bzero(bytes, sizeof(bytes));
		return acr_raise(error, ARC_KEY_INVALID, full);
	}
	acr_secret_add_bytes(ret, bytes, (size_t)got);
	explicit_bzero(bytes, sizeof(bytes));
	while (ret->length > 0 && strchr(" \r\n\t", ret->bytes[ret->length - 1]))
		ret->bytes[--ret->length] = '\0';
	return 0;
}

/* Agents that support only the system-assigned identity ignore a request for another one. */
static int check_identity(const struct acr_app *app, const struct acr_ask *ask,
			  const struct acr_response *answer, struct acr_error *error)
{
	const char *wanted = acr_endpoint_wanted(app, ask);
	static const char *const echoes[] = { "client_id", "object_id", "msi_res_id" };
	auto_json json = NULL;

	if (!wanted || answer->status != 200 ||
	    acr_json_parse(acr_secret_text(&answer->body), answer->body.length, &json, NULL))
		return 0;
	if (strncasecmp(wanted, "object:", 7) == 0)
		wanted += 7;
	for (size_t i = 0; i < sizeof(echoes) / sizeof(echoes[0]); i++) {
		const char *echo = acr_json_string(json, echoes[i]);
		if (echo && strcasecmp(echo, wanted) == 0)
			return 0;
	}
	return acr_raise(error, ARC_OTHER_IDENTITY, wanted);
}

static int ask_arc(const struct acr_app *app, const struct acr_ask *ask, struct acr_token *ret,
		   struct acr_error *error)
{
	static const char *const headers[] = { "Metadata: true", NULL };
	static const struct acr_endpoint_words words = { "2020-06-01", "client_id", "object_id",
							 "msi_res_id" };
	const char *endpoint = acr_env(app, "IDENTITY_ENDPOINT");
	auto_string url =
		acr_endpoint_url(app, ask, NAME, endpoint ? endpoint : ENDPOINT, &words, error);
	struct acr_request request = {
		.method = "GET",
		.url = url,
		.headers = headers,
		.service = &acr_service_endpoint,
		.local = true,
	};
	auto_response first = { 0 }, answer = { 0 };
	auto_secret key = { 0 }, header = { 0 };
	const char *path;

	if (!url || acr_http_send(app, &request, &first, error))
		return -1;
	if (first.status != 401)
		return acr_raise(error, ARC_UNEXPECTED, acr_number(first.status).text);
	path = key_path(first.challenge);
	if (!path)
		return acr_raise(error, ARC_KEY_ELSEWHERE);
	if (read_key(app, path, &key, error))
		return -1;
	acr_secret_format(&header, "Authorization: Basic %s", acr_secret_text(&key));
	request.header = &header;
	if (acr_http_send(app, &request, &answer, error) ||
	    check_identity(app, ask, &answer, error))
		return -1;
	return acr_endpoint_token(app, NAME, url, &answer, ret, error);
}

const struct acr_endpoint acr_endpoint_arc = { NAME, here, ask_arc };
