/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `kubelet`: a credential provider plugin (kubernetes.io, "Configure a kubelet image credential
 * provider"; KEP-2133, KEP-4412) that replaces acr-credential-provider and has the same command
 * line. kubelet starts it when an image is pulled, caches the response for "cacheDuration", and
 * writes stderr to its log.
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
#include "explain/language.h"
#include "front/front.h"
#include "kubelet/kubelet.h"

#define UNKNOWN_LIFE 600	/* seconds that a login without expiry is cached */
#define LONGEST_LIFE (3 * 3600) /* lifetime of a registry's token in seconds */
#define CLOCK_SKEW   300	/* maximum clock skew in seconds, the same as in Entra ID */

enum { MIRROR, SNI_NAME, API_SERVER, DEFAULT_CLIENT, DEFAULT_TENANT, NODE_IDENTITY, LEVEL };

static const struct acr_option options[] = {
	[MIRROR] = { "registry-mirror", "FROM:TO,...",
		     N_("pull images below FROM (a registry, or one with a path) from TO"), 'r' },
	[SNI_NAME] = { "ib-sni-name", "NAME",
		       N_("identity bindings are not supported: every pod is denied") },
	[API_SERVER] = { "ib-apiserver-ip", "ADDRESS", N_("accepted (see --ib-sni-name)") },
	[DEFAULT_CLIENT] = { "ib-default-client-id", "ID", N_("accepted (see --ib-sni-name)") },
	[DEFAULT_TENANT] = { "ib-default-tenant-id", "ID", N_("accepted (see --ib-sni-name)") },
	[NODE_IDENTITY] = { "node-identity", NULL,
			    N_("pull with the identity of the node for pods without their own "
			       "identity") },
	[LEVEL] = { "v", "LEVEL",
		    N_("accepted and ignored; DOCKER_CREDENTIAL_ACR_LOG=debug prints more"), 'v' },
	{ 0 },
};

/* The remaining lifetime of a login in seconds. The broker's value, measured since it got the
 * token, does not depend on this machine's clock; a login that the user stored has only its
 * claims. */
static int64_t left_of(const struct acr_app *app, const struct acr_login *login, int64_t counted)
{
	struct acr_error ignored = { 0 };
	auto_json claims = NULL;
	int64_t ends, begins, left;

	if (counted > 0)
		return counted;
	if (acr_jwt_claims(acr_secret_text(&login->secret), login->secret.length, &claims,
			   &ignored))
		return UNKNOWN_LIFE;
	ends = acr_json_int(claims, "exp", 0);
	begins = acr_json_int(claims, "iat", ends);
	left = ends - app->clock.wall(app);
	/* A clock that is behind must not make the remaining lifetime longer than the lifetime. */
	return begins < ends && left > ends - begins ? ends - begins : left;
}

/* How long kubelet may cache the login: most of the remaining lifetime, with time left for a pull
 * that has begun, and varied between nodes that started at the same time. Never longer than the
 * lifetime of a registry's token, whatever the token says, and not up to the last minutes, since
 * the remaining lifetime may be based on a clock that is behind (a token that a client or a user
 * stored, an entry from before a reboot). */
static int64_t life_of(const struct acr_app *app, const struct acr_login *login, int64_t counted)
{
	uint64_t spread = (uint64_t)app->clock.boot(app) * UINT64_C(0x9e3779b97f4a7c15) >> 32;
	int64_t left = left_of(app, login, counted), life;

	if (left <= CLOCK_SKEW)
		return 0;
	if (left > LONGEST_LIFE)
		left = LONGEST_LIFE;
	life = left * 75 / 100 + left * 15 / 100 * (int64_t)(spread % 1000) / 1000;
	return life < left - CLOCK_SKEW ? life : left - CLOCK_SKEW;
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

/* `login` NULL: pull anonymously. `left`: remaining lifetime in seconds, as far as the broker
 * knows. */
static int answer(const struct acr_app *app, const char *version,
		  const struct acr_kubelet_source *source, const struct acr_login *login,
		  int64_t left)
{
	auto_secret json = { 0 };

	acr_secret_format(&json,
			  "{\"kind\":\"CredentialProviderResponse\",\"apiVersion\":\"%s\","
			  "\"cacheKeyType\":\"%s\",\"cacheDuration\":\"%llds\",\"auth\":{",
			  version, source->by_image ? "Image" : "Registry",
			  login ? (long long)life_of(app, login, left) : 0LL);
	if (login) {
		add_key(&json, source->from ? source->from : source->asked, login);
		if (source->from)
			add_key(&json, source->registry.host, login);
	}
	/* kubelet asks its providers in order: the registry may allow anonymous pull. */
	if (source->ours)
		acr_secret_add(&json, "\"*.azurecr.*\":{\"username\":\"\",\"password\":\"\"}");
	acr_secret_add(&json, "}}\n");
	if (acr_docker_answer(app, &json))
		return 1;
	acr_answer_is_out();
	return 0;
}

/*
 * Selects whose identity pulls. If pods have tokens, a pod without an identity of its own gets
 * none, as with acr-credential-provider: the node's identity could pull images that the pod may
 * not. A mirrored image is pulled by the node, and a pod's token is not used for it.
 */
static int choose_principal(const struct acr_kubelet_request *request,
			    const struct acr_kubelet_source *source, const char *const *values,
			    enum acr_principal *ret, struct acr_error *error)
{
	bool bindings = values[SNI_NAME] || values[API_SERVER] || values[DEFAULT_CLIENT] ||
			values[DEFAULT_TENANT];
	bool token = request->token.length > 0;

	if (source->from)
		*ret = ACR_FOR_MIRROR;
	else if (token && request->client_id && !bindings)
		*ret = ACR_FOR_POD;
	else if ((!token && !bindings) || (values[NODE_IDENTITY] && !request->client_id))
		*ret = ACR_FOR_NODE;
	else if (bindings)
		return acr_raise(error, POD_BINDINGS);
	else
		return acr_raise(error, POD_NO_IDENTITY);
	return 0;
}

/* An environment for the identities, or an error. */
static int choose_identity(struct acr_app *app, const char *file,
			   const struct acr_kubelet_request *request,
			   const struct acr_kubelet_source *source,
			   struct acr_kubelet_environment *ret, struct acr_error *error)
{
	auto_string usual = acr_system_path(app, ACR_NODE_FILE);
	auto_node node = { 0 };

	if (!file && access(usual, F_OK) == 0)
		file = usual;
	if (file && acr_node_read(file, &node, error))
		return -1;
	if (app->principal == ACR_FOR_POD)
		return acr_kubelet_be_pod(app, request, &node, ret, error);
	if (file)
		acr_kubelet_be_node(app, source->registry.host, &node, ret);
	return 0;
}

/* Load the configuration again, in the selected environment. */
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
	auto_kubelet_source source = { 0 };

	app->deadline = app->clock.boot(app) + ACR_BUDGET_GET;
	if (acr_kubelet_request_read(app, &request, &error) || acr_front_begin(app, &error)) {
		acr_say_error(app, &error);
		return 1;
	}
	acr_kubelet_source_find(app, request.image, values[MIRROR], &source);
	if (!source.ours)
		return answer(app, request.version, &source, NULL, 0);
	if (choose_principal(&request, &source, values, &app->principal, &error) ||
	    choose_identity(app, arguments[0], &request, &source, &environment, &error) ||
	    enter(app, &environment, &error)) {
		acr_say_error(app, &error);
		return 1;
	}
	acr_secret_add(&server, source.registry.host);
	acr_front_limit(app, source.registry.host);
	if (acr_get(app, &server, &login, &report, &error) == 0)
		return answer(app, request.version, &source, &login, report.left);
	if (error.kind == ACR_REFUSED && !source.from &&
	    acr_kubelet_is_public(app, &source.registry, request.image)) {
		acr_context(&error, POD_ANONYMOUS);
		acr_say_error(app, &error);
		return answer(app, request.version, &source, NULL, 0);
	}
	acr_explain(app, &report, &error);
	return error.kind == ACR_NOT_FOUND ? answer(app, request.version, &source, NULL, 0) : 1;
}

const struct acr_command acr_command_kubelet = {
	.name = "kubelet",
	.arguments = "[AZURE_JSON]",
	.summary = N_("provide the login for an image to kubelet (credential provider plugin)"),
	.about = N_(
		"Reads a CredentialProviderRequest (credentialprovider.kubelet.k8s.io/v1) from "
		"stdin and prints the CredentialProviderResponse. The file AZURE_JSON specifies "
		"the identity of the node; the default is /etc/kubernetes/azure.json if it exists. "
		"When the program is started as acr-credential-provider, it runs this command."),
	.options = options,
	.most = 1,
	.alias = "acr-credential-provider",
	.run = kubelet,
};
