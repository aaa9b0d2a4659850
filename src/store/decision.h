/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading what a person decided: a record in a folder of ours. Only a folder that is missing, that
 * belongs to somebody else or that somebody else keeps from us holds no decision of ours. A file
 * in our own folder that cannot be used is an error that names it and the command that repairs it:
 * taken for "nothing was decided", it would undo a logout.
 */
#ifndef STORE_DECISION_H
#define STORE_DECISION_H

#include "acr/error.h"
#include "acr/secret.h"
#include "store/serialize.h"

struct acr_decision {
	const char *folder; /* NULL: without a home nothing is decided */
	const char *name;
	const char *kind; /* of the record */
	int version;
	const char *again; /* the command that decides anew, for the error's text */
	const char *leave; /* another that does, or NULL */
};

/* 0 with the record open over `bytes`; -1 with ACR_NOT_FOUND (nothing was decided), ACR_INVALID (it
 * cannot be used), ACR_UNAVAILABLE (written by a newer version) or ACR_SYSTEM. A file that others
 * can only read is honored: its mode is made 0600 again, and `*ret_repaired` says so. */
_checked_ int acr_decision_read(const struct acr_decision *decision, struct acr_secret *bytes,
				struct acr_record *ret, bool *ret_repaired,
				struct acr_error *error);

/* The error for a record that was opened and does not hold what it should. Always returns -1. */
int acr_decision_damaged(const struct acr_decision *decision, struct acr_error *error);

/* Write it, in the place of whatever is there but what a newer version wrote (ACR_UNAVAILABLE). */
_checked_ int acr_decision_write(const struct acr_decision *decision,
				 const struct acr_secret *bytes, struct acr_error *error);

/* Names of all decisions in a folder, readable or not; none where a folder of ours is not there. -1
 * where it is, and cannot be listed to its end: that is not "nothing was decided". */
_checked_ int acr_decision_each(const char *folder, void (*visit)(void *data, const char *name),
				void *data, struct acr_error *error);

/* -1 with ACR_UNAVAILABLE where acr_decision_write would refuse to replace a newer version's. */
_checked_ int acr_decision_replaceable(const struct acr_decision *decision,
				       struct acr_error *error);

#endif
