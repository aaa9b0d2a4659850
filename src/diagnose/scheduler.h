/* SPDX-License-Identifier: Apache-2.0 */
/* What the runner of the checks needs of its helpers. */
#ifndef DIAGNOSE_SCHEDULER_H
#define DIAGNOSE_SCHEDULER_H

#include "acr/check.h"

/* A result as bytes for a pipe, and back; false when they are not whole. */
void acr_check_result_write(const struct acr_check_result *result, struct acr_secret *out);
bool acr_check_result_read(const struct acr_secret *bytes, struct acr_check_result *ret);

/* A child that runs one check, and writes its result into a pipe. */
struct acr_check_child {
	int process; /* 0: none */
	int pipe;
	int64_t until; /* boot time in ms; then it is ended */
	struct acr_secret said;
	bool late; /* its time was over before it ended */
};
/* False when no child could be started. */
bool acr_check_child_begin(struct acr_app *app, const struct acr_check_row *row,
			   const struct acr_case *subject, int64_t budget,
			   struct acr_check_child *ret);
/* Read what it has written; true when it has ended, of itself or by us. */
bool acr_check_child_hear(const struct acr_app *app, struct acr_check_child *child, bool readable);
/* It has ended, or must: what it found, or why it found nothing. */
void acr_check_child_end(struct acr_check_child *child, struct acr_check_result *ret);

#endif
