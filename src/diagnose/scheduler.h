/* SPDX-License-Identifier: Apache-2.0 */
/* Internal interface between the scheduler, the child processes and the serialization of
 * results. */
#ifndef DIAGNOSE_SCHEDULER_H
#define DIAGNOSE_SCHEDULER_H

#include "acr/check.h"

/* Serializes a result for the pipe, and parses it; false if it is incomplete. */
void acr_check_result_write(const struct acr_check_result *result, struct acr_secret *out);
bool acr_check_result_read(const struct acr_secret *bytes, struct acr_check_result *ret);

/* A child process that runs one check and writes its result to a pipe. */
struct acr_check_child {
	int process; /* 0: none */
	int pipe;
	int64_t until; /* boot time in ms at which it is killed */
	struct acr_secret said;
	bool late; /* it timed out */
};
/* Starts a child process; false if that fails. */
bool acr_check_child_begin(struct acr_app *app, const struct acr_check_row *row,
			   const struct acr_case *subject, int64_t budget,
			   struct acr_check_child *ret);
/* Reads its output; true if it has finished or is to be killed. */
bool acr_check_child_hear(const struct acr_app *app, struct acr_check_child *child, bool readable);
/* Ends the child process and returns its result, or the reason why there is none. */
void acr_check_child_end(struct acr_check_child *child, struct acr_check_result *ret);

#endif
