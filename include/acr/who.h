/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who an identity is, as its token says: for people, for rules, for the names of rows. Read from
 * claims that nobody verified here, so nothing is ever decided by it.
 *
 * It is a value, copied like a number. Words are made of it where it is printed ("service principal
 * 1111..., tenant 2222..."); between processes, on disk and as an argument of a message ({who}) it
 * is a line, which keeps the fields apart.
 */
#ifndef ACR_WHO_H
#define ACR_WHO_H

#include <stdbool.h>

enum acr_who_type {
	ACR_WHO_OTHER, /* not known; `name`, where there is one, is what people call it */
	ACR_WHO_USER,  /* `name` is the sign-in name */
	ACR_WHO_SERVICE_PRINCIPAL,
	ACR_WHO_MANAGED_IDENTITY /* `name` where it is user-assigned */
};

/* Printable UTF-8; "" where it is not known. */
struct acr_who {
	enum acr_who_type type;
	char id[64]; /* the application (client) ID */
	char name[120];
	char tenant[64];
	char object[40]; /* the object ID, which a role is assigned to; not for people */
};

/* Each text may be NULL. What cannot be printed becomes '?', what is too long is cut. */
struct acr_who acr_who(enum acr_who_type type, const char *id, const char *name,
		       const char *tenant);
bool acr_who_is_known(const struct acr_who *who);
/* "user@contoso.com", "1111...": what tells it from another in a column; "" where nothing does. */
const char *acr_who_short(const struct acr_who *who);

/* For people, owned; `translate` as for acr_message_text. */
char *acr_who_text(const struct acr_who *who, const char *(*translate)(const char *english));

/* "service-principal id=1111... tenant=2222...", printable, on one line: acr_who_line(&who).text */
struct acr_who_line {
	char text[384];
};
struct acr_who_line acr_who_line(const struct acr_who *who);
/* Such a line, up to its end or the first control character. Anything else is the name of somebody
 * of whom no more is known. */
void acr_who_read(const char *line, struct acr_who *ret);

#endif
