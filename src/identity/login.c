/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Our own sign-in: uses the refresh token that `docker-credential-acr login` received. Entra ID
 * returns a new one with each token, which replaces the old one.
 */
#include <stdio.h>
#include <string.h>

#include "acr/sign_in.h"
#include "identity/login.h"
#include "identity/run_cli.h"

/* Keeps Entra ID's code and status for callers that act on it, and tells the user what to do. */
static int tell(const struct acr_app *app, const struct acr_sign_in *kept, struct acr_error *error)
{
	auto_string command = acr_format("%s login%s%s", app->program, *kept->registry ? " " : "",
					 kept->registry);

	error->terse = false;
	return acr_context(error, SIGN_IN_EXPIRED, kept->who, command);
}

static int raise_nobody(const struct acr_app *app, struct acr_error *error)
{
	auto_string command = acr_format("%s login", app->program);

	return acr_raise(error, NOT_SIGNED_IN, app->program, command);
}

/* The sign-in for all registries is valid only for registries of its cloud. */
static int raise_other_cloud(const struct acr_ask *ask, const struct acr_sign_in *kept,
			     struct acr_error *error)
{
	acr_raise(error, SIGN_IN_OTHER_CLOUD, kept->who, kept->authority, ask->registry->host,
		  ask->registry->cloud->name);
	if (error && !*kept->registry)
		error->kind = ACR_NOT_SET_UP;
	return -1;
}

static int redeem(const struct acr_app *app, const struct acr_ask *ask, const char *authority,
		  const struct acr_sign_in *kept, const struct acr_secret *token,
		  struct acr_token *ret, struct acr_error *error)
{
	const struct acr_speaker entra = { ACR_ENTRA_NAME, authority, ACR_ORIGIN_ENTRA };
	const char *tenant = ask->tenant ? ask->tenant : kept->tenant;
	auto_secret form = { 0 }, next = { 0 };
	auto_json json = NULL;
	const char *rolled;

	if (!acr_tenant_fits(tenant))
		return acr_raise(error, TENANT_INVALID, tenant);
	auto_string scope = acr_audience_scope(ask->audience, ACR_SIGN_IN_SCOPES);
	acr_form_add(&form, "grant_type", "refresh_token");
	acr_form_add(&form, "client_id", kept->client_id);
	acr_form_add(&form, "refresh_token", acr_secret_text(token));
	acr_form_add(&form, "scope", scope);
	acr_exchange_warm(app, ask->registry);
	if (acr_entra_post(app, authority, tenant, "token", &form, &json, error) ||
	    acr_oauth_token(app, &entra, json, ret, error))
		return -1;
	snprintf(ret->tenant, sizeof(ret->tenant), "%s", tenant);
	acr_token_describe(app, ret, ACR_WHO_OTHER);
	rolled = acr_json_string(json, "refresh_token");
	if (rolled && acr_token_fits(rolled) && !acr_secret_equals(token, rolled)) {
		acr_secret_add(&next, rolled);
		acr_sign_in_roll(app, kept, &next);
	}
	return 0;
}

/* The sign-in for the registry itself, for a regional endpoint also that for its registry;
 * otherwise the one for all. */
static int find(const struct acr_app *app, const struct acr_registry *registry,
		struct acr_sign_in *ret, struct acr_error *error)
{
	struct acr_error failure = { 0 };
	char server[ACR_HOST_MAX];

	acr_registry_login_server(registry, server);
	if (acr_sign_in_find(app, registry->host, ret, &failure) == 0) {
		if (*ret->registry || strcmp(server, registry->host) == 0)
			return 0;
	} else if (failure.kind != ACR_NOT_FOUND) {
		if (error)
			*error = failure;
		return -1;
	}
	return acr_sign_in_find(app, server, ret, error);
}

static int acquire(const struct acr_app *app, const struct acr_ask *ask, struct acr_token *ret,
		   struct acr_error *error)
{
	struct acr_error failure = { 0 };
	auto_sign_in kept = { 0 };
	auto_secret token = { 0 };
	const char *authority;

	if (find(app, ask->registry, &kept, &failure)) {
		if (failure.kind == ACR_NOT_FOUND)
			return raise_nobody(app, error);
		if (error)
			*error = failure;
		return -1;
	}
	if (!acr_azure_environment(ask->registry, kept.authority))
		return raise_other_cloud(ask, &kept, error);
	if (acr_entra_authority(app, ask->registry, &authority, error))
		return -1;
	if (ask->dry_run) {
		ret->who = acr_who(ACR_WHO_USER, NULL, kept.who, NULL);
		return 0;
	}
	if (acr_sign_in_token(app, &kept, &token, error))
		return -1;
	if (redeem(app, ask, authority, &kept, &token, ret, &failure) == 0)
		return 0;
	if (error)
		*error = failure;
	return failure.kind == ACR_REFUSED && error ? tell(app, &kept, error) : -1;
}

/* A sign-in for a single registry changes its state file, which is part of the fingerprint
 * already. */
static char *file(const struct acr_app *app)
{
	return acr_sign_in_path(app);
}

const struct acr_identity acr_identity_login = {
	.name = "login",
	.developer = true,
	.named = true,
	.apart = true, /* a registry may have a sign-in of its own */
	.summary = N_("the user signed in with `docker-credential-acr login`"),
	.file = file,
	.acquire = acquire,
};
