/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prints an explanation in three sizes: the full page, one that fits on the screen below the
 * explained line, and a brief one that is printed among the output of a client. Commands are
 * wrapped at blanks with a backslash and can be pasted as they are.
 */
#include <string.h>

#include "acr/rule.h"
#include "base/columns.h"
#include "explain/language.h"
#include "explain/sanitize.h"

#define COMMANDS_BRIEF 2
#define DIAGNOSE       "docker-credential-acr diagnose"

/* A heading followed by sentences, as one paragraph. */
static void paragraph(const char *heading, const char *text, struct acr_secret *out)
{
	auto_secret all = { 0 };
	bool apart;

	acr_secret_add(&all, text);
	for (size_t i = 0; i < all.length; i++)
		if (all.bytes[i] == '\n')
			all.bytes[i] = ' ';
	apart = *heading && all.length > 0;
	acr_secret_format(out, "%s%s", heading, apart ? " " : "");
	acr_columns_wrap(out, acr_secret_text(&all), acr_columns_width(heading) + apart, 2);
}

static void command_rows(const char *command, struct acr_secret *out)
{
	bool quoted = false; /* a line that begins inside quotes must not be wrapped */

	for (; *command; command += strcspn(command, "\n"), command += *command == '\n') {
		auto_string line = acr_format("%.*s", (int)strcspn(command, "\n"), command);

		acr_secret_add(out, "    ");
		if (quoted)
			acr_secret_format(out, "%s\n", line);
		else
			acr_columns_wrap_command(out, line, 4, 8);
		for (const char *c = line; *c; c++)
			quoted ^= *c == '\'';
	}
}

static void steps(const struct acr_explanation *explanation, size_t count, struct acr_secret *out)
{
	if (count > 0)
		acr_secret_format(out, "%s\n", _("What to do:"));
	for (size_t i = 0; i < count; i++) {
		if (*explanation->steps[i].say) {
			acr_secret_add(out, "  ");
			acr_columns_wrap(out, explanation->steps[i].say, 2, 2);
		}
		command_rows(explanation->steps[i].command, out);
	}
}

/* `said` (may be ""), status, code and the ids that the support of the service needs, without what
 * the headline contains already. */
static void details(const char *headline, const char *said, const struct acr_facts *facts,
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

	acr_secret_add(&line, said);
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		const char *value = acr_facts_get(facts, known[i].fact);

		if (!*value || strstr(headline, value))
			continue;
		acr_secret_add(&line, line.length ? ", " : "");
		acr_secret_format(&line, "%s %s", acr_text(known[i].label), value);
	}
	if (line.length > 0)
		paragraph(_("More:"), acr_secret_text(&line), out);
}

/* The number of rows on a terminal; the URL of a page may take two. */
static size_t rows(const char *page)
{
	size_t count = 0;

	for (; *page; page += strcspn(page, "\n"), page += *page == '\n')
		count += 1 + (acr_columns_of(page, strcspn(page, "\n")) - 1) / acr_columns_most();
	return count;
}

static void reason(const struct acr_explanation *explanation, struct acr_secret *out)
{
	if (*explanation->why)
		paragraph(explanation->probably ? _("Why, probably:") : _("Why:"), explanation->why,
			  out);
}

static void lay_out(const struct acr_explanation *explanation, const struct acr_facts *facts,
		    const char *lead, bool tagged, size_t step_count, struct acr_secret *out)
{
	auto_string headline = tagged ? acr_format("%s [%s]", explanation->what, explanation->id)
				      : acr_copy(explanation->what);

	paragraph(lead, headline, out);
	reason(explanation, out);
	steps(explanation, step_count, out);
	details("", "", facts, out);
	/* On a separate line, so that it can be clicked and copied. */
	if (*explanation->link)
		acr_secret_format(out, "%s\n", explanation->link);
}

