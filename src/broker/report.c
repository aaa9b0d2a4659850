/* SPDX-License-Identifier: Apache-2.0 */
/* Collects what happened during an operation, for the commands to print. */
#include "acr/broker.h"

void acr_report_add(struct acr_report *report, enum acr_message_id id,
		    const struct acr_error *cause, const char *const *arguments, size_t count)
{
	if (report->notice_count < sizeof(report->notices) / sizeof(report->notices[0]))
		acr_message_set(&report->notices[report->notice_count++], id,
				cause ? &cause->message : NULL, arguments, count);
}

bool acr_report_notes(const struct acr_report *report, enum acr_message_id id)
{
	for (size_t i = 0; i < report->notice_count; i++)
		if (acr_message_id(&report->notices[i]) == id)
			return true;
	return false;
}
