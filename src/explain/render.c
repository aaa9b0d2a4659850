/* SPDX-License-Identifier: Apache-2.0 */
/* A rule and the facts become an explanation, in the language that was chosen. */
#include <string.h>

#include "acr/rule.h"
#include "explain/language.h"

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

	/* A step whose command cannot be shown, or whose sentence has no facts, is no step. */
	if (!command || (row->command && !*command) || (!row->command && !*say)) {
		acr_string_free(&say);
		acr_string_free(&command);
		return;
	}
	ret->steps[ret->step_count].say = say;
	ret->steps[ret->step_count].command = command;
	ret->step_count++;
}

void acr_rule_render(const struct acr_rule *rule, const struct acr_facts *facts,
		     struct acr_explanation *ret)
{
	*ret = (struct acr_explanation){
		.what = acr_fill(acr_text(rule->what), facts, false),
		.why = acr_fill(acr_text(rule->why), facts, false),
		.link = acr_fill(rule->link ? rule->link : "", facts, false),
		.probably = rule->basis == ACR_ASSUMED,
	};
	for (size_t i = 0; i < STEPS_MOST && (rule->steps[i].say || rule->steps[i].command); i++)
		add_step(&rule->steps[i], facts, ret);
}
