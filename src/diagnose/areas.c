/* SPDX-License-Identifier: Apache-2.0 */
/* Writes the results of the checks to a page for people: one line for each area, or one for each
 * check. */
#include <stdio.h>
#include <string.h>

#include "base/columns.h"
#include "diagnose/page.h"
#include "explain/language.h"

/* Column widths. */
#define AREA	15
#define VERDICT 9
#define TITLE	18
#define INDENT	(2 + VERDICT + TITLE + 1)

static const struct {
	const char *colour, *word;
} verdicts[] = {
	[ACR_VERDICT_OK] = { "\033[32m", N_("ok") },
	[ACR_VERDICT_WARNING] = { "\033[33m", N_("warning") },
	[ACR_VERDICT_PROBLEM] = { "\033[31;1m", N_("problem") },
	[ACR_VERDICT_SKIPPED] = { "\033[2m", N_("skipped") },
};

const char *acr_page_colour(const struct acr_page *page, enum acr_verdict verdict)
{
	return page->colour ? verdicts[verdict].colour : "";
}

/* Writes text in exactly `width` columns, in the color of a verdict. */
static void cell(const struct acr_page *page, enum acr_verdict verdict, const char *text,
		 size_t width, struct acr_secret *out)
{
	acr_secret_add(out, acr_page_colour(page, verdict));
	acr_columns_cell(out, text, width, false);
	acr_secret_add(out, page->colour ? ACR_PLAIN : "");
}

size_t acr_page_lines(const struct acr_secret *text)
{
	size_t count = 0;

	for (size_t i = 0; i < text->length; i++)
		count += text->bytes[i] == '\n';
	return count;
}

#define ANY_AREA ACR_AREA_COUNT

/* Returns the next result with this verdict in an area (or ANY_AREA), searching from *at, which is
 * moved past the result; NULL if there are no more. */
static const struct acr_check_result *next(const struct acr_page *page,
					   const struct acr_block *block, enum acr_area area,
					   enum acr_verdict verdict, size_t *at,
					   const struct acr_check_row **ret_row)
{
	for (; *at < block->count * acr_check_count(); (*at)++) {
		size_t row = *at % acr_check_count();
		const struct acr_check_result *result =
			&page->diagnosis->results[block->first + *at / acr_check_count()][row];

		if (!result->done || result->verdict != verdict ||
		    (area != ANY_AREA && area != acr_check_areas[row]))
			continue;
		*ret_row = acr_check_rows[row];
		(*at)++;
		return result;
	}
	return NULL;
}

static size_t count_of(const struct acr_page *page, const struct acr_block *block,
		       enum acr_area area, enum acr_verdict verdict)
{
	const struct acr_check_row *row;
	size_t at = 0, count = 0;

	while (next(page, block, area, verdict, &at, &row))
		count++;
	return count;
}

size_t acr_page_count(const struct acr_page *page, const struct acr_block *block,
		      enum acr_verdict verdict)
{
	return count_of(page, block, ANY_AREA, verdict);
}

/* Replaces the path of the home directory in a line with ~. */
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

/* Writes the line of one check: complete if `whole`, otherwise cut to one row. */
static void tell(const struct acr_page *page, const struct acr_check_row *row,
		 const struct acr_check_result *result, bool whole, struct acr_secret *out)
{
	auto_string said = shorten(page->app, acr_secret_text(&result->line));

	acr_secret_add(out, "  ");
	cell(page, result->verdict, acr_text(verdicts[result->verdict].word), VERDICT, out);
	acr_columns_cell(out, acr_text(row->title), TITLE, false);
	acr_secret_add(out, " ");
	if (whole) {
		acr_columns_wrap(out, said, INDENT, INDENT);
	} else {
		acr_columns_cell(out, said, acr_columns_most() - INDENT, true);
		acr_secret_add(out, "\n");
	}
}

/* Writes every check of a case; in a report, with details. */
void acr_page_checks(const struct acr_page *page, size_t index, bool details,
		     struct acr_secret *out)
{
	for (size_t row = 0; acr_check_rows[row]; row++) {
		const struct acr_check_result *result = &page->diagnosis->results[index][row];
		const char *more = acr_secret_text(&result->details);

		if (!result->done)
			continue;
		tell(page, acr_check_rows[row], result, true, out);
		for (; details && *more; more += strcspn(more, "\n"), more += *more == '\n') {
			auto_string line = acr_format("%.*s", (int)strcspn(more, "\n"), more);

			acr_secret_format(out, "%*s", INDENT + 2, "");
			acr_columns_wrap(out, line, INDENT + 2, INDENT + 2);
		}
	}
}

