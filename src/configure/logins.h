/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Logins that docker would no longer find, or would find in its own file for everybody to read, once
 * it asks us: they can be taken over, and given back. What is noted of one for --undo is where it
 * was, never its secret.
 */
#ifndef CONFIGURE_LOGINS_H
#define CONFIGURE_LOGINS_H

#include "acr/store.h"
#include "configure/plan.h"

/* ---- helper.c: another credential helper ---- */

/* Visit the servers that it keeps logins for. HELPER_NOT_INSTALLED, or another error. */
_checked_ int acr_helper_list(const struct acr_app *app, const char *helper,
			      void (*visit)(void *data, const char *server), void *data,
			      struct acr_error *error);
_checked_ int acr_helper_get(const struct acr_app *app, const char *helper, const char *server,
			     struct acr_login *ret, struct acr_error *error);

/* Which helper does docker ask about this server, with this text as its file? Owned; NULL: none. */
char *acr_helper_for(const struct acr_secret *text, const char *key);

/* ---- logins.c ---- */

/* Take over what was asked for, or what the person agrees to; the others are named, and how to take
 * them over. Edits docker's file in the plan. An error has changed nothing. */
_checked_ int acr_logins_take(struct acr_telling *telling, const struct acr_wish *wish,
			      struct acr_plan *plan, struct acr_error *error);
/* Docker's file was not written after all: what was stored here for it goes again. */
void acr_logins_abandon(const struct acr_app *app, struct acr_plan *plan);

/* ---- logins_undo.c ---- */

/* What is to be dropped here once docker's file is written. */
struct acr_given {
	char **servers; /* owned */
	size_t count;
};
void acr_given_free(struct acr_given *given);
#define auto_given __attribute__((cleanup(acr_given_free))) struct acr_given

/* Put the logins that came from docker's file back into its text. An error has changed nothing. */
_checked_ int acr_logins_give_back(struct acr_telling *telling, const struct acr_memo *memo,
				   struct acr_secret *text, struct acr_given *ret,
				   struct acr_error *error);
/* Afterwards: drop those, and tell which others stay here, and where. `before` is docker's file as it
 * was, by which docker asked us for them. */
void acr_logins_conclude(struct acr_telling *telling, const struct acr_memo *memo,
			 const struct acr_secret *before, const struct acr_given *given);

#endif
