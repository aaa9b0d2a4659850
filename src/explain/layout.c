/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The four parts on a terminal: 80 columns, and so few lines that nothing of it has scrolled away
 * when docker has said its own. Commands are broken at blanks with a backslash and stay fit to
 * paste.
 */
#include <string.h>

#include "acr/rule.h"
#include "explain/language.h"
#include "explain/sanitize.h"

#define TRIED_MOST  4
#define TRIED_LEAST 2 /* while steps can go in their place */
#define STEPS_LEAST 2
#define TRIED_BYTES 180

/* Up to the next blank; in a command, one outside quotes. */
static size_t word_length(const char *text, bool command)
{
	size_t length = 0;
	char quote = '\0';

	for (; text[length] && (quote || text[length] != ' '); length++) {
		if (!command || (text[length] != '\'' && text[length] != '"'))
			continue;
		if (!quote)
			quote = text[length];
		else if (quote == text[length])
			quote = '\0';
	}
	return length;
}

/* What stays on one line: a word, or an option of a command with its value. */
static size_t unit_length(const char *text, bool command)
{
	size_t length = word_length(text, command);

	if (!command || strncmp(text, "--", 2) != 0 || text[length] != ' ' ||
	    strchr("-<>|&", text[length + 1]))
		return length;
	return length + 1 + word_length(text + length + 1, command);
}

/* Words of one line, wrapped; `first` columns are used already. Lines that follow begin with
 * `indent` blanks. */
static void wrap(const char *text, size_t first, size_t indent, bool command,
		 struct acr_secret *out)
{
	size_t column = first, most = ACR_COLUMNS - (command ? 2 : 0);
	bool begun = false;

	while (*text) {
		size_t length = unit_length(text, command);
		size_t columns = acr_words_columns(text, length);

		if (begun && column + 1 + columns > most) {
			acr_secret_format(out, "%s\n%*s", command ? " \\" : "", (int)indent, "");
			column = indent;
			begun = false;
		}
		if (begun) {
			acr_secret_add(out, " ");
			column++;
		}
		acr_secret_add_bytes(out, text, length);
		column += columns;
		begun = true;
		text += length;
		text += strspn(text, " ");
	}
	acr_secret_add(out, "\n");
}

/* A heading and sentences behind it, as one paragraph. */
static void paragraph(const char *heading, const char *text, struct acr_secret *out)
{
	auto_secret all = { 0 };

	acr_secret_add(&all, text);
	for (size_t i = 0; i < all.length; i++)
		if (all.bytes[i] == '\n')
			all.bytes[i] = ' ';
	acr_secret_format(out, "%s ", heading);
	wrap(acr_secret_text(&all), acr_words_columns(heading, strlen(heading)) + 1, 2, false, out);
}

/* Each line, in no more than two rows. */
static void listing(const char *heading, const char *lines, size_t most, struct acr_secret *out)
{
	size_t shown = 0, left = 0;

	acr_secret_format(out, "%s\n", heading);
	for (; *lines; lines += strcspn(lines, "\n"), lines += *lines == '\n') {
		auto_secret line = { 0 };

		if (shown == most) {
			left++;
			continue;
		}
		shown++;
		acr_secret_add_bytes(&line, lines, strcspn(lines, "\n"));
		if (line.length > TRIED_BYTES) {
			acr_words_cut(&line, TRIED_BYTES - 3);
			acr_secret_add(&line, "...");
		}
		acr_secret_add(out, "  ");
		wrap(acr_secret_text(&line), 2, 4, false, out);
	}
	if (left > 0)
		acr_secret_format(out, _("  and %zu more\n"), left);
}

