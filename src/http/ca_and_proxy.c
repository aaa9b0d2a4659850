/* SPDX-License-Identifier: Apache-2.0 */
/* Trust as the machine and the person have it; see trust.h. */
#include "http/ca_and_proxy.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Debian, SUSE, Alpine; Fedora and its kin. */
static const char *const hashed_folders[] = { "/etc/ssl/certs", "/etc/pki/tls/certs",
					      "/etc/pki/ca-trust/extracted/pem/directory-hash" };

/* Nearest to us first, as curl has it. */
static const char *const files[] = { "CURL_CA_BUNDLE", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE" };

static const char *const proxies[] = { "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY" };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#ifdef ACR_CA_FILE
/* A build that brings its libcurl along (packaging/build-bundle) stands in images of any kind:
 * where Debian, Fedora, Alpine and SUSE have the bundle, and what came along where there is none.
 * */
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

void acr_trust_find(const struct acr_app *app, bool hashed, struct acr_trust *ret)
{
	const char *folder = acr_env(app, "SSL_CERT_DIR");

	*ret = (struct acr_trust){ 0 };
	for (size_t i = 0; i < COUNT(files) && !ret->file && !ret->folder; i++)
		if (acr_env(app, files[i]))
			take(ret, acr_env(app, files[i]));
	if (folder && !ret->folder)
		ret->folder = acr_copy(folder);
	ret->chosen = ret->file || ret->folder;
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
}

void acr_trust_free(struct acr_trust *trust)
{
	free(trust->file);
	free(trust->folder);
	*trust = (struct acr_trust){ 0 };
}

bool acr_proxy_name(const struct acr_app *app, char *ret, size_t size)
{
	const char *value = NULL, *start, *end, *at;

	for (size_t i = 0; i < COUNT(proxies) && !value; i++)
		value = acr_env(app, proxies[i]);
	if (!value)
		return false;
	start = strstr(value, "://") ? strstr(value, "://") + 3 : value;
	/* A password may hold a slash, where somebody forgot to encode it: the last @ counts. */
	at = strrchr(start, '@');
	if (at)
		start = at + 1;
	end = start + strcspn(start, "/");
	snprintf(ret, size, "%.*s", (int)(end - start), start);
	for (char *c = ret; *c; c++)
		if ((unsigned char)*c < 0x21 || (unsigned char)*c > 0x7e)
			*c = '?';
	return ret[0] != '\0';
}
