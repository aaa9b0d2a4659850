/* SPDX-License-Identifier: Apache-2.0 */
/* Writes a diagnosis as JSON. packaging/diagnose.schema.json describes each member. Keys, IDs and
 * verdicts are stable and are never translated. */
#include <string.h>

#include "base/json.h"
#include "diagnose/diagnose.h"
#include "explain/language.h"

#define SCHEMA 1 /* increased by incompatible changes */

static void text(struct acr_secret *out, const char *key, const char *value)
{
	acr_secret_format(out, "%s\"%s\":", strchr("{[", out->bytes[out->length - 1]) ? "" : ",",
			  key);
	acr_json_quote(out, value, strlen(value));
}

static void number(struct acr_secret *out, const char *key, double value)
{
	acr_secret_format(out, "%s\"%s\":%.3f",
			  strchr("{[", out->bytes[out->length - 1]) ? "" : ",", key, value);
}

/* Writes a list of words as a JSON array. */
static void list(struct acr_secret *out, const char *key, const char *words, char separator)
{
	const char ends[] = { separator, '\0' };

	acr_secret_format(out, ",\"%s\":[", key);
	for (bool first = true; words && *words; first = false) {
		size_t length = strcspn(words, ends);

		acr_secret_add(out, first ? "" : ",");
		acr_json_quote(out, words, length);
		words += length + (words[length] != '\0');
	}
	acr_secret_add(out, "]");
}

static void facts(struct acr_secret *out, const struct acr_facts *known)
{
	acr_secret_add(out, ",\"facts\":{");
	for (enum acr_fact i = 0; i < ACR_FACT_COUNT; i++) {
		auto_string shown = acr_fact_text(i, acr_facts_get(known, i), true);

		if (*shown)
			text(out, acr_fact_rows[i].name, shown);
	}
	acr_secret_add(out, "}");
}

static void check(struct acr_secret *out, size_t index, const struct acr_check_result *result)
{
	const struct acr_check_row *row = acr_check_rows[index];

	acr_secret_add(out, "{");
	text(out, "id", row->id);
	text(out, "area", acr_area_name(acr_check_areas[index]));
	text(out, "title", acr_text(row->title));
	text(out, "verdict", acr_verdict_name(result->verdict));
	text(out, "line", acr_secret_text(&result->line));
	list(out, "details", acr_secret_text(&result->details), '\n');
	list(out, "aliases", row->alias, ' ');
	number(out, "seconds", (double)result->took / 1000);
	facts(out, &result->facts);
	acr_secret_add(out, "}");
}

static void subject(struct acr_secret *out, const struct acr_diagnosis *diagnosis, size_t index)
{
	const struct acr_case *about = &diagnosis->cases[index];
	bool first = true;

	acr_secret_add(out, "{");
	text(out, "about", index == 0 ? "machine" : "registry");
	if (index > 0) {
		text(out, "registry", about->ours ? about->registry.host : about->typed);
		text(out, "repository", about->repository);
		text(out, "action", *about->action ? about->action : "pull");
	}
	acr_secret_add(out, ",\"checks\":[");
	for (size_t row = 0; acr_check_rows[row]; row++) {
		if (!diagnosis->results[index][row].done)
			continue;
		acr_secret_add(out, first ? "" : ",");
		check(out, row, &diagnosis->results[index][row]);
		first = false;
	}
	acr_secret_add(out, "]");
	if (index > 0 && about->ours) {
		auto_secret query = { 0 };

		acr_case_query(about, &query);
		text(out, "query", acr_secret_text(&query));
	}
	acr_secret_add(out, "}");
}

static void cause(struct acr_secret *out, const struct acr_cause *found)
{
	auto_explanation explanation = { 0 };
	const struct acr_case *about = found->subject;

	acr_secret_add(out, "{");
	text(out, "registry",
	     !*about->typed ? ""
	     : about->ours  ? about->registry.host
			    : about->typed);
	list(out, "checks", found->checks, ' ');
	acr_secret_add(out, ",\"explanation\":");
	acr_rule_render(found->rule, &found->facts, &explanation);
	acr_explanation_json(found->rule, &found->facts, &explanation, out);
	acr_secret_add(out, "}");
}

void acr_diagnosis_json(const struct acr_app *app, const struct acr_diagnosis *diagnosis,
			struct acr_secret *out)
{
	bool well = acr_diagnosis_count(diagnosis, ACR_VERDICT_PROBLEM) == 0;

	acr_secret_format(out, "{\"schema\":%d", SCHEMA);
	text(out, "program", app->program);
	text(out, "version", ACR_VERSION);
	text(out, "result", well ? "ok" : "problem");
	number(out, "seconds", (double)diagnosis->took / 1000);
	acr_secret_add(out, ",\"subjects\":[");
	for (size_t i = 0; i < diagnosis->count; i++) {
		acr_secret_add(out, i ? "," : "");
		subject(out, diagnosis, i);
	}
	acr_secret_add(out, "],\"causes\":[");
	for (size_t i = 0; i < diagnosis->causes.count; i++) {
		acr_secret_add(out, i ? "," : "");
		cause(out, &diagnosis->causes.list[i]);
	}
	acr_secret_add(out, "]}\n");
}
