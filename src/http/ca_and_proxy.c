/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the trusted certificate authorities and the proxy as the machine and the user have
 * configured them; see ca_and_proxy.h. */
#include "http/ca_and_proxy.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "acr/http.h"

/* Debian, SUSE, Alpine; Fedora and its derivatives. */
static const char *const hashed_folders[] = { "/etc/ssl/certs", "/etc/pki/tls/certs",
					      "/etc/pki/ca-trust/extracted/pem/directory-hash" };

/* In order of precedence, as in curl. */
static const char *const files[] = { "CURL_CA_BUNDLE", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE" };

static const char *const proxies[] = { "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY" };

#define LETTERS	     "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define DIGITS	     "0123456789"
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#ifdef ACR_CA_FILE
/* A build with a bundled libcurl (packaging/build-bundle) runs in images of any distribution: the
 * paths of the CA bundle in Debian, Fedora, Alpine and SUSE, and the bundled file for images that
 * have none. */
static const char *const bundles[] = { "/etc/ssl/certs/ca-certificates.crt",
				       "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem",
				       "/etc/ssl/ca-bundle.pem", ACR_CA_FILE };

static void take_bundle(const struct acr_app *app, struct acr_trust *trust)
{
	for (size_t i = 0; i < COUNT(bundles) && !trust->file; i++) {
		auto_string path = acr_system_path(app, bundles[i]);

		if (access(path, R_OK) == 0) {
			trust->file = path;
			path = NULL;
		}
	}
}
#endif

static bool is_hashed(const char *path)
{
	DIR *folder = opendir(path);
	struct dirent *entry;
	bool found = false;

	if (!folder)
		return false;
	/* "5ed36f99.0": eight hexadecimal digits of the subject's hash (openssl-rehash(1)). */
	while (!found && (entry = readdir(folder)))
		found = strlen(entry->d_name) == 10 &&
			strspn(entry->d_name, "0123456789abcdef") == 8 &&
			strcmp(entry->d_name + 8, ".0") == 0;
	closedir(folder);
	return found;
}

/* REQUESTS_CA_BUNDLE may be a folder as well (requests' documentation, "SSL Cert Verification"). */
static void take(struct acr_trust *trust, const char *path)
{
	struct stat status;

	if (stat(path, &status) == 0 && S_ISDIR(status.st_mode))
		trust->folder = acr_copy(path);
	else
		trust->file = acr_copy(path);
}

/* Does one of these exist? Folders are separated by colons, as in OpenSSL. A TLS library that finds
 * none reports no error but trusts no certificate, which would look like a fault of the service. */
static bool is_one_open(const char *list)
{
	for (const char *next = list; *next; next += *next == ':') {
		size_t length = strcspn(next, ":");
		auto_string path = acr_format("%.*s", (int)length, next);

		if (access(path, X_OK) == 0)
			return true;
		next += length;
	}
	return false;
}

/* What the user configured. */
static int choose(const struct acr_app *app, struct acr_trust *ret, struct acr_error *error)
{
	const char *folder = acr_env(app, "SSL_CERT_DIR"), *name = "SSL_CERT_DIR";

	for (size_t i = 0; i < COUNT(files) && !ret->file && !ret->folder; i++)
		if (acr_env(app, files[i]))
			take(ret, acr_env(app, name = files[i]));
	if (folder && !ret->folder)
		ret->folder = acr_copy(folder);
	ret->chosen = ret->file || ret->folder;
	if (ret->file && access(ret->file, R_OK))
		return acr_raise_errno(error, errno, CA_PATH_UNREADABLE, ret->file, name);
	if (!ret->file && ret->folder && !is_one_open(ret->folder))
		return acr_raise_errno(error, errno, CA_PATH_UNREADABLE, ret->folder, name);
	return 0;
}

int acr_trust_find(const struct acr_app *app, bool hashed, struct acr_trust *ret,
		   struct acr_error *error)
{
	*ret = (struct acr_trust){ 0 };
	if (choose(app, ret, error))
		return -1;
	for (size_t i = 0; i < COUNT(hashed_folders) && hashed && !ret->chosen && !ret->folder;
	     i++) {
		auto_string path = acr_system_path(app, hashed_folders[i]);

		if (is_hashed(path)) {
			ret->folder = path;
			path = NULL;
		}
	}
#ifdef ACR_CA_FILE
	if (!ret->chosen && !ret->folder)
		take_bundle(app, ret);
#endif
	return 0;
}

void acr_trust_free(struct acr_trust *trust)
{
	free(trust->file);
	free(trust->folder);
	*trust = (struct acr_trust){ 0 };
}

const char *acr_proxy_variable(const struct acr_app *app)
{
	for (size_t i = 0; i < COUNT(proxies); i++)
		if (acr_env(app, proxies[i]))
			return proxies[i];
	return NULL;
}

/* The text after the scheme if libcurl supports it as a proxy; otherwise NULL. */
static const char *skip_scheme(const char *url)
{
	static const char *const schemes[] = { "http",	  "https",  "socks4",
					       "socks4a", "socks5", "socks5h" };
	const char *end = strstr(url, "://");

	for (size_t i = 0; end && i < COUNT(schemes); i++)
		if (strlen(schemes[i]) == (size_t)(end - url) &&
		    strncasecmp(url, schemes[i], (size_t)(end - url)) == 0)
			return end + 3;
	return end ? NULL : url;
}

/* The text after user and password, which may not contain @, a slash or an invalid percent
 * escape. */
static const char *skip_user(const char *text)
{
	static const char made_of[] = LETTERS DIGITS "-._~!$&'()*+,;=:";
	const char *next = text;

	while (*next && *next != '@') {
		if (*next == '%' && isxdigit((unsigned char)next[1]) &&
		    isxdigit((unsigned char)next[2]))
			next += 3;
		else if (strchr(made_of, *next))
			next++;
		else
			return text;
	}
	return *next == '@' ? next + 1 : text;
}

/* "user:12345" may be a user and a password without a host: after a name without a dot, only common
 * proxy ports are accepted as ports. */
static bool is_usual_port(const char *host, const char *end, long port)
{
	static const long usual[] = {
		80, 443, 1080, 3128, 3129, 8000, 8080, 8081, 8118, 8443, 8888
	};

	if (memchr(host, '.', (size_t)(end - host)) || *host == '[' ||
	    strncmp(host, "localhost:", 10) == 0)
		return true;
	for (size_t i = 0; i < COUNT(usual); i++)
		if (usual[i] == port)
			return true;
	return false;
}

bool acr_proxy_address(const char *url, char *ret, size_t size)
{
	const char *user = skip_scheme(url), *host, *end;

	if (!user)
		return false;
	host = skip_user(user);
	if (*host == '[') {
		end = host + 1 + strspn(host + 1, DIGITS "abcdefABCDEF:.");
		if (end == host + 1 || *end++ != ']')
			return false;
	} else {
		end = host + strspn(host, LETTERS DIGITS "-._");
		if (end == host)
			return false;
	}
	if (*end == ':') {
		size_t digits = strspn(end + 1, DIGITS);

		if (digits < 1 || digits > 5 || strtol(end + 1, NULL, 10) > 65535 ||
		    (host == user && !is_usual_port(host, end, strtol(end + 1, NULL, 10))))
			return false;
		end += 1 + digits;
	}
	if (end[*end == '/'] != '\0')
		return false;
	snprintf(ret, size, "%.*s", (int)(end - host), host);
	return true;
}

bool acr_proxy_name(const struct acr_app *app, char *ret, size_t size)
{
	const char *variable = acr_proxy_variable(app);

	if (variable && !acr_proxy_address(acr_env(app, variable), ret, size))
		snprintf(ret, size, "%s", variable);
	return variable != NULL;
}
