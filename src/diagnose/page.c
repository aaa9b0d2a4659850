/* SPDX-License-Identifier: Apache-2.0 */
/* A diagnosis for people: columns of 80, the verdict first, and what to do at the end, where it
 * stays on the screen. */
#include <stdio.h>
#include <string.h>

#include "base/columns.h"
#include "diagnose/diagnose.h"
#include "explain/language.h"

#define VERDICT 9 /* columns */
#define TITLE	18

static const struct {
	const char *colour, *word;
} verdicts[] = {
	[ACR_VERDICT_OK] = { "\033[32m", N_("ok") },
	[ACR_VERDICT_WARNING] = { "\033[33m", N_("warning") },
	[ACR_VERDICT_PROBLEM] = { "\033[31;1m", N_("problem") },
	[ACR_VERDICT_SKIPPED] = { "\033[2m", N_("skipped") },
};

static void heading(const char *text, bool colour, struct acr_secret *out)
{
	acr_secret_format(out, "%s%s%s\n", colour ? "\033[1m" : "", text, colour ? "\033[0m" : "");
}

/* A line with the home folder as people write it. */
static char *shorten(const struct acr_app *app, const char *line)
{
	const char *home = acr_env(app, "HOME"), *at;
	size_t length = home ? strlen(home) : 0;
	auto_secret out = { 0 };

	while (length > 1 && (at = strstr(line, home))) {
		bool whole = at[length] == '/' || at[length] == '\0';

		acr_secret_add_bytes(&out, line, (size_t)(at - line));
		acr_secret_add(&out, whole ? "~" : home);
		line = at + length;
	}
	acr_secret_add(&out, line);
	return acr_copy(acr_secret_text(&out));
}

static void tell(const struct acr_app *app, const struct acr_check_row *row,
		 const struct acr_check_result *result, bool colour, bool details,
		 struct acr_secret *out)
{
	auto_string said = shorten(app, acr_secret_text(&result->line));
	const char *more = acr_secret_text(&result->details);

	acr_secret_format(out, "  %s", colour ? verdicts[result->verdict].colour : "");
	acr_columns_cell(out, acr_text(verdicts[result->verdict].word), VERDICT, false);
	acr_secret_add(out, colour ? "\033[0m" : "");
	acr_columns_cell(out, acr_text(row->title), TITLE, false);
	acr_secret_add(out, " ");
	acr_columns_wrap(out, said, 2 + VERDICT + TITLE + 1, 2 + VERDICT + TITLE + 1);
	for (; details && *more; more += strcspn(more, "\n"), more += *more == '\n') {
		auto_string line = acr_format("%.*s", (int)strcspn(more, "\n"), more);

		acr_secret_format(out, "%*s", 2 + VERDICT + TITLE + 3, "");
		acr_columns_wrap(out, line, 2 + VERDICT + TITLE + 3, 2 + VERDICT + TITLE + 3);
	}
}

static void subject_heading(const struct acr_case *subject, bool colour, struct acr_secret *out)
{
	auto_string text = NULL;

	if (!*subject->typed)
		text = acr_copy(_("This machine"));
	else if (*subject->repository)
		text = acr_format("%s/%s (%s)",
				  subject->ours ? subject->registry.host : subject->typed,
				  subject->repository, *subject->action ? subject->action : "pull");
	else
		text = acr_copy(subject->ours ? subject->registry.host : subject->typed);
	heading(text, colour, out);
}

static void causes(const struct acr_diagnosis *diagnosis, bool colour, struct acr_secret *out)
{
	bool wrong = acr_diagnosis_count(diagnosis, ACR_VERDICT_PROBLEM) > 0;

	for (size_t i = 0; i < diagnosis->causes.count; i++) {
		const struct acr_cause *cause = &diagnosis->causes.list[i];
		auto_string lead = acr_format("%zu.", i + 1);
		auto_explanation explanation = { 0 };

		acr_secret_add(out, "\n");
		if (i == 0)
			heading(!wrong ? _("Nothing is wrong; good to know")
				: diagnosis->causes.count > 1
					? _("What is wrong, the most likely first")
					: _("What is wrong"),
				colour, out);
		acr_rule_render(cause->rule, &cause->facts, &explanation);
		acr_explanation_lay_out(&explanation, &cause->facts,
					diagnosis->causes.count > 1 ? lead : "", out);
	}
}

/* Did the registry say no to somebody? Then its own log says more. */
static bool is_refusal(const struct acr_cause *cause)
{
	const char *check = acr_facts_get(&cause->facts, ACR_FACT_CHECK);

	return strncmp(check, "access", 6) == 0 ||
	       (strcmp(acr_facts_get(&cause->facts, ACR_FACT_ORIGIN), "registry") == 0 &&
		strcmp(acr_facts_get(&cause->facts, ACR_FACT_KIND), "refused") == 0);
}

static void queries(const struct acr_diagnosis *diagnosis, bool colour, struct acr_secret *out)
{
	for (size_t i = 1; i < diagnosis->count; i++) {
		bool asked = false;

		for (size_t c = 0; c < diagnosis->causes.count; c++)
			asked |= diagnosis->causes.list[c].subject == &diagnosis->cases[i] &&
				 is_refusal(&diagnosis->causes.list[c]);
		if (!asked || !diagnosis->cases[i].ours)
			continue;
		acr_secret_add(out, "\n");
		heading(_("For the registry's owner: what its log says (Log Analytics)"), colour,
			out);
		acr_case_query(&diagnosis->cases[i], out);
	}
}

void acr_diagnosis_page(const struct acr_app *app, const struct acr_diagnosis *diagnosis,
			bool colour, bool details, struct acr_secret *out)
{
	for (size_t i = 0; i < diagnosis->count; i++) {
		subject_heading(&diagnosis->cases[i], colour, out);
		for (size_t row = 0; acr_check_rows[row]; row++)
			if (diagnosis->results[i][row].done)
				tell(app, acr_check_rows[row], &diagnosis->results[i][row], colour,
				     details, out);
	}
	causes(diagnosis, colour, out);
	queries(diagnosis, colour, out);
	acr_secret_format(out, _("\nok: %zu, warnings: %zu, problems: %zu, skipped: %zu; %.1f s\n"),
			  acr_diagnosis_count(diagnosis, ACR_VERDICT_OK),
			  acr_diagnosis_count(diagnosis, ACR_VERDICT_WARNING),
			  acr_diagnosis_count(diagnosis, ACR_VERDICT_PROBLEM),
			  acr_diagnosis_count(diagnosis, ACR_VERDICT_SKIPPED),
			  (double)diagnosis->took / 1000);
}
