/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decides where a CI job's own token may be sent to be exchanged. The URL comes from the
 * environment, which a step of the job, or code that it checked out, can change, so its host must
 * be one of the CI system. Other variables are not trusted either: self-hosted servers must be
 * listed in a configuration file ("ci_hosts").
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "acr/config.h"
#include "base/url.h"
#include "identity/internal.h"

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-"

/* "NAME" matches only this host, "*.NAME" one label before it, "**.NAME" one or more. */
static bool matches(const char *host, const char *pattern)
{
	bool deep = strncmp(pattern, "**.", 3) == 0, below = deep || strncmp(pattern, "*.", 2) == 0;
	const char *name = pattern + (deep ? 2 : 1); /* from its dot on */
	size_t length = strlen(host), end, labels;

	if (!below)
		return strcasecmp(host, pattern) == 0;
	end = strlen(name);
	if (length <= end || strcasecmp(host + length - end, name) != 0)
		return false;
	labels = strspn(host, deep ? LETTERS "." : LETTERS);
	return labels >= length - end && host[0] != '.' && !strstr(host, "..");
}

/* GitHub Enterprise Cloud with data residency: each tenant has its hosts below ghe.com, and the
 * job's server variable names the tenant. It can only narrow the built-in pattern (docs.github.com,
 * "OpenID Connect reference", on GHE.com). */
static bool is_tenants(const struct acr_app *app, const struct acr_ci *ci, const char *host)
{
	char server[ACR_HOST_MAX];

	(void)acr_url_host(ci->tenant_variable ? acr_env(app, ci->tenant_variable) : NULL, server,
			   sizeof(server));
	if (!ci->tenants || !matches(server, ci->tenants))
		return false;
	auto_string tokens = acr_format("**.actions.%s", server);
	return matches(host, server) || matches(host, tokens);
}

static bool is_configured(const struct acr_app *app, const char *host)
{
	const char *next = acr_config_get(app->config, NULL, "ci_hosts");
	size_t size = strlen(host);

	while (next && *next) {
		size_t length = strcspn(next, ",");

		if (length == size && strncasecmp(next, host, size) == 0)
			return true;
		next += length + (next[length] == ',');
	}
	return false;
}

int acr_ci_check(const struct acr_app *app, const struct acr_ci *ci, const char *url,
		 struct acr_error *error)
{
	char host[ACR_HOST_MAX];
	auto_string file = NULL;

	(void)acr_url_host(url, host, sizeof(host));
	if (!host[0])
		return acr_raise(error, CI_URL_INVALID, ci->variable);
	for (const char *const *row = ci->hosts; *row; row++)
		if (matches(host, *row))
			return 0;
	if (is_tenants(app, ci, host) || is_configured(app, host))
		return 0;
	file = acr_config_path(app, true);
	if (!file)
		file = acr_config_path(app, false);
	return acr_raise(error, CI_HOST_FOREIGN, ci->variable, host, ci->name, file, app->program);
}
