/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sends requests to Microsoft Entra ID's token endpoint (learn.microsoft.com,
 * v2-oauth2-client-creds-grant-flow and v2-oauth2-auth-code-flow), and decides which of its hosts
 * are used.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "identity/internal.h"

#define ASSERTION_TYPE "urn:ietf:params:oauth:client-assertion-type:jwt-bearer" /* RFC 7523 */

void acr_uuid_make(char ret[static 37])
{
	unsigned char b[16];
	struct timespec now;

	if (getrandom(b, sizeof(b), GRND_NONBLOCK) != (ssize_t)sizeof(b)) {
		/* Early in the boot: it must be unique, not secret. */
		clock_gettime(CLOCK_REALTIME, &now);
		memcpy(b, &now.tv_nsec, 8);
		memcpy(b + 8, &(uint64_t){ (uint64_t)getpid() << 32 ^ (uint64_t)now.tv_sec }, 8);
	}
	b[6] = (unsigned char)((b[6] & 0x0f) | 0x40);
	b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
	snprintf(ret, 37, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x",
		 b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12],
		 b[13], b[14], b[15]);
}

/* "https://HOST/", "https://HOST" or "HOST"; "" if it is anything else. */
static void host_of(const char *text, char ret[static ACR_HOST_MAX])
{
	size_t length;

	ret[0] = '\0';
	if (strncasecmp(text, "https://", 8) == 0)
		text += 8;
	length = strcspn(text, "/");
	if (length < ACR_HOST_MAX && strspn(text + length, "/") == strlen(text + length))
		snprintf(ret, ACR_HOST_MAX, "%.*s", (int)length, text);
}

static const char *name_in_cloud(const struct acr_cloud *cloud, const char *host)
{
	if (strcasecmp(cloud->authority, host) == 0)
		return cloud->authority;
	for (const char *const *alias = cloud->aliases; alias && *alias; alias++)
		if (strcasecmp(*alias, host) == 0)
			return *alias;
	return NULL;
}

int acr_entra_authority(const struct acr_app *app, const struct acr_registry *registry,
			const char **ret, struct acr_error *error)
{
	const char *variable = acr_env(app, "AZURE_AUTHORITY_HOST");
	const char *known = NULL;
	char host[ACR_HOST_MAX];

	*ret = registry->authority;
	if (!variable)
		return 0;
	host_of(variable, host);
	if (strcasecmp(host, registry->authority) == 0)
		return 0;
	for (const struct acr_cloud *cloud = acr_clouds; cloud->name && !known; cloud++) {
		known = name_in_cloud(cloud, host);
		if (known && cloud != registry->cloud)
			return acr_raise(error, AUTHORITY_OF_ANOTHER_CLOUD, cloud->name,
					 registry->host, registry->cloud->name);
	}
	if (!known)
		return acr_raise(error, AUTHORITY_UNKNOWN, variable);
	/* An authority that a configuration file sets for this host takes precedence over the
	 * environment. */
	if (name_in_cloud(registry->cloud, registry->authority))
		*ret = known;
	return 0;
}

int acr_entra_post(const struct acr_app *app, const char *authority, const char *tenant,
		   const char *what, const struct acr_secret *form, struct json_object **ret,
		   struct acr_error *error)
{
	const struct acr_speaker entra = { ACR_ENTRA_NAME, authority, ACR_ORIGIN_ENTRA };
	auto_string url = acr_format("https://%s/%s/oauth2/v2.0/%s", authority, tenant, what);
	auto_response answer = { 0 };
	char id[37];

	acr_uuid_make(id);
	auto_string id_header = acr_format("client-request-id: %s", id);
	const char *const headers[] = { id_header, "return-client-request-id: true", NULL };
	const struct acr_request request = {
		.method = "POST",
		.url = url,
		.headers = headers,
		.body = form,
		.service = &acr_service_entra,
	};

	if (acr_http_send(app, &request, &answer, error))
		return -1;
	if (!answer.correlation[0])
		snprintf(answer.correlation, sizeof(answer.correlation), "%s", id);
	return acr_oauth_read(&entra, &answer, ret, error);
}

int acr_entra_redeem(const struct acr_app *app, const char *authority, const char *tenant,
		     const struct acr_ask *ask, struct acr_secret *form, struct acr_token *ret,
		     struct acr_error *error)
{
	const struct acr_speaker entra = { ACR_ENTRA_NAME, authority, ACR_ORIGIN_ENTRA };
	auto_json json = NULL;

	if (!tenant || !acr_tenant_fits(tenant))
		return acr_raise(error, TENANT_INVALID, tenant ? tenant : "");
	auto_string scope = acr_audience_scope(ask->audience, "");
	acr_form_add(form, "scope", scope);
	/* Open the connection to the registry while Entra ID processes the request: four round
	 * trips instead of six. */
	acr_exchange_warm(app, ask->registry);
	if (acr_entra_post(app, authority, tenant, "token", form, &json, error) ||
	    acr_oauth_token(app, &entra, json, ret, error))
		return -1;
	snprintf(ret->tenant, sizeof(ret->tenant), "%s", tenant);
	acr_token_describe(app, ret, ACR_WHO_OTHER);
	return 0;
}

char *acr_application_wanted(const struct acr_app *app, const struct acr_ask *ask)
{
	const char *client = ask->client_id ? ask->client_id : acr_env(app, "AZURE_CLIENT_ID");

	return client ? acr_copy(client) : NULL;
}

int acr_check_application(const struct acr_app *app, const struct acr_ask *ask,
			  const char *variable, struct acr_error *error)
{
	const char *theirs = acr_env(app, "AZURE_CLIENT_ID");

	if (!theirs || !ask->client_id || strcasecmp(theirs, ask->client_id) == 0)
		return 0;
	return acr_raise(error, CREDENTIAL_OF_ANOTHER, variable, theirs, ask->client_id);
}

int acr_entra_assert(const struct acr_app *app, const struct acr_ask *ask, const char *authority,
		     const char *tenant, const char *client_id, const char *assertion,
		     struct acr_token *ret, struct acr_error *error)
{
	auto_secret form = { 0 };

	acr_form_add(&form, "grant_type", "client_credentials");
	acr_form_add(&form, "client_id", client_id);
	acr_form_add(&form, "client_assertion_type", ASSERTION_TYPE);
	acr_form_add(&form, "client_assertion", assertion);
	return acr_entra_redeem(app, authority, tenant, ask, &form, ret, error);
}

int acr_entra_secret(const struct acr_app *app, const struct acr_ask *ask, const char *authority,
		     const char *tenant, const char *client_id, const char *secret,
		     struct acr_token *ret, struct acr_error *error)
{
	auto_secret form = { 0 };

	acr_form_add(&form, "grant_type", "client_credentials");
	acr_form_add(&form, "client_id", client_id);
	acr_form_add(&form, "client_secret", secret);
	return acr_entra_redeem(app, authority, tenant, ask, &form, ret, error);
}
