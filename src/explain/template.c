/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Replaces {names} in the texts of rules by facts. Facts may come from a text that somebody else
 * wrote, and the result may be pasted into a shell. So a value in a command is quoted unless it is
 * plain; a command is omitted if a value could be taken for an option or would be inside of quotes.
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

/* A role is assigned to an application or to a user, whichever was denied. */
static const char *value_of(enum acr_fact fact, const struct acr_facts *facts)
{
	static const enum acr_fact assignees[] = { ACR_FACT_OBJECT, ACR_FACT_ASSIGNEE,
						   ACR_FACT_CLIENT_ID, ACR_FACT_USER };

	for (size_t i = 0; fact == ACR_FACT_ASSIGNEE && i < 4; i++)
		if (*acr_facts_get(facts, assignees[i]))
			return acr_facts_get(facts, assignees[i]);
	return acr_facts_get(facts, fact);
}

/* The default registry is not used if the error is about another server. */
static const char *stand_in(enum acr_fact fact, const struct acr_facts *facts, bool for_shell)
{
	const struct acr_fact_row *row = &acr_fact_rows[fact];

	if (for_shell && (fact == ACR_FACT_REGISTRY || fact == ACR_FACT_NAME) &&
	    *acr_facts_get(facts, ACR_FACT_SERVER) &&
	    strcmp(acr_facts_get(facts, ACR_FACT_VERB), "explain") == 0)
		return "";
	if (for_shell)
		return row->stand_in ? row->stand_in : "";
	return row->prose ? acr_text(row->prose) : "";
}

enum outcome { FILLED, LEFT_OUT, HARMFUL };

/* The fact of the placeholder that begins at `text`, ACR_FACT_COUNT if there is no such fact;
 * `*ret_length` is 0 if it is not a placeholder. */
static enum acr_fact placeholder(const char *text, size_t left, bool *ret_option,
				 size_t *ret_length)
{
	size_t begin, name;

	*ret_length = 0;
	if (*text != '{')
		return ACR_FACT_COUNT;
	*ret_option = left > 3 && strncmp(text + 1, "--", 2) == 0;
	begin = *ret_option ? 3 : 1;
	name = strspn(text + begin, "abcdefghijklmnopqrstuvwxyz_");
	if (name == 0 || begin + name >= left || text[begin + name] != '}')
		return ACR_FACT_COUNT;
	*ret_length = begin + name + 1;
	return acr_fact_by_name(text + begin, name);
}

/* The options of az that name the assignee of a role. With the object ID, az does not need
 * Microsoft Graph, to which many who may assign roles have no access, and which does not find an
 * identity that was just created. */
static const char *assignee_options(const struct acr_facts *facts)
{
	const char *object = acr_facts_get(facts, ACR_FACT_OBJECT);
	bool user = *acr_facts_get(facts, ACR_FACT_USER) ||
		    strchr(acr_facts_get(facts, ACR_FACT_ASSIGNEE), '@');

	if (!*object && *value_of(ACR_FACT_ASSIGNEE, facts))
		return "--assignee {assignee}";
	return user ? "--assignee-object-id {object} --assignee-principal-type User"
		    : "--assignee-object-id {object} --assignee-principal-type ServicePrincipal";
}

/* Insert a value; if it has an option, the option is inserted before it, or both are omitted. */
static enum outcome put(enum acr_fact fact, const struct acr_facts *facts, bool for_shell,
			bool option, char quote, struct acr_secret *out)
{
	const char *value = value_of(fact, facts);
	auto_string shown = NULL;
	bool begins = out->length == 0 || strchr(" \n", out->bytes[out->length - 1]);

	if (option && fact == ACR_FACT_ASSIGNEE) {
		auto_string options = acr_fill(assignee_options(facts), facts, true);

		if (!options)
			return HARMFUL;
		acr_secret_add(out, options);
		return FILLED;
	}
	if (option && !*value) {
		if (out->length > 0 && out->bytes[out->length - 1] == ' ')
			out->bytes[--out->length] = '\0';
		return FILLED;
	}
	if (!*value)
		value = stand_in(fact, facts, for_shell);
	if (!*value)
		return LEFT_OUT;
	if (option)
		acr_secret_format(out, "--%s ", acr_fact_rows[fact].name);
	if (for_shell)
		return add_for_shell(value, quote, begins, out) ? FILLED : HARMFUL;
	shown = acr_fact_text(fact, value, false);
	acr_secret_add(out, shown);
	return FILLED;
}

/* `*quote` is the quote that is open at this point, as a shell parses the line. */
static enum outcome fill_line(const char *line, size_t length, const struct acr_facts *facts,
			      bool for_shell, char *quote, struct acr_secret *out)
{
	for (size_t i = 0; i < length; i++) {
		enum outcome outcome;
		bool option = false;
		size_t taken;
		enum acr_fact fact = placeholder(line + i, length - i, &option, &taken);

		if (taken == 0) {
			if (*quote == line[i])
				*quote = '\0';
			else if (!*quote && (line[i] == '\'' || line[i] == '"'))
				*quote = line[i];
			acr_secret_add_bytes(out, line + i, 1);
			continue;
		}
		outcome = fact == ACR_FACT_COUNT ? LEFT_OUT
						 : put(fact, facts, for_shell, option, *quote, out);
		if (outcome != FILLED)
			return outcome;
		i += taken - 1;
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
