/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Logins that Docker would not find, or would find in plain text in its own file, after it has been
 * configured to use this helper: they can be taken over, and given back. The journal for --undo
 * contains where a login was, never its secret.
 */
#ifndef CONFIGURE_LOGINS_H
#define CONFIGURE_LOGINS_H

#include "acr/store.h"
#include "configure/plan.h"

/* ---- helper.c: another credential helper ---- */

/* Visit the servers of the logins in it. HELPER_NOT_INSTALLED, or another error. */
_checked_ int acr_helper_list(const struct acr_app *app, const char *helper,
			      void (*visit)(void *data, const char *server), void *data,
			      struct acr_error *error);
_checked_ int acr_helper_get(const struct acr_app *app, const char *helper, const char *server,
			     struct acr_login *ret, struct acr_error *error);

/* The helper that Docker uses for this server, if this text is its file. Owned; NULL: none. */
char *acr_helper_for(const struct acr_secret *text, const char *key);

/* ---- logins.c ---- */

/* Take over the logins that were requested or that the user confirms; print the others and how to
 * take them over. Edits Docker's file in the plan. After an error nothing has changed. */
_checked_ int acr_logins_take(struct acr_output *output,
			      const struct acr_configure_request *request, struct acr_plan *plan,
			      struct acr_error *error);
/* Remove the logins that were stored here, because Docker's file was not written. */
void acr_logins_abandon(const struct acr_app *app, struct acr_plan *plan);

/* ---- logins_undo.c ---- */

/* Logins to remove here after Docker's file has been written. */
struct acr_given {
	char **servers; /* owned */
	size_t count;
};
void acr_given_free(struct acr_given *given);
#define auto_given __attribute__((cleanup(acr_given_free))) struct acr_given

/* Write the logins that came from Docker's file back to its text. After an error nothing has
 * changed. */
_checked_ int acr_logins_give_back(struct acr_output *output, const struct acr_memo *memo,
				   struct acr_secret *text, struct acr_given *ret,
				   struct acr_error *error);
/* After the file was written: remove those logins, and print which others stay here, and where.
 * `before` is the old content of Docker's file, in which it was configured to use this helper. */
void acr_logins_conclude(struct acr_output *output, const struct acr_memo *memo,
			 const struct acr_secret *before, const struct acr_given *given);

#endif
