/* SPDX-License-Identifier: Apache-2.0 */
/*
 * {names} in a rule's text become the facts. Facts may come from a text that somebody sent, and the
 * result may be pasted into a shell: so a value in a command is quoted unless it is plain, and a
 * command with a value that could pass for an option, or stand in quotes that are already there, is
 * not shown at all.
 */
#include <string.h>

#include "acr/rule.h"
#include "explain/language.h"

#define PLAIN "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./:@%+=,-"

static bool add_for_shell(const char *value, bool quoted, bool begins_word, struct acr_secret *out)
{
	bool plain = value[strspn(value, PLAIN)] == '\0';

	if (value[0] == '-' && begins_word)
		return false;
	if (plain) {
		acr_secret_add(out, value);
		return true;
	}
	if (quoted)
		return false;
	acr_secret_add(out, "'");
	for (; *value; value++)
		if (*value == '\'')
			acr_secret_add(out, "'\\''");
		else
			acr_secret_add_bytes(out, value, 1);
	acr_secret_add(out, "'");
	return true;
}

/* A role is assigned to an application or to a user, whichever it was. */
static const char *value_of(enum acr_fact fact, const struct acr_facts *facts)
{
	static const enum acr_fact assignees[] = { ACR_FACT_ASSIGNEE, ACR_FACT_CLIENT_ID, ACR_FACT_USER };

	for (size_t i = 0; fact == ACR_FACT_ASSIGNEE && i < 3; i++)
		if (*acr_facts_get(facts, assignees[i]))
			return acr_facts_get(facts, assignees[i]);
	return acr_facts_get(facts, fact);
}

static const char *stand_in(enum acr_fact fact, bool for_shell)
{
	const struct acr_fact_row *row = &acr_fact_rows[fact];

	if (for_shell)
		return row->stand_in ? row->stand_in : "";
	return row->prose ? acr_text(row->prose) : "";
}

enum outcome { FILLED, LEFT_OUT, HARMFUL };

/* `*quote` is the quote that is open, as a shell would see it. */
static enum outcome fill_line(const char *line, size_t length, const struct acr_facts *facts,
			      bool for_shell, char *quote, struct acr_secret *out)
{

	for (size_t i = 0; i < length; i++) {
		size_t name = line[i] == '{' ? strspn(line + i + 1, "abcdefghijklmnopqrstuvwxyz_") : 0;
		enum acr_fact fact;
		const char *value;

		if (name == 0 || i + 1 + name >= length || line[i + 1 + name] != '}') {
			if (*quote == line[i])
				*quote = '\0';
			else if (!*quote && (line[i] == '\'' || line[i] == '"'))
				*quote = line[i];
			acr_secret_add_bytes(out, line + i, 1);
			continue;
		}
		fact = acr_fact_by_name(line + i + 1, name);
		if (fact == ACR_FACT_COUNT)
			return LEFT_OUT;
		value = value_of(fact, facts);
		if (!*value)
			value = stand_in(fact, for_shell);
		if (!*value)
			return LEFT_OUT;
		if (!for_shell)
			acr_secret_add(out, value);
		else if (!add_for_shell(value, *quote, i == 0 || line[i - 1] == ' ', out))
			return HARMFUL;
		i += 1 + name;
	}
	return FILLED;
}

char *acr_fill(const char *text, const struct acr_facts *facts, bool for_shell)
{
	auto_secret out = { 0 };
	char quote = '\0';

	while (*text) {
		size_t length = strcspn(text, "\n"), before = out.length;
		enum outcome outcome;

		if (before > 0)
			acr_secret_add(&out, "\n");
		outcome = fill_line(text, length, facts, for_shell, &quote, &out);
		if (outcome == HARMFUL)
			return NULL;
		if (outcome == LEFT_OUT) {
			out.length = before;
			if (out.bytes)
				out.bytes[before] = '\0';
		}
		text += length + (text[length] == '\n');
	}
	return acr_copy(acr_secret_text(&out));
}
