/* SPDX-License-Identifier: Apache-2.0 */
/* The table of `status`: one row each, as wide as the terminal. What is too long for its column is cut;
 * `status REGISTRY` and --json have it whole. */
#include <stdlib.h>
#include <string.h>

#include "base/columns.h"
#include "explain/language.h"
#include "front/status.h"

enum { REGISTRY, WHO, SOURCE, EXPIRES, RENEWED, KEPT, COLUMNS };

static const char *const titles[COLUMNS] = { N_("REGISTRY"), N_("WHO"),	    N_("SOURCE"),
					     N_("EXPIRES"),  N_("RENEWED"), N_("KEPT IN") };
static const size_t most[COLUMNS] = { 40, 44, 17, 9, 12, 9 };
static const size_t least[COLUMNS] = { 16, 14, 11, 7, 7, 8 };

struct line {
	char *cells[COLUMNS]; /* owned */
};

/* Homes and keychains by what matters of them, in one short word. */
static const char *short_home(const char *name)
{
	static const char *const words[][2] = {
		{ "runtime-folder", N_("memory") }, { "kernel-keyring", N_("keyring") },
		{ "cache-folder", N_("disk") },	    { "secret-service", N_("keychain") },
		{ "docker-config", N_("docker") },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i][0], name) == 0)
			return acr_text(words[i][1]);
	return name;
}

/* When it is renewed, or why it is not. */
static const char *renewed(const struct acr_status_row *row, const char *duration)
{
	if (!row->in_force)
		return _("unused");
	if (row->kind != ACR_STATUS_TOKEN)
		return "";
	if (acr_message_id(&row->failed))
		return _("failed");
	return row->renew == 0 ? _("due") : duration;
}

static struct line line_of(const struct acr_status_row *row)
{
	bool token = row->kind == ACR_STATUS_TOKEN, auths = row->kind == ACR_STATUS_AUTHS;
	struct line line = { 0 };
	char left[24] = "", renew[24] = "";

	if (token || (auths && row->left > 0))
		acr_columns_duration(row->left, left);
	if (token)
		acr_columns_duration(row->renew, renew);
	line.cells[REGISTRY] = acr_copy(*row->registry ? row->registry : _("(all)"));
	/* Without the kind, which the source tells, and the tenant: too long for a column. */
	line.cells[WHO] = acr_copy(row->kind == ACR_STATUS_SIGNED_OUT ? _("(signed out)")
				   : *row->username		      ? row->username
								      : acr_who_short(&row->who));
	line.cells[SOURCE] = acr_copy(row->source);
	line.cells[EXPIRES] = acr_copy(auths && row->left == 0 ? _("expired") : left);
	line.cells[RENEWED] = acr_copy(renewed(row, renew));
	line.cells[KEPT] = acr_copy(short_home(row->kept));
	return line;
}

/* As wide as what is in them, and narrower, the widest first, until all fit. */
static void measure(const struct line *lines, size_t count, size_t widths[static COLUMNS])
{
	size_t sum = 2 * (COLUMNS - 1);

	for (size_t c = 0; c < COLUMNS; c++) {
		widths[c] = acr_columns_width(acr_text(titles[c]));
		for (size_t i = 0; i < count; i++) {
			size_t wide = acr_columns_width(lines[i].cells[c]);
			widths[c] = wide > widths[c] ? wide : widths[c];
		}
		widths[c] = widths[c] < most[c] ? widths[c] : most[c];
		sum += widths[c];
	}
	while (sum > acr_columns_most()) {
		size_t widest = 0, room = 0;

		for (size_t c = 0; c < COLUMNS; c++)
			if (widths[c] > least[c] && widths[c] - least[c] > room) {
				widest = c;
				room = widths[c] - least[c];
			}
		if (room == 0)
			break;
		widths[widest]--;
		sum--;
	}
}

static void tell_line(struct acr_secret *out, const char *const *cells, const size_t *widths)
{
	size_t last = COLUMNS - 1;

	while (last > 0 && (!cells[last] || !*cells[last]))
		last--;
	for (size_t c = 0; c <= last; c++) {
		acr_columns_cell(out, cells[c], widths[c], c == last);
		acr_secret_add(out, c == last ? "\n" : "  ");
	}
}

void acr_status_rows(const struct acr_app *app, const struct acr_status *status,
		     struct acr_secret *out)
{
	struct line *lines = calloc(status->count + 1, sizeof(*lines));
	const char *words[COLUMNS] = { NULL };
	size_t widths[COLUMNS];
	auto_secret title = { 0 };

	if (!lines)
		acr_out_of_memory();
	for (size_t i = 0; i < status->count; i++)
		lines[i] = line_of(&status->rows[i]);
	measure(lines, status->count, widths);
	for (size_t c = 0; c < COLUMNS; c++)
		words[c] = acr_text(titles[c]);
	tell_line(&title, words, widths);
	title.bytes[--title.length] = '\0';
	acr_status_heading(app, out, acr_secret_text(&title));
	for (size_t i = 0; i < status->count; i++) {
		tell_line(out, (const char *const *)lines[i].cells, widths);
		for (size_t c = 0; c < COLUMNS; c++)
			acr_string_free(&lines[i].cells[c]);
	}
	free(lines);
}
