/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes the report file for a support ticket: the page with all details, and the JSON output.
 *
 * Neither contains secrets; as a second safeguard, text that looks like a secret or that equals a
 * secret in the environment is replaced. The home directory and IP addresses are replaced too
 * (addresses by numbers, so that different ones remain distinct), unless the user asks to keep
 * them.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "acr/http.h"
#include "base/escape.h"
#include "base/file.h"
#include "diagnose/diagnose.h"

#define ADDRESSES_MOST 64
#define SHORTEST       6 /* bytes; shorter values are ordinary words and are not replaced */
#define TOKEN_CHARS    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."
#define ADDRESS_CHARS  "0123456789abcdefABCDEF.:"

static const char *const secrets[] = { "AZURE_CLIENT_SECRET",
				       "AZURE_CLIENT_CERTIFICATE_PASSWORD",
				       "AZURE_PASSWORD",
				       "IDENTITY_HEADER",
				       "MSI_SECRET",
				       "SYSTEM_ACCESSTOKEN",
				       "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
				       "GITHUB_TOKEN",
				       "CI_JOB_TOKEN",
				       "AZURE_FEDERATED_TOKEN",
				       "AZD_GITLAB_FEDERATED_TOKEN",
				       "CI_REGISTRY_PASSWORD",
				       "DOCKER_AUTH_CONFIG",
				       "DOCKER_PASSWORD",
				       NULL };

static const char *const proxies[] = { "https_proxy", "HTTPS_PROXY", "http_proxy",
				       "HTTP_PROXY",  "all_proxy",   "ALL_PROXY",
				       "ftp_proxy",   "FTP_PROXY",   NULL };

struct cleaning {
	const struct acr_app *app;
	const struct acr_diagnosis_report *report;
	const char *home;
	char addresses[ADDRESSES_MOST][INET6_ADDRSTRLEN];
	size_t count;
};

/* Returns the length of a proxy URL with a password, or of the password alone, at this position. A
 * proxy URL that can be parsed and has no password is not secret. */
static size_t proxy_secret_length(const char *url, const char *at)
{
	const char *end = url ? strrchr(url, '@') : NULL, *start, *colon;
	char address[256];

	if (!url || strlen(url) < SHORTEST ||
	    (!end && acr_proxy_address(url, address, sizeof(address))))
		return 0;
	if (strncmp(at, url, strlen(url)) == 0)
		return strlen(url);
	start = strstr(url, "://") ? strstr(url, "://") + 3 : url;
	colon = strchr(start, ':');
	start = colon ? colon + 1 : start;
	end = end && end > start ? end : url + strlen(url);
	return end - start >= SHORTEST && strncmp(at, start, (size_t)(end - start)) == 0
		       ? (size_t)(end - start)
		       : 0;
}

/* Returns the length of a secret from the environment at this position. */
static size_t secret_length(const struct cleaning *cleaning, const char *at)
{
	for (const char *const *name = secrets; *name; name++) {
		const char *value = acr_env(cleaning->app, *name);
		size_t length = value ? strlen(value) : 0;

		if (length >= SHORTEST && strncmp(at, value, length) == 0)
			return length;
	}
	for (const char *const *name = proxies; *name; name++) {
		size_t length = proxy_secret_length(acr_env(cleaning->app, *name), at);

		if (length > 0)
			return length;
	}
	/* A JSON Web Token starts with {" in base64url. */
	return strncmp(at, "eyJ", 3) == 0 && strspn(at, TOKEN_CHARS) > 20 ? strspn(at, TOKEN_CHARS)
									  : 0;
}

static bool in_word(char c)
{
	return isalnum((unsigned char)c) || c == '.' || c == ':' || c == '-' || c == '_';
}

/* Returns the length of an IP address that starts here and ends with the word. Program versions
 * have fewer dots. */
static size_t address_length(const char *at, char ret[static INET6_ADDRSTRLEN])
{
	size_t length = strspn(at, ADDRESS_CHARS);
	unsigned char bytes[16];

	while (length > 0 && strchr(".:", at[length - 1]))
		length--;
	if (length < 3 || length >= INET6_ADDRSTRLEN || isalnum((unsigned char)at[length]) ||
	    at[length] == '-')
		return 0;
	snprintf(ret, INET6_ADDRSTRLEN, "%.*s", (int)length, at);
	if (inet_pton(AF_INET, ret, bytes) == 1 ||
	    (strstr(ret, ":") && inet_pton(AF_INET6, ret, bytes) == 1))
		return length;
	return 0;
}

