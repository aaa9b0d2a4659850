/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whose token it is, for users, rules and status rows. It is read from claims of the token that
 * this program does not verify, so no decision may depend on it.
 *
 * It is a value that can be copied. It becomes text when it is printed ("service principal 1111...,
 * tenant 2222..."). Between processes, on disk and as an argument of a message ({who}) it is
 * serialized as a line, which keeps the fields separate.
 */
#ifndef ACR_WHO_H
#define ACR_WHO_H

#include <stdbool.h>

enum acr_who_type {
	ACR_WHO_OTHER, /* not known; `name` may describe it */
	ACR_WHO_USER,  /* `name` is the sign-in name */
	ACR_WHO_SERVICE_PRINCIPAL,
	ACR_WHO_MANAGED_IDENTITY /* `name` if it is user-assigned */
};

/* Printable UTF-8; "" if not known. */
struct acr_who {
	enum acr_who_type type;
	char id[64]; /* the application (client) ID */
	char name[120];
	char tenant[64];
	char object[40]; /* the object ID, for role assignments; not printed */
};

/* Each text may be NULL. Characters that cannot be printed become '?'; long texts are cut. */
struct acr_who acr_who(enum acr_who_type type, const char *id, const char *name,
		       const char *tenant);
bool acr_who_is_known(const struct acr_who *who);
/* A short form for a column: "user@contoso.com", "1111..."; "" if nothing is known. */
const char *acr_who_short(const struct acr_who *who);

/* The text for users, owned; `translate` as for acr_message_text. */
char *acr_who_text(const struct acr_who *who, const char *(*translate)(const char *english));

/* "service-principal id=1111... tenant=2222...", printable, on one line: acr_who_line(&who).text */
struct acr_who_line {
	char text[384];
};
struct acr_who_line acr_who_line(const struct acr_who *who);
/* Parse such a line, up to its end or the first control character. Any other text becomes the
 * `name` of an ACR_WHO_OTHER. */
void acr_who_read(const char *line, struct acr_who *ret);

#endif