void acr_explanation_lay_out(const struct acr_explanation *explanation,
			     const struct acr_facts *facts, const char *lead,
			     struct acr_secret *out)
{
	/* If it is too long, the last steps are omitted, since the first ones are the most
	 * helpful. */
	for (size_t count = explanation->step_count;; count--) {
		auto_secret page = { 0 };

		lay_out(explanation, facts, lead, true, count, &page);
		if (rows(acr_secret_text(&page)) <= ACR_LINES || count <= 1) {
			acr_secret_add(out, acr_secret_text(&page));
			return;
		}
	}
}

/* Variants of a brief explanation, from long to short: the first one that fits is used. */
static const struct extent {
	size_t steps;
	bool details, again, others, why;
} extents[] = {
	{ 5, true, true, true, true },	   { 2, true, true, true, true },
	{ 2, false, true, true, true },	   { 2, false, false, true, true },
	{ 1, true, true, true, true },	   { 1, false, true, true, true },
	{ 1, false, true, false, true },   { 1, false, false, false, true },
	{ 1, false, false, false, false }, { 0, false, false, false, true },
	{ 0, false, false, false, false },
};

/* The first sentence after the heading. `offered`: the command `diagnose` is printed below
 * anyway. */
static void brief_steps(const struct acr_explanation *explanation, size_t most, bool offered,
			struct acr_secret *out)
{
	size_t shown = 0, commands = 0;

	for (size_t i = 0; i < explanation->step_count && shown < most; i++) {
		const char *say = explanation->steps[i].say;
		const char *command = explanation->steps[i].command;

		if ((offered && strncmp(command, DIAGNOSE, strlen(DIAGNOSE)) == 0) ||
		    (*command && ++commands > COMMANDS_BRIEF))
			continue;
		if (shown++ == 0) {
			paragraph(_("What to do:"), say, out);
		} else if (*say) {
			acr_secret_add(out, "  ");
			acr_columns_wrap(out, say, 2, 2);
		}
		command_rows(command, out);
	}
}

/* A command of this program, not wrapped: after its heading, or on the next line. */
static void pointer(const char *heading, const char *verb, const char *argument,
		    struct acr_secret *out)
{
	auto_string command = acr_format("docker-credential-acr %s %s", verb, argument);
	size_t wide = acr_columns_width(heading) + 1 + strlen(command);

	acr_secret_format(out, "%s%s%s\n", heading, wide > acr_columns_most() ? "\n    " : " ",
			  command);
}

static void lay_out_brief(const struct acr_explanation *explanation, const struct acr_facts *facts,
			  const struct acr_brief *brief, const struct extent *extent,
			  struct acr_secret *out)
{
	paragraph(brief->lead, brief->headline, out);
	if (extent->why)
		reason(explanation, out);
	if (extent->others && *brief->others)
		paragraph(_("Also denied:"), brief->others, out);
	brief_steps(explanation, extent->steps, *brief->host, out);
	if (extent->details)
		details(brief->headline, brief->said, facts, out);
	if (extent->again && brief->remembered)
		pointer(_("After a change:"), "renew", brief->host, out);
	pointer(_("All steps:"), "explain", explanation->id, out);
	if (*brief->host)
		pointer(_("All checks:"), "diagnose", brief->host, out);
}

void acr_explanation_lay_out_brief(const struct acr_explanation *explanation,
				   const struct acr_facts *facts, const struct acr_brief *brief,
				   struct acr_secret *out)
{
	const size_t count = sizeof(extents) / sizeof(extents[0]);

	for (size_t i = 0; i < count; i++) {
		auto_secret page = { 0 };

		lay_out_brief(explanation, facts, brief, &extents[i], &page);
		if (rows(acr_secret_text(&page)) <= (brief->rows ? brief->rows : ACR_LINES_BRIEF) ||
		    i == count - 1) {
			acr_secret_add(out, acr_secret_text(&page));
			return;
		}
	}
}

void acr_explanation_lay_out_whole(const struct acr_explanation *explanation,
				   struct acr_secret *out)
{
	static const struct acr_facts none;
	auto_string lead = acr_format("%s:", explanation->id);

	lay_out(explanation, &none, lead, false, explanation->step_count, out);
}
