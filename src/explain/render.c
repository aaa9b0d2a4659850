/* SPDX-License-Identifier: Apache-2.0 */
/* Combines a rule and the facts to an explanation, in the selected language. */
#include <string.h>

#include "acr/rule.h"
#include "explain/language.h"
#include "explain/situation.h"

#define STEPS_MOST                                                                                 \
	(sizeof(((struct acr_explanation *)NULL)->steps) /                                         \
	 sizeof(((struct acr_explanation *)NULL)->steps[0]))

void acr_explanation_wipe(struct acr_explanation *explanation)
{
	acr_string_free(&explanation->what);
	acr_string_free(&explanation->why);
	acr_string_free(&explanation->link);
	for (size_t i = 0; i < explanation->step_count; i++) {
		acr_string_free(&explanation->steps[i].say);
		acr_string_free(&explanation->steps[i].command);
	}
	explanation->step_count = 0;
}

static void add_step(const struct acr_step_row *row, const struct acr_facts *facts,
		     struct acr_explanation *ret)
{
	char *say = acr_fill(row->say ? acr_text(row->say) : "", facts, false);
	char *command = row->command ? acr_fill(row->command, facts, true) : acr_copy("");

	/* A step is omitted if its command cannot be shown, or if facts of its sentence are
	 * missing. */
	if (!command || (row->command && !*command) || (!row->command && !*say)) {
		acr_string_free(&say);
		acr_string_free(&command);
		return;
	}
	ret->steps[ret->step_count].say = say;
	ret->steps[ret->step_count].command = command;
	ret->step_count++;
}

/* Commands that cannot be run in the environment of the client are replaced by the remedy for that
 * environment. */
static void add_steps(const struct acr_rule *rule, const struct acr_facts *facts,
		      struct acr_explanation *ret)
{
	const struct acr_situation *here = acr_situation_of_facts(facts);
	const struct acr_step_row *told = NULL;

	for (size_t i = 0; i < STEPS_MOST && (rule->steps[i].say || rule->steps[i].command); i++) {
		const struct acr_step_row *step = acr_situation_step(here, &rule->steps[i]);

		if (step != told)
			add_step(step, facts, ret);
		told = step == &rule->steps[i] ? told : step;
	}
}

/* It is not certain that the registry is an Azure registry: the explanation says so, and contains
 * only a command that checks it. */
static void doubt(struct acr_explanation *ret)
{
	char *what = acr_format(_("if this is an Azure registry: %s"), ret->what);
	size_t kept = 0;

	acr_string_free(&ret->what);
	ret->what = what;
	for (size_t i = 0; i < ret->step_count; i++) {
		if (*ret->steps[i].command) {
			acr_string_free(&ret->steps[i].say);
			acr_string_free(&ret->steps[i].command);
		} else {
			ret->steps[kept].say = ret->steps[i].say;
			ret->steps[kept++].command = ret->steps[i].command;
		}
	}
	kept = kept < STEPS_MOST - 1 ? kept : STEPS_MOST - 2;
	ret->steps[kept].say = acr_copy(
		_("The registry's name is masked or missing here: check that the secret or "
		  "variable that holds it is set and spelled right."));
	ret->steps[kept++].command = acr_copy("");
	ret->steps[kept].say = acr_copy(_("Find out more:"));
	ret->steps[kept++].command = acr_copy("docker-credential-acr diagnose HOST");
	ret->step_count = kept;
}

void acr_rule_render(const struct acr_rule *rule, const struct acr_facts *facts,
		     struct acr_explanation *ret)
{
	*ret = (struct acr_explanation){
		.id = rule->id,
		.what = acr_fill(acr_text(rule->what), facts, false),
		.why = acr_fill(acr_text(rule->why), facts, false),
		.link = acr_fill(rule->link ? rule->link : "", facts, false),
		.probably = rule->basis == ACR_ASSUMED,
	};
	add_steps(rule, facts, ret);
	if (strcmp(acr_facts_get(facts, ACR_FACT_HIDDEN), "maybe") == 0)
		doubt(ret);
}
