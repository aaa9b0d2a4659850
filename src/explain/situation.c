/* SPDX-License-Identifier: Apache-2.0 */
/* The table of environments in which clients run, with the remedies for each; rules describe causes
 * and do not depend on the environment. */
#include "explain/situation.h"

#include <string.h>

#include "acr/config.h"
#include "explain/language.h"
#include "explain/sanitize.h"

/* A log names its CI system at its beginning and at its end; the middle of a long one is not
 * searched. */
#define EDGE ((size_t)64 * 1024)

#define STEP(say, command)                                                                         \
	{                                                                                          \
		say, command                                                                       \
	}
#define SAY(say)                                                                                   \
	{                                                                                          \
		say, NULL                                                                          \
	}
#define SITUATION(id, kind, words, variables, step) { id, ACR_##kind, words, variables, step },

static const struct acr_situation situations[] = {
#include "explain/situations.def"
	{ .id = NULL },
};

static const struct acr_situation *by_id(const char *id)
{
	for (const struct acr_situation *one = situations; one->id; one++)
		if (strcmp(one->id, id) == 0)
			return one;
	return NULL;
}

static bool has(const char *text, size_t length, const char *words)
{
	const char *word;
	size_t size;

	while (acr_words_next(&words, &word, &size))
		if (acr_words_find(text, length, word, size))
			return true;
	return false;
}

const struct acr_situation *acr_situation_of_text(const char *text, size_t length)
{
	size_t edge = length < EDGE ? length : EDGE;

	for (const struct acr_situation *one = situations; one->id; one++)
		if (has(text, edge, one->words) ||
		    (length > edge && has(text + length - edge, edge, one->words)))
			return one;
	return NULL;
}

static bool is_set(const struct acr_app *app, const char *variables)
{
	const char *word;
	size_t length;

	while (acr_words_next(&variables, &word, &length)) {
		auto_string name = acr_format("%.*s", (int)length, word);
		const char *value = acr_env(app, name);

		if (value && *value && strcmp(value, "false") != 0)
			return true;
	}
	return false;
}

const struct acr_situation *acr_situation_of_process(const struct acr_app *app, const char *host)
{
	const char *pinned =
		app->config && *host ? acr_config_get(app->config, host, "identity") : NULL;

	if (pinned && strcmp(pinned, "managed-identity") == 0)
		return by_id("managed-identity-only");
	if (app->principal != ACR_FOR_USER)
		return by_id(app->principal == ACR_FOR_POD ? "pod" : "node");
	for (const struct acr_situation *one = situations; one->id; one++)
		if (is_set(app, one->variables))
			return one;
	return NULL;
}

const struct acr_situation *acr_situation_of_facts(const struct acr_facts *facts)
{
	return by_id(acr_facts_get(facts, ACR_FACT_SITUATION));
}

/* A remedy that only an interactive user can follow, as a command or a sentence. */
static bool is_sign_in(const char *words)
{
	return words &&
	       acr_words_has(words, "az login|az logout|az account clear|docker-credential-acr "
				    "login|azd auth login") &&
	       !acr_words_has(words, "--identity|--allow-no-subscriptions|--service-principal");
}

const struct acr_step_row *acr_situation_step(const struct acr_situation *situation,
					      const struct acr_step_row *step)
{
	static const struct acr_step_row engine =
		SAY("A CI job: use a runner that has an engine, or declare one as a service of "
		    "the job (docker:dind) and set DOCKER_HOST to it.");
	const char *command = step->command ? step->command : "";

	if (!situation)
		return step;
	if (situation->kind == ACR_JOB && acr_words_has(command, "systemctl start docker"))
		return &engine;
	if (is_sign_in(step->command) || is_sign_in(step->say) ||
	    (situation->kind == ACR_CLUSTER && acr_words_has(command, "az aks ")))
		return &situation->step;
	return step;
}
