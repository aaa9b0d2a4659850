/* SPDX-License-Identifier: Apache-2.0 */
/* Writes the page for people: what is wrong and how to fix it, then one line for each area. The
 * page fits on a screen of 24 lines. */
#include "diagnose/page.h"

#include <stdio.h>
#include <string.h>

#include "base/columns.h"
#include "explain/language.h"

#define LINES_HEALTHY 15 /* lines of a page without problems */
#define LINES_WRONG   23 /* lines of a page with problems; one line is left for the prompt */
#define LINES_LEAST   10 /* minimum lines of an explanation, whatever follows it */

static size_t blocks_of(const struct acr_diagnosis *diagnosis, struct acr_block *ret)
{
	if (diagnosis->count == 2) {
		ret[0] = (struct acr_block){ 0, 2 };
		return 1;
	}
	for (size_t i = 0; i < diagnosis->count; i++)
		ret[i] = (struct acr_block){ i, 1 };
	return diagnosis->count;
}

static void heading(const struct acr_page *page, const char *text, struct acr_secret *out)
{
	acr_secret_add(out, page->colour ? ACR_BOLD : "");
	acr_columns_wrap(out, text, 0, 2);
	acr_secret_add(out, page->colour ? ACR_PLAIN : "");
}

/* ---- what is wrong ---- */

static char *name_of(const struct acr_case *subject)
{
	const char *host = subject->ours ? subject->registry.host : subject->typed;

	if (!*subject->typed)
		return acr_copy(_("This machine"));
	if (!*subject->repository)
		return acr_copy(host);
	return acr_format("%s/%s (%s)", host, subject->repository,
			  *subject->action ? subject->action : "pull");
}

/* For example "acme.azurecr.io: 1 problem, 2 warnings". A problem is one cause, even if several
 * checks fail because of it. */
static void tell_verdict(const struct acr_page *page, const struct acr_block *block,
			 struct acr_secret *out)
{
	const struct acr_diagnosis *diagnosis = page->diagnosis;
	size_t warnings = acr_page_count(page, block, ACR_VERDICT_WARNING);
	bool failed = acr_page_count(page, block, ACR_VERDICT_PROBLEM) > 0;
	auto_string name = name_of(&diagnosis->cases[block->first + block->count - 1]);
	auto_string more = acr_page_counted(ACR_VERDICT_WARNING, warnings);
	struct acr_causes causes = { 0 };
	auto_string line = NULL;
	auto_string all = NULL;

	acr_causes_find(&diagnosis->cases[block->first], block->count,
			&diagnosis->results[block->first], &causes);
	line = failed ? acr_format(acr_plural("%s: %zu problem", "%s: %zu problems", causes.count),
				   name, causes.count)
		      : acr_format(_("%s: no problem found"), name);
	all = acr_format("%s%s%s", line, warnings ? ", " : "", warnings ? more : "");
	acr_causes_wipe(&causes);
	acr_secret_add(out, acr_page_colour(page, failed ? ACR_VERDICT_PROBLEM : ACR_VERDICT_OK));
	heading(page, all, out);
}

/* Writes one line for each cause, starting at `first`: "the network rules of ... do not allow ...
 * [firewall]". */
static void tell_headlines(const struct acr_page *page, size_t first, struct acr_secret *out)
{
	const struct acr_causes *causes = &page->diagnosis->causes;

	for (size_t i = first; i < causes->count; i++) {
		const char *id = causes->list[i].rule->id;
		auto_explanation explanation = { 0 };
		auto_secret what = { 0 };

		acr_rule_render(causes->list[i].rule, &causes->list[i].facts, &explanation);
		acr_columns_cell(&what, explanation.what,
				 acr_columns_most() - acr_columns_width(id) - 5, true);
		acr_secret_format(out, "  %s [%s]\n", acr_secret_text(&what), id);
	}
}

/* Writes the most likely cause in at most `room` lines, and one line for each other cause. */
static void tell_causes(const struct acr_page *page, size_t room, struct acr_secret *out)
{
	const struct acr_cause *first = &page->diagnosis->causes.list[0];
	auto_explanation explanation = { 0 };
	auto_secret others = { 0 };
	auto_string headline = NULL;
	struct acr_brief brief = { .lead = "", .said = "", .others = "", .host = "" };

	if (page->diagnosis->causes.count > 1)
		heading(page, _("Other problems (docker-credential-acr explain ID):"), &others);
	tell_headlines(page, 1, &others);
	room = room > acr_page_lines(&others) + LINES_LEAST ? room - acr_page_lines(&others)
							    : LINES_LEAST;
	acr_rule_render(first->rule, &first->facts, &explanation);
	headline = acr_format("%s [%s]", explanation.what, explanation.id);
	brief.headline = headline;
	brief.rows = room;
	acr_explanation_lay_out_brief(&explanation, &first->facts, &brief, out);
	acr_secret_add(out, acr_secret_text(&others));
}