static size_t number_of(struct cleaning *cleaning, const char *address)
{
	size_t number = 0;

	while (number < cleaning->count && strcmp(cleaning->addresses[number], address) != 0)
		number++;
	if (number == cleaning->count && number < ADDRESSES_MOST)
		snprintf(cleaning->addresses[cleaning->count++], INET6_ADDRSTRLEN, "%s", address);
	return number + 1;
}

static void clean(struct cleaning *cleaning, const char *text, struct acr_secret *out)
{
	size_t home = cleaning->home ? strlen(cleaning->home) : 0;
	const char *at = text;

	while (*at) {
		char address[INET6_ADDRSTRLEN];
		size_t length = secret_length(cleaning, at);
		bool begins = at == text || !in_word(at[-1]);

		if (length > 0) {
			acr_secret_add(out, "[secret]");
		} else if (home > 1 && !cleaning->report->home &&
			   strncmp(at, cleaning->home, home) == 0) {
			length = home;
			acr_secret_add(out, "~");
		} else if (begins && !cleaning->report->addresses &&
			   (length = address_length(at, address)) > 0) {
			acr_secret_format(out, "[address %zu]", number_of(cleaning, address));
		} else {
			length = 1;
			acr_secret_add_bytes(out, at, 1);
		}
		at += length;
	}
}

/* Writes the type of the machine, but not its name. */
static void head(struct acr_secret *out)
{
	auto_secret release = { 0 };
	const char *name;
	struct utsname system;

	acr_secret_add(out, "docker-credential-acr " ACR_VERSION ", a diagnosis\n");
	if (uname(&system) == 0)
		acr_secret_format(out, "%s %s, %s\n", system.sysname, system.release,
				  system.machine);
	if (acr_file_read("/etc/os-release", 64 * 1024, &release, NULL))
		return;
	name = strstr(acr_secret_text(&release), "PRETTY_NAME=");
	if (name)
		acr_secret_format(out, "%.*s\n", (int)strcspn(name + 12, "\n"), name + 12);
}

/* Writes a new file, or replaces an existing one. Only the user can read it, and symbolic links are
 * not followed. */
static int write_file(const char *path, const struct acr_secret *bytes, struct acr_error *error)
{
	const struct acr_replacement file = { .bytes = acr_secret_text(bytes),
					      .length = bytes->length,
					      .mode = 0600 };
	const char *slash = strrchr(path, '/');
	auto_string folder = slash == path ? acr_copy("/")
			     : slash	   ? acr_format("%.*s", (int)(slash - path), path)
					   : acr_copy(".");
	auto_fd directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct stat there;

	if (directory < 0)
		return acr_raise_errno(error, errno, REPORT_WRITE, path);
	if (lstat(path, &there) == 0 &&
	    (!S_ISREG(there.st_mode) || there.st_uid != geteuid() || there.st_nlink > 1))
		return acr_raise(error, REPORT_NOT_A_FILE, path);
	return acr_file_replace(directory, path, &file, error);
}

int acr_diagnosis_report(const struct acr_app *app, const struct acr_diagnosis *diagnosis,
			 const struct acr_diagnosis_report *report, struct acr_error *error)
{
	struct cleaning cleaning = { .app = app, .report = report, .home = acr_env(app, "HOME") };
	auto_secret page = { 0 }, json = { 0 }, out = { 0 }, escaped = { 0 };

	head(&out);
	acr_secret_add(&out, "\n");
	acr_diagnosis_page(app, diagnosis, false, ACR_PAGE_REPORT, &page);
	clean(&cleaning, acr_secret_text(&page), &out);
	acr_secret_add(&out, "\n---- the same for machines (diagnose.schema.json) ----\n");
	acr_diagnosis_json(app, diagnosis, &json);
	clean(&cleaning, acr_secret_text(&json), &out);
	acr_escape(&escaped, acr_secret_text(&out), out.length, ACR_ESCAPE_ALL);
	return write_file(report->path, &escaped, error);
}
