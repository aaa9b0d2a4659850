/* SPDX-License-Identifier: Apache-2.0 */
/* Requests the content of a registry (OCI distribution), and interprets the errors that it returns
 * after a successful login. An image is reported as missing only if the JSON of the registry itself
 * says so: a 404 from a proxy or a firewall proves nothing. */
#include "diagnose/content.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "acr/broker.h"
#include "base/url.h"
#include "diagnose/network.h"
#include "diagnose/rights.h"
#include "explain/language.h"

const char *const acr_content_manifest[] = {
	"Accept: application/vnd.oci.image.index.v1+json, "
	"application/vnd.docker.distribution.manifest.list.v2+json, "
	"application/vnd.oci.image.manifest.v1+json, "
	"application/vnd.docker.distribution.manifest.v2+json, */*",
	NULL
};
const char *const acr_content_byte[] = { "Accept: */*", "Range: bytes=0-0", NULL };

/* The blob storage domains of each cloud (az cloud list, suffixes.storageEndpoint) and the domain
 * of accounts with DNS zone endpoints (learn.microsoft.com, storage-account-overview). */
static const char *const storages[] = {
	".blob.core.windows.net",	".blob.storage.azure.net",  ".blob.core.chinacloudapi.cn",
	".blob.core.usgovcloudapi.net", ".blob.core.eaglex.ic.gov", ".blob.core.microsoft.scloud"
};

void acr_puller_wipe(struct acr_puller *puller)
{
	acr_secret_wipe(&puller->password);
}

bool acr_puller_find(const struct acr_case *subject, struct acr_puller *ret)
{
	auto_secret access = { 0 }, actions = { 0 };
	bool identity = *acr_case_found(subject, ACR_FOUND_REFRESH_TOKEN) != '\0';

	*ret = (struct acr_puller){ 0 };
	if (*acr_case_found(subject, ACR_FOUND_STORED)) { /* valid or not, clients send it */
		ret->user = acr_case_found(subject, ACR_FOUND_STORED_USER);
		acr_secret_add(&ret->password, acr_case_found(subject, ACR_FOUND_STORED_SECRET));
		return *ret->user != '\0';
	}
	if (!identity)
		return acr_rights_hold(acr_case_found(subject, ACR_FOUND_ANONYMOUS), "pull");
	ret->user = ACR_NULL_GUID;
	acr_secret_add(&ret->password, acr_case_found(subject, ACR_FOUND_REFRESH_TOKEN));
	acr_secret_add(&access, acr_case_found(subject, ACR_FOUND_ACCESS_TOKEN));
	return acr_rights_read(subject, &access, &actions) &&
	       acr_rights_hold(acr_secret_text(&actions), "pull");
}

int acr_puller_token(const struct acr_app *app, const struct acr_case *subject,
		     const struct acr_puller *puller, const char *scope, struct acr_secret *ret,
		     struct acr_error *error)
{
	return acr_scope_token(app, &subject->registry, puller->user,
			       puller->user ? &puller->password : NULL, scope, ret, error);
}

int acr_content_get(const struct acr_app *app, const struct acr_case *subject,
		    const struct acr_secret *token, const char *path, const char *const *headers,
		    struct acr_response *ret, struct acr_error *error)
{
	auto_string url = acr_format("https://%s/v2/%s", subject->registry.host, path);
	const struct acr_request request = { .method = "GET",
					     .url = url,
					     .headers = headers,
					     .bearer = token,
					     .service = &acr_service_once };

	return acr_http_send(app, &request, ret, error);
}

bool acr_content_data_host(const char *location, char ret[static ACR_HOST_MAX])
{
	return acr_url_host(location, ret, ACR_HOST_MAX);
}

static bool ends_with(const char *host, const char *suffix)
{
	size_t length = strlen(host), tail = strlen(suffix);

	return length > tail && strcasecmp(host + length - tail, suffix) == 0;
}

bool acr_content_is_storage(const struct acr_case *subject, const char *host)
{
	auto_string data = acr_format(".data%s", subject->registry.cloud->suffix);

	if (strcasecmp(host, subject->registry.host) == 0 ||
	    (*subject->registry.cloud->suffix && ends_with(host, data)))
		return true;
	for (size_t i = 0; i < sizeof(storages) / sizeof(storages[0]); i++)
		if (ends_with(host, storages[i]))
			return true;
	return false;
}

bool acr_content_is_unknown(const struct acr_error *refusal)
{
	static const char *const codes[] = { "MANIFEST_UNKNOWN", "NAME_UNKNOWN", "TAG_UNKNOWN",
					     "BLOB_UNKNOWN", "MANIFEST_BLOB_UNKNOWN" };

	for (size_t i = 0; refusal->status == 404 && i < sizeof(codes) / sizeof(codes[0]); i++)
		if (strcmp(refusal->code, codes[i]) == 0)
			return true;
	return false;
}

void acr_content_refused(const struct acr_app *app, const struct acr_case *subject,
			 const struct acr_error *refusal, struct acr_check_result *ret)
{
	bool busy = refusal->status == 429 || refusal->status >= 500;

	if (!busy && !*refusal->code) {
		acr_check_say(ret, ACR_VERDICT_WARNING,
			      _("unexpected response (status %d) without a registry error code"),
			      refusal->status);
		return;
	}
	acr_check_fail(app, subject, ACR_VERDICT_PROBLEM, refusal, ret);
	if (refusal->status == 429)
		acr_check_found_number(ret, ACR_FOUND_THROTTLED, refusal->retry_after);
}

bool acr_content_is_digest(const char *text)
{
	return text && strncmp(text, "sha256:", 7) == 0 && strlen(text) == 71 &&
	       text[7 + strspn(text + 7, "0123456789abcdef")] == '\0';
}

char *acr_content_name(const struct acr_case *subject, const char *reference)
{
	if (strncmp(reference, "sha256:", 7) == 0)
		return acr_format("%s@%.19s", subject->repository, reference);
	return acr_format("%s:%s", subject->repository, reference);
}
