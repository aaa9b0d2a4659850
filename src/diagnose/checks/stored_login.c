/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Check: a login that the user stored takes precedence over all identities. Does the registry still
 * accept it? Its user name tells its kind: the registry's name is the admin user, a GUID is a
 * service principal, anything else is a token with a scope map (learn.microsoft.com,
 * container-registry-authentication). If the registry allows anonymous pull, an expired login
 * prevents it.
 */
#include <string.h>
#include <strings.h>

#include "acr/broker.h"
#include "acr/store.h"
#include "diagnose/rights.h"
#include "explain/language.h"

static bool is_guid(const char *text)
{
	return strlen(text) == 36 && strspn(text, "0123456789abcdefABCDEF-") == 36 &&
	       text[8] == '-' && text[23] == '-';
}

static const char *kind_of(const struct acr_case *subject, const char *user)
{
	char name[ACR_HOST_MAX];

	acr_registry_name(&subject->registry, name);
	if (strcmp(user, ACR_NULL_GUID) == 0 || strcmp(user, "<token>") == 0)
		return "stored-login";
	return strcasecmp(user, name) == 0 ? "stored-login-admin"
	       : is_guid(user)		   ? "stored-login-principal"
					   : "stored-login-token";
}

static void refused(const struct acr_app *app, const struct acr_case *subject,
		    const struct acr_login *login, const struct acr_error *error,
		    struct acr_check_result *ret)
{
	bool reader = !*subject->action || strcmp(subject->action, "pull") == 0;

	acr_check_fail(app, subject, ACR_VERDICT_PROBLEM, error, ret);
	acr_check_say(ret, ACR_VERDICT_PROBLEM, _("the registry rejected the stored login of %s"),
		      login->username);
	acr_facts_set(&ret->facts, ACR_FACT_USER, login->username);
	acr_facts_set(&ret->facts, ACR_FACT_CHECK, kind_of(subject, login->username));
	if (is_guid(login->username))
		acr_facts_set(&ret->facts, ACR_FACT_CLIENT_ID, login->username);
	if (reader && *acr_case_found(subject, ACR_FOUND_ANONYMOUS))
		acr_facts_set(&ret->facts, ACR_FACT_CHECK, "stored-login-anonymous");
	acr_check_found(ret, ACR_FOUND_STORED, "refused");
	if (error->status == 429)
		acr_check_found_number(ret, ACR_FOUND_THROTTLED, error->retry_after);
}

static void taken(const struct acr_case *subject, const struct acr_login *login,
		  const char *actions, struct acr_check_result *ret)
{
	const char *wanted = *subject->action ? subject->action : "pull";

	acr_check_found(ret, ACR_FOUND_STORED, "good");
	acr_check_found(ret, ACR_FOUND_ACTIONS, actions);
	if (acr_rights_hold(actions, "pull")) {
		acr_check_found(ret, ACR_FOUND_STORED_USER, login->username);
		acr_check_found(ret, ACR_FOUND_STORED_SECRET, acr_secret_text(&login->secret));
	}
	if (!*subject->repository) {
		acr_check_say(ret, ACR_VERDICT_OK, _("%s, accepted by the registry"),
			      login->username);
	} else if (acr_rights_hold(actions, wanted)) {
		acr_check_say(ret, ACR_VERDICT_OK, _("%s is allowed to %s %s"), login->username,
			      actions, subject->repository);
	} else {
		acr_check_say(ret, ACR_VERDICT_PROBLEM, _("%s is not allowed to %s %s"),
			      login->username, wanted, subject->repository);
		acr_rights_facts(subject, wanted, ret);
		acr_facts_set(&ret->facts, ACR_FACT_USER, login->username);
		acr_facts_set(&ret->facts, ACR_FACT_WHO, login->username);
		if (strcmp(kind_of(subject, login->username), "stored-login-token") == 0)
			acr_facts_set(&ret->facts, ACR_FACT_CHECK, "access-scope-map");
		if (is_guid(login->username))
			acr_facts_set(&ret->facts, ACR_FACT_CLIENT_ID, login->username);
	}
}

static void none(const struct acr_case *subject, bool signed_out, struct acr_check_result *ret)
{
	if (!signed_out) {
		acr_check_say(ret, ACR_VERDICT_OK, "%s", _("none; an identity is used"));
		return;
	}
	acr_check_found(ret, ACR_FOUND_SIGNED_OUT, "yes");
	if (*acr_case_found(subject, ACR_FOUND_ANONYMOUS)) {
		acr_check_say(ret, ACR_VERDICT_OK, "%s",
			      _("none, and signed out: pulls are anonymous"));
		return;
	}
	acr_check_say(ret, ACR_VERDICT_PROBLEM, "%s",
		      _("none, and signed out: no identity is used either"));
	acr_check_explain(subject, "signed-out", ret);
}

static void run(struct acr_app *app, const struct acr_case *subject, struct acr_check_result *ret)
{
	const char *host = subject->registry.host;
	struct acr_error error = { 0 };
	struct acr_state state = { 0 };
	auto_secret actions = { 0 };
	auto_login login = { 0 };

	if (acr_state_read(app, host, &state, &error)) {
		acr_check_fail(app, subject, ACR_VERDICT_PROBLEM, &error, ret);
		return;
	}
	if (acr_keychain_find(app, host, &login, &error)) {
		if (error.kind == ACR_NOT_FOUND)
			none(subject, state.signed_out, ret);
		else
			acr_check_fail(app, subject,
				       state.stored_login ? ACR_VERDICT_PROBLEM
							  : ACR_VERDICT_WARNING,
				       &error, ret);
		return;
	}
	/* This login was stored by az acr login through another helper. `get` ignores it, so this
	 * check does too. */
	if (!state.stored_login && strcmp(kind_of(subject, login.username), "stored-login") == 0)
		none(subject, state.signed_out, ret);
	else if (acr_rights_try(app, subject, login.username, &login.secret, &actions, &error) == 0)
		taken(subject, &login, acr_secret_text(&actions), ret);
	else if (error.kind == ACR_REFUSED)
		refused(app, subject, &login, &error, ret);
	else
		acr_check_fail(app, subject, ACR_VERDICT_PROBLEM, &error, ret);
}

const struct acr_check_row acr_check_stored_login = {
	.id = "stored-login",
	.title = N_("stored login"),
	.about = ACR_ABOUT_REGISTRY,
	.needs = "firewall",
	.after = "anonymous challenge",
	.likely = 86,
	.run = run,
};
