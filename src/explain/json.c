/* SPDX-License-Identifier: Apache-2.0 */
/* Prints an explanation as JSON. Keys and ids are stable and never translated. */
#include <string.h>

#include "acr/rule.h"
#include "base/json.h"
#include "explain/language.h"

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
		acr_secret_format(out, "%s\"%.*s\"", any ? "," : "", (int)strcspn(words, " "),
				  words);
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
	for (enum acr_fact i = 0; i < ACR_FACT_COUNT; i++) {
		auto_string shown = acr_fact_text(i, acr_facts_get(facts, i), true);

		if (i != ACR_FACT_TEXT && *shown)
			member(out, acr_fact_rows[i].name, shown);
	}
	acr_secret_add(out, "}}");
}

/* "when": [{"fact":"code","test":"is","words":"AADSTS50034"}] in place of the last brace. */
static void add_conditions(const struct acr_rule *rule, struct acr_secret *out)
{
	static const char *const tests[] = {
		[ACR_IS] = "is",	  [ACR_NOT] = "not",	   [ACR_HAS] = "has",
		[ACR_LACKS] = "lacks",	  [ACR_BEGINS] = "begins", [ACR_KNOWN] = "known",
		[ACR_UNKNOWN] = "unknown"
	};

	acr_secret_add(out, "[");
	for (size_t i = 0; i < sizeof(rule->when) / sizeof(rule->when[0]) && rule->when[i].test;
	     i++) {
		acr_secret_add(out, i ? ",{" : "{");
		member(out, "fact", acr_fact_rows[rule->when[i].fact].name);
		member(out, "test", tests[rule->when[i].test]);
		member(out, "words", rule->when[i].operand ? rule->when[i].operand : "");
		acr_secret_add(out, "}");
	}
	acr_secret_add(out, "]");
}

/* Alternative sets of conditions of the rule. */
static void add_alternatives(const struct acr_rule *rule, struct acr_secret *out)
{
	bool first = true;

	for (const struct acr_rule *other = acr_rules(); other->id; other++) {
		if (!other->alternative || strcmp(other->id, rule->id) != 0)
			continue;
		acr_secret_add(out, first ? ",\"or\":[" : ",");
		add_conditions(other, out);
		first = false;
	}
	if (!first)
		acr_secret_add(out, "]");
}

static void add_codes(const struct acr_rule *rule, struct acr_secret *out)
{
	auto_secret codes = { 0 };

	acr_rule_codes(rule, &codes);
	acr_secret_add(out, ",\"codes\":[");
	for (const char *at = acr_secret_text(&codes); *at; at += strcspn(at, " ") + 1)
		acr_secret_format(out, "%s\"%.*s\"", at == codes.bytes ? "" : ",",
				  (int)strcspn(at, " "), at);
	acr_secret_add(out, "]");
}

/* The texts of a rule as in the table, translated. */
static void quote_rule(const struct acr_rule *rule, struct acr_explanation *ret)
{
	ret->what = acr_copy(acr_text(rule->what));
	ret->why = acr_copy(acr_text(rule->why));
	ret->link = acr_copy(rule->link ? rule->link : "");
	while (ret->step_count < sizeof(ret->steps) / sizeof(ret->steps[0])) {
		const struct acr_step_row *row = &rule->steps[ret->step_count];

		if (!row->say && !row->command)
			break;
		ret->steps[ret->step_count].say = acr_copy(row->say ? acr_text(row->say) : "");
		ret->steps[ret->step_count++].command = acr_copy(row->command ? row->command : "");
	}
}

void acr_rules_json(struct acr_secret *out)
{
	static const struct acr_facts none;

	acr_secret_add(out, "[");
	for (const struct acr_rule *rule = acr_rules(); rule->id; rule++) {
		auto_explanation quoted = { 0 };

		if (rule->alternative)
			continue;
		quote_rule(rule, &quoted);
		acr_secret_add(out, rule == acr_rules() ? "\n" : ",\n");
		acr_explanation_json(rule, &none, &quoted, out);
		out->length--; /* its closing brace */
		acr_secret_add(out, ",\"when\":");
		add_conditions(rule, out);
		add_alternatives(rule, out);
		add_codes(rule, out);
		acr_secret_add(out, "}");
	}
	acr_secret_add(out, "\n]\n");
}
