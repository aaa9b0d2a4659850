/* SPDX-License-Identifier: Apache-2.0 */
/* Failures told to a person: what happened, why, what to do, where to read more. */
#include "explain/explain.h"

#include <string.h>

static bool is_quiet(const struct acr_report *report, const struct acr_error *error)
{
	return error->kind == ACR_NOT_FOUND && !report->ours;
}

/* Each identity that was tried and what came of it. */
static void tell_trail(const struct acr_app *app, const struct acr_trail *trail)
{
	for (size_t i = 0; i < trail->count; i++) {
		const struct acr_step *step = &trail->steps[i];

		if (step->error.kind != ACR_FINE)
			acr_say(app, "  tried %s%s%s%s: %.160s", step->identity->name, *step->who ? " (" : "", step->who,
				*step->who ? ")" : "", step->error.text);
	}
}

void acr_explain(const struct acr_app *app, const struct acr_report *report, const struct acr_error *error)
{
	if (is_quiet(report, error))
		return;
	acr_say(app, "%s", error->text);
	if (!report->ours)
		return;
	tell_trail(app, &report->trail);
	if (*error->sentence)
		acr_say(app, "  the service says: %.300s", error->sentence);
	if (*error->code || *error->correlation)
		acr_say(app, "  code %s, correlation id %s", *error->code ? error->code : "-",
			*error->correlation ? error->correlation : "-");
}