/* Writes all causes in full. */
static void tell_causes_whole(const struct acr_page *page, struct acr_secret *out)
{
	const struct acr_causes *causes = &page->diagnosis->causes;

	for (size_t i = 0; i < causes->count; i++) {
		auto_string lead = acr_format("%zu.", i + 1);
		auto_explanation explanation = { 0 };

		acr_rule_render(causes->list[i].rule, &causes->list[i].facts, &explanation);
		acr_explanation_lay_out(&explanation, &causes->list[i].facts,
					causes->count > 1 ? lead : "", out);
		acr_secret_add(out, "\n");
	}
}

/* Did the registry deny access? If so, its log has more details. */
static bool is_refusal(const struct acr_cause *cause)
{
	const char *check = acr_facts_get(&cause->facts, ACR_FACT_CHECK);

	return strncmp(check, "access", 6) == 0 ||
	       (strcmp(acr_facts_get(&cause->facts, ACR_FACT_ORIGIN), "registry") == 0 &&
		strcmp(acr_facts_get(&cause->facts, ACR_FACT_KIND), "refused") == 0);
}

static void tell_queries(const struct acr_page *page, struct acr_secret *out)
{
	const struct acr_diagnosis *diagnosis = page->diagnosis;

	for (size_t i = 1; i < diagnosis->count; i++) {
		bool asked = false;

		for (size_t c = 0; c < diagnosis->causes.count; c++)
			asked |= diagnosis->causes.list[c].subject == &diagnosis->cases[i] &&
				 is_refusal(&diagnosis->causes.list[c]);
		if (!asked || !diagnosis->cases[i].ours)
			continue;
		acr_secret_add(out, "\n");
		heading(page, _("For the registry's owner: query its log (Log Analytics)"), out);
		acr_case_query(&diagnosis->cases[i], out);
	}
}

/* ---- the page ---- */

static void tell_end(const struct acr_page *page, bool whole, struct acr_secret *out)
{
	size_t count = 0;

	for (enum acr_verdict verdict = ACR_VERDICT_OK; verdict <= ACR_VERDICT_SKIPPED; verdict++)
		count += acr_diagnosis_count(page->diagnosis, verdict);
	acr_secret_format(out,
			  whole ? _("%zu checks in %.1f s\n")
				: _("%zu checks in %.1f s; use --verbose to show all\n"),
			  count, (double)page->diagnosis->took / 1000);
}

/* Writes the area lines of each block, and the warnings if there are no problems. */
static void tell_blocks(const struct acr_page *page, const struct acr_block *blocks, size_t count,
			struct acr_secret *out)
{
	for (size_t i = 0; i < count; i++) {
		auto_string name = name_of(&page->diagnosis->cases[blocks[i].first]);
		auto_secret areas = { 0 };
		size_t used;

		acr_page_areas(page, &blocks[i], &areas);
		used = 3 + acr_page_lines(&areas);
		if (count > 1) {
			acr_secret_add(out, "\n");
			heading(page, name, out);
		}
		if (page->diagnosis->causes.count == 0 && used < LINES_HEALTHY)
			acr_page_warnings(page, &blocks[i], LINES_HEALTHY - used, out);
		acr_secret_add(out, acr_secret_text(&areas));
	}
	tell_end(page, false, out);
}

static void tell_short(const struct acr_page *page, const struct acr_block *blocks, size_t count,
		       struct acr_secret *out)
{
	auto_secret below = { 0 };
	size_t used;

	tell_blocks(page, blocks, count, &below);
	used = acr_page_lines(out) + acr_page_lines(&below);
	if (page->diagnosis->causes.count > 0)
		tell_causes(page, used < LINES_WRONG ? LINES_WRONG - used : 0, out);
	acr_secret_add(out, acr_secret_text(&below));
}

static void tell_whole(const struct acr_page *page, bool details, struct acr_secret *out)
{
	tell_causes_whole(page, out);
	for (size_t i = 0; i < page->diagnosis->count; i++) {
		auto_string name = name_of(&page->diagnosis->cases[i]);

		heading(page, name, out);
		acr_page_checks(page, i, details, out);
	}
	tell_queries(page, out);
	tell_end(page, true, out);
}

void acr_diagnosis_page(const struct acr_app *app, const struct acr_diagnosis *diagnosis,
			bool colour, enum acr_page_extent extent, struct acr_secret *out)
{
	const struct acr_page page = { app, diagnosis, colour };
	struct acr_block blocks[ACR_CASES_MOST];
	size_t count = blocks_of(diagnosis, blocks);

	for (size_t i = 0; i < count; i++)
		tell_verdict(&page, &blocks[i], out);
	if (extent == ACR_PAGE_QUIET)
		tell_headlines(&page, 0, out);
	else if (extent == ACR_PAGE_SHORT)
		tell_short(&page, blocks, count, out);
	else
		tell_whole(&page, extent == ACR_PAGE_REPORT, out);
}
