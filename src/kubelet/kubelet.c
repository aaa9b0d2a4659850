/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `kubelet`: a credential provider plugin (kubernetes.io, "Configure a kubelet image credential
 * provider"; KEP-2133, KEP-4412), in the place of acr-credential-provider and with its command
 * line. Kubelet starts it when an image is to be pulled, keeps the answer for "cacheDuration", and
 * writes our stderr into its log. That is how a fleet is served: by kubelet itself.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "acr/broker.h"
#include "acr/config.h"
#include "acr/store.h"
#include "base/budget.h"
#include "base/json.h"
#include "base/jwt.h"
#include "explain/explain.h"
#include "front/front.h"
#include "kubelet/kubelet.h"

#define UNKNOWN_LIFE 600 /* seconds that a login without an end of its own is kept */

enum { MIRROR, SNI_NAME, API_SERVER, DEFAULT_CLIENT, DEFAULT_TENANT, LEVEL };

static const struct acr_option options[] = {
	[MIRROR] = { "registry-mirror", "FROM:TO,...",
		     "images of FROM are pulled from the registry TO", 'r' },
	[SNI_NAME] = { "ib-sni-name", "NAME",
		       "identity bindings: refused when a pod comes with one" },
	[API_SERVER] = { "ib-apiserver-ip", "ADDRESS", "accepted, see --ib-sni-name" },
	[DEFAULT_CLIENT] = { "ib-default-client-id", "ID", "accepted, see --ib-sni-name" },
	[DEFAULT_TENANT] = { "ib-default-tenant-id", "ID", "accepted, see --ib-sni-name" },
	[LEVEL] = { "v", "LEVEL", "accepted; DOCKER_CREDENTIAL_ACR_LOG=debug tells more", 'v' },
	{ 0 },
};

/* Which registry an image is pulled from, and under which names kubelet will look for it. */
struct source {
	char asked[ACR_HOST_MAX + 8]; /* as in the image, with a port if it has one */
	char mirrored[ACR_HOST_MAX];  /* TO of a mirror, "" for none */
	bool ours;
	struct acr_registry registry;
};

/* FROM:TO[,FROM:TO...]; FROM must be the whole host of the image. */
static void find_mirror(const char *mirrors, struct source *source)
{
	for (const char *next = mirrors; next && *next;) {
		size_t length, from;

		next += strspn(next, " ");
		from = strcspn(next, ":");
		length = strcspn(next, ",");
		if (from < length && from == strlen(source->asked) &&
		    strncasecmp(next, source->asked, from) == 0)
			snprintf(source->mirrored, sizeof(source->mirrored), "%.*s",
				 (int)(length - from - 1), next + from + 1);
		next += length + (next[length] == ',');
	}
	source->mirrored[strcspn(source->mirrored, " ")] = '\0';
}

static void find_source(const struct acr_app *app, const char *image, const char *mirrors,
			struct source *ret)
{
	size_t length = strcspn(image, "/");
	const char *host;

	*ret = (struct source){ 0 };
	if (!image[length] || length >= sizeof(ret->asked))
		return;
	snprintf(ret->asked, sizeof(ret->asked), "%.*s", (int)length, image);
	find_mirror(mirrors, ret);
	host = *ret->mirrored ? ret->mirrored : ret->asked;
	ret->ours = acr_registry_parse(app->config, host, strlen(host), &ret->registry);
}

/* How long kubelet may keep it: by the token's own end, with time left for a pull that has begun,
 * and not the same on every node that began at the same time. */
static int64_t life_of(const struct acr_app *app, const struct acr_login *login)
{
	struct acr_error ignored = { 0 };
	auto_json claims = NULL;
	int64_t ends, begins, left;
	uint64_t spread = (uint64_t)app->clock.boot(app) * UINT64_C(0x9e3779b97f4a7c15) >> 32;

	if (acr_jwt_claims(acr_secret_text(&login->secret), login->secret.length, &claims,
			   &ignored))
		return UNKNOWN_LIFE;
	ends = acr_json_int(claims, "exp", 0);
	begins = acr_json_int(claims, "iat", ends);
	left = ends - app->clock.wall(app);
	/* A clock that is behind must not make a token older than it can be. */
	if (begins < ends && left > ends - begins)
		left = ends - begins;
	if (left <= 0)
		return 0;
	return left * 75 / 100 + left * 15 / 100 * (int64_t)(spread % 1000) / 1000;
}

static void add_key(struct acr_secret *json, const char *key, const struct acr_login *login)
{
	acr_json_quote(json, key, strlen(key));
	acr_secret_add(json, ":{\"username\":");
	acr_json_quote(json, login->username, strlen(login->username));
	acr_secret_add(json, ",\"password\":");
	acr_json_quote(json, acr_secret_text(&login->secret), login->secret.length);
	acr_secret_add(json, "},");
}

/* `login` NULL: pull without one. */
static int answer(const struct acr_app *app, const char *version, const struct source *source,
		  const struct acr_login *login)
{
	auto_secret json = { 0 };

	acr_secret_format(&json,
			  "{\"kind\":\"CredentialProviderResponse\",\"apiVersion\":\"%s\","
			  "\"cacheKeyType\":\"Registry\",\"cacheDuration\":\"%llds\",\"auth\":{",
			  version, login ? (long long)life_of(app, login) : 0LL);
	if (login) {
		add_key(&json, source->asked, login);
		if (*source->mirrored)
			add_key(&json, source->mirrored, login);
	}
	/* Kubelet tries this one behind the others: a registry may allow anonymous pull. */
	if (source->ours)
		acr_secret_add(&json, "\"*.azurecr.*\":{\"username\":\"\",\"password\":\"\"}");
	acr_secret_add(&json, "}}\n");
	return acr_docker_answer(app, &json);
}

/* Who is to pull? An environment for the identities, or an error. */
static int choose_identity(struct acr_app *app, const char *file,
			   const struct acr_kubelet_request *request, const struct source *source,
			   bool bindings, struct acr_kubelet_environment *ret,
			   struct acr_error *error)
{
	auto_string usual = acr_system_path(app, ACR_NODE_FILE);
	bool pod = request->token.length > 0 && !*source->mirrored;
	auto_node node = { 0 };

	if (!file && access(usual, F_OK) == 0)
		file = usual;
	if (file && acr_node_read(file, &node, error))
		return -1;
	if (pod && bindings)
		return acr_fail(error, ACR_INVALID,
				"identity bindings (--ib-sni-name) are not supported here: use "
				"workload identity (serviceAccountTokenAudience "
				"api://AzureADTokenExchange), or the node's identity");
	app->principal = *source->mirrored ? ACR_FOR_MIRROR : ACR_FOR_NODE;
	if (pod && request->client_id)
		app->principal = ACR_FOR_POD;
	if (app->principal == ACR_FOR_POD)
		return acr_kubelet_be_pod(app, request, &node, ret, error);
	if (file)
		acr_kubelet_be_node(app, source->registry.host, &node, ret);
	return 0;
}

/* The config again, in the environment that was chosen. */
static int enter(struct acr_app *app, const struct acr_kubelet_environment *environment,
		 struct acr_error *error)
{
	struct acr_config *config = NULL;

	if (!environment->rows)
		return 0;
	app->environment = (const char *const *)environment->rows;
	if (acr_config_load(app, &config, error))
		return -1;
	acr_config_free((struct acr_config *)(uintptr_t)app->config);
	app->config = config;
	return 0;
}

static int kubelet(struct acr_app *app, char *const *arguments, const char *const *values)
{
	__attribute__((cleanup(
		acr_kubelet_environment_free))) struct acr_kubelet_environment environment = {
		.token = -1
	};
	auto_kubelet_request request = { 0 };
	struct acr_report report = { 0 };
	struct acr_error error = { 0 };
	auto_secret server = { 0 };
	auto_login login = { 0 };
	struct source source;

	app->deadline = app->clock.boot(app) + ACR_BUDGET_GET;
	if (acr_kubelet_request_read(app, &request, &error) || acr_front_begin(app, &error)) {
		acr_say(app, "%s", error.text);
		return 1;
	}
	find_source(app, request.image, values[MIRROR], &source);
	if (!source.ours)
		return answer(app, request.version, &source, NULL);
	if (choose_identity(app, arguments[0], &request, &source, values[SNI_NAME], &environment,
			    &error) ||
	    enter(app, &environment, &error)) {
		acr_say(app, "%s", error.text);
		return 1;
	}
	acr_secret_add(&server, source.registry.host);
	if (acr_get(app, &server, &login, &report, &error) == 0)
		return answer(app, request.version, &source, &login);
	if (error.kind == ACR_REFUSED && !*source.mirrored &&
	    acr_kubelet_is_public(app, &source.registry, request.image)) {
		acr_say(app,
			"%s; it lets anybody pull, so kubelet is told to go on without a login",
			error.text);
		return answer(app, request.version, &source, NULL);
	}
	acr_explain(app, &report, &error);
	return error.kind == ACR_NOT_FOUND ? answer(app, request.version, &source, NULL) : 1;
}

const struct acr_command acr_command_kubelet = {
	.name = "kubelet",
	.arguments = "[AZURE_JSON]",
	.summary = "give kubelet the login for an image (a credential provider plugin)",
	.about = "Reads a CredentialProviderRequest (credentialprovider.kubelet.k8s.io/v1) from "
		 "stdin and prints the\n"
		 "CredentialProviderResponse. Who the node is stands in AZURE_JSON "
		 "(" ACR_NODE_FILE "\n"
		 "where it is there). Started under the name acr-credential-provider the program "
		 "is this command.",
	.options = options,
	.most = 1,
	.alias = "acr-credential-provider",
	.run = kubelet,
};