static void steps(const struct acr_explanation *explanation, size_t count, struct acr_secret *out)
{
	if (count > 0)
		acr_secret_format(out, "%s\n", _("What to do:"));
	for (size_t i = 0; i < count; i++) {
		const char *command = explanation->steps[i].command;
		bool quoted = false; /* a line that begins inside quotes is not ours to break */

		if (*explanation->steps[i].say) {
			acr_secret_add(out, "  ");
			wrap(explanation->steps[i].say, 2, 2, false, out);
		}
		for (; *command; command += strcspn(command, "\n"), command += *command == '\n') {
			auto_string line = acr_format("%.*s", (int)strcspn(command, "\n"), command);

			acr_secret_add(out, "    ");
			if (quoted)
				acr_secret_format(out, "%s\n", line);
			else
				wrap(line, 4, 8, true, out);
			for (const char *c = line; *c; c++)
				quoted ^= *c == '\'';
		}
	}
}

/* Status, code and the ids that a service's support asks for; the page on a line of its own, so
 * that it can be clicked and copied. */
static void details(const struct acr_explanation *explanation, const struct acr_facts *facts,
		    struct acr_secret *out)
{
	static const struct {
		enum acr_fact fact;
		const char *label;
	} known[] = {
		{ ACR_FACT_STATUS, N_("status") },
		{ ACR_FACT_CODE, N_("code") },
		{ ACR_FACT_CORRELATION, N_("correlation id") },
		{ ACR_FACT_TRACE, N_("trace id") },
	};
	auto_secret line = { 0 };

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		const char *value = acr_facts_get(facts, known[i].fact);

		if (!*value)
			continue;
		acr_secret_add(&line, line.length ? ", " : "");
		acr_secret_format(&line, "%s %s", acr_text(known[i].label), value);
	}
	if (line.length > 0)
		paragraph(_("More:"), acr_secret_text(&line), out);
	if (*explanation->link)
		acr_secret_format(out, "%s\n", explanation->link);
}

/* Rows of a terminal; a page's address may take two. */
static size_t rows(const char *page)
{
	size_t count = 0;

	for (; *page; page += strcspn(page, "\n"), page += *page == '\n')
		count += 1 + (acr_words_columns(page, strcspn(page, "\n")) - 1) / ACR_COLUMNS;
	return count;
}

static void lay_out(const struct acr_explanation *explanation, const struct acr_facts *facts,
		    const char *lead, bool tagged, const char *tried, size_t tried_most,
		    size_t step_count, struct acr_secret *out)
{
	auto_string headline = tagged ? acr_format("%s [%s]", explanation->what, explanation->id)
				      : acr_copy(explanation->what);

	acr_secret_add(out, lead);
	wrap(headline, acr_words_columns(lead, strlen(lead)), 2, false, out);
	if (*explanation->why)
		paragraph(explanation->probably ? _("Why, probably:") : _("Why:"), explanation->why,
			  out);
	if (tried && *tried && tried_most > 0)
		listing(_("Who was tried:"), tried, tried_most, out);
	steps(explanation, step_count, out);
	details(explanation, facts, out);
}

void acr_explanation_lay_out(const struct acr_explanation *explanation,
			     const struct acr_facts *facts, const char *lead, const char *tried,
			     struct acr_secret *out)
{
	size_t count = explanation->step_count, most = TRIED_MOST;

	/* Too long: of those who were tried all but two go, then the steps behind the second, then who
	 * was tried at all: what to do is what a person came for. */
	for (;;) {
		auto_secret page = { 0 };

		lay_out(explanation, facts, lead, true, tried, most, count, &page);
		if (rows(acr_secret_text(&page)) <= ACR_LINES || (count <= 1 && most == 0)) {
			acr_secret_add(out, acr_secret_text(&page));
			return;
		}
		if (most > TRIED_LEAST || (most > 0 && count <= STEPS_LEAST))
			most--;
		else
			count--;
	}
}

void acr_explanation_lay_out_whole(const struct acr_explanation *explanation,
				   struct acr_secret *out)
{
	static const struct acr_facts none;
	auto_string lead = acr_format("%s: ", explanation->id);

	lay_out(explanation, &none, lead, false, NULL, 0, explanation->step_count, out);
}
