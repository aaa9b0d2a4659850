/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Check: DOCKER_AUTH_CONFIG, which takes precedence over all helpers for the hosts that it lists
 * (docker 28.3 and later). docker accepts only {"auths":{"HOST":{"auth":"..."}}}: with any other
 * field it prints a warning and ignores the variable (docker/cli, cli/config/configfile/file.go).
 * This check parses it in the same way and tries the login in it.
 */
#include <string.h>

#include "base/json.h"
#include "base/jwt.h"
#include "diagnose/docker.h"
#include "diagnose/rights.h"
#include "explain/error_words.h"
#include "explain/language.h"

/* Returns the first part that docker does not accept; NULL if it accepts all. */
static const char *stranger(struct json_object *json)
{
	struct json_object *auths = acr_json_member(json, "auths");

	if (!json_object_is_type(json, json_type_object))
		return "{}";
	json_object_object_foreach(json, key, value)
	{
		(void)value;
		if (strcmp(key, "auths") != 0)
			return key;
	}
	if (auths && !json_object_is_type(auths, json_type_object))
		return "auths";
	if (!auths)
		return NULL;
	json_object_object_foreach(auths, host, entry)
	{
		if (!json_object_is_type(entry, json_type_object))
			return host;
		json_object_object_foreach(entry, field, content)
		{
			if (strcmp(field, "auth") != 0 ||
			    !json_object_is_type(content, json_type_string))
				return field;
		}
	}
	return NULL;
}

static void try_login(const struct acr_app *app, const struct acr_case *subject, const char *auth,
		      struct acr_check_result *ret)
{
	auto_secret plain = { 0 }, password = { 0 }, actions = { 0 };
	struct acr_error error = { 0 };
	auto_string user = NULL;
	const char *colon;

	if (!acr_base64_decode(auth, strlen(auth), &plain) ||
	    !(colon = strchr(acr_secret_text(&plain), ':'))) {
		acr_check_say(ret, ACR_VERDICT_WARNING, "%s",
			      _("takes precedence over this helper for the registry, but has no "
				"user name and password"));
		return;
	}
	user = acr_format("%.*s", (int)(colon - acr_secret_text(&plain)), acr_secret_text(&plain));
	acr_secret_add(&password, colon + 1);
	if (acr_rights_try(app, subject, user, &password, &actions, &error) == 0) {
		acr_check_say(ret, ACR_VERDICT_WARNING,
			      _("takes precedence over this helper for the registry, with the "
				"login of %s"),
			      user);
		return;
	}
	if (error.kind != ACR_REFUSED) {
		auto_string why = acr_error_words(&error);

		acr_check_say(ret, ACR_VERDICT_WARNING,
			      _("takes precedence over this helper for the registry: %s"), why);
		return;
	}
	acr_check_fail(app, subject, ACR_VERDICT_PROBLEM, &error, ret);
	acr_check_say(
		ret, ACR_VERDICT_PROBLEM,
		_("takes precedence over this helper, and the registry rejected the login of %s"),
		user);
	acr_facts_set(&ret->facts, ACR_FACT_USER, user);
}

static void run(struct acr_app *app, const struct acr_case *subject, struct acr_check_result *ret)
{
	const char *text = acr_env(app, "DOCKER_AUTH_CONFIG"), *wrong, *auth;
	auto_json json = NULL;

	if (!text) {
		acr_check_say(ret, ACR_VERDICT_OK, "%s", _("not set"));
		return;
	}
	if (acr_json_parse(text, strlen(text), &json, NULL)) {
		acr_check_say(ret, ACR_VERDICT_WARNING, "%s",
			      _("not valid JSON: docker prints a warning and ignores it"));
		return;
	}
	wrong = stranger(json);
	if (wrong) {
		acr_check_say(
			ret, ACR_VERDICT_WARNING,
			_("docker ignores the variable because of \"%.40s\" and uses this helper"),
			wrong);
		return;
	}
	auth = acr_json_string(
		acr_json_member(acr_json_member(json, "auths"), subject->registry.host), "auth");
	if (auth)
		try_login(app, subject, auth, ret);
	else
		acr_check_say(ret, ACR_VERDICT_OK, "%s", _("does not contain this registry"));
}

const struct acr_check_row acr_check_auth_variable = {
	.id = "auth-variable",
	.title = "DOCKER_AUTH_CONFIG",
	.about = ACR_ABOUT_REGISTRY,
	.needs = "firewall",
	.likely = 80,
	.run = run,
};
