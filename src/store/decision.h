/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads and writes decisions of the user: records in a private folder. "No decision" is returned
 * only if the folder does not exist, belongs to another user, or another user denies access to it.
 * A file in our own folder that cannot be used is an error that names the file and the command that
 * repairs it: treating it as "no decision" would undo a logout.
 */
#ifndef STORE_DECISION_H
#define STORE_DECISION_H

#include "acr/error.h"
#include "acr/secret.h"
#include "store/serialize.h"

struct acr_decision {
	const char *folder; /* NULL: without a home directory there are no decisions */
	const char *name;
	const char *kind; /* of the record */
	int version;
	const char *again; /* the command that changes the decision, for the error message */
	const char *leave; /* another that does, or NULL */
};

/* 0 with the record open over `bytes`; -1 with ACR_NOT_FOUND (no decision), ACR_INVALID (it cannot
 * be used), ACR_UNAVAILABLE (written by a newer version) or ACR_SYSTEM. A file that other users can
 * read but not write is accepted: its mode is reset to 0600, and `*ret_repaired` is set. */
_checked_ int acr_decision_read(const struct acr_decision *decision, struct acr_secret *bytes,
				struct acr_record *ret, bool *ret_repaired,
				struct acr_error *error);

/* The error for a record that could be opened but has invalid content. Always returns -1. */
int acr_decision_damaged(const struct acr_decision *decision, struct acr_error *error);

/* Write it, replacing an existing file, except one of a newer version (ACR_UNAVAILABLE). */
_checked_ int acr_decision_write(const struct acr_decision *decision,
				 const struct acr_secret *bytes, struct acr_error *error);

/* Visit the names of all decisions in a folder, readable or not; none if the folder does not exist.
 * -1 if it exists and cannot be listed completely: this does not mean "no decision". */
_checked_ int acr_decision_each(const char *folder, void (*visit)(void *data, const char *name),
				void *data, struct acr_error *error);

/* -1 with ACR_UNAVAILABLE if acr_decision_write would refuse to replace a file of a newer
 * version. */
_checked_ int acr_decision_replaceable(const struct acr_decision *decision,
				       struct acr_error *error);

#endif
