/* SPDX-License-Identifier: Apache-2.0 */
/* Check: is the spelling one that docker accepts? The login server must be lowercase, and the image
 * name must follow the grammar of distribution. The portal and az show names in the case in which
 * they were created. */
#include <ctype.h>
#include <string.h>

#include "acr/check.h"
#include "explain/language.h"

/* Lowercase letters, digits, and separators between them. */
static bool is_repository(const char *name)
{
	bool inside = false;

	for (; *name; name++) {
		if (islower((unsigned char)*name) || isdigit((unsigned char)*name))
			inside = true;
		else if (inside && *name == '/')
			inside = false;
		else if (!inside || !strchr("._-", *name))
			return false;
	}
	return inside;
}

static bool has_capitals(const char *text)
{
	while (*text && !isupper((unsigned char)*text))
		text++;
	return *text != '\0';
}

static void image(const struct acr_case *subject, struct acr_check_result *ret)
{
	if (has_capitals(subject->repository)) {
		acr_check_say(ret, ACR_VERDICT_PROBLEM, _("image names must be lowercase: %s"),
			      subject->repository);
		acr_check_explain(subject, "image-name-uppercase", ret);
		return;
	}
	acr_check_say(ret, ACR_VERDICT_PROBLEM, _("%s is not a valid image name"),
		      subject->repository);
	acr_check_facts(subject, NULL, ret);
	acr_facts_set(&ret->facts, ACR_FACT_CHECK, "name-image");
}

static void run(struct acr_app *app, const struct acr_case *subject, struct acr_check_result *ret)
{
	(void)app;
	if (has_capitals(subject->typed)) {
		acr_check_say(ret, ACR_VERDICT_PROBLEM,
			      _("docker accepts lowercase names only: %s"), subject->registry.host);
		acr_check_facts(subject, NULL, ret);
		acr_facts_set(&ret->facts, ACR_FACT_TYPED, subject->typed);
		acr_facts_set(&ret->facts, ACR_FACT_CHECK, "name");
	} else if (*subject->repository && !is_repository(subject->repository)) {
		image(subject, ret);
	} else {
		acr_check_say(ret, ACR_VERDICT_OK, "%s", _("valid"));
	}
}

const struct acr_check_row acr_check_spelling = {
	.id = "spelling",
	.title = N_("spelling"),
	.about = ACR_ABOUT_REGISTRY,
	.needs = "name",
	.likely = 98,
	.run = run,
};
