/* SPDX-License-Identifier: Apache-2.0 */
/* The report of a diagnosis: what support needs, and nothing that a ticket should not have. */
#include "base/file.h"
#include "front/diagnose.h"

int acr_diagnosis_report(const struct acr_app *app, const struct acr_diagnosis *diagnosis,
			 const struct acr_diagnosis_report *report, struct acr_error *error)
{
	auto_secret page = { 0 };

	(void)report;
	acr_diagnosis_page(app, diagnosis, false, true, &page);
	return acr_fail(error, ACR_SYSTEM, "not yet");
}
