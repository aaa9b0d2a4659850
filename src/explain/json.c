/* SPDX-License-Identifier: Apache-2.0 */
/* An explanation for machines. Keys and ids are stable and never translated. */
#include <string.h>

#include "acr/rule.h"
#include "base/json.h"

static void member(struct acr_secret *out, const char *key, const char *value)
{
	acr_secret_format(out, "%s\"%s\":", out->bytes[out->length - 1] == '{' ? "" : ",", key);
	acr_json_quote(out, value, strlen(value));
}

/* "S7 C6" as ["S7"] and ["C6"]. */
static void article(struct acr_secret *out, const char *key, char letter, const char *words)
{
	bool any = false;

	acr_secret_format(out, ",\"%s\":[", key);
	for (; *words; words += strcspn(words, " "), words += strspn(words, " ")) {
		if (*words != letter)
			continue;
		acr_secret_format(out, "%s\"%.*s\"", any ? "," : "", (int)strcspn(words, " "), words);
		any = true;
	}
	acr_secret_add(out, "]");
}

void acr_explanation_json(const struct acr_rule *rule, const struct acr_facts *facts,
			  const struct acr_explanation *explanation, struct acr_secret *out)
{
	static const char *const bases[] = { "read", "assumed", "general", "not-ours" };

	acr_secret_add(out, "{");
	member(out, "rule", rule->id);
	member(out, "basis", bases[rule->basis]);
	article(out, "symptoms", 'S', rule->article);
	article(out, "causes", 'C', rule->article);
	member(out, "what", explanation->what);
	member(out, "why", explanation->why);
	acr_secret_add(out, ",\"steps\":[");
	for (size_t i = 0; i < explanation->step_count; i++) {
		acr_secret_add(out, i ? ",{" : "{");
		member(out, "say", explanation->steps[i].say);
		member(out, "command", explanation->steps[i].command);
		acr_secret_add(out, "}");
	}
	acr_secret_add(out, "]");
	member(out, "link", explanation->link);
	acr_secret_add(out, ",\"facts\":{");
	for (size_t i = 0; i < ACR_FACT_COUNT; i++)
		if (i != ACR_FACT_TEXT && facts->values[i])
			member(out, acr_fact_rows[i].name, facts->values[i]);
	acr_secret_add(out, "}}");
}
