/* SPDX-License-Identifier: Apache-2.0 */
/* Converts an error and the report of the broker to facts. */
#include <stdio.h>
#include <string.h>

#include "acr/config.h"
#include "acr/rule.h"
#include "explain/extract.h"
#include "explain/situation.h"
#include "explain/variables.h"

static const char *const origins[] = { "here", "entra", "registry", "endpoint", "az", "keychain" };

void acr_facts_of_error(const struct acr_app *app, const struct acr_error *error,
			struct acr_facts *facts)
{
	auto_string data = acr_message_data(&error->message);
	auto_string text = acr_format("%s\n%s", data, error->sentence);
	auto_string ids = acr_message_names(&error->message);
	const struct acr_excerpt excerpt = { text, strlen(text), 0 };

	acr_facts_set(facts, ACR_FACT_KIND, acr_kind_name(error->kind));
	acr_facts_set(facts, ACR_FACT_ERROR, ids);
	acr_facts_set(facts, ACR_FACT_ORIGIN, origins[error->origin]);
	acr_facts_set_number(facts, ACR_FACT_STATUS, error->status);
	acr_facts_set_number(facts, ACR_FACT_RETRY_AFTER, error->retry_after);
	acr_facts_set(facts, ACR_FACT_HOST, error->host);
	acr_facts_set(facts, ACR_FACT_CORRELATION, error->correlation);
	acr_facts_set(facts, ACR_FACT_REASON, error->message.value);
	acr_extract_facts(app, &excerpt, facts);
	/* The error's own code takes precedence over one that was found in its text. */
	if (*error->code)
		acr_facts_set(facts, ACR_FACT_CODE, error->code);
	if (strncmp(error->code, "AADSTS", 6) == 0)
		acr_facts_set(facts, ACR_FACT_NUMBER, error->code + 6);
	if (*error->host)
		acr_facts_set(facts, ACR_FACT_HOST, error->host);
	if (!*acr_facts_get(facts, ACR_FACT_SENTENCE))
		acr_facts_set(facts, ACR_FACT_SENTENCE, error->sentence);
}

/* The step of the trail that this error belongs to, otherwise the last one. */
static const struct acr_step *step_of(const struct acr_trail *trail, const struct acr_error *error)
{
	for (size_t i = trail->count; i > 0; i--)
		if (strcmp(trail->steps[i - 1].error.message.value, error->message.value) == 0)
			return &trail->steps[i - 1];
	return trail->count ? &trail->steps[trail->count - 1] : NULL;
}

void acr_facts_of_who(const struct acr_who *who, struct acr_facts *facts)
{
	if (acr_who_is_known(who))
		acr_facts_set(facts, ACR_FACT_WHO, acr_who_line(who).text);
	if (who->tenant[0])
		acr_facts_set(facts, ACR_FACT_TENANT, who->tenant);
	acr_facts_set(facts, ACR_FACT_OBJECT, who->object);
	if (who->type == ACR_WHO_USER)
		acr_facts_set(facts, ACR_FACT_USER, who->name);
	else if (who->id[0])
		acr_facts_set(facts, ACR_FACT_CLIENT_ID, who->id);
}

/* If the identity is unknown: the one that the configuration and the environment select. */
static void take_asked(const struct acr_app *app, const struct acr_identity *identity,
		       const char *host, struct acr_facts *facts)
{
	static const struct {
		enum acr_fact fact;
		const char *key, *variable;
	} rows[] = {
		{ ACR_FACT_TENANT, "tenant", "AZURE_TENANT_ID" },
		{ ACR_FACT_CLIENT_ID, "client_id", "AZURE_CLIENT_ID" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *value =
			app->config ? acr_config_get(app->config, host, rows[i].key) : NULL;

		for (const char *const *name = identity->variables; name && *name && !value; name++)
			if (strcmp(*name, rows[i].variable) == 0)
				value = acr_env(app, *name);
		if (value && !*acr_facts_get(facts, rows[i].fact))
			acr_facts_set(facts, rows[i].fact, value);
	}
}

void acr_facts_of_situation(const struct acr_app *app, struct acr_facts *facts)
{
	const struct acr_situation *here =
		acr_situation_of_process(app, acr_facts_get(facts, ACR_FACT_REGISTRY));

	acr_facts_set(facts, ACR_FACT_SITUATION, here ? here->id : NULL);
}

/* An invalid value of a variable explains why an identity that reads it was rejected or is partly
 * set up, but not a refusal by a network or a registry. */
static void take_variable(const struct acr_app *app, const struct acr_identity *identity,
			  const struct acr_error *error, struct acr_facts *facts)
{
	bool ours = error->origin == ACR_ORIGIN_HERE &&
		    (error->kind == ACR_INVALID || error->kind == ACR_UNAVAILABLE);
	bool entras = error->origin == ACR_ORIGIN_ENTRA && error->kind == ACR_REFUSED;
	struct acr_flawed_variable variable = { 0 };

	if (ours || entras)
		variable = acr_variable_flawed(app, identity);
	/* Entra ID received a value, so an empty variable is not the cause. */
	if (!variable.name || (entras && !acr_env(app, variable.name)))
		return;
	acr_facts_set(facts, ACR_FACT_RULE, "variable-unusable");
	acr_facts_set(facts, ACR_FACT_VARIABLE, variable.name);
	acr_facts_set(facts, ACR_FACT_FLAW, variable.flaw);
}

void acr_facts_of_report(const struct acr_app *app, const struct acr_report *report,
			 const struct acr_error *error, struct acr_facts *facts)
{
	const struct acr_step *step = step_of(&report->trail, error);

	acr_facts_of_error(app, error, facts);
	if (report->ours)
		acr_facts_of_registry(&report->registry, facts);
	acr_facts_of_situation(app, facts);
	if (!step || !step->identity)
		return;
	acr_facts_set(facts, ACR_FACT_SOURCE, step->identity->name);
	take_variable(app, step->identity, error, facts);
	acr_facts_of_who(&step->who, facts);
	if (report->ours)
		take_asked(app, step->identity, report->registry.host, facts);
}