/* Writes the warnings: complete if they fit into `room` lines, otherwise each cut to one line. */
void acr_page_warnings(const struct acr_page *page, const struct acr_block *block, size_t room,
		       struct acr_secret *out)
{
	size_t count = acr_page_count(page, block, ACR_VERDICT_WARNING);

	for (int whole = 1; whole >= 0; whole--) {
		const struct acr_check_result *result;
		const struct acr_check_row *row;
		auto_secret told = { 0 };
		size_t at = 0;

		while ((whole || count <= room || acr_page_lines(&told) + 1 < room) &&
		       (result = next(page, block, ANY_AREA, ACR_VERDICT_WARNING, &at, &row)))
			tell(page, row, result, whole, &told);
		if (whole && acr_page_lines(&told) > room)
			continue;
		acr_secret_add(out, acr_secret_text(&told));
		acr_secret_add(out, acr_page_lines(&told) < count ? "  ...\n" : "");
		break;
	}
}

/* ---- one line for each area ---- */

/* For example "2 warnings". */
char *acr_page_counted(enum acr_verdict verdict, size_t count)
{
	return acr_format(
		verdict == ACR_VERDICT_PROBLEM	 ? acr_plural("%zu failed", "%zu failed", count)
		: verdict == ACR_VERDICT_WARNING ? acr_plural("%zu warning", "%zu warnings", count)
		: verdict == ACR_VERDICT_SKIPPED ? acr_plural("%zu skipped", "%zu skipped", count)
						 : acr_plural("%zu ok", "%zu ok", count),
		count);
}

/* For example "1 failed (firewall), 4 ok, 6 skipped". */
static void tell_area(const struct acr_page *page, const struct acr_block *block,
		      enum acr_area area, struct acr_secret *out)
{
	static const enum acr_verdict order[] = { ACR_VERDICT_PROBLEM, ACR_VERDICT_WARNING,
						  ACR_VERDICT_OK, ACR_VERDICT_SKIPPED };
	enum acr_verdict worst = ACR_VERDICT_SKIPPED;
	auto_secret all = { 0 };

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		bool named = order[i] == ACR_VERDICT_PROBLEM || order[i] == ACR_VERDICT_WARNING;
		size_t count = count_of(page, block, area, order[i]), at = 0, told = 0;
		auto_string text = acr_page_counted(order[i], count);
		const struct acr_check_row *row;

		if (count == 0)
			continue;
		worst = all.length ? worst : order[i];
		acr_secret_format(&all, "%s%s", all.length ? ", " : "", text);
		while (named && next(page, block, area, order[i], &at, &row))
			acr_secret_format(&all, "%s%s", told++ ? ", " : " (", acr_text(row->title));
		acr_secret_add(&all, told ? ")" : "");
	}
	if (all.length == 0)
		return;
	cell(page, worst, acr_text(acr_area_name(area)), AREA, out);
	acr_columns_wrap(out, acr_secret_text(&all), AREA, AREA);
}

/* Writes the skipped checks, grouped by the failed check that they depend on. */
static void tell_skipped(const struct acr_page *page, const struct acr_block *block,
			 struct acr_secret *out)
{
	for (size_t i = 0; acr_check_rows[i]; i++) {
		const struct acr_check_result *result;
		const struct acr_check_row *row;
		size_t at = 0, count = 0;

		while ((result = next(page, block, ANY_AREA, ACR_VERDICT_SKIPPED, &at, &row)))
			count += result->blocked_by == acr_check_rows[i];
		if (count > 0) {
			auto_string text = acr_format(
				acr_plural("%zu check skipped because the \"%s\" check failed",
					   "%zu checks skipped because the \"%s\" check failed",
					   count),
				count, acr_text(acr_check_rows[i]->title));

			acr_columns_wrap(out, text, 0, 2);
		}
	}
}

void acr_page_areas(const struct acr_page *page, const struct acr_block *block,
		    struct acr_secret *out)
{
	for (enum acr_area area = 0; area < ACR_AREA_COUNT; area++)
		tell_area(page, block, area, out);
	tell_skipped(page, block, out);
}
