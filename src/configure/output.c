/* SPDX-License-Identifier: Apache-2.0 */
/* Output of `configure`: lines for a person, or one JSON object for a program. */
#include <string.h>

#include "configure/plan.h"
#include "explain/language.h"
#include "front/front.h"

static void quote(struct acr_secret *out, const char *text)
{
	acr_json_quote(out, text, strlen(text));
}

/* {"credHelpers": {"contoso.azurecr.io": "acr"}} without the outermost braces. */
static void add_member(struct acr_secret *out, char mark, const struct acr_change *change,
		       const char *value)
{
	size_t depth = 0;

	acr_secret_format(out, "  %c ", mark);
	for (const char *step = change->outer; step && *step; step += *step == '/') {
		size_t length = strcspn(step, "/");

		acr_json_quote(out, step, length);
		acr_secret_add(out, ": {");
		step += length;
		depth++;
	}
	quote(out, change->key);
	acr_secret_format(out, ": %s", value);
	while (depth-- > 0)
		acr_secret_add(out, "}");
	acr_secret_add(out, "\n");
}

static void add_lines(struct acr_secret *out, char mark, const char *text)
{
	for (; *text; text += *text == '\n') {
		size_t length = strcspn(text, "\n");

		acr_secret_format(out, "  %c %.*s\n", mark, (int)length, text);
		text += length;
	}
}

static void add_value(struct acr_secret *out, char mark, const struct acr_change *change,
		      const char *value)
{
	if (value && change->key)
		add_member(out, mark, change, value);
	else if (value)
		add_lines(out, mark, value);
}

/* The creation or removal of an object is visible from its members. */
static bool is_shown(const struct acr_change *change)
{
	const char *value = change->before && strcmp(change->before, "null") != 0 ? change->before
										  : change->after;

	return !value || strcmp(value, "{}") != 0;
}

/* `text` is JSON, or is written as a string; NULL: null. */
static void add_part(struct acr_secret *out, const char *name, const char *text, bool json)
{
	acr_secret_format(out, "%s\"%s\":", out->bytes[out->length - 1] == '{' ? "" : ",", name);
	if (!text || json)
		acr_secret_add(out, text ? text : "null");
	else
		quote(out, text);
}

static void add_row(struct acr_secret *out, const struct acr_change *change)
{
	acr_secret_add(out, out->bytes[out->length - 1] == '[' ? "{" : ",{");
	add_part(out, "object", change->outer, false);
	add_part(out, "member", change->key, false);
	add_part(out, "before", change->before, change->key);
	add_part(out, "after", change->after, change->key);
	acr_secret_add(out, "}");
}

/* After a change that is printed. */
static const char *suffix(const struct acr_output *output)
{
	return output->dry_run ? _(" (dry run)") : "";
}

void acr_output_file(struct acr_output *output, const char *path, const char *state,
		     const struct acr_changes *changes)
{
	struct acr_secret *json = &output->files;
	auto_secret page = { 0 };

	acr_secret_add(json, json->length ? ",{" : "{");
	add_part(json, "path", path, false);
	add_part(json, "state", state, false);
	add_part(json, "changes", "[", true);
	acr_secret_format(&page, "%s: %s%s\n", path, acr_text(state), suffix(output));
	for (size_t i = 0; changes && i < changes->count; i++) {
		const struct acr_change *row = &changes->rows[i];

		if (is_shown(row)) {
			add_row(json, row);
			add_value(&page, '-', row, row->before);
			add_value(&page, '+', row, row->after);
		}
	}
	acr_secret_add(json, "]}");
	if (!output->json)
		(void)acr_docker_answer(output->app, &page);
}

void acr_output_login(struct acr_output *output, const char *server, const char *place,
		      const char *state)
{
	struct acr_secret *json = &output->logins;

	acr_secret_add(json, json->length ? ",{" : "{");
	add_part(json, "server", server, false);
	add_part(json, "place", place, false);
	add_part(json, "state", state, false);
	acr_secret_add(json, "}");
}

void acr_output_line(const struct acr_output *output, const char *text)
{
	auto_secret line = { 0 };

	acr_secret_format(&line, "%s\n", text);
	if (!output->json)
		(void)acr_docker_answer(output->app, &line);
}

void acr_output_change(const struct acr_output *output, const char *text)
{
	auto_string line = acr_format("%s%s", text, suffix(output));

	acr_output_line(output, line);
}

void acr_output_trial(struct acr_output *output, struct acr_trial *check)
{
	struct acr_secret *json = &output->checks;

	output->failed |= !check->fine;
	acr_secret_add(json, json->length ? ",{" : "{");
	add_part(json, "name", check->name, false);
	add_part(json, "fine", check->fine ? "true" : "false", true);
	add_part(json, "detail", check->detail, false);
	acr_secret_add(json, "}");
	if (check->fine) {
		acr_output_line(output, check->detail);
	} else if (!output->json && strncmp(check->name, "get ", 4) != 0) {
		/* `get` has been explained already. */
		acr_say(output->app, "%s", check->detail);
	}
	acr_string_free(&check->name);
	acr_string_free(&check->detail);
}

int acr_output_end(struct acr_output *output)
{
	auto_secret json = { 0 };

	if (output->json) {
		acr_secret_format(&json, "{\"files\":[%s],\"logins\":[%s],\"checks\":[%s]}\n",
				  acr_secret_text(&output->files), acr_secret_text(&output->logins),
				  acr_secret_text(&output->checks));
		(void)acr_docker_answer(output->app, &json);
	}
	acr_secret_wipe(&output->files);
	acr_secret_wipe(&output->logins);
	acr_secret_wipe(&output->checks);
	return output->failed ? 1 : 0;
}
