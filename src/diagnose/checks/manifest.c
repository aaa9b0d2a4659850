/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Check: does the image exist? Requests its manifest with the token that docker would use, to tell
 * a missing image from a missing permission: the repository or the tag does not exist, the image is
 * quarantined or locked, or the source of a cache rule denies access. In all these cases the login
 * works.
 */
#include <string.h>

#include "diagnose/content.h"
#include "diagnose/network.h"
#include "explain/language.h"

/* Quarantined images look as if they did not exist (github.com/Azure/acr,
 * docs/preview/quarantine). */
static bool keeps_in_quarantine(const struct acr_case *subject)
{
	auto_json json = acr_case_json(subject, ACR_FOUND_SETTINGS);
	const char *status = acr_json_string(
		acr_json_member(acr_json_member(acr_json_member(json, "properties"), "policies"),
				"quarantinePolicy"),
		"status");
	return status && strcmp(status, "enabled") == 0;
}

static void add_sentence(struct acr_secret *reason, const char *sentence)
{
	if (*sentence)
		acr_secret_format(reason, "%s%s", reason->length ? ". " : "", sentence);
}

static void tell_why(const struct acr_secret *reason, struct acr_check_result *ret)
{
	if (reason->length)
		acr_check_detail(ret, "%s", acr_secret_text(reason));
	acr_facts_set(&ret->facts, ACR_FACT_REASON, acr_secret_text(reason));
}

static void missing(struct acr_app *app, const struct acr_case *subject,
		    const struct acr_puller *puller, struct acr_check_result *ret)
{
	auto_string name = acr_content_name(subject, subject->reference);
	auto_string rule = acr_cache_rule_find(app, subject);
	bool digest = acr_content_is_digest(subject->reference);
	auto_secret reason = { 0 };
	auto_names names = { 0 };
	enum acr_verdict verdict;

	acr_names_look(app, subject, puller, &names);
	/* A user who gives only a repository may intend another tag than "latest", the default of
	 * docker. */
	verdict = subject->untagged && !names.no_repository ? ACR_VERDICT_WARNING
							    : ACR_VERDICT_PROBLEM;
	if (names.no_repository)
		acr_check_say(ret, ACR_VERDICT_PROBLEM,
			      _("repository %s does not exist; your login works"),
			      subject->repository);
	else if (names.listed)
		acr_check_say(ret, verdict, _("the manifest of %s is missing; your login works"),
			      name);
	else
		acr_check_say(ret, verdict, _("%s does not exist; your login works"), name);
	acr_check_explain(subject, digest || names.listed ? "manifest-missing" : "image-missing",
			  ret);
	add_sentence(&reason, names.sentence);
	add_sentence(&reason, rule);
	if (keeps_in_quarantine(subject))
		add_sentence(&reason, _("The registry's quarantine policy is enabled: images in "
					"quarantine are hidden"));
	tell_why(&reason, ret);
}

/* The token allows pull, so it is the source of a cache rule that denies access. */
static void denied(struct acr_app *app, const struct acr_case *subject,
		   struct acr_check_result *ret)
{
	auto_string rule = acr_cache_rule_find(app, subject);
	auto_secret reason = { 0 };

	acr_facts_set(&ret->facts, ACR_FACT_CHECK, "manifest-unauthorized");
	add_sentence(&reason, rule);
	tell_why(&reason, ret);
}

static void look(struct acr_app *app, const struct acr_case *subject,
		 const struct acr_puller *puller, const struct acr_secret *token,
		 struct acr_check_result *ret)
{
	auto_string path = acr_format("%s/manifests/%s", subject->repository, subject->reference);
	auto_string name = acr_content_name(subject, subject->reference);
	struct acr_error error = { 0 };
	auto_response answer = { 0 };

	if (acr_content_get(app, subject, token, path, acr_content_manifest, &answer, &error)) {
		/* The manifest is larger than the limit, so it exists. */
		if (acr_error_is(&error, RESPONSE_TOO_LARGE))
			acr_check_say(ret, ACR_VERDICT_OK, _("%s exists"), name);
		else
			acr_check_fail(app, subject, ACR_VERDICT_PROBLEM, &error, ret);
	} else if (answer.status == 200) {
		acr_check_say(ret, ACR_VERDICT_OK, _("%s exists"), name);
		acr_check_found(ret, ACR_FOUND_MANIFEST, acr_secret_text(&answer.body));
		acr_check_found(ret, ACR_FOUND_PULL_TOKEN, acr_secret_text(token));
	} else if (acr_check_refusal(subject->registry.host, &answer, &error) &&
		   acr_content_is_unknown(&error)) {
		missing(app, subject, puller, ret);
	} else {
		acr_content_refused(app, subject, &error, ret);
		if (error.status == 401 && ret->verdict == ACR_VERDICT_PROBLEM)
			denied(app, subject, ret);
	}
}

/* Does it contain only characters of a tag or a digest, so that it is safe to use in a URL? */
static bool is_reference(const char *text)
{
	return text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				 "._-:")] == '\0';
}

static void run(struct acr_app *app, const struct acr_case *subject, struct acr_check_result *ret)
{
	auto_string scope = acr_format("repository:%s:pull", subject->repository);
	struct acr_error error = { 0 };
	auto_secret token = { 0 };
	auto_puller puller = { 0 };

	if (!*subject->reference || !is_reference(subject->reference))
		acr_check_say(ret, ACR_VERDICT_SKIPPED, "%s", _("no image was specified"));
	else if (strcmp(subject->action, "push") == 0)
		acr_check_say(ret, ACR_VERDICT_SKIPPED, "%s",
			      _("a push does not require an existing image"));
	else if (!acr_puller_find(subject, &puller))
		acr_check_say(ret, ACR_VERDICT_SKIPPED, "%s",
			      _("requires a login that is allowed to pull the image"));
	else if (acr_puller_token(app, subject, &puller, scope, &token, &error))
		acr_check_say_error(ret, ACR_VERDICT_WARNING, &error);
	else
		look(app, subject, &puller, &token, ret);
}

const struct acr_check_row acr_check_manifest = {
	.id = "manifest",
	.title = N_("manifest"),
	.about = ACR_ABOUT_REGISTRY,
	.needs = "spelling firewall",
	.after = "access stored-login anonymous settings",
	.budget = 12000,
	.likely = 78,
	.advises = true,
	.run = run,
};
